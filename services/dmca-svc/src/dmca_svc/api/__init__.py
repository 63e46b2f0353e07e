"""HTTP in and out: forms, views and routes of notices, their counter-notices, and what other services ask (API.md)."""

from dmca_svc.api.counter_notices import counter_notices
from dmca_svc.api.notices import notices
from dmca_svc.api.peers import peers

ROUTERS = (notices, counter_notices, peers)

__all__ = ["ROUTERS"]
