"""Counsel's gate, and the 28 days that its approval starts (R104, D5, D13)."""

from __future__ import annotations

from uuid import UUID

from chassis import ticker
from chassis.audit import write_audit
from chassis.crypto import data_key
from chassis.edge import Edge
from chassis.outbox import record
from contracts import opaque
from contracts.appeal import AppealChange, AppealChangeKind

from appeals_svc import rules
from appeals_svc.actions import rulings
from appeals_svc.actions.facts import known, participants_of
from appeals_svc.model import State, Verdict
from appeals_svc.tables import Appeal


async def decide(edge: Edge, appeal_id: UUID, verdict: Verdict, note: str, *, requester_needed: str | None = None) -> Appeal:
    """Let an appeal proceed, or refuse it; approval starts its clock.

    `requester_needed` says why those who judge must know who asked for the case; without it they do not (D13).

    Raises:
        NotFound: there is no such appeal.
        Refused: it is not before counsel, or this counsel took part in what is appealed.
    """
    appeal = await edge.lock(Appeal, appeal_id, "appeal")
    decision = await known(edge, appeal.decision_kind, appeal.decision_id)
    participants = [] if decision is None else await participants_of(edge, decision)
    counsel = opaque(edge.by.id)
    rules.may_decide(State(appeal.state), counsel, participants).or_refuse()
    rulings.keep(edge, appeal.id, rulings.Gate(State(appeal.state), counsel, tuple(participants)), on=edge.now.date())
    prior, before = appeal.public(), appeal.state
    appeal.counsel_by, appeal.counsel_at = counsel, edge.now
    key = await data_key(edge, appeal.id)
    appeal.counsel_note = key.seal(note, place="appeal.counsel_note")
    if requester_needed is not None:
        appeal.requester_needed = key.seal(requester_needed, place="appeal.requester_needed")
    appeal.version += 1
    kind: AppealChangeKind = "refused_by_counsel"
    appeal.state = State.REFUSED_BY_COUNSEL
    if verdict is Verdict.APPROVE:
        kind = "accepted"
        appeal.state = State.ACCEPTED
        _start_clock(edge, appeal)
    record(edge, AppealChange.of(kind, state=appeal.public(), prior=prior, version=appeal.version, **edge.stamp()))
    write_audit(edge, aggregate="appeal", aggregate_id=appeal.id, prior_state=before, state=appeal.state, policy_date=edge.now.date())
    return appeal


async def at_risk(edge: Edge, appeal: Appeal) -> None:
    """Say that three quarters of the 28 days are gone; the caller holds the appeal's lock."""
    _tell_time(edge, appeal, "at_risk")


async def breached(edge: Edge, appeal: Appeal) -> None:
    """Say that the 28 days are gone; the appeal goes on (R97)."""
    _tell_time(edge, appeal, "breached")


def _start_clock(edge: Edge, appeal: Appeal) -> None:
    clock = rules.answer_clock(edge.now)
    appeal.target_at, appeal.at_risk_at, appeal.clock_state = clock.target_at, clock.at_risk_at, "running"
    ticker.schedule(edge, aggregate_id=appeal.id, kind="appeal.at_risk", due_at=clock.at_risk_at)
    ticker.schedule(edge, aggregate_id=appeal.id, kind="appeal.breached", due_at=clock.target_at)


def _tell_time(edge: Edge, appeal: Appeal, kind: AppealChangeKind) -> None:
    prior = appeal.public()
    appeal.clock_state = kind
    appeal.version += 1
    record(edge, AppealChange.of(kind, state=appeal.public(), prior=prior, version=appeal.version, **edge.stamp()))
    write_audit(edge, aggregate="appeal", aggregate_id=appeal.id, prior_state=appeal.state, state=appeal.state)
