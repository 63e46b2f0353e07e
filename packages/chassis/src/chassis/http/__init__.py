"""HTTP in and out: what every operation of every service has in common (DESIGN 5)."""

from chassis.http.body import Received, ReceivedBody
from chassis.http.hot import HotRoute
from chassis.http.paging import After, Limit, Page, page
from chassis.http.route import OpenEdge, Prepared
from chassis.http.router import Router, undocumented_problems, walk

__all__ = [
    "After",
    "HotRoute",
    "Limit",
    "OpenEdge",
    "Page",
    "Prepared",
    "Received",
    "ReceivedBody",
    "Router",
    "page",
    "undocumented_problems",
    "walk",
]
