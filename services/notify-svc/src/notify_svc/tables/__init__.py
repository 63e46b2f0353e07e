"""Rows of notify-svc: who was told what."""

from notify_svc.tables.columns import Base
from notify_svc.tables.notification import Notification

__all__ = ["Base", "Notification"]
