"""Whom to ask about an action (R94)."""

from kernel.decision import Decision, Reason


def has_contacts(*, performed: bool) -> Decision:
    """In doubt one asks the member of staff who did it, or their line manager; of what nobody did there is nobody to ask (R94)."""
    return Decision.of(
        (
            not performed,
            Reason("nobody_acted", "Nobody has put it into force here; ask whoever evaluates its case.", "R94"),
        )
    )
