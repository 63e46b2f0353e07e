"""ban-svc: decisions about persons, their chain, their enactment, and the ban check (R10-R38, R59-R85)."""

from pathlib import Path

from chassis.service import Service

from ban_svc.api import CHECKS, PROBLEMS, ROUTERS
from ban_svc.deadlines import DEADLINES
from ban_svc.index import LOOP, keep_fresh, start_index
from ban_svc.invariants import INVARIANTS
from ban_svc.reactions import REACTIONS
from ban_svc.tables import Base

SERVICE = Service(
    name="ban",
    title="ban-svc",
    prefix="/bans/v1",
    summary="Decisions about persons: who must sign, when they take effect, whom they cover.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=ROUTERS,
    hot=CHECKS,
    reactions=REACTIONS,
    deadlines=DEADLINES,
    invariants=INVARIANTS,
    loops={LOOP: keep_fresh},
    on_start=start_index,
    problems=PROBLEMS,
)
