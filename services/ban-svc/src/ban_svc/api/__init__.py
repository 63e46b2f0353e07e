"""HTTP in and out of ban-svc (API.md, bans)."""

from ban_svc.api.actions import api
from ban_svc.api.check import CHECKS
from ban_svc.api.individuals import individuals
from ban_svc.api.problems import PROBLEMS

ROUTERS = (api, individuals)

__all__ = ["CHECKS", "PROBLEMS", "ROUTERS"]
