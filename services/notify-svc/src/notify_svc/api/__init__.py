"""HTTP in and out of notify-svc (API.md, notify)."""

from notify_svc.api.letters import letters
from notify_svc.api.notifications import notifications

ROUTERS = (notifications, letters)

__all__ = ["ROUTERS"]
