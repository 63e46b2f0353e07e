"""Votes: sealed as they come in, opened together, never anybody's (D13)."""

from __future__ import annotations

import json
from dataclasses import asdict
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import DataKey, Sealed, data_key
from chassis.crypto.data_key import reveal_many
from chassis.edge import Edge
from contracts import opaque
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions.change import say, unnamed
from appeals_svc.actions.committee import hash_of
from appeals_svc.actions.seats import Bench, bench_of
from appeals_svc.model import Ballot, Vote
from appeals_svc.tables import Appeal
from appeals_svc.tables import Ballot as BallotRow

# Longer than any vote, its conditions and a note of a page: in one block all ballots are of one length.
BLOCK = 16_384
_PLACE = "ballot.says"


async def cast(edge: Edge, appeal_id: UUID, ballot: Ballot, *, member: bool) -> Appeal:
    """Take a vote in; with the last one all are opened and counted. Who cast it is in no event and no trail.

    Raises:
        NotFound: there is no such appeal.
        Refused: the caller does not judge it, has voted, or the votes are open.
    """
    mine = hash_of(edge, opaque(edge.by.id))
    unnamed(edge)
    bench = await bench_of(edge, appeal_id)
    seat = bench.seat_of(mine, member=member)
    rules.may_vote(bench.facts(), None if seat is None else bench.facts_of(seat), ballot).or_refuse()
    appeal = bench.appeal
    prior, before = appeal.public(), appeal.state
    if seat is not None:
        says = _sealed(await data_key(edge, appeal.id), ballot)
        edge.session.add(BallotRow(seat_id=seat.id, appeal_id=appeal.id, at=edge.now, says=says))
        bench = Bench(appeal, bench.seats, bench.voted | {seat.id}, bench.participants)
    appeal.votes = len(bench.voted)
    if rules.all_in(bench.facts(), edge.now.date()):
        await open_votes(edge, bench)
    say(edge, appeal, "voted", prior=prior, before=before, policy_date=edge.now.date())
    return appeal


async def open_votes(edge: Edge, bench: Bench) -> None:
    """Open every ballot at once and keep how many there are of each, and the conditions that hold; the caller holds the appeal's lock."""
    appeal = bench.appeal
    result = rules.result_of(await ballots_of(edge, appeal))
    appeal.votes_opened_at = edge.now
    appeal.counts = {vote.value: count for vote, count in result.counts.items()}
    if result.conditions:
        appeal.conditions = (await data_key(edge, appeal.id)).seal(json.dumps(result.conditions), place="appeal.conditions")


async def ballots_of(edge: Edge, appeal: Appeal) -> list[Ballot]:
    """Open the ballots of an appeal, in an order that says nothing of who cast them."""
    await edge.session.flush()
    rows = (await edge.session.scalars(select(BallotRow).where(BallotRow.appeal_id == appeal.id).order_by(col(BallotRow.seat_id)))).all()
    edge.access_reason = edge.access_reason or "the votes are counted"
    await log_access(edge, "appeal", appeal.id)
    texts = await reveal_many(edge, [row.says for row in rows], place=_PLACE)
    found = [Ballot(Vote(one["vote"]), tuple(one["conditions"]), one["note"]) for one in map(json.loads, texts)]
    return sorted(found, key=lambda one: (one.vote, one.note, one.conditions))


def _sealed(key: DataKey, ballot: Ballot) -> Sealed:
    """Seal a ballot in whole blocks: the length of what is sealed can be seen, and "overturn" is longer than "ratify"."""
    text = json.dumps(asdict(ballot))
    return key.seal(text + " " * (-len(text) % BLOCK), place=_PLACE)
