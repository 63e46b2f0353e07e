"""HTTP in and out of ban-svc (API.md, bans)."""

from ban_svc.api.actions import api
from ban_svc.api.check import CHECKS
from ban_svc.api.check_results import results
from ban_svc.api.contacts import contacts
from ban_svc.api.custody import custody
from ban_svc.api.delegations import delegations
from ban_svc.api.effects import effects
from ban_svc.api.events import gatherings
from ban_svc.api.individuals import individuals
from ban_svc.api.life import life
from ban_svc.api.notice import notices
from ban_svc.api.photographs import photographs
from ban_svc.api.problems import PROBLEMS
from ban_svc.api.reversals import reversals

ROUTERS = (api, effects, contacts, custody, life, notices, delegations, individuals, gatherings, photographs, results, reversals)

__all__ = ["CHECKS", "PROBLEMS", "ROUTERS"]
