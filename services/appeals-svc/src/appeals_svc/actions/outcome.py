"""The answer: computed from the votes, written by the facilitator or by counsel alone, said to whoever owns the decision (D13, D14)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge
from contracts import opaque

from appeals_svc import rules
from appeals_svc.actions import rulings
from appeals_svc.actions.change import say, stop
from appeals_svc.actions.seats import bench_of
from appeals_svc.actions.votes import open_votes
from appeals_svc.model import Outcome, State, Vote
from appeals_svc.tables import Appeal


async def answer(edge: Edge, appeal_id: UUID, reply: str) -> Appeal:
    """Answer an appeal with the outcome that its votes make and a reasoned reply.

    Raises:
        NotFound: there is no such appeal.
        Refused: votes are outstanding, or this facilitator had a part.
    """
    bench = await bench_of(edge, appeal_id)
    appeal = bench.appeal
    rules.may_answer(bench.facts(), opaque(edge.by.id), bench.participants, edge.now).or_refuse()
    prior = appeal.public()
    if appeal.votes_opened_at is None:
        await open_votes(edge, bench)
    counts = {Vote(name): count for name, count in (appeal.counts or {}).items()}
    await _decide(edge, appeal, counts, reply)
    say(edge, appeal, "decided", prior=prior, before=State.IN_PANEL, policy_date=edge.now.date())
    return appeal


async def answer_alone(edge: Edge, appeal_id: UUID, vote: Vote, reply: str) -> Appeal:
    """Answer an appeal about child protection, which counsel handles alone.

    Raises:
        NotFound: there is no such appeal.
        Refused: it is not counsel's alone, waits for no answer, or this counsel had a part.
    """
    bench = await bench_of(edge, appeal_id)
    rules.may_answer_alone(bench.facts(), opaque(edge.by.id), bench.participants).or_refuse()
    prior, before = bench.appeal.public(), bench.appeal.state
    await _decide(edge, bench.appeal, {vote: 1}, reply)
    say(edge, bench.appeal, "decided", prior=prior, before=before, policy_date=edge.now.date())
    return bench.appeal


async def note_refusal(edge: Edge, appeal_id: UUID, codes: Sequence[str]) -> None:
    """Keep that the owner of the decision could not carry the outcome out, and why; heard once."""
    appeal = await edge.lock(Appeal, appeal_id, "appeal")
    if appeal.state != State.DECIDED or appeal.outcome_refused is not None:
        return
    prior = appeal.public()
    appeal.outcome_refused, appeal.outcome_refused_at = list(codes), edge.now
    say(edge, appeal, "outcome_refused", prior=prior, before=appeal.state)


async def _decide(edge: Edge, appeal: Appeal, counts: dict[Vote, int], reply: str) -> None:
    outcome: Outcome = rules.outcome_of(counts)
    rulings.keep(edge, appeal.id, rulings.Count(counts), on=edge.now.date())
    appeal.reply = (await data_key(edge, appeal.id)).seal(reply, place="appeal.reply")
    appeal.outcome, appeal.decided_at, appeal.decided_by = outcome, edge.now, opaque(edge.by.id)
    appeal.state = State.DECIDED
    await stop(edge, appeal)
