"""HTTP in and out: forms, views and routes of notices, their counter-notices, and what other services ask (API.md)."""

from dmca_svc.api.announcements import announcements
from dmca_svc.api.counter_notices import counter_notices
from dmca_svc.api.cures import cures
from dmca_svc.api.disposals import disposals
from dmca_svc.api.evidence import evidence
from dmca_svc.api.figures import figures
from dmca_svc.api.infringers import infringers
from dmca_svc.api.joinings import joinings
from dmca_svc.api.lumen import lumen
from dmca_svc.api.measures import measures
from dmca_svc.api.notices import notices
from dmca_svc.api.peers import peers

ROUTERS = (notices, cures, disposals, evidence, joinings, counter_notices, measures, announcements, infringers, figures, lumen, peers)

__all__ = ["ROUTERS"]
