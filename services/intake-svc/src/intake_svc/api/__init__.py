"""HTTP in and out of intake: forms, views and routes (API: intake)."""

from intake_svc.api.cases import cases
from intake_svc.api.peers import peers
from intake_svc.api.requests import requests
from intake_svc.api.staff import staff

ROUTERS = (requests, cases, staff, peers)
