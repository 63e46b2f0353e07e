"""When the notice to the subject of a child-protection measure waits (D20)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import OPEN, State


def may_withhold(kind: Kind, state: State, *, withheld: bool) -> Decision:
    """The named group records, before a measure takes effect, that its notice would endanger a minor or an investigation (D20)."""
    return Decision.of(
        (
            kind is not Kind.CHILD_PROTECTION,
            Reason("notice_of_another_kind", "Only the notice of a child-protection measure waits; every other goes out.", "D20"),
        ),
        (withheld, Reason("notice_withheld_already", "It is on record that this notice waits.", "D20")),
        (
            state not in OPEN,
            Reason(
                "notice_is_out",
                "The measure took effect, or never will: what was told then can be taken back only in its first minute, at notify-svc.",
                "D20",
            ),
        ),
    )


def may_release(*, withheld: bool) -> Decision:
    """A notice waits only while the named group says so; what it says once goes out then (D20)."""
    return Decision.of((not withheld, Reason("notice_not_withheld", "This notice does not wait.", "D20")))


DANGERS = {
    "minor": Reason("endangers_minor", "The notice would endanger a minor.", "D20"),
    "investigation": Reason("endangers_investigation", "The notice would endanger an investigation.", "D20"),
}
"""What the record may say that a notice would endanger; there is nothing else (D20)."""
