"""Who is one person: links of accounts and addresses seen by two people, individuals found to be one (R17, R18, R75, D16, D23)."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from kernel.addresses import may_ban_range, network_of
from kernel.decision import Decision, Reason
from kernel.names import canonical_user, may_be_user

from ban_svc.model.individual import AS_ONE, Confidence, Confirming, Link, LinkState, MergeState
from ban_svc.rules.numbers import POLICY

_ORDER = tuple(Confidence)
_CHECK = re.compile(r"\bcheck[ -]?users?\b|\bcu\b|special:checkuser|\buser agents?\b", re.IGNORECASE)
_THOUGHT = re.compile(r"[\n.;!?]+(?:\s+|$)")


def may_link(link: Link, *, on: date) -> Decision:
    """An account is linked to one person and to no other, an address only while a decision in force names it; neither on a CheckUser's
    output alone, and never the account of staff or of whoever acts in the person's matters (R17, R18, R75, R90, D16, D23).
    """  # noqa: D205 - the rule is one sentence
    known = may_be_account(link, on=on) if link.account is not None else may_be_address(link, on=on)
    return (
        known
        & stands_on_more_than_a_check(link.evidence)
        & Decision.of(
            (
                link.elsewhere,
                Reason("linked_to_another", "It is linked to another individual; unlink it there first, or merge the two.", "D23"),
            ),
            (
                link.decided or (link.confidence_now is not None and _ORDER.index(link.confidence) <= _ORDER.index(link.confidence_now)),
                Reason("linked_already", "It is linked to this individual with this confidence or a higher one.", "D23"),
            ),
            (link.proposed, Reason("link_proposed_already", "The same link waits for its confirmation already.", "D23")),
        )
    )


def may_be_account(link: Link, *, on: date) -> Decision:
    """What is linked has a name that MediaWiki accepts, and is no account of staff or of whoever acts in the matter (R90, R115, D23)."""
    name = link.account or ""
    decision = may_be_user(name)
    if not decision:
        return decision
    return is_no_staff(name, on=on) & Decision.of(
        (
            canonical_user(name) in link.staff,
            Reason("performer_is_not_linked", "The account is of somebody who acts in this person's matters.", "R115"),
        )
    )


def is_no_staff(name: str, *, on: date) -> Decision:
    """An account of the Foundation's staff is neither linked to a person nor aimed at (R90)."""
    wanted = POLICY.entry("staff_accounts", on=on)
    shape = canonical_user(name)
    staff = shape in wanted.value["names"] or shape.casefold().endswith(tuple(one.casefold() for one in wanted.value["endings"]))
    return Decision.of(
        (
            staff,
            Reason(
                "staff_account",
                "This is an account of the Foundation's staff; it is linked to nobody and aimed at by nothing.",
                wanted.cite,
            ),
        )
    )


def may_be_address(link: Link, *, on: date) -> Decision:
    """An address is linked only while a decision in force against the person names it, or a range that holds it (R18, D16, D23)."""
    decision = may_ban_range(link.address or "", on=on)
    if not decision:
        return decision
    return Decision.of(
        (
            not is_named(network_of(link.address or ""), link.named),
            Reason("address_not_named", "No decision in force against this person names the address; it is not kept without one.", "D23"),
        )
    )


def is_named(network: IPv4Network | IPv6Network, named: Iterable[str]) -> bool:
    """An address is named by a decision that names it or a range that holds it whole (D23)."""
    return any(one.version == network.version and network.subnet_of(one) for one in map(network_of, named))  # type: ignore[arg-type]  # of one version


def stands_on_more_than_a_check(evidence: str) -> Decision:
    """A CheckUser proves nothing against the checked person: evidence that says nothing else links nobody (R75, D23)."""
    thoughts = [one for one in _THOUGHT.split(evidence) if one.strip()]
    return Decision.of(
        (
            all(_CHECK.search(one) for one in thoughts),
            Reason(
                "checkuser_is_no_identity", "A CheckUser's output alone links nobody; say what else shows that it is this person.", "R75"
            ),
        )
    )


def inherits(confidence: Confidence, state: LinkState) -> bool:
    """Only a confirmed link that a second person has confirmed inherits what stands against the person (R17, D23)."""
    return state is LinkState.LINKED and confidence is Confidence.CONFIRMED


def linked_until(evidence_at: datetime, decisions_end: datetime | None) -> datetime:
    """The link of an address ends ninety days after its last evidence, and never later than the last decision that names it (D23)."""
    days: int = POLICY.value("address_days", on=evidence_at.date())
    until = evidence_at + timedelta(days=days)
    return until if decisions_end is None else min(until, decisions_end)


def last_end(address: str, decisions: Iterable[tuple[datetime | None, Iterable[str]]]) -> datetime | None:
    """The last decision that names an address says until when it may be linked; one without an end sets none (D23)."""
    network = network_of(address)
    ends = [end for end, named in decisions if is_named(network, named)]
    return None if None in ends or not ends else max(end for end in ends if end is not None)


def may_still_link(*, elsewhere: bool, over: bool) -> Decision:
    """What was linked to another person meanwhile, or rests on evidence older than ninety days, is confirmed no more (D23)."""
    return Decision.of(
        (elsewhere, Reason("linked_to_another", "It is linked to another individual; unlink it there first, or merge the two.", "D23")),
        (over, Reason("evidence_too_old", "The evidence for this address is over; propose it anew on new evidence.", "D23")),
    )


def may_confirm(facts: Confirming) -> Decision:
    """What is said about a person waits for a second one: never whoever proposed it, nor whom it is about (R115, D23)."""
    return Decision.of(
        (not facts.waits, Reason("nothing_to_confirm", "Nothing of this waits for a confirmation.", "D23")),
        (facts.by == facts.proposed_by, Reason("confirms_own", "Another evaluator or a manager confirms what you proposed.", "D23")),
        (facts.aimed_at, Reason("involved", "A person named in the matter or aimed at by it does not confirm it.", "R115")),
    )


def may_unlink(state: LinkState | None) -> Decision:
    """A link is undone with a reason; what a decision itself named is undone by changing the decision (D1, D23)."""
    return Decision.of(
        (
            state is None,
            Reason("named_by_decision", "A decision named this account; modify or lift the decision, or split what was merged.", "D1"),
        ),
        (
            state not in (None, LinkState.PROPOSED, LinkState.LINKED),
            Reason("unlinked_already", "This link was undone already.", "D23"),
        ),
    )


def may_merge(*, same: bool, one_person: bool, waiting: bool) -> Decision:
    """Two individuals on record are found to be one: they are two until now, and nothing else waits between them (R17, D23)."""
    return Decision.of(
        (same, Reason("merges_itself", "An individual is itself already; name the other one.", "D23")),
        (not same and one_person, Reason("merged_already", "The two count as one person already.", "D23")),
        (waiting, Reason("merge_waits", "A merge or a split of this individual waits for its confirmation; settle that one first.", "D23")),
    )


def may_split(state: MergeState | None, *, waiting: bool) -> Decision:
    """What was merged is split again, with a reason, when nothing else waits (D23)."""
    return Decision.of(
        (
            state is None or state not in AS_ONE,
            Reason("not_merged", "These two were not merged with each other, or were split again.", "D23"),
        ),
        (
            state is MergeState.SPLIT_PROPOSED or waiting,
            Reason("merge_waits", "A merge or a split of this individual waits for its confirmation; settle that one first.", "D23"),
        ),
    )


def may_turn_down(*, waits: bool) -> Decision:
    """Only what waits for its second person can be turned down (D23)."""
    return Decision.of((not waits, Reason("nothing_to_confirm", "Nothing of this waits for a confirmation.", "D23")))
