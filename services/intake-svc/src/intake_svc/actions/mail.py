"""A mail arrives: it becomes a request, joins the one that it answers, is passed on, waits for a person, or is a machine's (R50, R87, D20).

What it is taken as is a rule's word; here are the row, the request and the events of it, all in one transaction or not at all.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.audit import write_audit
from chassis.crypto import DataKey, new_data_key
from chassis.edge import Edge, new_id
from kernel.decision import Refused
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import select, text
from sqlmodel import col

from intake_svc.actions import standing
from intake_svc.actions.filing import follow_up, lane_of, take_in
from intake_svc.actions.likeness import store_new
from intake_svc.actions.rate import is_urgent, spend
from intake_svc.actions.record import source_of
from intake_svc.actions.words import words_key
from intake_svc.model.case import Priority
from intake_svc.model.filing import Brought, Filing
from intake_svc.model.filing import Sender as Writer
from intake_svc.model.mail import Mailbox, MailState, Read, TakenAs, Thread
from intake_svc.model.request import Part, RequestState, Standing
from intake_svc.rules import mail as rules
from intake_svc.rules.request import priority_of
from intake_svc.tables import Case, Mail, Request, Sender

CONTENT = "mail.content"
NOBODY = "nobody"
"""Who sends what names no sender: all of them share one limit."""
_ID_IN_TEXT = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# What this mail was before, which requests it names by the mails or letters that it answers, or by an id in its subject.
_KNOWN = text("""
    SELECT 'same' AS via, id AS found, NULL::bytea AS hash FROM mail WHERE fingerprint = :fingerprint
    UNION ALL SELECT 'mail', request_id, message_hash FROM mail
      WHERE message_hash = ANY(CAST(:hashes AS bytea[])) AND request_id IS NOT NULL
    UNION ALL SELECT 'ours', request_id, NULL FROM correspondence WHERE id = ANY(CAST(:letters AS uuid[]))
    UNION ALL SELECT 'self', request_id, NULL FROM correspondence WHERE id = CAST(:self AS uuid)
    UNION ALL SELECT 'token', id, NULL FROM request WHERE id = ANY(CAST(:tokens AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a mail; `again` where it had come before, and nothing was done."""

    row: Mail
    request: Request | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a mail by its ids: the mail itself, the request that it answers, another that came by its id, whether it is ours."""

    same: UUID | None
    answered: UUID | None
    beside: UUID | None
    answers_ours: bool
    is_ours: bool


async def arrive(edge: Edge, mailbox: Mailbox, read: Read) -> Arrived:
    """Take a mail in; the same one again changes nothing.

    Raises:
        TooMany: its sender sent too many within a minute; what comes to the urgent mailboxes is never too many.
    """
    mark = fingerprint(edge, mailbox, read)
    await edge.session.execute(_ONE_AT_A_TIME, {"name": f"intake.mail.{mark.hex()}"})
    known = await _known(edge, read, mark)
    if known.same is not None:
        row = await edge.get(Mail, known.same, "mail")
        return Arrived(row, await edge.session.get(Request, row.request_id) if row.request_id else None, again=True)
    row = Mail(
        id=new_id(),
        mailbox=mailbox,
        taken_as=TakenAs.REQUEST,
        state=MailState.WAITING,
        why=read.why,
        fingerprint=mark,
        message_hash=_hash(edge, read.message_id) if read.message_id else None,
        received_at=rules.received_at(read, now=edge.now, wall=edge.wall(), on=calendar_day(edge.now)),
        size=read.size,
        attachments=dict(read.attachments),
    )
    machine = TakenAs.LOOP if known.is_ours else rules.machine_of(read.automatic, answers_ours=known.answers_ours)
    if machine is not None:
        row.taken_as, row.state = machine, MailState.SETTLED
        edge.session.add(row)
        note_mail(edge, row, "noted")
        return Arrived(row, None)
    filing = filing_of(edge, mailbox, read)
    if mailbox not in rules.URGENT and not is_urgent(edge, filing):
        spend(edge, filing.sender.email or NOBODY)
    found = await _request_of(edge, row, read, filing, known)
    edge.session.add(row)
    note_mail(edge, row, "arrived")
    return Arrived(row, found)


def fingerprint(edge: Edge, mailbox: Mailbox, read: Read) -> bytes:
    """Hash what makes a mail the same one: mailbox, Message-ID, sender, subject, words; of files only how many of which type (D20)."""
    said: list[Any] = [mailbox, read.message_id, read.sender, read.subject, read.text, sorted(read.attachments.items())]
    if not read.text:
        # Two that could not be read, and name no id, are told apart by their length alone.
        said += [read.size, read.why]
    return edge.runtime.keyring.hash("intake.mail", json.dumps(said))


def filing_of(edge: Edge, mailbox: Mailbox, read: Read, kind: Kind | None = None) -> Filing:
    """Give what a mail files: its words as they are, and who wrote it, as its headers claim."""
    words = "\n\n".join(part for part in (read.subject, read.text) if part and part.strip()) if read.text.strip() else ""
    named, channel = rules.lane_of(mailbox, words, on=calendar_day(edge.now))
    brought = Brought(frozenset({Part.SUMMARY}) if words else frozenset(), {"summary": words} if words else {})
    said = {name: value for name, value in (("name", read.name), ("email", read.sender)) if value}
    writer = Writer(Standing.PUBLIC, said, email=read.sender.strip().casefold() if read.sender else None)
    return Filing(kind or named, channel, writer, brought)


async def _request_of(edge: Edge, row: Mail, read: Read, filing: Filing, known: _Known) -> Request | None:
    """Make or find the request of a mail, and say in its row what it was taken as."""
    if row.mailbox == Mailbox.APPEALS:
        _keep(edge, row, read, TakenAs.APPEAL)
        return None
    candidate, thread = await _thread(edge, known, filing.sender)
    if candidate is not None and thread is not None and rules.joins(Mailbox(row.mailbox), thread):
        return await _join(edge, row, read, candidate)
    if read.why is not None and not read.text and row.mailbox not in rules.URGENT:
        _keep(edge, row, read, TakenAs.UNREAD)
        return None
    try:
        out = await standing.hear(edge, lane_of(edge, filing), filing.sender)
    except Refused:
        # It may tell of what always comes in: each item of it is judged by itself, and only a person can (D12).
        _keep(edge, row, read, TakenAs.UNHEARD)
        return None
    beside = candidate if candidate is not None and thread is not None and not thread.child_protection else None
    return await _file(edge, row, read, filing, out=out, beside=beside)


def _keep(edge: Edge, row: Mail, read: Read, taken_as: TakenAs) -> None:
    """Keep the words of a mail that has no request, under a key of its own, for a person."""
    row.taken_as = taken_as
    _seal(row, new_data_key(edge, row.id), words_of(read))


async def _join(edge: Edge, row: Mail, read: Read, candidate: Request) -> Request:
    """Put what a requester answered beside their request; which parts of it are there now, a person says."""
    request = await edge.lock(Request, candidate.id, "request")
    words = read.own or read.text
    brought = Brought(frozenset(), {"evidence": [{"text": words}]} if words.strip() else {})
    row.taken_as, row.request_id = TakenAs.REPLY, request.id
    row.supplement_id = (await follow_up(edge, request, brought)).id
    _seal(row, await words_key(edge, request), _whence(read))
    return request


async def _file(edge: Edge, row: Mail, read: Read, filing: Filing, *, out: Sender | None, beside: Request | None) -> Request:
    """File the request that a mail is; a notice is passed on at once, and what opened its case waits for nobody here."""
    new = take_in(edge, filing, out=out, received_at=row.received_at)
    if beside is not None:
        new.row.similar_to = beside.id
    await store_new(edge, new)
    row.request_id = new.row.id
    if new.row.state == RequestState.FORWARDED:
        row.taken_as = TakenAs.NOTICE
    if new.row.case_id is not None or new.row.state == RequestState.FORWARDED:
        row.state = MailState.SETTLED
    _seal(row, await words_key(edge, new.row), _whence(read))
    return new.row


def words_of(read: Read) -> dict[str, Any]:
    """Give what is kept of a mail's words and claims."""
    said = {"subject": read.subject, "text": read.text or None, "email": read.sender, "name": read.name, **_whence(read)}
    return {name: value for name, value in said.items() if value is not None}


def _whence(read: Read) -> dict[str, Any]:
    """Give by what its original is found in the mail system."""
    return {"message_id": read.message_id} if read.message_id else {}


def _seal(row: Mail, key: DataKey, content: Mapping[str, Any]) -> None:
    row.key_id, row.content = key.id, key.seal(json.dumps(content), place=CONTENT)


async def _known(edge: Edge, read: Read, mark: bytes) -> _Known:
    named = [_hash(edge, one) for one in read.references]
    own = [_hash(edge, read.message_id)] if read.message_id else []
    tokens = [UUID(one) for one in _ID_IN_TEXT.findall(read.subject or "")[:3]]
    asked = {
        "fingerprint": mark,
        "hashes": [*named, *own],
        "letters": [one for one in map(_letter_id, read.references) if one is not None],
        "self": _letter_id(read.message_id) if read.message_id else None,
        "tokens": tokens,
    }
    rows = list(await edge.session.execute(_KNOWN, asked))
    # Of several by one id the first counts.
    by_mail = {row.hash: row.found for row in sorted((one for one in rows if one.via == "mail"), key=lambda one: one.found, reverse=True)}
    ours = [row.found for row in rows if row.via == "ours"]
    nearest = [*ours, *(by_mail[one] for one in named if one in by_mail), *(row.found for row in rows if row.via == "token")]
    return _Known(
        same=next((row.found for row in rows if row.via == "same"), None),
        answered=next(iter(nearest), None),
        beside=next((by_mail[one] for one in own if one in by_mail), None),
        answers_ours=bool(ours),
        is_ours=any(row.via == "self" for row in rows),
    )


async def _thread(edge: Edge, known: _Known, writer: Writer) -> tuple[Request | None, Thread | None]:
    """Give the request that a mail names nearest, and what a rule asks about it."""
    nearest = known.answered or known.beside
    if nearest is None:
        return None, None
    asked = select(Request, col(Case.kind)).outerjoin(Case, col(Case.id) == col(Request.case_id)).where(col(Request.id) == nearest)
    request, opened = (await edge.session.execute(asked)).one()
    kind = Kind(opened or request.case_kind or request.kind)
    mark = edge.runtime.keyring.hash("intake.email", writer.email) if writer.email else None
    return request, Thread(
        answered=known.answered is not None,
        state=RequestState(request.state),
        same_sender=mark is not None and request.email_hash == mark,
        urgent=priority_of(kind) is Priority.URGENT,
        child_protection=kind is Kind.CHILD_PROTECTION,
    )


def note_mail(edge: Edge, row: Mail, what: str) -> None:
    """Put into the trail what became of a mail."""
    write_audit(edge, aggregate="mail", aggregate_id=row.id, operation=f"{source_of(edge)}:mail:{what}", state=row.state)


async def remember_letter(edge: Edge, letter_id: UUID, request_id: UUID, at: datetime) -> None:
    """Remember a letter of ours about a request, so that an answer to it finds its way."""
    await edge.session.execute(
        text(
            "INSERT INTO correspondence (id, request_id, at) SELECT :id, id, :at FROM request WHERE id = :request_id ON CONFLICT DO NOTHING"
        ),
        {"id": letter_id, "request_id": request_id, "at": at},
    )


def _hash(edge: Edge, message_id: str) -> bytes:
    return edge.runtime.keyring.hash("intake.message_id", message_id)


def _letter_id(message_id: str | None) -> UUID | None:
    """Give the id of the letter of ours that a Message-ID names, if it is one: what stands before the @."""
    found = _ID_IN_TEXT.fullmatch((message_id or "").partition("@")[0])
    return UUID(found[0]) if found else None
