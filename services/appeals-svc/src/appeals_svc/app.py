"""appeals-svc, composed: who may appeal, until when, who answers (R32, R33, R101-R109)."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service

from appeals_svc.api import api
from appeals_svc.deadlines import DEADLINES
from appeals_svc.invariants import INVARIANTS
from appeals_svc.reactions import REACTIONS
from appeals_svc.tables import Base

PROBLEMS = {
    "not_with_counsel": "An appeal proceeds only upon approval of legal counsel, given once, when it is complete (R104).",
    "counsel_took_part": "Whoever evaluated, signed, advised or reported has no part in an appeal; another counsel decides (D13).",
    "reasons_not_asked": "Reasons come with the appeal, or once when they are asked for (R107).",
    "reasons_too_late": "Missing reasons are waited for fourteen days (D14).\nFile the appeal anew while its time runs.",
    "already_verified": "An appellant is verified once: how, by whom and when is on record (D14).",
    "verification_not_awaited": "An appeal that has ended waits for nobody's verification (D14).",
    "decision_just_known": "A decision that becomes known while an appeal about it is filed is looked at anew.\nSend the request again.",
}

SERVICE = Service(
    name="appeals",
    title="appeals-svc",
    prefix="/appeals/v1",
    summary="Who may appeal a decision, until when, counsel's gate, and the 28 days to the answer.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=[api],
    reactions=REACTIONS,
    deadlines=DEADLINES,
    invariants=INVARIANTS,
    problems=PROBLEMS,
)
