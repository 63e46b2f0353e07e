"""Seat those who judge: drawn or named, cleared by counsel, replaced when somebody steps back (D13)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from contracts import opaque

from appeals_svc import rules
from appeals_svc.actions import rulings
from appeals_svc.actions.change import note, say, unnamed
from appeals_svc.actions.committee import hash_of
from appeals_svc.actions.seats import Bench, bench_of, free_members
from appeals_svc.actions.votes import open_votes
from appeals_svc.model import Clearance, Naming, Route, SeatState, State
from appeals_svc.tables import Appeal, Member, Panel, Seat

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Word:
    """What counsel says of one seat, and why."""

    seat_id: UUID
    clearance: Clearance
    why: str


async def seat(edge: Edge, appeal_id: UUID, named: Sequence[str] = ()) -> Appeal:
    """Draw the panel, or seat the reviewers who are named; counsel clears them before they begin.

    Raises:
        NotFound: there is no such appeal.
        Refused: it waits for no panel, this facilitator had a part, or too few could sit.
    """
    bench = await bench_of(edge, appeal_id)
    facilitator, on = opaque(edge.by.id), edge.now.date()
    facts = bench.facts()
    rules.may_seat(facts, facilitator, bench.participants, on).or_refuse()
    named = tuple(opaque(one) for one in named)
    if facts.route is Route.COMMITTEE:
        free = await free_members(edge, bench)
        rules.may_draw(facts, named, len(free), on).or_refuse()
        await _draw(edge, bench, free)
    else:
        before = frozenset(one.reviewer for one in bench.seats.values() if one.reviewer is not None)
        rules.may_name(facts, Naming(facilitator, named, before), bench.participants, on).or_refuse()
        for reviewer in named:
            _sit(edge, bench, hash_of(edge, reviewer), reviewer=reviewer)
    note(edge, bench.appeal, before=bench.appeal.state, policy_date=on)
    return bench.appeal


async def clear(edge: Edge, appeal_id: UUID, words: Sequence[Word]) -> Appeal:
    """Clear those who are to judge, or keep them out; the next of the lot sits in the place of a member who is kept out.

    Raises:
        NotFound: there is no such appeal, or no such seat on it.
        Refused: this counsel had a part, or a seat cannot be cleared any more.
    """
    bench = await bench_of(edge, appeal_id)
    if any(word.seat_id not in bench.seats for word in words):
        raise NotFound("seat")
    counsel, seats = opaque(edge.by.id), [bench.seats[word.seat_id] for word in words]
    rules.may_clear(bench.facts(), [bench.facts_of(one) for one in seats], counsel, bench.participants).or_refuse()
    key, cleared_before = await data_key(edge, bench.appeal.id), bench.facts().count(SeatState.CLEARED)
    for word, one in zip(words, seats, strict=True):
        one.why = key.seal(word.why, place="seat.why")
        if word.clearance is Clearance.CLEAR:
            one.state, one.cleared_by, one.cleared_at = SeatState.CLEARED, counsel, edge.now
        else:
            one.state, one.left_at = SeatState.EXCLUDED, edge.now
    await _refill(edge, bench)
    await _go_on(edge, bench, fewer=bench.facts().count(SeatState.CLEARED) < cleared_before)
    return bench.appeal


async def recuse(edge: Edge, appeal_id: UUID, why: str, *, member: bool) -> Appeal:
    """Step back from an appeal; who did is in no event and no trail.

    Raises:
        NotFound: there is no such appeal.
        Refused: the caller has no seat on it, has voted, or the votes are open.
    """
    mine = hash_of(edge, opaque(edge.by.id))
    unnamed(edge)
    bench = await bench_of(edge, appeal_id)
    one = bench.seat_of(mine, member=member)
    rules.may_recuse(bench.facts(), None if one is None else bench.facts_of(one)).or_refuse()
    if one is not None:
        one.state, one.left_at = SeatState.RECUSED, edge.now
        one.why = (await data_key(edge, bench.appeal.id)).seal(why, place="seat.why")
    await _refill(edge, bench)
    await _go_on(edge, bench, fewer=True)
    return bench.appeal


async def _draw(edge: Edge, bench: Bench, free: Sequence[Member]) -> None:
    """Let the lot fill the free seats; the seed is taken once, so that nobody draws again until it suits."""
    panel = await edge.session.get(Panel, bench.appeal.id)
    if panel is None:
        panel = Panel(appeal_id=bench.appeal.id, seed=secrets.token_bytes(SEED_BYTES), at=edge.now)
        edge.session.add(panel)
    on = edge.now.date()
    by_id, wanted = {one.id: one for one in free}, rules.vacancies(bench.facts(), on)
    rulings.keep(edge, bench.appeal.id, rulings.Lot(panel.seed.hex(), tuple(sorted(by_id)), wanted), on=on)
    for member_id in rules.drawn(panel.seed, by_id, wanted):
        _sit(edge, bench, by_id[member_id].sub_hash, member_id=member_id)


def _sit(edge: Edge, bench: Bench, sub_hash: bytes, *, member_id: UUID | None = None, reviewer: str | None = None) -> None:
    one = Seat(
        id=new_id(),
        appeal_id=bench.appeal.id,
        member_id=member_id,
        reviewer=reviewer,
        sub_hash=sub_hash,
        state=SeatState.WAITING,
        since=edge.now,
    )
    edge.session.add(one)
    bench.seats[one.id] = one


async def _refill(edge: Edge, bench: Bench) -> None:
    """Seat the next of the lot where a seat of the committee is free; a reviewer's place waits for the facilitator."""
    if bench.appeal.route == Route.COMMITTEE and rules.vacancies(bench.facts(), edge.now.date()) > 0:
        free = await free_members(edge, bench)
        if free:
            await _draw(edge, bench, free)


async def _go_on(edge: Edge, bench: Bench, *, fewer: bool) -> None:
    """Say that somebody left, begin when everybody is cleared, and open the votes when it was the last one to wait for."""
    appeal, on, facts = bench.appeal, edge.now.date(), bench.facts()
    prior, before, sat = appeal.public(), appeal.state, appeal.seats
    count = facts.count(SeatState.CLEARED)
    if fewer:
        appeal.seats = count if before == State.IN_PANEL else 0
        if before == State.IN_PANEL and rules.all_in(facts, on):
            await open_votes(edge, bench)
        say(edge, appeal, "recused", prior=prior, before=before, policy_date=on)
        prior = appeal.public()
    more = facts.route is not Route.COMMITTEE or bool(await free_members(edge, bench))
    if rules.is_seated(facts, on, more=more) and (before == State.ACCEPTED or count > sat):
        appeal.state, appeal.seats = State.IN_PANEL, count
        say(edge, appeal, "panel_seated", prior=prior, before=before, policy_date=on)
    elif not fewer:
        note(edge, appeal, before=before, policy_date=on)
