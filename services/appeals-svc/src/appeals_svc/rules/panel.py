"""The panel: drawn so that it can be counted again, cleared by counsel, replaced where somebody steps back (D13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from kernel.actor import Role
from kernel.decision import Decision, Reason

from appeals_svc.model import ANSWERABLE, BY_PANEL, Naming, PanelFacts, Participation, Route, SeatFacts, SeatState
from appeals_svc.rules.conflict import took_part
from appeals_svc.rules.numbers import POLICY

NOT_ACCEPTED = Reason("not_accepted", "Only an appeal that counsel let proceed, and that waits for its answer, is judged.", "R104")
FACILITATOR_TOOK_PART = Reason(
    "facilitator_took_part", "You took part in what is appealed; another facilitator accompanies this appeal.", "D13"
)
COUNSEL_ALONE = Reason("counsel_alone", "This appeal is handled and answered by counsel alone; nobody else is seated.", "D14")
NOT_ON_PANEL = Reason("not_on_panel", "You have no seat on this appeal's panel.", "D13")
CLOSED = Reason("voting_closed", "The votes are opened; nobody is seated, steps back or votes any more.", "D13")


def drawn(seed: bytes, members: Iterable[UUID], seats: int) -> tuple[UUID, ...]:
    """The panel is drawn by lot: the seed, taken once for an appeal, puts the members in an order in which everybody is equally likely
    to stand anywhere, and the first ones sit; whoever replaces somebody is the next in the same order (D13).

    The order is that of SHA-256 over the seed and each member's id, so that anybody who has both can draw again.
    """  # noqa: D205 - the rule is one sentence
    return tuple(sorted(set(members), key=lambda member: hashlib.sha256(seed + member.bytes).digest())[:seats])


def seats_of(route: Route, on: date) -> int:
    """A panel of the committee has five seats; appeals of other kinds go to two staff reviewers (D13)."""
    return _number("seats", route, on)


def quorum_of(route: Route, on: date) -> int:
    """Three votes of a panel decide, and both of two reviewers (D13)."""
    return _number("quorum", route, on)


def vacancies(facts: PanelFacts, on: date) -> int:
    """A seat that counsel did not clear, or whose member stepped back, is free again (D13)."""
    return seats_of(facts.route, on) - facts.taken


def is_seated(facts: PanelFacts, on: date, *, more: bool) -> bool:
    """The panel begins when counsel cleared each member and no seat can be filled better; fewer than the quorum do not begin (D13).

    `more` tells whether there is another member who could take a free seat.
    """
    waits = facts.count(SeatState.WAITING) > 0 or (more and vacancies(facts, on) > 0)
    return not waits and facts.count(SeatState.CLEARED) >= quorum_of(facts.route, on)


def may_seat(facts: PanelFacts, facilitator: str, participants: Sequence[Participation], on: date) -> Decision:
    """A facilitator who had no part has the panel drawn, or free seats filled, once counsel let the appeal proceed and its reasons can
    be read by those who judge (R104, D13).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (facts.state not in ANSWERABLE, NOT_ACCEPTED),
        (took_part(facilitator, participants), FACILITATOR_TOOK_PART),
        (facts.route not in BY_PANEL, COUNSEL_ALONE),
        (facts.closed, CLOSED),
        (
            facts.route in BY_PANEL and vacancies(facts, on) <= 0,
            Reason("panel_full", "Every seat of this panel is taken; whoever sits may step back first.", "D13"),
        ),
        (
            facts.needs_translation,
            Reason("translation_missing", "Its reasons are in another language; file their translation first.", "R107"),
        ),
    )


def may_draw(facts: PanelFacts, named: Sequence[str], found: int, on: date) -> Decision:
    """The committee is drawn and not named, and never smaller than its quorum (D13).

    `found` is how many members are free to sit.
    """
    return Decision.of(
        (bool(named), Reason("drawn_not_named", "A panel of the committee is drawn by lot; name nobody.", "D13")),
        (
            facts.taken + found < quorum_of(facts.route, on),
            Reason("too_few_members", "Too few members of the committee are free to judge this appeal; counsel enrols more.", "D13"),
        ),
    )


def may_name(facts: PanelFacts, naming: Naming, participants: Sequence[Participation], on: date) -> Decision:
    """Appeals of other kinds than the committee's go to two members of staff who had no part, neither of them the facilitator (D13)."""
    named = set(naming.named)
    return Decision.of(
        (
            len(named) != len(naming.named) or len(named) != vacancies(facts, on),
            Reason("reviewers_wanted", "Name as many different reviewers as there are free seats: two, or one in another's place.", "D13"),
        ),
        (naming.by in named, Reason("names_themselves", "The facilitator writes the reply and judges nothing.", "D13")),
        (
            bool(named & naming.before),
            Reason("seated_before", "Somebody named has sat on this appeal already, or was kept from it.", "D13"),
        ),
        (
            any(took_part(one, participants) for one in named),
            Reason("reviewer_took_part", "A reviewer had no part in what is appealed; name somebody else.", "D13"),
        ),
    )


def may_clear(facts: PanelFacts, seats: Sequence[SeatFacts], counsel: str, participants: Sequence[Participation]) -> Decision:
    """Counsel who had no part clears each one who is to judge, or keeps them out with a reason, until their vote is in (D13)."""
    return Decision.of(
        (facts.state not in ANSWERABLE, NOT_ACCEPTED),
        (
            took_part(counsel, participants),
            Reason("counsel_took_part", "You took part in what is appealed; another counsel clears those who judge it.", "D13"),
        ),
        (facts.closed, CLOSED),
        (
            any(seat.state not in (SeatState.WAITING, SeatState.CLEARED) for seat in seats),
            Reason("seat_is_free", "This seat is free again: its member stepped back or was kept out.", "D13"),
        ),
        (
            any(seat.voted for seat in seats),
            Reason("has_voted", "Whoever sits here has voted; the vote stands.", "D13"),
        ),
    )


def may_recuse(facts: PanelFacts, seat: SeatFacts | None) -> Decision:
    """Whoever sits may step back, with a reason, until their vote is in (D13)."""
    return Decision.of(
        (seat is None or seat.state not in (SeatState.WAITING, SeatState.CLEARED), NOT_ON_PANEL),
        (facts.closed or facts.state not in ANSWERABLE, CLOSED),
        (seat is not None and seat.voted, Reason("has_voted", "Your vote is in; it stands, and so does your seat.", "D13")),
    )


def may_read_file(seat: SeatFacts | None, role: Role | None, sub: str, participants: Sequence[Participation]) -> Decision:
    """The file of an appeal is open to those whom counsel cleared to judge it, and to its facilitator and to counsel who had no part
    (D13).

    `role` is that of somebody without a seat, None for whoever has one.
    """  # noqa: D205 - the rule is one sentence
    sits = seat is not None and seat.state is SeatState.CLEARED
    return Decision.of(
        (not sits and role not in (Role.FACILITATOR, Role.LEGAL), NOT_ON_PANEL),
        (role is Role.FACILITATOR and took_part(sub, participants), FACILITATOR_TOOK_PART),
        (
            role is Role.LEGAL and took_part(sub, participants),
            Reason("counsel_took_part", "You took part in what is appealed; its file is closed to you.", "D13"),
        ),
    )


def _number(name: str, route: Route, on: date) -> int:
    numbers = POLICY.value(name, on=on)
    found: int = numbers.get(route, numbers["default"])
    return found
