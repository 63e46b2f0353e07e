"""Saying what changed: the event and its audit row, together or not at all (DESIGN 3)."""

from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.outbox import record
from contracts.case import CaseChange, CaseChangeKind
from contracts.case import CaseState as CaseSaid
from contracts.request import RequestChange, RequestChangeKind
from contracts.request import RequestState as RequestSaid
from kernel.decision import Reason
from kernel.workdays import calendar_day

from intake_svc.tables import Case, Request


def source_of(edge: Edge) -> str:
    """Tell who asked: `http`, `event`, `deadline`."""
    source = edge.operation.partition(":")[0]
    return "event" if source.startswith("office_actions.") else source


def say_request(edge: Edge, row: Request, kind: RequestChangeKind, prior: RequestSaid | None) -> UUID:
    """Record one change of a request, whose version the caller has moved on; give the event's id."""
    event = RequestChange.of(kind, state=row.public(), prior=prior, version=row.version, **edge.stamp())
    record(edge, event)
    write_audit(
        edge,
        aggregate="request",
        aggregate_id=row.id,
        operation=f"{source_of(edge)}:request:{kind}",
        prior_state=prior.state if prior else None,
        state=row.state,
        policy_date=calendar_day(row.received_at),
        event_id=event.meta.id,
    )
    return event.meta.id


def say_case(edge: Edge, row: Case, kind: CaseChangeKind, prior: CaseSaid | None, *, reasons: tuple[Reason, ...] = ()) -> None:
    """Record one change of a case, whose version the caller has moved on; `reasons` are remarks for the trail."""
    event = CaseChange.of(kind, state=row.public(), prior=prior, version=row.version, **edge.stamp())
    record(edge, event)
    write_audit(
        edge,
        aggregate="case",
        aggregate_id=row.id,
        operation=f"{source_of(edge)}:case:{kind}",
        prior_state=prior.state if prior else None,
        state=row.state,
        digest=row.recommendation_digest if kind == "recommended" else None,
        policy_date=calendar_day(row.received_at),
        reasons=reasons,
        event_id=event.meta.id,
    )


def note_request(edge: Edge, row: Request, what: str) -> None:
    """Put into a request's trail what changes nothing that others are told."""
    write_audit(
        edge,
        aggregate="request",
        aggregate_id=row.id,
        operation=f"{source_of(edge)}:request:{what}",
        prior_state=row.state,
        state=row.state,
    )


def note_case(edge: Edge, row: Case, what: str) -> None:
    """Put into a case's trail what changes nothing that others are told."""
    write_audit(
        edge, aggregate="case", aggregate_id=row.id, operation=f"{source_of(edge)}:case:{what}", prior_state=row.state, state=row.state
    )
