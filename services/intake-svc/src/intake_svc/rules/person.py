"""What a person is told that is held about them, and what is left out of it and named as left out (R67, R95, R112, R123, D20, D23)."""

from __future__ import annotations

from typing import Final

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

LEFT_OUT: Final = (
    Reason("others", "Who else asked, is named, evaluated, signed or was aimed at.", "R95"),
    Reason("minors", "Whatever concerns a minor, and whether there is anything.", "D20"),
    Reason("deliberation", "What staff noted, found, recommended and gathered, and on which grounds of safety or law.", "R112"),
    Reason("open_matters", "Matters that are not decided, and those that led to no measure.", "R95"),
    Reason("complaints", "Complaints about staff that others made.", "R123"),
    Reason("claimed_accounts", "Requests that name the account beside another address: others may have written them.", "D23"),
    Reason("erased", "What was erased when its time was over, or at their wish.", "D27"),
    Reason("other_services", "Decisions, notices, appeals and letters: the services that keep them answer for them.", "docs/operations.md"),
)
"""What every answer leaves out: said whether there is any of it or not, so that nothing is told by its absence."""

OF_OTHERS: Final = frozenset({Kind.CHILD_PROTECTION, Kind.STAFF_COMPLAINT})


def may_ask(*, named: bool) -> Decision:
    """What is held about a person is found by an address or an account (D23)."""
    return Decision.of((not named, Reason("nobody_named", "Name an address or an account.", "D23")))


def is_theirs(*, by_address: bool, by_account: bool, names_address: bool) -> Decision:
    """A request is its sender's by the address that it names; by the account only where it names no address, for anybody can write the
    account of another into a form (D23).
    """  # noqa: D205 - the rule is one sentence
    theirs = by_address or (by_account and not names_address)
    return Decision.of((not theirs, Reason("claimed_accounts", "The account may be another's claim.", "D23")))


def is_told_to_sender(kind: Kind) -> Decision:
    """A sender has what they sent, but of what concerns a minor nothing leaves its lane (D20)."""
    return Decision.of((kind is Kind.CHILD_PROTECTION, Reason("minors", "What concerns a minor stays in its lane.", "D20")))


def is_told_to_subject(kind: Kind, outcome: str | None) -> Decision:
    """Whom a case is about is told of it when a measure was taken, of which they were told then; never of minors or of complaints about
    staff (R95, R123, D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (kind in OF_OTHERS, Reason("minors" if kind is Kind.CHILD_PROTECTION else "complaints", "It is not told by an export.", "R95")),
        (outcome != "act", Reason("open_matters", "No measure was taken.", "R95")),
    )
