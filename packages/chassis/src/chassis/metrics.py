"""What Prometheus reads: requests, events and deliveries counted, and the four figures that tell whether anything is stuck (DESIGN 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from chassis.clock import Clock

if TYPE_CHECKING:
    from chassis.runtime import Runtime

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

registry = CollectorRegistry()

_requests = Histogram(
    "office_http_request_seconds",
    "Time from the request's head to the end of its answer.",
    ("service", "method", "route", "status"),
    buckets=BUCKETS,
    registry=registry,
)
_sent = Counter("office_relay_sent", "Events that the broker has acknowledged.", ("service",), registry=registry)
_heard = Counter("office_inbox_heard", "Events read: reacted to, parked or known.", ("service",), registry=registry)
_delivered = Counter("office_delivery_ended", "Deliveries that ended, by their state.", ("service", "state"), registry=registry)
_suppressed = Counter("office_log_suppressed", "Repeated lines of a library, counted and not written.", ("logger",), registry=registry)


def observe_request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; `route` is the template (`/bans/v1/actions/{id}`), never the path, and `none` where nothing matched."""
    _requests.labels(service, method if method in METHODS else "other", route, str(status)).observe(seconds)


def count_sent(service: str, events: int) -> None:
    """Count events that the relay has sent and stamped."""
    _sent.labels(service).inc(events)


def count_heard(service: str, events: int) -> None:
    """Count events that the inbox has committed."""
    _heard.labels(service).inc(events)


def count_delivered(service: str, state: str) -> None:
    """Count a delivery that ended `done`, `failed` or `uncertain`."""
    _delivered.labels(service, state).inc()


def count_suppressed(logger: str) -> None:
    """Count a log line that said again what had just been said."""
    _suppressed.labels(logger).inc()


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one service still has to do, as last read from its database."""

    clock: Clock
    read_at: datetime
    oldest_unsent: datetime | None
    parked: int
    parked_for_a_person: int
    overdue: int
    without_receipt: dict[str, int]


# One figure each, by partial indexes; `parked` and unfinished deliveries are few when all is well.
_READ = text("""
    SELECT (SELECT at FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT 1) AS oldest_unsent,
           (SELECT count(*) FROM parked) AS parked,
           (SELECT count(*) FROM parked WHERE next_at IS NULL AND tries > 0) AS parked_for_a_person,
           (SELECT count(*) FROM deadline WHERE state = 'waiting' AND due_at < :law) AS overdue
""")
_WITHOUT_RECEIPT = text("""
    SELECT state, count(*) FROM delivery
    WHERE state IN ('waiting', 'attempting', 'failed', 'uncertain') AND not_before < :law GROUP BY state
""")


class _Backlogs(Collector):
    def __init__(self) -> None:
        self.of: dict[str, Backlog] = {}

    def collect(self) -> Iterator[Metric]:
        """Tell every service's figures; ages are counted now, so that they grow when the reading stalls."""
        unsent = GaugeMetricFamily("office_outbox_oldest_unsent_seconds", "Age of the oldest unsent event, 0 if none.", labels=("service",))
        parked = GaugeMetricFamily("office_parked_events", "Events parked; waits=person needs one.", labels=("service", "waits"))
        overdue = GaugeMetricFamily("office_deadlines_overdue", "Deadlines past their date and not acted on.", labels=("service",))
        owed = GaugeMetricFamily("office_deliveries_without_receipt", "Deliveries due and without receipt.", labels=("service", "state"))
        age = GaugeMetricFamily("office_backlog_read_age_seconds", "Time since these figures were read.", labels=("service",))
        for service, backlog in self.of.items():
            wall = backlog.clock.wall()
            unsent.add_metric((service,), max(0.0, (wall - backlog.oldest_unsent).total_seconds()) if backlog.oldest_unsent else 0.0)
            parked.add_metric((service, "retry"), backlog.parked - backlog.parked_for_a_person)
            parked.add_metric((service, "person"), backlog.parked_for_a_person)
            overdue.add_metric((service,), backlog.overdue)
            for state in ("waiting", "attempting", "failed", "uncertain"):
                owed.add_metric((service, state), backlog.without_receipt.get(state, 0))
            age.add_metric((service,), (wall - backlog.read_at).total_seconds())
        yield from (unsent, parked, overdue, owed, age)


_backlogs = _Backlogs()
registry.register(_backlogs)


async def refresh(runtime: "Runtime") -> None:
    """Read a service's backlog; the worker calls it every few seconds, and a scrape never touches the database."""
    clock = runtime.clock
    law = {"law": clock.law()}
    async with runtime.db.engine.connect() as connection:
        row = (await connection.execute(_READ, law)).one()
        owed = {state: count for state, count in await connection.execute(_WITHOUT_RECEIPT, law)}  # noqa: C416  # rows are no pairs to mypy
    _backlogs.of[runtime.service.name] = Backlog(clock=clock, read_at=clock.wall(), without_receipt=owed, **row._mapping)  # noqa: SLF001  # a public name of SQLAlchemy's rows


def render() -> bytes:
    """Give everything in Prometheus's text format, for `/metrics` with `CONTENT_TYPE`."""
    return generate_latest(registry)
