"""Events as they come over the bus, answered by their owners over HTTP: who is told, and that nobody learns what is not theirs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from chassis.bus import Record
from contracts.envelope import AnyChange
from contracts.words import ActionKind
from kernel.deadline import in_office_hours
from notify_svc.model import VISIBLE
from notify_svc.reactions import REACTIONS
from notify_svc.rules import MATRIX
from notify_svc.rules.matrix import Row
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

OPENS = {"opens": "2026-03-16T07:00:00Z", "target": "2026-03-18T07:00:00Z", "closes": "2026-03-21T07:00:00Z"}
PAGE = {"wiki": "examplewiki", "title": "File:Marked page.jpg"}
OTHER_PAGE = {"wiki": "examplewiki", "title": "File:Page of another.jpg"}
COUNTER, COURT, MODIFIED = uuid4(), uuid4(), uuid4()

# Words that each stand for one fact; who may find which in a letter is said below.
MARKS = {
    "requester": ("Marked requester", "marked.requester@example.invalid"),
    "subject": ("Marked subject",),
    "released": ("Marked released",),
    "released_before": ("Marked stranger",),
    "warning": ("Marked warning",),
    "grounds": ("Marked grounds", "marked_identity", "marked_case_text"),
    "complainant": ("Marked complainant",),
    "complainant_private": ("marked.complainant@example.invalid",),
    "uploader": ("Marked uploader", "marked.uploader@example.invalid"),
    "other_uploader": ("Other uploader", "other.uploader@example.invalid", "Page of another"),
    "counter_notice": ("Marked counter text",),
    "appellant": ("Marked appellant", "marked.appellant@example.invalid"),
}
MAY_FIND = {
    "requester": {"requester", "appellant"},
    "subject": {"subject", "appellant"},
    "other_affected": {"released"},
    "team": set(),
    "community": {"complainant", "other_uploader"},
    "complainant": {"complainant", "complainant_private", "uploader", "counter_notice", "other_uploader"},
    "uploader": {"uploader", "complainant"},
}
NEVER = ("NCMEC", "law enforcement", "reported material", "minor", "child")


@dataclass
class Owners:
    """The other four services as HTTP answers; `asked` is what was read, with the reason given."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    uploaders: bool = True
    known_as: UUID | None = None
    concerns_other: str | None = None

    async def answer(self, request: Request) -> JSONResponse:
        path = request.url.path
        self.asked.append((path, request.headers["x-access-reason"]))
        if self.down:
            return JSONResponse({}, 503)
        person = {"name": MARKS["requester"][0], "email": MARKS["requester"][1]}
        last = path.rpartition("/")[2]
        if last == "requester":
            return JSONResponse({"request_id": path.split("/")[-2], "standing_as": "community", **person})
        if last == "subject":
            accounts = [{"name": "Marked subject", "wiki": "examplewiki"}]
            released = [{"name": "Marked released", "modification_id": str(MODIFIED)}, {"name": "Marked stranger", "modification_id": "x"}]
            case = {"warning": "Marked warning", "grounds": "Marked grounds", "identity": "marked_identity"}
            return JSONResponse({"accounts": accounts, "released": released, **case})
        if last == "contacts":
            return JSONResponse(self.contacts(request.query_params.get("event_version")))
        if last == "appellant":
            return JSONResponse({"role": "subject", "name": "Marked appellant", "email": MARKS["appellant"][1]})
        return JSONResponse({"id": path.rpartition("/")[2], "request_ids": [str(uuid4()), str(uuid4())], "summary": "marked_case_text"})

    def contacts(self, event_version: str | None) -> dict[str, Any]:
        uploader: dict[str, Any] = {"wiki_user": "Marked uploader", "email": "marked.uploader@example.invalid", "pages": [PAGE]}
        other = {"wiki_user": "Other uploader", "email": "other.uploader@example.invalid", "pages": [OTHER_PAGE]}
        sent = {"counter_notice_id": str(COUNTER), "name": "Marked uploader", "text": "Marked counter text", "email": uploader["email"]}
        if self.known_as is not None:
            uploader["uploader_id"] = str(self.known_as)
        uploaders = [uploader, other] if self.uploaders else []
        if self.concerns_other is not None and event_version == self.concerns_other:
            uploaders = [other]
        complainant = {"name": "Marked complainant", "email": MARKS["complainant_private"][0]}
        return {"complainant": complainant, "uploaders": uploaders, "counter_notices": [sent], "pages": [PAGE, OTHER_PAGE]}


@pytest.fixture
async def owners(desk: Any) -> AsyncIterator[Owners]:
    found = Owners()
    app = Starlette(routes=[Route("/{path:path}", found.answer)])
    transport = httpx.ASGITransport(app=app)
    clients = {name: httpx.AsyncClient(transport=transport, base_url="http://owner.test") for name in ("intake", "ban", "dmca", "appeals")}
    kept, desk.runtime.peers._clients = desk.runtime.peers._clients, clients
    await desk.work()
    yield found
    await desk.settle()
    desk.runtime.peers._clients = kept
    for client in clients.values():
        await client.aclose()


async def publish(desk: Any, *events: AnyChange) -> None:
    """Say events on the bus, and wait until they have been reacted to."""
    for event in events:
        sent = await desk.runtime.bus.send([Record(event.meta.stream, event.key_bytes(), event.to_bytes(), 0)])
        assert list(sent) == [None]
    await desk.settle()


def whole(row: Row, matter: str) -> dict[str, Any]:
    """A state in which every condition that tells somebody holds."""
    court = {"court_action_id": COURT, "forum": "court", "told_by": "complainant", "received_at": OPENS["opens"], "state": "not_holding",
             "counter_notice_id": COUNTER}  # fmt: skip
    # What a person says of a counter-notice is told to both sides when it is taken back after the copy went out.
    stands = "withdrawn" if (row.stream, row.change) == ("dmca_notice", "assessed") else "accepted"
    counter = {"counter_notice_id": COUNTER, "state": stands, "received_at": "2026-03-02T09:30:00Z", "window": OPENS}
    states: dict[str, dict[str, Any]] = {
        "request": {"kind": matter},
        "case": {"kind": matter},
        "action": {"kind": matter, "request_ids": (uuid4(),), "enacted_at": "2026-03-02T09:30:00Z"},
        "dmca_notice": {
            "wikis": ("commonswiki",), "taken_down_at": "2026-03-02T09:30:00Z", "counter_notices": (counter,), "counter_notice_id": COUNTER,
            "court_actions": (court,), "court_action_id": COURT, "missing": ("signature",), "rejection": ("fair_use",),
        },
        "appeal": {"appellant_verified": True, "ineligible_codes": ("too_late",)},
    }  # fmt: skip
    if row.change == "modified":
        states["action"] |= {"modification_id": MODIFIED, "released": 1}
    if row.stream == "appeal" and matter in get_args(ActionKind):
        states["appeal"]["matter_kind"] = matter
    return states[row.stream]


TOLD = [
    (row, matter)
    for row in MATRIX.rows
    if row.tell
    for matter in (row.matters or (("dmca",) if row.stream == "dmca_notice" else ("rights_removal", "child_protection", "conduct_warning")))
    if MATRIX.row(row.stream, row.change, matter) is row
]


@pytest.mark.parametrize(("row", "matter"), TOLD, ids=lambda one: one if isinstance(one, str) else f"{one.stream}-{one.change}")
async def test_no_reader_finds_what_is_not_theirs(office: Any, desk: Any, owners: Owners, row: Row, matter: str) -> None:
    del owners
    # Alerts wait for business hours (D6); what they say is asked here, at whatever hour.
    now = desk.runtime.clock.law()
    await desk.advance(in_office_hours(now) - now)
    event = office.said(row.stream, row.change, version=3, **whole(row, matter))
    await publish(desk, event)
    await desk.advance(timedelta(seconds=61))
    told = await office.rows(event.meta.id)
    expected = {telling.party.value for telling in row.tell if telling.when != "is_appellant"} or {"subject"}
    assert {one["party"] for one in told} == expected
    for one in told:
        assert one["state"] == ("queued" if one["channel"] == "wiki_page" else "delivered"), one["reason_code"]
        text = await letter_of(office, desk, one)
        may = MAY_FIND[one["party"]] | ({"warning"} if one["template"] == "conduct_warning" else set())
        if one["party"] == "uploader" and "Other uploader" in text:
            may = (may - {"uploader"}) | {"other_uploader"}
        for fact, words in MARKS.items():
            if fact not in may:
                assert not [word for word in words if word in text], f"{one['template']} tells the {one['party']} the {fact}"
        if matter == "child_protection" and one["party"] == "subject":
            assert not [word for word in NEVER if word.lower() in text.lower()]
        if one["party"] == "requester" and row.stream == "action":
            assert not [word for word in ("ban", "warning", "account", "rights", "lock") if word in text.lower().split()]


async def test_whoever_a_modification_released_is_told_so_and_nothing_of_the_matter(office: Any, desk: Any, owners: Owners) -> None:
    event = office.said("action", "modified", version=4, nature="ordinary", modification_id=MODIFIED, released=1, request_ids=(uuid4(),))
    await publish(desk, event)
    await desk.advance(timedelta(seconds=61))
    (told,) = [one for one in await office.rows(event.meta.id) if one["party"] == "other_affected"]
    letter = await letter_of(office, desk, told)
    assert (told["template"], told["state"], "Marked released" in letter) == ("account_released", "delivered", True)
    assert not [word for word in ("ban", "banned", "person", "appeal", "Marked stranger") if word in letter]
    assert [path for path, _ in owners.asked if path.endswith("/subject")] == [f"/bans/v1/actions/{event.state.action_id}/subject"]


async def letter_of(office: Any, desk: Any, row: dict[str, Any]) -> str:
    if row["channel"] != "wiki_page":
        message = office.mail(row)
        return "\n".join([*(f"{name}: {value}" for name, value in message.items()), office.words(message)])
    answer = await desk.get(f"/notify/v1/notifications/{row['id']}/letter", role="communications", reason="to publish it")
    return str(answer.json()["text"])


def test_a_page_is_read_by_everybody_so_no_row_shows_one_to_a_requester() -> None:
    for row in MATRIX.rows:
        for telling in row.tell:
            assert not (VISIBLE & set(telling.channels) and telling.party.value in {"requester", "complainant", "team"})


async def test_only_those_who_are_to_be_told_are_asked_about(office: Any, desk: Any, owners: Owners) -> None:
    alert, quiet = office.said("case", "at_risk"), office.said("case", "assigned", assignee="eva")
    await publish(desk, alert, quiet)
    assert owners.asked == []
    event = office.said("action", "enacted", kind="page_protection", request_ids=(uuid4(),))
    await publish(desk, event)
    assert [path.rpartition("/")[2] for path, _ in owners.asked] == ["requester"]
    assert {reason for _, reason in owners.asked} == {f"event {event.meta.id}"}


async def test_each_requester_of_a_case_has_a_letter_of_their_own(office: Any, desk: Any, owners: Owners) -> None:
    event = office.said("action", "declined", course="no_action", state="declined", case_id=uuid4())
    await publish(desk, event)
    told = await office.rows(event.meta.id)
    assert [(one["party"], one["template"]) for one in told] == [("requester", "matter_decided")] * 2
    assert len({one["recipient"] for one in told}) == 2
    assert len(owners.asked) == 3


async def test_where_no_uploader_is_known_no_letter_fails_and_that_nobody_was_told_is_kept(office: Any, desk: Any, owners: Owners) -> None:
    owners.uploaders = False
    event = office.said("dmca_notice", "taken_down", state="taken_down", wikis=("examplewiki",))
    await publish(desk, event)
    row = next(one for one in await office.rows(event.meta.id) if one["party"] == "uploader")
    assert (row["state"], row["reason_code"], row["recipient"]) == ("suppressed", "nobody_known", "nobody_known")


async def test_whoever_is_found_later_is_told_then_once_and_its_owner_knows_whom_the_receipt_is_of(
    office: Any, desk: Any, owners: Owners
) -> None:
    owners.uploaders = False
    notice, told = uuid4(), {"state": "taken_down", "wikis": ("examplewiki",), "taken_down_at": OPENS["opens"]}
    await publish(desk, office.said("dmca_notice", "taken_down", about=notice, **told))
    owners.uploaders = True
    owners.known_as = uuid4()
    found = office.said("dmca_notice", "assessed", about=notice, version=2, **told)
    again = office.said("dmca_notice", "assessed", about=notice, version=3, **told)
    of_a_counter_notice = office.said("dmca_notice", "assessed", about=notice, version=4, counter_notice_id=COUNTER, **told)
    await publish(desk, found, again, of_a_counter_notice)
    rows = await office.rows(found.meta.id)
    assert [(one["party"], one["template"], one["state"]) for one in rows] == [("uploader", "dmca_taken_down", "queued")] * 2
    assert await office.rows(again.meta.id) == []
    assert await office.rows(of_a_counter_notice.meta.id) == []
    said = await desk.sql(
        "SELECT convert_from(payload, 'UTF8')::json -> 'notification' ->> 'recipient_id' AS id FROM outbox WHERE key::json ->> "
        "'notification_id' = ANY($1::text[]) AND version = 1",
        [str(one["id"]) for one in rows],
    )
    assert {one["id"] for one in said} == {str(owners.known_as), None}, "the one whom its owner names by an id, and the other not"


async def test_of_what_concerns_one_page_only_whoever_gave_it_is_told(office: Any, desk: Any, owners: Owners) -> None:
    owners.concerns_other = "3"
    about, told = uuid4(), {"state": "taken_down", "taken_down_at": OPENS["opens"]}
    one = office.said("dmca_notice", "withdrawn", about=about, version=3, **told)
    all_of_it = office.said("dmca_notice", "withdrawn", about=about, version=4, **told)
    await publish(desk, one, all_of_it)
    letters = [row for row in await office.rows(one.meta.id) if row["party"] == "uploader"]
    assert len(letters) == 1
    assert "Page of another" in await letter_of(office, desk, {**letters[0], "channel": "wiki_page"})
    assert len([row for row in await office.rows(all_of_it.meta.id) if row["party"] == "uploader"]) == 2


@pytest.mark.parametrize(
    ("counter", "templates"),
    [
        ({"state": "incomplete", "missing": ("signature",)}, {"counter_notice_incomplete"}),
        ({"state": "rejected"}, {"counter_notice_rejected"}),
        ({"state": "rejected", "window": OPENS}, {"counter_notice_stays_down"}),
        ({"state": "withdrawn"}, {"counter_notice_withdrawn"}),
        ({"state": "withdrawn", "window": OPENS}, {"counter_notice_withdrawn", "counter_notice_dropped"}),
        ({"state": "accepted", "window": OPENS}, set()),
    ],
)
async def test_what_a_person_says_of_a_counter_notice_is_answered_at_once(
    office: Any, desk: Any, owners: Owners, counter: dict[str, Any], templates: set[str]
) -> None:
    del owners
    said = {"counter_notice_id": COUNTER, "received_at": OPENS["opens"], **counter}
    event = office.said("dmca_notice", "assessed", counter_notices=(said,), counter_notice_id=COUNTER, taken_down_at=OPENS["opens"])
    await publish(desk, event)
    await desk.advance(timedelta(seconds=61))
    rows = await office.rows(event.meta.id)
    assert {one["template"] for one in rows} == templates
    for one in rows:
        text = await letter_of(office, desk, one)
        assert ("your signature" in text) is bool(counter.get("missing"))
        assert "other.uploader" not in text


async def test_each_uploader_has_one_letter_with_their_own_pages(office: Any, desk: Any, owners: Owners) -> None:
    del owners
    event = office.said("dmca_notice", "taken_down", state="taken_down", wikis=("examplewiki",))
    await publish(desk, event)
    await desk.advance(timedelta(seconds=61))
    letters = [await letter_of(office, desk, one) for one in await office.rows(event.meta.id) if one["party"] == "uploader"]
    assert [("Marked page" in text, "Page of another" in text) for text in letters] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("kind", "state"), [("counter_noticed", "received"), ("restored", "restored"), ("restored", "accepted"), ("held", "held")]
)
async def test_a_counter_notice_is_its_senders_and_no_other_uploaders(
    office: Any, desk: Any, owners: Owners, kind: str, state: str
) -> None:
    del owners
    court = {"court_action_id": COURT, "forum": "court", "told_by": "agent", "received_at": OPENS["opens"], "state": "holding",
             "counter_notice_id": COUNTER}  # fmt: skip
    counter = {"counter_notice_id": COUNTER, "state": state, "received_at": OPENS["opens"]}
    more = {"counter_notices": (counter,), "counter_notice_id": COUNTER, "court_actions": (court,), "court_action_id": COURT}
    event = office.said("dmca_notice", kind, **more)
    await publish(desk, event)
    await desk.advance(timedelta(seconds=61))
    letters = [await letter_of(office, desk, one) for one in await office.rows(event.meta.id) if one["party"] == "uploader"]
    # What came back for another reason, a withdrawal say, is told to every uploader.
    assert [("marked.uploader" in text, "other.uploader" in text) for text in letters] == (
        [(True, False), (False, True)] if state == "accepted" else [(True, False)]
    )


async def test_an_event_heard_again_tells_nobody_again(office: Any, desk: Any, owners: Owners) -> None:
    del owners
    event = office.said("action", "enacted", request_ids=(uuid4(),))
    await publish(desk, event, event)
    assert len(await office.rows(event.meta.id)) == 2


async def test_a_matter_that_cannot_be_asked_about_waits_and_then_goes_on(office: Any, desk: Any, owners: Owners) -> None:
    owners.down = True
    request = uuid4()
    event = office.said("request", "received", about=request)
    assert list(await desk.runtime.bus.send([Record(event.meta.stream, event.key_bytes(), event.to_bytes(), 0)])) == [None]
    assert [row["error"] for row in await desk.sql("SELECT error FROM parked WHERE event_id = $1", event.meta.id)] == ["PeerFailed"]
    assert await office.rows(event.meta.id) == []
    owners.down = False
    await desk.settle()
    assert len(await office.rows(event.meta.id)) == 1


async def test_an_appellant_who_is_not_verified_hears_no_reasons(office: Any, desk: Any, owners: Owners) -> None:
    del owners
    for verified in (False, True):
        event = office.said("appeal", "ineligible", appellant_verified=verified, ineligible_codes=("too_late",), state="ineligible")
        await publish(desk, event)
        await desk.advance(timedelta(seconds=61))
        text = await letter_of(office, desk, (await office.rows(event.meta.id))[0])
        assert ("six months" in text) is verified


async def test_breaches_of_a_case_wake_its_team_once_each(office: Any, desk: Any, owners: Owners) -> None:
    del owners
    case: UUID = uuid4()
    events = [
        office.said("case", kind, about=case, version=n, kind="child_protection")
        for n, kind in enumerate(("opened", "at_risk", "breached"), 1)
    ]
    await publish(desk, *events, *events)
    told = [row for event in events for row in await office.rows(event.meta.id)]
    assert [(row["template"], row["recipient"], row["state"]) for row in told] == [
        ("alert_opened", "child_protection", "delivered"),
        ("alert_at_risk", "child_protection", "delivered"),
        ("alert_breached", "child_protection", "delivered"),
    ]


async def test_a_case_that_grows_is_alerted_of_once_and_anew_where_it_is_another_groups(office: Any, desk: Any, owners: Owners) -> None:
    """Another request joins it, or it turns out to be urgent: whoever was woken by it knows of it (R50)."""
    del owners
    case, kinds = uuid4(), ("other", "threat_of_harm", "threat_of_harm", "child_protection", "child_protection")
    events = [office.said("case", "opened" if n == 1 else "expanded", about=case, version=n, kind=kind) for n, kind in enumerate(kinds, 1)]
    await publish(desk, *events)
    told = [[row["recipient"] for row in await office.rows(event.meta.id)] for event in events]
    assert told == [[], ["trust_and_safety"], [], ["child_protection"], []]


def test_what_the_matrix_tells_is_what_is_reacted_to() -> None:
    heard = {(stream, kind) for stream, kinds in REACTIONS.items() for kind in kinds}
    assert heard == {(f"office_actions.{row.stream}_change.v1", row.change) for row in MATRIX.rows if row.tell}
