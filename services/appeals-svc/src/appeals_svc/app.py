"""appeals-svc, composed: who may appeal, until when, who answers (R32, R33, R101-R109)."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service

from appeals_svc.api import ROUTERS
from appeals_svc.api.problems import PROBLEMS
from appeals_svc.deadlines import DEADLINES
from appeals_svc.invariants import INVARIANTS
from appeals_svc.reactions import REACTIONS
from appeals_svc.tables import Base

SERVICE = Service(
    name="appeals",
    title="appeals-svc",
    prefix="/appeals/v1",
    summary="Who may appeal a decision, until when, counsel's gate, who judges, and the answer within 28 days.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=ROUTERS,
    reactions=REACTIONS,
    deadlines=DEADLINES,
    invariants=INVARIANTS,
    problems=PROBLEMS,
)
