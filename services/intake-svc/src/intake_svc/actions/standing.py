"""Reading a sender's standing: what rules ask, who is heard, and what staff may see, each look logged (R118, D12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal_many
from chassis.edge import Edge
from kernel.decision import Refused
from kernel.workdays import calendar_day
from sqlalchemy import func, select, text
from sqlmodel import col

from intake_svc.model.filing import Sender as Writer
from intake_svc.model.sender import Lane, SenderFacts, SenderState
from intake_svc.rules import sender as rules
from intake_svc.tables import ConductRow, LockOut, Request, Sender, WarningRow

Row = TypeVar("Row", ConductRow, WarningRow, LockOut)
# Nearly everybody is heard, and is asked about at every filing: one statement that is written once and makes no row of a sender.
_ANY_OUT = text("SELECT true FROM sender WHERE mark = ANY(CAST(:marks AS bytea[])) AND locked_out_until > :now LIMIT 1")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a sender's standing, whole; `notes` go with `conducts`, in their order."""

    row: Sender
    conducts: Sequence[ConductRow]
    notes: Sequence[str]
    warnings: Sequence[WarningRow]
    lock_outs: Sequence[LockOut]


async def facts_of(edge: Edge, sender: Sender) -> SenderFacts:
    """Give what a rule asks about a sender."""
    conducts, warnings = await rows_of(edge, ConductRow, sender.id), await rows_of(edge, WarningRow, sender.id)
    confirmed = await edge.session.scalar(select(func.max(col(LockOut.confirmed_at))).where(col(LockOut.sender_id) == sender.id))
    mark = Request.email_hash if sender.known_by == "email" else Request.wiki_user_hash
    about = select(func.unnest(col(Request.complained_of))).where(col(mark) == sender.mark)
    return SenderFacts(
        SenderState(sender.state),
        tuple(row.facts() for row in conducts),
        tuple(row.delivered_at for row in warnings if row.delivered_at is not None),
        confirmed,
        frozenset(await edge.session.scalars(about)),
    )


async def hear(edge: Edge, lane: Lane, writer: Writer) -> Sender | None:
    """Give the sender where one is locked out who is heard all the same, for courtesies are left out then.

    Raises:
        Refused: the sender is locked out, and this is not what always comes in (R118).
    """
    (found,) = await hear_many(edge, [(lane, writer)])
    if isinstance(found, Refused):
        raise found
    return found


async def hear_many(edge: Edge, filed: Sequence[tuple[Lane, Writer]]) -> list[Sender | Refused | None]:
    """Ask of each whether it is heard, with one look for all."""
    marks = [marks_of(edge, writer) for _, writer in filed]
    wanted = {mark for mine in marks for mark in mine}
    if not wanted or (await edge.session.execute(_ANY_OUT, {"marks": list(wanted), "now": edge.now})).first() is None:
        return [None for _ in filed]
    asked = select(Sender).where(col(Sender.mark).in_(sorted(wanted)), col(Sender.locked_out_until) > edge.now)
    out = {row.mark: row for row in await edge.session.scalars(asked)}
    return [
        _heard(edge, lane, next((out[mark] for mark in mine if mark in out), None)) for (lane, _), mine in zip(filed, marks, strict=True)
    ]


def marks_of(edge: Edge, writer: Writer) -> list[bytes]:
    """Give the keyed hashes that somebody who files is known by."""
    keyring = edge.runtime.keyring
    said = (("intake.email", writer.email), ("intake.wiki_user", writer.wiki_user))
    return [keyring.hash(domain, value) for domain, value in said if value]


def _heard(edge: Edge, lane: Lane, found: Sender | None) -> Sender | Refused | None:
    if found is None:
        return None
    decision = rules.is_heard(lane, found.locked_out_until, now=edge.now, on=calendar_day(edge.now))
    return found if decision else Refused(decision.reasons)


async def find(edge: Edge, mark: bytes) -> list[Sender]:
    """Find a sender by the keyed hash of an address or account; that it was asked is logged, whatever is found."""
    await log_access(edge, "sender", UUID(bytes=mark[:16]))
    return list(await edge.session.scalars(select(Sender).where(col(Sender.mark) == mark)))


async def show(edge: Edge, sender_id: UUID) -> Known:
    """Give all that is known of a sender's standing; the look is logged."""
    row = await edge.get(Sender, sender_id, "sender")
    await log_access(edge, "sender", row.id)
    conducts = await rows_of(edge, ConductRow, row.id)
    notes = await reveal_many(edge, (one.note for one in conducts), place="sender_conduct.note")
    return Known(row, conducts, notes, await rows_of(edge, WarningRow, row.id), await rows_of(edge, LockOut, row.id))


async def newest(edge: Edge, table: type[Row], sender_id: UUID) -> Row | None:
    """Give the last row of a sender."""
    rows = await rows_of(edge, table, sender_id)
    return rows[-1] if rows else None


async def rows_of(edge: Edge, table: type[Row], sender_id: UUID) -> list[Row]:
    """Give what was put on record of a sender, oldest first."""
    columns: Any = table
    return list(await edge.session.scalars(select(table).where(col(columns.sender_id) == sender_id).order_by(col(columns.id))))
