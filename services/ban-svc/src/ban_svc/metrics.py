"""What Prometheus reads of decisions: how many were enacted of late, beside how many are usual (R110)."""

from chassis.metrics import registry
from prometheus_client import Gauge

_enacted = Gauge("office_actions_enacted", "Actions enacted within the time of `usual_rate`, at the latest enactment.", registry=registry)
_usual = Gauge("office_actions_usual", "Actions that are usual within that time; more is an anomaly.", registry=registry)


def tell_rate(enacted: int, usual: int) -> None:
    """Set both figures; an alert compares them."""
    _enacted.set(enacted)
    _usual.set(usual)
