"""What is held about a person, on one page for counsel to hand out: found by keyed hashes, each look logged (R95, D23, D27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.audit import log_access, write_audit
from chassis.edge import Edge
from kernel.actor import Actor
from kernel.kinds import Kind
from sqlalchemy import LargeBinary, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from intake_svc.actions import standing
from intake_svc.actions.counsel import may_know
from intake_svc.actions.record import source_of
from intake_svc.actions.words import content_of, later_of, requester_of
from intake_svc.model.request import PartyHashes
from intake_svc.rules import person as rules
from intake_svc.rules.request import may_read_request
from intake_svc.tables import Case, ConductRow, LockOut, Request, Sender, WarningRow


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that the person sent, as it came and was completed; nothing of what was erased."""

    row: Request
    content: dict[str, Any]
    requester: dict[str, str]
    later: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stood:
    """How they stood as a sender: what was observed, without what staff noted of it or at whom it was aimed."""

    row: Sender
    conducts: Sequence[ConductRow]
    warnings: Sequence[WarningRow]
    lock_outs: Sequence[LockOut]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about a person and may be told them."""

    sent: list[Sent]
    stood: list[Stood]
    about: list[Case]


async def export(edge: Edge, who: PartyHashes, subject: bytes | None, *, reader: Actor) -> Held:
    """Gather what is held about a person by address or account; `subject` is the mark of the account as somebody a case is about.

    That it was asked is logged under each mark and stands in the trail, whatever is found.

    Raises:
        Refused: neither address nor account was named.
    """
    marks = [mark for mark in (who.email, who.wiki_user, subject) if mark is not None]
    for mark in marks:
        await log_access(edge, "person", UUID(bytes=mark[:16]))
        write_audit(edge, aggregate="person", aggregate_id=UUID(bytes=mark[:16]), operation=f"{source_of(edge)}:person:exported")
    return Held(await _sent(edge, who, reader), await _stood(edge, who), await _about(edge, subject, reader))


async def _sent(edge: Edge, who: PartyHashes, reader: Actor) -> list[Sent]:
    named = [
        column == mark
        for column, mark in ((col(Request.email_hash), who.email), (col(Request.wiki_user_hash), who.wiki_user))
        if mark is not None
    ]
    found = []
    for row in await edge.session.scalars(select(Request).where(or_(*named)).order_by(col(Request.id))):
        by_address = who.email is not None and row.email_hash == who.email
        theirs = rules.is_theirs(by_address=by_address, by_account=not by_address, names_address=row.email_hash is not None)
        if theirs and await _may_hand_out(edge, row, reader):
            content = {} if row.content is None else await content_of(edge, row)
            found.append(Sent(row, content, await requester_of(edge, row), await later_of(edge, row)))
    return found


async def _may_hand_out(edge: Edge, row: Request, reader: Actor) -> bool:
    """Tell whether the reader may see it themselves, and the sender have it."""
    case = await edge.session.get(Case, row.case_id) if row.case_id is not None else None
    kind = Kind(case.kind if case is not None else row.case_kind or row.kind)
    seen = await may_know(edge, case, reader) if case is not None else bool(may_read_request(row.facts(), reader))
    return seen and bool(rules.is_told_to_sender(kind)) and row.kind != Kind.CHILD_PROTECTION


async def _stood(edge: Edge, who: PartyHashes) -> list[Stood]:
    marks = [mark for mark in (who.email, who.wiki_user) if mark is not None]
    found = []
    for row in await edge.session.scalars(select(Sender).where(col(Sender.mark).in_(marks)).order_by(col(Sender.id))):
        await log_access(edge, "sender", row.id)
        seen, told = await standing.rows_of(edge, ConductRow, row.id), await standing.rows_of(edge, WarningRow, row.id)
        found.append(Stood(row, seen, told, await standing.rows_of(edge, LockOut, row.id)))
    return found


async def _about(edge: Edge, subject: bytes | None, reader: Actor) -> list[Case]:
    if subject is None:
        return []
    theirs = col(Request.subject_hashes).contains(cast([subject], ARRAY(LargeBinary)))
    asked = select(Case).where(col(Case.id).in_(select(col(Request.case_id)).where(theirs, col(Request.case_id).is_not(None))))
    found = []
    for row in await edge.session.scalars(asked.order_by(col(Case.id))):
        if rules.is_told_to_subject(Kind(row.kind), row.outcome) and await may_know(edge, row, reader):
            await log_access(edge, "case", row.id)
            found.append(row)
    return found
