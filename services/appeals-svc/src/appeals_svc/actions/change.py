"""What every change of an appeal leaves: its next version, the event that says so, and its trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chassis import ticker
from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.outbox import record
from contracts.appeal import AppealChange, AppealChangeKind, AppealState
from kernel.decision import Reason

from appeals_svc.tables import Appeal


def say(
    edge: Edge,
    appeal: Appeal,
    kind: AppealChangeKind,
    *,
    prior: AppealState,
    before: str,
    reasons: Iterable[Reason] = (),
    policy_date: date | None = None,
) -> None:
    """Record a change of an appeal whose row is changed already; `prior` and `before` are how it was."""
    appeal.version += 1
    record(edge, AppealChange.of(kind, state=appeal.public(), prior=prior, version=appeal.version, **edge.stamp()))
    note(edge, appeal, before=before, reasons=reasons, policy_date=policy_date)


def note(edge: Edge, appeal: Appeal, *, before: str, reasons: Iterable[Reason] = (), policy_date: date | None = None) -> None:
    """Leave a trail of what is not said on the bus."""
    write_audit(
        edge,
        aggregate="appeal",
        aggregate_id=appeal.id,
        prior_state=before,
        state=appeal.state,
        reasons=reasons,
        policy_date=policy_date,
    )


def unnamed(edge: Edge) -> None:
    """Let what follows in this edge be the service's doing: whoever votes or steps back is named in no event and no trail (D13)."""
    edge.by = edge.runtime.performer


async def stop(edge: Edge, appeal: Appeal) -> None:
    """End every date of an appeal that has ended."""
    if appeal.clock_state is not None:
        appeal.clock_state = "stopped"
    await ticker.cancel(edge, appeal.id)
