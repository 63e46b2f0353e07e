"""The person behind accounts, as far as a rule may know them: links, who proposed them, what stands against them (R17, R18, D23)."""

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How sure whoever links is; only the last one inherits."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CONFIRMED = "confirmed"


class LinkState(StrEnum):
    """Where the link of an account or address to a person stands."""

    PROPOSED = "proposed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    SUPERSEDED = "superseded"


LINK_MOVES: dict[LinkState, frozenset[LinkState]] = {
    LinkState.PROPOSED: frozenset({LinkState.LINKED, LinkState.UNLINKED, LinkState.SUPERSEDED}),
    LinkState.LINKED: frozenset({LinkState.UNLINKED, LinkState.SUPERSEDED}),
    LinkState.UNLINKED: frozenset(),
    LinkState.SUPERSEDED: frozenset(),
}
"""Every legal move of a link; the database refuses all others, and a test compares the two."""


class MergeState(StrEnum):
    """Where it stands that two individuals are one person."""

    PROPOSED = "proposed"
    STANDING = "standing"
    SPLIT_PROPOSED = "split_proposed"
    SPLIT = "split"
    REFUSED = "refused"


MERGE_MOVES: dict[MergeState, frozenset[MergeState]] = {
    MergeState.PROPOSED: frozenset({MergeState.STANDING, MergeState.REFUSED}),
    MergeState.STANDING: frozenset({MergeState.SPLIT_PROPOSED}),
    MergeState.SPLIT_PROPOSED: frozenset({MergeState.SPLIT, MergeState.STANDING}),
    MergeState.SPLIT: frozenset(),
    MergeState.REFUSED: frozenset(),
}
"""Every legal move of a merge; the database refuses all others, and a test compares the two."""

AS_ONE = frozenset({MergeState.STANDING, MergeState.SPLIT_PROPOSED})
"""While a merge is in one of these, its two individuals count as one person."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is to be linked to a person, and what is known around it. Exactly one of `account` and `address` is named.

    `staff` are the canonical names of whoever acts or has acted in this person's matters; `named` are the addresses that a decision in
    force against the person names; `confidence_now` is that of the standing link of the same account to the same person.
    """

    confidence: Confidence
    evidence: str
    account: str | None = None
    address: str | None = None
    elsewhere: bool = False
    decided: bool = False
    proposed: bool = False
    confidence_now: Confidence | None = None
    staff: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirming:
    """A proposal about a person that waits for its second one."""

    waits: bool
    proposed_by: str
    by: str
    aimed_at: bool = False
