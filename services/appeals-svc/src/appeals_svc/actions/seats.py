"""Who sits on an appeal, as the rules ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chassis.edge import Edge
from sqlalchemy import or_
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions.committee import hash_of
from appeals_svc.actions.facts import known, participants_of
from appeals_svc.model import PanelFacts, Participation, Route, SeatFacts, State
from appeals_svc.tables import Appeal, Ballot, Member, Seat


@dataclass(frozen=True, slots=True)
class Bench:
    """An appeal under its lock, who sits on it, and who took part in what is appealed."""

    appeal: Appeal
    seats: dict[UUID, Seat]
    voted: frozenset[UUID]
    participants: tuple[Participation, ...]

    def facts(self) -> PanelFacts:
        """Give what the rules ask of the panel."""
        appeal = self.appeal
        return PanelFacts(
            state=State(appeal.state),
            route=Route(appeal.route),
            seats=tuple(self.facts_of(seat) for seat in self.seats.values()),
            closed=appeal.votes_opened_at is not None,
            needs_translation=rules.is_foreign(appeal.locale) and appeal.translation is None,
            target_at=appeal.target_at,
        )

    def facts_of(self, seat: Seat) -> SeatFacts:
        """Give what the rules ask of one seat."""
        return seat.facts(voted=seat.id in self.voted)

    def seat_of(self, sub_hash: bytes, *, member: bool) -> Seat | None:
        """Find somebody's seat, as a member of the committee or as a reviewer."""
        return next((one for one in self.seats.values() if one.sub_hash == sub_hash and (one.member_id is not None) == member), None)


async def bench_of(edge: Edge, appeal_id: UUID, *, lock: bool = True) -> Bench:
    """Gather who sits on an appeal.

    Raises:
        NotFound: there is no such appeal.
    """
    appeal = await (edge.lock(Appeal, appeal_id, "appeal") if lock else edge.get(Appeal, appeal_id, "appeal"))
    seats = await edge.session.scalars(select(Seat).where(Seat.appeal_id == appeal.id).order_by(col(Seat.id)))
    voted = await edge.session.scalars(select(Ballot.seat_id).where(Ballot.appeal_id == appeal.id))
    decision = await known(edge, appeal.decision_kind, appeal.decision_id)
    participants = () if decision is None else tuple(await participants_of(edge, decision))
    return Bench(appeal, {one.id: one for one in seats}, frozenset(voted), participants)


async def free_members(edge: Edge, bench: Bench) -> list[Member]:
    """List the members who could sit: not seated here before, no part in what is appealed, not the appellant (D13)."""
    out = {one.sub_hash for one in bench.seats.values()}
    out |= {hash_of(edge, one.sub) for one in bench.participants if rules.took_part(one.sub, bench.participants)}
    free = select(Member).where(col(Member.until).is_(None), col(Member.sub_hash).not_in(out))
    for column, value in ((Member.email_hash, bench.appeal.email_hash), (Member.user_hash, bench.appeal.user_hash)):
        if value is not None:
            free = free.where(or_(col(column).is_(None), col(column) != value))
    return list(await edge.session.scalars(free.order_by(col(Member.id))))
