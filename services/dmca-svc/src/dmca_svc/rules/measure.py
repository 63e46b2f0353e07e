"""A measure of the house that keeps pages down whatever becomes of a notice (D4, D10, D20)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

ON_PAGES = frozenset({Kind.PAGE_PROTECTION, Kind.OTHER})
"""Kinds of action that may name pages; where child protection hides or removes something, no action says (D20)."""


def is_followed(kind: str) -> bool:
    """A measure on pages and one of child protection keep what they are about down as long as they are in force (D4, D10)."""
    return kind in ON_PAGES or kind == Kind.CHILD_PROTECTION


def names_pages(kind: str) -> bool:
    """Of a measure on pages ban-svc says which; where reported material lies nobody is asked, the named group says what to keep (D20)."""
    return kind in ON_PAGES


def may_say_pages(*, in_force: bool) -> Decision:
    """The named group says which pages a measure in force keeps down; with its end they are kept no longer (D4, D20)."""
    return Decision.of(
        (
            not in_force,
            Reason("measure_not_in_force", "No such measure is in force here: name one that was enacted and has not ended.", "D4"),
        ),
    )
