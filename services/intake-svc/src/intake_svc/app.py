"""intake-svc, composed: requests, cases, the policy clocks and what an evaluator recommends."""

from pathlib import Path

from chassis.service import Service

from intake_svc.api import ROUTERS
from intake_svc.deadlines import DEADLINES
from intake_svc.deliveries import CARRIERS
from intake_svc.deliveries.start import make_sure
from intake_svc.invariants import INVARIANTS
from intake_svc.mail.lmtp import listen
from intake_svc.mail.reader import close
from intake_svc.reactions import REACTIONS
from intake_svc.rules.problems import PROBLEMS
from intake_svc.tables import Base

SERVICE = Service(
    name="intake",
    title="intake-svc",
    prefix="/intake/v1",
    summary="Requests for office actions, their cases and clocks, and what an evaluator recommends.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=ROUTERS,
    reactions=REACTIONS,
    deadlines=DEADLINES,
    carriers=CARRIERS,
    invariants=INVARIANTS,
    loops={"lmtp": listen},
    on_start=make_sure,
    on_stop=close,
    problems=PROBLEMS,
)
