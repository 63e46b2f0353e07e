"""When another service says that something changed, ask who is to be told, then tell each once (DESIGN 3, Who reacts to what)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from chassis.edge import Edge
from chassis.runtime import Runtime
from chassis.service import Reaction
from contracts import ActionChange, AppealChange, CaseChange, DmcaNoticeChange, RequestChange
from contracts.envelope import AnyChange

from notify_svc import actions, rules
from notify_svc.letters import subject_in
from notify_svc.model import Change, Found, Party, Person
from notify_svc.rules import MATRIX
from notify_svc.rules.condition import counter_notice_of, court_action_of

HEARD: tuple[type[AnyChange], ...] = (RequestChange, CaseChange, ActionChange, DmcaNoticeChange, AppealChange)
_DMCA_PARTIES = {Party.COMPLAINANT, Party.UPLOADER}


def change_of(event: AnyChange) -> Change:
    """See an event as the matrix asks about it."""
    state = event.state.model_dump(mode="json", exclude_none=True)
    return Change(
        event_id=event.meta.id,
        aggregate=event.aggregate,
        about_id=getattr(event.state, event.key_fields[0]),
        version=event.version,
        kind=event.kind,
        matter=_matter(event.aggregate, state),
        dt=event.dt,
        state=state,
    )


async def fetch(runtime: Runtime, event: AnyChange) -> Found:
    """Ask the owners for those who are to be told, and for nobody else: a letter that needs no name reads none."""
    change = change_of(event)
    parties = {telling.party for telling, _ in rules.tellings(MATRIX, change)}
    if change.aggregate == "appeal":
        return await _appellant(runtime, change) if parties - {Party.TEAM} else Found()
    asked = []
    if Party.REQUESTER in parties:
        asked.append(_requesters(runtime, change))
    if parties & {Party.SUBJECT, Party.OTHER_AFFECTED}:
        asked.append(_subject(runtime, change))
    if parties & (_DMCA_PARTIES | {Party.COMMUNITY}):
        asked.append(_contacts(runtime, change))
    return _joined(await asyncio.gather(*asked))


async def apply(edge: Edge, event: AnyChange, found: Found) -> None:
    """Tell each reader of the event once."""
    await actions.tell(edge, change_of(event), found)


def _hears(stream: type[AnyChange]) -> dict[str, Reaction]:
    return {
        kind: Reaction(apply=apply, fetch=fetch) for kind in stream.kinds if any(row.tell for row in MATRIX.rows_of(stream.aggregate, kind))
    }


REACTIONS: Mapping[str, Mapping[str, Reaction]] = {stream.stream_name(): _hears(stream) for stream in HEARD}
"""Every change of which the matrix tells anybody."""


def _matter(aggregate: str, state: Mapping[str, Any]) -> str:
    if aggregate == "dmca_notice":
        return "dmca"
    return str(state.get("matter_kind", "unknown") if aggregate == "appeal" else state["kind"])


async def _ask(runtime: Runtime, change: Change, service: str, path: str, **params: str) -> dict[str, Any]:
    return await runtime.peers.get(service, path, reason=f"event {change.event_id}", params=params or None)


async def _requesters(runtime: Runtime, change: Change) -> Found:
    if change.aggregate == "request":
        ids: list[str] = [str(change.about_id)]
    else:
        ids = list(change.state.get("request_ids", ()))
        if not ids and "case_id" in change.state:
            case = await _ask(runtime, change, "intake", f"/intake/v1/cases/{change.state['case_id']}")
            ids = list(case.get("request_ids", ()))
    answers = await asyncio.gather(*(_ask(runtime, change, "intake", f"/intake/v1/requests/{one}/requester") for one in ids))
    people = {Party.REQUESTER: tuple(_person(one, answer) for one, answer in zip(ids, answers, strict=True))}
    # Where a request is left to the community or refused, its owner says where to go on and why.
    of_request = answers[0] if change.aggregate == "request" else {}
    return Found(people, {name: of_request[name] for name in ("pointers", "refused_because") if name in of_request})


async def _subject(runtime: Runtime, change: Change) -> Found:
    answer = await _ask(runtime, change, "ban", f"/bans/v1/actions/{change.about_id}/subject")
    found = subject_in(answer)
    # Of those whom modifications ever released, only whom this one did.
    named = [one for one in answer.get("released", ()) if str(one["modification_id"]) == change.state.get("modification_id")]
    released = tuple(
        Person(_key_of(runtime, {"wiki_user": one["name"]}, place), wiki_user=one["name"], wiki=one.get("wiki"))
        for place, one in enumerate(named)
    )
    return Found({**found.people, Party.OTHER_AFFECTED: released}, found.facts)


async def _contacts(runtime: Runtime, change: Change) -> Found:
    # With the event in hand: what concerns some pages only is told only to those whose pages they are (D10).
    answer = await _ask(runtime, change, "dmca", f"/dmca/v1/notices/{change.about_id}/contacts", event_version=str(change.version))
    known = {_key_of(runtime, one, place): one for place, one in enumerate(answer.get("uploaders", ()))}
    pages: dict[str, list[Any]] = {}
    for place, one in enumerate(answer.get("uploaders", ())):
        pages.setdefault(_key_of(runtime, one, place), []).extend(one.get("pages", ()))
    named = _counter_notice_id(change)
    if named is not None:
        # The change is about one counter-notice: its sender alone is told, for a notice may have several uploaders (D10).
        sent = [one for one in answer.get("counter_notices", ()) if str(one["counter_notice_id"]) == named]
        known = {_key_of(runtime, one, place): one for place, one in enumerate(sent)}
    uploaders = tuple(_person(key, one) for key, one in known.items())
    return Found(
        {Party.COMPLAINANT: (_person("complainant", answer.get("complainant", {})),), Party.UPLOADER: uploaders},
        {"contacts": answer, "pages_of": pages},
    )


def _counter_notice_id(change: Change) -> str | None:
    one = counter_notice_of(change)
    if change.kind in {"counter_noticed", "assessed"} or (change.kind == "restored" and one is not None and one["state"] == "restored"):
        return None if one is None else str(one["counter_notice_id"])
    if change.kind in {"court_action_received", "held"}:
        found: str | None = (court_action_of(change) or {}).get("counter_notice_id")
        return found
    return None


async def _appellant(runtime: Runtime, change: Change) -> Found:
    answer = await _ask(runtime, change, "appeals", f"/appeals/v1/appeals/{change.about_id}/appellant")
    return Found({Party(change.state["appellant_role"]): (_person("appellant", answer),)})


def _key_of(runtime: Runtime, one: Mapping[str, Any], place: int) -> str:
    """Name somebody opaquely, the same at every event, so that one person with several pages gets one letter.

    The owner's own id of somebody comes back to it with the receipt (R49).
    """
    if "uploader_id" in one:
        return str(one["uploader_id"])
    known = one.get("wiki_user") or one.get("email")
    return runtime.keyring.hash("notification.recipient", known).hex() if known else f"unknown_{place}"


def _person(key: str, answer: Mapping[str, Any]) -> Person:
    # Whoever contributed to one wiki alone is taken to read its language.
    wikis = {page["wiki"] for page in answer.get("pages", ())}
    return Person(key, answer.get("name"), answer.get("email"), answer.get("wiki_user"), wikis.pop() if len(wikis) == 1 else None)


def _joined(found: list[Found]) -> Found:
    people: dict[Party, tuple[Person, ...]] = {}
    facts: dict[str, Any] = {}
    for one in found:
        people |= one.people
        facts |= one.facts
    return Found(people, facts)
