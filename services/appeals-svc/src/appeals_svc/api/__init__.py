"""HTTP in and out: filing, the gate, those who judge, and what is told of an appeal (R104-R108, D13)."""

from appeals_svc.api.committee import committee_api
from appeals_svc.api.file import file_api
from appeals_svc.api.panel import judging
from appeals_svc.api.routes import api

ROUTERS = (api, judging, file_api, committee_api)

__all__ = ["ROUTERS"]
