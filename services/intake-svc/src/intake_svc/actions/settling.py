"""Mail that waits for a person: listed, read with a reason, and settled once by somebody who says what it is (R87, D12, D20)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, destroy_data_key, new_data_key, reveal
from chassis.edge import Edge
from chassis.errors import AccessReasonMissing, NotFound
from chassis.http import Page, page
from kernel.actor import Actor, Role
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import func, select
from sqlmodel import col

from intake_svc.actions import clearing, filing, standing
from intake_svc.actions.kinds import into_the_lane
from intake_svc.actions.likeness import store_new
from intake_svc.actions.mail import CONTENT, note_mail
from intake_svc.actions.words import LATER, content_of, requester_of
from intake_svc.model.filing import Brought, Filing
from intake_svc.model.filing import Sender as Writer
from intake_svc.model.mail import Mailbox, MailFacts, MailState, SettledAs, TakenAs
from intake_svc.model.request import Part, RequestState, Standing
from intake_svc.rules import mail as rules
from intake_svc.tables import Case, Mail, Request, Supplement

NOTE = "mail.note"


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which mail a list is about; what is None does not matter."""

    state: MailState | None = None
    mailbox: Mailbox | None = None
    taken_as: TakenAs | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail and what is kept of its words and claims: `subject`, `text`, `email`, `name`, `message_id` as far as they are."""

    row: Mail
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person says that a mail is: with its kind and parts where it is a request, with the appeal's id where one was filed."""

    settled_as: SettledAs
    note: str
    kind: Kind | None = None
    brought: Brought | None = None
    appeal_id: UUID | None = None


async def list_mail(edge: Edge, wanted: MailFilter, reader: Actor, *, after: str | None, limit: int) -> Page[Mail]:
    """List the mail that this person may see, oldest first; what may show child protection needs a reason, and each such mail is logged."""
    lane = reader.holds(Role.CHILD_PROTECTION)
    if lane and wanted.mailbox in {None, Mailbox.LEGAL_REPORTS} and not (edge.access_reason or "").strip():
        raise AccessReasonMissing
    query = select(Mail).outerjoin(Request, col(Request.id) == col(Mail.request_id)).outerjoin(Case, col(Case.id) == col(Request.case_id))
    asked = ((Mail.state, wanted.state), (Mail.mailbox, wanted.mailbox), (Mail.taken_as, wanted.taken_as))
    query = query.where(*(col(column) == value for column, value in asked if value is not None))
    if not lane:
        kind = func.coalesce(col(Case.kind), col(Request.case_kind), "")
        query = query.where(col(Mail.mailbox) != Mailbox.LEGAL_REPORTS, kind != Kind.CHILD_PROTECTION)
    found: Page[Mail] = await page(edge, query.order_by(col(Mail.id)), lambda row: row, after=after, limit=limit)
    for row in found.items:
        if row.mailbox == Mailbox.LEGAL_REPORTS:
            await log_access(edge, "mail", row.id)
    return found


async def read_mail(edge: Edge, mail_id: UUID, reader: Actor) -> Opened:
    """Open a mail for a person; the look is logged before the first word. What lies in a sealed record is read there (D20)."""
    row = await edge.get(Mail, mail_id, "mail")
    request, sealed = await _of(edge, row, reader)
    await log_access(edge, "mail", row.id)
    said = await _content(edge, row)
    if request is None or sealed:
        return Opened(row, said)
    said = {**await requester_of(edge, request), **said}
    if row.supplement_id is None:
        words = (await content_of(edge, request)).get("summary") if request.content is not None else None
    else:
        words = await _words_of_reply(edge, request, row.supplement_id)
    return Opened(row, {**said, "text": words} if words else said)


async def settle(edge: Edge, mail_id: UUID, made: Settlement, *, by: Actor) -> Opened:
    """Settle a mail that waits: its request is filed or completed with the mail's own receipt date, or nothing more is made of it.

    Raises:
        NotFound: there is no such mail, or they may not know of it.
        Refused: it waits no more, or cannot be what they say; a locked-out sender's is filed as what always comes in, or not at all.
    """
    row = await edge.lock(Mail, mail_id, "mail")
    request, _ = await _of(edge, row, by)
    await log_access(edge, "mail", row.id)
    rules.may_settle(_facts(row, request), made.settled_as).or_refuse()
    if made.settled_as is SettledAs.REQUEST:
        if row.request_id is not None:
            await _complete(edge, row.request_id, made, by)
        else:
            await _file(edge, row, made)
    if row.key_id is None:
        # A mail that had no words of its own has no key yet.
        row.key_id = new_data_key(edge, row.id).id
    row.note = (await data_key(edge, row.key_id)).seal(made.note, place=NOTE)
    row.state, row.settled_as, row.settled_by, row.settled_at = MailState.SETTLED, made.settled_as, by.sub, edge.now
    row.appeal_id = made.appeal_id
    row.version += 1
    clearing.set_date(edge, row)
    note_mail(edge, row, "settled")
    return Opened(row, {})


async def _complete(edge: Edge, request_id: UUID, made: Settlement, by: Actor) -> None:
    row = await filing.complete(edge, request_id, made.brought or Brought(frozenset(), {}), by=by, as_kind=made.kind)
    if made.kind is Kind.CHILD_PROTECTION and row.case_id is not None:
        await edge.session.flush()
        await into_the_lane(edge, await edge.get(Case, row.case_id, "case"))


async def _file(edge: Edge, row: Mail, made: Settlement) -> None:
    """File what waited without a request; its words go with the request, and nothing of them stays here."""
    said = await _content(edge, row)
    kind, channel = rules.lane_of(Mailbox(row.mailbox), "", on=calendar_day(edge.now))
    brought = made.brought or Brought(frozenset(), {})
    words = "\n\n".join(part for part in (said.get("subject"), said.get("text")) if part)
    if words and Part.SUMMARY not in brought.parts:
        brought = Brought(brought.parts | {Part.SUMMARY}, {**brought.content, "summary": words}, brought.matter, brought.named)
    email = said.get("email")
    contact = {name: said[name] for name in ("name", "email") if said.get(name)}
    filed = Filing(made.kind or kind, channel, Writer(Standing.PUBLIC, contact, email=email.strip().casefold() if email else None), brought)
    out = await standing.hear(edge, filing.lane_of(edge, filed), filed.sender)
    new = filing.take_in(edge, filed, out=out, received_at=row.received_at)
    await store_new(edge, new)
    row.request_id = new.row.id
    if row.key_id is not None:
        await edge.flush()
        await destroy_data_key(edge, row.key_id)
    row.key_id, row.content = new.row.key_id, None


async def _content(edge: Edge, row: Mail) -> dict[str, Any]:
    if row.content is None or row.key_id is None:
        return {}
    if row.key_id != row.id:
        await log_access(edge, "request", row.key_id)
    found: dict[str, Any] = json.loads(await reveal(edge, row.content, place=CONTENT))
    return found


async def _words_of_reply(edge: Edge, request: Request, supplement_id: UUID) -> str | None:
    part = await edge.session.get(Supplement, supplement_id)
    if part is None or part.content is None:
        return None
    await log_access(edge, "request", request.id)
    if part.content.key_id != request.id:
        await log_access(edge, "case", part.content.key_id)
    brought = json.loads(await reveal(edge, part.content, place=LATER))
    return "\n\n".join(one["text"] for one in brought.get("evidence", []) if "text" in one) or None


async def _of(edge: Edge, row: Mail, reader: Actor) -> tuple[Request | None, bool]:
    """Give the request of a mail, and whether it is one of child protection, to somebody who may see the mail.

    Raises:
        NotFound: they may not know of it.
    """
    request = await edge.session.get(Request, row.request_id) if row.request_id is not None else None
    case = await edge.session.get(Case, request.case_id) if request is not None and request.case_id is not None else None
    kind = case.kind if case is not None else request.case_kind if request is not None else None
    sealed = kind == Kind.CHILD_PROTECTION
    if not rules.may_see(Mailbox(row.mailbox), reader, child_protection=sealed):
        raise NotFound("mail")
    return request, sealed


def _facts(row: Mail, request: Request | None) -> MailFacts:
    return MailFacts(
        mailbox=Mailbox(row.mailbox),
        taken_as=TakenAs(row.taken_as),
        state=MailState(row.state),
        request_state=RequestState(request.state) if request is not None else None,
    )
