"""The trail: who did or was refused what, on which ground, and who read whom and why. Ids, codes and digests only (DESIGN 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from kernel.actor import Performer
from kernel.decision import Reason
from sqlalchemy import select

from chassis import tables
from chassis.crypto.data_key import AccessNotLogged
from chassis.crypto.rotation import reason_aad
from chassis.edge import new_id
from chassis.errors import AccessReasonMissing

if TYPE_CHECKING:
    from chassis.edge import Edge
    from chassis.runtime import Runtime


def write_audit(
    edge: "Edge",
    *,
    aggregate: str | None,
    aggregate_id: UUID | None,
    operation: str | None = None,
    outcome: str = "done",
    prior_state: str | None = None,
    state: str | None = None,
    digest: str | None = None,
    policy_date: date | None = None,
    reasons: Iterable[Reason] = (),
    event_id: UUID | None = None,
) -> None:
    """Put one row into the audit trail with the edge's transaction.

    `operation` is `source:subject:action`: who asked (`http`, `event`, `deadline`, `delivery`, `command`), the aggregate, the verb
    (`http:action:enact`); left out, it is the edge's own. `outcome` is `done` or `refused`; `digest` is of what was signed or
    recommended; of `reasons` codes and citations are kept, sentences are not.
    """
    grounds = list(reasons)
    edge.write(
        tables.audit,
        id=new_id(),
        at=edge.wall(),
        law_at=edge.now,
        role=str(edge.by.role),
        sub=edge.by.id,
        operation=operation or edge.operation,
        aggregate=aggregate,
        aggregate_id=aggregate_id,
        outcome=outcome,
        prior_state=prior_state,
        state=state,
        digest=digest,
        policy_date=policy_date.isoformat() if policy_date else None,
        reasons=[reason.code for reason in grounds],
        cites=[reason.cite for reason in grounds],
        request_id=edge.request_id,
        event_id=event_id,
    )


async def write_refusal(
    runtime: "Runtime",
    *,
    by: Performer,
    operation: str,
    aggregate: str | None,
    aggregate_id: UUID | None,
    reasons: Iterable[Reason],
    request_id: str,
) -> None:
    """Put a refusal into the trail in a transaction of its own, for the one that was refused has been rolled back.

    Raises:
        Exception: whatever the database said; the caller answers 503, because a refusal without its trace is not answered.
    """
    async with runtime.edge(operation, by=by, request_id=request_id) as edge:
        write_audit(edge, aggregate=aggregate, aggregate_id=aggregate_id, outcome="refused", reasons=reasons)


async def log_access(edge: "Edge", aggregate: str, aggregate_id: UUID) -> None:
    """Log that what belongs to this aggregate is read, and let `crypto.reveal` open it in this edge and in no other.

    The row is written with the edge, and the edge commits before the response goes out: no log, no read. What a person does
    gives its reason in a header; reactions, deadlines and deliveries name what they work on (`event ID`).

    Raises:
        AccessReasonMissing: the caller gave no `X-Access-Reason`.
    """
    reason = (edge.access_reason or "").strip()
    if not reason:
        raise AccessReasonMissing
    # One edge of the inbox works many events: each gives its own reason, and each has its own row.
    if edge.opened.get(aggregate_id) == reason:
        return
    keyring, row_id = edge.runtime.keyring, new_id()
    edge.write(
        tables.access_log,
        id=row_id,
        at=edge.wall(),
        role=str(edge.by.role),
        sub=edge.by.id,
        operation=edge.operation,
        aggregate=aggregate,
        aggregate_id=aggregate_id,
        reason=keyring.seal(reason.encode(), reason_aad(row_id)),
        reason_hash=keyring.hash("access_log.reason", reason),
        request_id=edge.request_id,
    )
    edge.opened[aggregate_id] = reason


@dataclass(frozen=True, slots=True)
class Access:
    """One look that was logged: who, in which role, by which operation, why, and when (UTC, the wall's)."""

    role: str
    sub: str
    operation: str
    reason: str
    at: datetime


async def accesses_of(edge: "Edge", aggregate_id: UUID) -> list[Access]:
    """Read who looked at what belongs to an aggregate, oldest first; the edge's own look is written with it and comes after.

    Raises:
        AccessNotLogged: the edge has not logged that it looks at this aggregate itself.
    """
    if aggregate_id not in edge.opened:
        raise AccessNotLogged
    row = tables.access_log.c
    asked = select(row.id, row.role, row.sub, row.operation, row.reason, row.at).where(row.aggregate_id == aggregate_id)
    keyring = edge.runtime.keyring
    return [
        Access(one.role, one.sub, one.operation, keyring.open(one.reason, reason_aad(one.id)).decode(), one.at)
        for one in await edge.session.execute(asked.order_by(row.at, row.id))
    ]
