"""dmca-svc: notices, assessment, review, takedowns, counter-notices, put-back windows (R39-R49)."""

from pathlib import Path

from chassis.service import Service

from dmca_svc.api import ROUTERS
from dmca_svc.deadlines import DEADLINES
from dmca_svc.deliveries import CARRIERS
from dmca_svc.invariants import INVARIANTS
from dmca_svc.letters.reader import close, warm
from dmca_svc.problems import PROBLEMS
from dmca_svc.reactions import REACTIONS
from dmca_svc.tables import Base

SERVICE = Service(
    name="dmca",
    title="dmca-svc",
    prefix="/dmca/v1",
    summary="Takedown notices: read by a machine, judged and signed by people, restored by the statute's calendar.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=ROUTERS,
    reactions=REACTIONS,
    deadlines=DEADLINES,
    carriers=CARRIERS,
    invariants=INVARIANTS,
    problems=PROBLEMS,
    on_start=warm,
    on_stop=close,
)
