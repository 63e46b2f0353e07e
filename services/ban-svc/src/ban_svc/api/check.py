"""The ban check: the hot path, answered from memory, documented by hand (DESIGN 8, R37, R75, R95).

About now no edge, no log line of its own, no access row: it opens no person. Tooling learns of global bans and range blocks, yes or no and
until when; the reference is made for this subject and this caller, so that two answers cannot be joined. Only what is asked about an event
or of the past is answered from the table, and each such look is logged: it is asked seldom, and by few.
"""

import math
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from chassis.auth import Principal
from chassis.edge import Edge
from chassis.errors import Malformed, NotAllowed
from chassis.http import HotRoute
from chassis.http.body import read_json
from chassis.http.etag import is_known
from chassis.runtime import Runtime
from kernel.actor import Performer, Role
from kernel.addresses import block_of, network_of
from kernel.decision import Refused
from kernel.kinds import Kind
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from ban_svc import rules
from ban_svc.actions import attendance, event_lists
from ban_svc.actions.looks import log_event, log_past
from ban_svc.api.check_document import ASK, ASK_MANY, SCHEMAS
from ban_svc.hashes import hashes_of
from ban_svc.index import BanIndex, index_of
from ban_svc.tables import Event

PATH = "/bans/v1/check"
ROLES = (Role.TOOLING, Role.AUDITOR, Role.EVENT_STEWARD)
MOST = 1000
Covers = tuple[Literal["everywhere", "event", "address"], ...]
_WIKI = re.compile("[a-z0-9_]{2,64}")
Wiki = Annotated[str, msgspec.Meta(pattern=f"^{_WIKI.pattern}$")]
_EVENT = re.compile("[a-z0-9-]{1,64}")
EventId = Annotated[str, msgspec.Meta(pattern=f"^{_EVENT.pattern}$")]


# `gc=False`: a thousand answers hold texts alone, so that looking through them for circles is time for nothing.
class Subject(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An account by its name, or an address or range."""

    user: str | None = None
    wiki: Wiki | None = None
    ip: str | None = None


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """Up to a thousand subjects at once."""

    subjects: Annotated[list[Subject], msgspec.Meta(max_length=MOST)]
    event: EventId | None = None
    at: str | None = None


class Check(msgspec.Struct, omit_defaults=True, gc=False):
    """The answer about one subject."""

    subject: Subject
    banned: bool
    covers: Covers
    reference: str | None = None
    until: str | None = None


class Checks(msgspec.Struct):
    """The answers, in the order of the question."""

    results: list[Check]


class _Key(TypedDict):
    name_hash: bytes | None
    network: IPv4Network | IPv6Network | None


NOWHERE: Covers = ()
EVERYWHERE: Covers = ("everywhere",)
ADDRESS: Covers = ("address",)
EVENT: Covers = ("event",)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Question).decode
_PAST = text("""
    SELECT max(coalesce(extract(epoch FROM ends_at)::float8, 'Infinity'::float8)) AS until FROM cover
    WHERE (name_hash = :name_hash OR network >>= CAST(:network AS cidr)) AND starts_at <= :at AND (ends_at IS NULL OR ends_at > :at)
      AND kind <> 'event_ban'
      AND NOT EXISTS (SELECT FROM permission p WHERE p.action_id = cover.action_id AND cover.name_hash IS NOT NULL
                      AND p.state = 'confirmed' AND p.confirmed_at <= :at AND p.until > :at AND p.wikis @> ARRAY[CAST(:wiki AS text)])
""")


async def check_one(request: Request, principal: Principal) -> Response:
    """Answer about one account or address."""
    asked = request.query_params
    if len(asked.multi_items()) != len(asked):
        raise Malformed("malformed", "A query parameter is given twice.")
    if not _WIKI.fullmatch(asked.get("wiki", "examplewiki")):
        raise Malformed("malformed", "`wiki` must be the id of a wiki: 2 to 64 lower-case letters, digits or underscores.")
    subject = Subject(user=asked.get("user"), wiki=asked.get("wiki"), ip=asked.get("ip"))
    if "event" in asked:
        if not _EVENT.fullmatch(asked["event"]):
            raise Malformed("malformed", "`event` must be the id of an event: 1 to 64 lower-case letters, digits or hyphens.")
        (answer,) = await about_event(request, principal, [subject], asked["event"], asked.get("at"))
    else:
        (answer,) = await _answers(request, principal, [subject], asked.get("at"))
    body = _encode(answer)
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    if is_known(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type="application/json")


async def check_many(request: Request, principal: Principal) -> Response:
    """Answer about up to a thousand, in their order."""
    try:
        question = _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(await request.body()) from error
    if question.event is not None:
        answers = await about_event(request, principal, question.subjects, question.event, question.at)
    else:
        answers = await _answers(request, principal, question.subjects, question.at)
    return Response(_encode(Checks(answers)), media_type="application/json")


async def _answers(request: Request, principal: Principal, subjects: list[Subject], at: str | None) -> list[Check]:
    runtime: Runtime = request.app.state.runtime
    index = index_of(runtime)
    now = runtime.clock.law()
    moment = now if at is None else _moment(at)
    decision = rules.may_ask_check(principal.actor.roles, past=moment < now)
    if not decision:
        first = decision.reasons[0]
        # A steward may ask: the question is not whole.
        raise (Malformed if first.code == "event_not_named" else NotAllowed)(first.code, first.says, first.cite)
    if moment < now:
        return await _past(request, principal, subjects, moment)
    now = moment
    return _present(index, hashes_of(runtime).references(principal.actor.sub), subjects, now.timestamp())


def _present(index: BanIndex, reference: Callable[[str], str], subjects: list[Subject], now: float) -> list[Check]:
    """Look all of them up in memory."""
    block_until = index.block_until
    answers: list[Check] = []
    try:
        accounts = iter(index.accounts_until([(one.user, one.wiki) for one in subjects if one.user is not None], now))
        for subject in subjects:
            user, ip = subject.user, subject.ip
            if user is not None and ip is None:
                until = next(accounts)
            elif ip is not None and user is None and subject.wiki is None:
                until = block_until(*block_of(ip), now)
            else:
                raise Malformed("malformed", "A subject is either `user`, with or without `wiki`, or `ip`.", "D23")
            answers.append(Check(subject, banned=False, covers=NOWHERE) if until is None else _covered(subject, until, reference))
    except Refused as refused:
        raise _malformed(refused) from refused
    return answers


def _covered(subject: Subject, until: float, reference: Callable[[str], str]) -> Check:
    end = None if until == math.inf else datetime.fromtimestamp(until, UTC).isoformat().replace("+00:00", "Z")
    covers = EVERYWHERE if subject.ip is None else ADDRESS
    return Check(subject, banned=True, covers=covers, reference=reference(subject.user or subject.ip or ""), until=end)


async def about_event(request: Request, principal: Principal, subjects: list[Subject], event_id: str, at: str | None) -> list[Check]:
    """Answer a steward with a live grant, or the auditor, from the table; either's look is in the access log (R37, D18)."""
    runtime: Runtime = request.app.state.runtime
    actor = principal.actor
    try:
        names = [_name_of(runtime, subject) for subject in subjects]
    except Refused as refused:
        raise _malformed(refused) from refused
    async with _looking(request, principal, f"check of the event {event_id}") as edge:
        moment = edge.now if at is None else _moment(at)
        granted = await event_lists.live_grant(edge, event_id)
        decision = rules.may_ask_about_event(actor.roles, past=moment < edge.now, granted=granted is not None)
        if not decision:
            raise NotAllowed(decision.reasons[0].code, decision.reasons[0].says, decision.reasons[0].cite)
        event = await edge.session.get(Event, event_id)
        if event is None:
            raise Malformed("event_unknown", "There is no such event on record; a steward enters it first.", "R28")
        await log_event(edge, event, granted)
        kept_out: dict[bytes, list[attendance.Absence]] = {}
        for one in await attendance.banned_from(edge, event.facts(), moment, names=names):
            kept_out.setdefault(one.name_hash, []).append(one)
    reference = hashes_of(runtime).references(actor.sub)
    return [_absent(subject, kept_out.get(name, []), reference) for subject, name in zip(subjects, names, strict=True)]


def _looking(request: Request, principal: Principal, reason: str) -> AbstractAsyncContextManager[Edge]:
    """Open the edge of a look that is logged, under the reason that the caller gives or under what is asked."""
    actor = principal.actor
    runtime: Runtime = request.app.state.runtime
    return runtime.edge(
        "http:check_ban",
        actor=actor,
        by=Performer(role=Role.AUDITOR if actor.holds(Role.AUDITOR) else Role.EVENT_STEWARD, id=actor.sub),
        request_id=request.scope.get("office.request_id"),
        access_reason=request.headers.get("x-access-reason") or reason,
    )


def _absent(subject: Subject, bans: list[attendance.Absence], reference: Callable[[str], str]) -> Check:
    """Say that somebody is kept from an event, and until when; by a global ban where there is one."""
    if not bans:
        return Check(subject, banned=False, covers=NOWHERE)
    ends = [math.inf if one.until is None else one.until.timestamp() for one in bans]
    everywhere = any(one.kind is Kind.GLOBAL_BAN for one in bans)
    said = _covered(subject, max(ends), reference)
    return msgspec.structs.replace(said, covers=EVERYWHERE if everywhere else EVENT)


def _name_of(runtime: Runtime, subject: Subject) -> bytes:
    if subject.user is None or subject.ip is not None:
        raise Malformed("malformed", "Who is banned from an event is asked by `user`.", "R28")
    return hashes_of(runtime).account(subject.user)


async def _past(request: Request, principal: Principal, subjects: list[Subject], at: datetime) -> list[Check]:
    """Ask the table what was in force at a moment that has passed; that it was asked of these is in the access log (R95)."""
    runtime: Runtime = request.app.state.runtime
    answers: list[Check] = []
    hashes, reference = hashes_of(runtime), hashes_of(runtime).references(principal.actor.sub)
    try:
        asked = [_key_of(runtime, subject) for subject in subjects]
        hashed = [key["name_hash"] or hashes.address(one.ip or "") for key, one in zip(asked, subjects, strict=True)]
    except Refused as refused:
        raise _malformed(refused) from refused
    async with _looking(request, principal, f"check of {at.isoformat()}") as edge:
        await log_past(edge, hashed)
        for subject, key in zip(subjects, asked, strict=True):
            until = await edge.session.scalar(_PAST, {**key, "wiki": subject.wiki, "at": at})
            answers.append(Check(subject, banned=False, covers=NOWHERE) if until is None else _covered(subject, until, reference))
    return answers


def _key_of(runtime: Runtime, subject: Subject) -> _Key:
    if (subject.user is None) == (subject.ip is None) or (subject.ip is not None and subject.wiki is not None):
        raise Malformed("malformed", "A subject is either `user`, with or without `wiki`, or `ip`.", "D23")
    if subject.user is not None:
        return {"name_hash": hashes_of(runtime).account(subject.user), "network": None}
    return {"name_hash": None, "network": network_of(subject.ip or "")}


def _moment(at: str) -> datetime:
    """Read the moment asked about."""
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise Malformed("malformed", "`at` must name its zone, such as Z.")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("malformed", "`at` must be a time in RFC 3339, such as 2026-11-02T09:00:00Z.") from error


def _malformed(refused: Refused) -> Malformed:
    """A name or address that cannot be one is a question that cannot be read, and no refusal of the law."""
    first = refused.reasons[0]
    return Malformed(first.code, first.says, first.cite)


def _unreadable(body: bytes) -> Malformed:
    """Say what is wrong with a body, in the words that every operation uses, and never what was sent."""
    read_json(body)
    return Malformed("malformed", f"The body must be {{subjects: [{{user, wiki?}} or {{ip}}; at most {MOST}], event?, at?}}.")


CHECKS: tuple[HotRoute, ...] = (
    HotRoute("GET", PATH, check_one, roles=ROLES, query=("user", "ip", "wiki", "event", "at"), document=ASK, schemas=SCHEMAS),
    HotRoute("POST", PATH, check_many, roles=ROLES, document=ASK_MANY, schemas=SCHEMAS),
)


def example_of(document: dict[str, Any]) -> Any:
    """Give the example of a documented 200, which a test compares with an answer."""
    return document["responses"]["200"]["content"]["application/json"]["example"]
