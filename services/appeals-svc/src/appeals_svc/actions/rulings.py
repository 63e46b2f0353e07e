"""What the law was asked about an appeal, kept with its date, and asked again (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.edge import Edge, new_id
from pydantic import TypeAdapter
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.model import AppellantRole, Channel, DecisionFacts, Participation, State, Vote
from appeals_svc.tables import Ruling


@dataclass(frozen=True, slots=True)
class Filed:
    """What is asked when an appeal is judged."""

    decision: DecisionFacts | None
    role: AppellantRole
    channel: Channel
    at: datetime
    claim: rules.Claim


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked when counsel decides; who took part by the opaque ids of the bus."""

    state: State
    counsel: str
    participants: tuple[Participation, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """What is asked when a panel is drawn; the seed in hexadecimal digits."""

    seed: str
    free: tuple[UUID, ...]
    seats: int


@dataclass(frozen=True, slots=True)
class Count:
    """What is asked when the votes are open: how many of each."""

    counts: dict[Vote, int]


Asked = Filed | Gate | Lot | Count


def keep(edge: Edge, appeal_id: UUID, asked: Asked, *, on: date) -> None:
    """Keep a question of the law with what it answers."""
    what = next(name for name, kind in KINDS.items() if isinstance(asked, kind))
    facts = TypeAdapter(type(asked)).dump_python(asked, mode="json")
    edge.session.add(
        Ruling(id=new_id(), appeal_id=appeal_id, at=edge.now, what=what, policy_date=on, facts=facts, answer=ANSWERS[what](asked))
    )


async def of(edge: Edge, appeal_id: UUID) -> list[tuple[Ruling, bool]]:
    """List what was asked about an appeal, oldest first, with whether the law answers the same when it is asked again."""
    rows = await edge.session.scalars(select(Ruling).where(Ruling.appeal_id == appeal_id).order_by(col(Ruling.id)))
    return [(row, again(row) == row.answer) for row in rows]


def again(row: Ruling) -> dict[str, Any]:
    """Ask the same of the law again, with the numbers of that date."""
    return ANSWERS[row.what](TypeAdapter(KINDS[row.what]).validate_python(row.facts))


def _eligibility(asked: Any) -> dict[str, Any]:
    filed: Filed = asked
    decided = rules.may_file(filed.decision, filed.role, filed.at, filed.claim)
    issuance = rules.final_issuance(filed.decision, filed.at)
    answer: dict[str, Any] = {"codes": [reason.code for reason in decided.reasons]}
    if filed.decision is not None and issuance is not None:
        window = rules.window_of(filed.decision, issuance)
        answer["route"] = rules.route_of(filed.decision, filed.role, filed.channel, filed.at).value
        answer["until"], answer["policy_until"] = window.until.isoformat(), window.policy_until.isoformat()
    return answer


def _gate(asked: Any) -> dict[str, Any]:
    gate: Gate = asked
    return {"codes": [reason.code for reason in rules.may_decide(gate.state, gate.counsel, gate.participants).reasons]}


def _draw(asked: Any) -> dict[str, Any]:
    lot: Lot = asked
    return {"drawn": [str(member) for member in rules.drawn(bytes.fromhex(lot.seed), lot.free, lot.seats)]}


def _outcome(asked: Any) -> dict[str, Any]:
    count: Count = asked
    return {"outcome": rules.outcome_of(count.counts).value}


KINDS: dict[str, type[Any]] = {"eligibility": Filed, "gate": Gate, "draw": Lot, "outcome": Count}
ANSWERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "eligibility": _eligibility,
    "gate": _gate,
    "draw": _draw,
    "outcome": _outcome,
}
