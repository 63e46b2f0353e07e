"""What may become of a notification: its channel, who sees it, whether it can be taken back, which receipt it takes."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from kernel.actor import Role
from kernel.decision import Decision, Reason

from notify_svc.model import MOVES, VISIBLE, Channel, Lane, NotificationFacts, Party, Person, State
from notify_svc.rules.matrix import PUBLIC_MEASURES

_CONFIDENTIAL = frozenset({"conduct_warning", "checkuser", "other"})
_TEAM = frozenset({Role.EVALUATOR, Role.TEAM_PEER, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR})

NOBODY = "nobody_known"
"""The reader who stands for nobody: that nobody was told is kept too."""

LANES: Mapping[Lane, frozenset[Role]] = MappingProxyType(
    {
        Lane.CONDUCT: _TEAM | {Role.DIRECTOR, Role.CHIEF, Role.COMMUNICATIONS, Role.EXECUTIVE_DIRECTOR, Role.ENFORCER},
        Lane.CONFIDENTIAL: _TEAM | {Role.DIRECTOR, Role.CHIEF, Role.ENFORCER},
        Lane.CHILD_PROTECTION: frozenset({Role.CHILD_PROTECTION, Role.AUDITOR}),
        Lane.DMCA: _TEAM | {Role.COMMUNICATIONS, Role.ENFORCER},
        Lane.APPEALS: frozenset({Role.LEGAL, Role.FACILITATOR, Role.ENFORCER, Role.AUDITOR}),
    }
)
"""Which roles see which notifications; an operator sees none (docs/security.md)."""


def lane_of(aggregate: str, matter: str) -> Lane:
    """Child protection is seen by the named group and the auditor, a warning by those who must know, an appeal by those who carry it
    (R67, D20).
    """  # noqa: D205 - the rule is one sentence
    if matter == "child_protection":
        return Lane.CHILD_PROTECTION
    if aggregate == "appeal":
        return Lane.APPEALS
    if matter in _CONFIDENTIAL:
        return Lane.CONFIDENTIAL
    return Lane.DMCA if matter == "dmca" else Lane.CONDUCT


def lanes_of(roles: Iterable[Role]) -> tuple[Lane, ...]:
    """Staff see the notifications of their own lanes."""
    held = set(roles)
    return tuple(lane for lane, seen_by in LANES.items() if held & seen_by)


def may_be_public(matter: str, party: Party, state: Mapping[str, Any]) -> bool:
    """A page may show a measure only when its kind and its own disclosure are public: the narrower wins (D17)."""
    if matter not in PUBLIC_MEASURES:
        return False
    if matter == "dmca":
        return party in {Party.UPLOADER, Party.COMMUNITY} and bool(state.get("announce", True))
    return party is Party.SUBJECT and state.get("disclosure") == "public"


def may_use(channel: Channel, *, may_be_public: bool) -> Decision:
    """A page that everybody reads is used only for what everybody may know (D17, R67)."""
    return Decision.of(
        (
            channel in VISIBLE and not may_be_public,
            Reason("not_public", "A page shows to everybody what this person alone may know; write to them in private.", "D17"),
        )
    )


def choose_channel(channels: Iterable[Channel], person: Person, *, may_be_public: bool) -> Channel | None:
    """A person is written to by the first way of the row that reaches them and shows nobody else what is private (R67, D17).

    None: none does.
    """
    reaches = {
        Channel.MAIL: person.email is not None,
        Channel.STAFF: person.email is not None,
        Channel.WIKI_MAIL: person.wiki_user is not None and person.takes_wiki_mail,
        Channel.TALK_PAGE: person.wiki_user is not None,
        Channel.WIKI_PAGE: True,
    }
    return next((channel for channel in channels if reaches[channel] and may_use(channel, may_be_public=may_be_public)), None)


def may_cancel(notification: NotificationFacts) -> Decision:
    """A letter can be taken back only while it waits to go out; what was sent stays sent (docs/decisions/0011)."""
    return Decision.of(
        (
            State.SUPPRESSED not in MOVES[notification.state],
            Reason("not_queued", f"It is {notification.state} and can no longer be taken back.", "docs/decisions/0011"),
        )
    )


def may_correct(notification: NotificationFacts, party: Party, *, corrected: bool) -> Decision:
    """What was sent stays sent; a letter that reached its reader is followed by one correction, which may have its own. What everybody can
    read is mended where it stands, and staff see the matter itself (docs/decisions/0011).
    """  # noqa: D205 - the rule is one thought
    return Decision.of(
        (
            party in {Party.TEAM, Party.COMMUNITY} or notification.channel in VISIBLE,
            Reason("not_a_letter", "Only a letter to one person is corrected by another; mend the page instead.", "docs/decisions/0011"),
        ),
        (
            notification.state is not State.DELIVERED,
            Reason("not_delivered", f"It is {notification.state}: nobody has read what would be corrected.", "docs/decisions/0011"),
        ),
        (
            corrected,
            Reason("corrected_already", "This letter has its correction; correct that one instead.", "docs/decisions/0011"),
        ),
    )


def may_take_receipt(notification: NotificationFacts, *, shown_on_page: bool) -> Decision:
    """A person's receipt counts for what a person delivers: an announcement, a wiki letter, or one that did not go out by itself.

    `shown_on_page` tells that the receipt is a revision, which everybody can read.
    """
    delivers_itself = notification.state is State.QUEUED and not notification.by_hand
    return Decision.of(
        (
            State.DELIVERED not in MOVES[notification.state],
            Reason("already_over", f"It is {notification.state}; there is nothing to deliver.", "docs/decisions/0011"),
        ),
        (
            delivers_itself,
            Reason(
                "delivers_itself", "It is about to go out by itself; cancel it first if a person is to deliver it.", "docs/decisions/0011"
            ),
        ),
        (
            shown_on_page and not notification.may_be_public,
            Reason("not_public", "A page shows to everybody what this person alone may know; write to them in private.", "D17"),
        ),
    )


def unreached(party: Party, change_kind: str, person: Person) -> tuple[State, str]:
    """Who gave no address chose not to be answered, and of an uploader whom nobody knows dmca-svc keeps that they are to be found; anybody
    else who cannot be reached waits for a person (R49, R114).
    """  # noqa: D205 - the rule is one sentence
    if person.key == NOBODY and party is Party.UPLOADER:
        return State.SUPPRESSED, NOBODY
    gave_none = person.email is None and person.wiki_user is None
    if gave_none and (party is Party.REQUESTER or (party is Party.COMPLAINANT and change_kind == "received")):
        return State.SUPPRESSED, "gave_no_address"
    return State.FAILED, "unreachable"
