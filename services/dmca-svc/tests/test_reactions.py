"""What dmca-svc does when intake passes a letter on and notify says how far an announcement is, and what others may ask of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.edge import new_id
from chassis.service import Permanent
from contracts.envelope import Performer
from contracts.notification import About, NotificationChange, NotificationState
from contracts.request import RequestChange, RequestState
from dmca_svc import reactions
from dmca_svc.letters.reader import reader_of

FIRST = datetime(2026, 11, 20, 17, tzinfo=UTC)


def envelope(event_id: UUID) -> dict[str, Any]:
    at = datetime.now(UTC)
    return {"dt": at, "performer": Performer(role="service", id="other-svc"), "request_id": "r-1", "event_id": event_id, "meta_dt": at}


def forwarded(to: str = "dmca") -> RequestChange:
    state = RequestState(
        request_id=new_id(),
        kind="dmca",
        state="forwarded",
        team="legal",
        channel="vrt",
        received_at=FIRST,
        received_by_agent_at=FIRST + timedelta(days=2),
        forwarded_to=to,
        document="notice",
    )
    return RequestChange.of("forwarded", state=state, prior=None, version=1, **envelope(new_id()))


def notification(notice_id: str, state: str, *, template: str = "dmca_announcement", party: str = "community") -> NotificationChange:
    told = NotificationState(
        notification_id=new_id(),
        about=About(aggregate="dmca_notice", id=UUID(notice_id)),
        event_id=new_id(),
        party=party,
        channel="wiki_page",
        template=template,
        locale="en",
        state=state,
        delivered_at=FIRST if state == "delivered" else None,
        reason_code="no_page" if state == "failed" else None,
    )
    return NotificationChange.of(state, state=told, prior=None, version=1, **envelope(new_id()))  # type: ignore[arg-type]  # as above


async def hear(office: Any, event: NotificationChange) -> None:
    async with office.desk.runtime.edge("inbox") as edge:
        await reactions.follow(edge, event, None)


async def test_a_forwarded_letter_becomes_a_notice_that_keeps_its_first_receipt(office: Any, letter: str) -> None:
    event = forwarded()
    read = await reader_of(office.desk.runtime).read(letter.encode(), "text/plain")
    facts = reactions.Forwarded(read, FIRST, None, {"name": "A. Example", "email": "agent@example.org", "wiki_user": "Example agent"})
    async with office.desk.runtime.edge("inbox") as edge:
        edge.access_reason = f"event {event.meta.id}"
        await reactions.take_letter(edge, event, facts)
    row = (
        await office.desk.sql(
            "SELECT id::text, received_at, received_by_agent_at FROM notice WHERE request_id = $1", event.request.request_id
        )
    )[0]
    assert (row["received_at"], row["received_by_agent_at"]) == (FIRST, FIRST + timedelta(days=2))
    notice = await office.get(row["id"])
    assert (notice["channel"], notice["reading"]["document"]) == ("forwarded", "notice")
    path = f"/dmca/v1/notices/{row['id']}"

    async def party(**who: str) -> bool:
        answer = await office.desk.post(f"{path}/party", who, role="service", sub="appeals-svc", reason="event 1")
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["party"])

    assert await party(email="Agent@example.org")
    assert await party(wiki_user="example_agent")
    assert not await party(email="somebody@example.org")
    assert not await party(name="Ada Example")  # a name is no proof where there is an address


async def test_a_letter_for_others_is_left_alone_and_one_not_fetched_waits_for_a_person(office: Any) -> None:
    other = forwarded("appeals")
    assert await reactions.fetch_letter(office.desk.runtime, other) is None
    async with office.desk.runtime.edge("inbox") as edge:
        await reactions.take_letter(edge, other, None)
    with pytest.raises(Permanent):
        async with office.desk.runtime.edge("inbox") as edge:
            await reactions.take_letter(edge, forwarded(), None)


async def test_an_announcement_is_followed_to_its_delivery(office: Any) -> None:
    notice = await office.taken_down()
    await hear(office, notification(notice["id"], "queued"))
    await hear(office, notification(notice["id"], "queued", template="dmca_commons_announcement"))
    assert [one["state"] for one in (await office.get(notice["id"]))["announcements"]] == ["queued", "queued"]
    await hear(office, notification(notice["id"], "delivered"))
    await hear(office, notification(notice["id"], "failed", template="dmca_commons_announcement"))
    foundation, commons = (await office.get(notice["id"]))["announcements"]
    assert (foundation["state"], foundation["receipt"]["delivered_at"]) == ("delivered", "2026-11-20T17:00:00Z")
    assert (commons["state"], commons.get("receipt")) == ("failed", None)
    assert (await office.said(notice["id"]))[-1] == "announced"
    # What is delivered stays delivered, and what is told to others is no announcement.
    await hear(office, notification(notice["id"], "failed"))
    await hear(office, notification(notice["id"], "delivered", party="complainant"))
    assert (await office.get(notice["id"]))["announcements"][0]["state"] == "delivered"
    assert (await office.said(notice["id"])).count("announced") == 1


async def test_notify_is_told_whom_to_write_to(office: Any) -> None:
    notice_id, counter = await office.counter_noticed()
    path = f"/dmca/v1/notices/{notice_id}/contacts"
    assert (await office.desk.get(path, role="service")).status_code == 400
    assert (await office.desk.get(path, role="auditor", reason="x")).status_code == 403
    found = (await office.desk.get(path, role="service", sub="notify-svc", reason="event 2")).json()
    assert found["complainant"] == {"name": "Ada Example", "email": "ada@example.org"}
    assert found["uploaders"] == []
    assert found["counter_notices"][0]["email"] == "bo@example.org"
    assert found["counter_notices"][0]["opens"] == counter["window"]["opens"]
    assert found["pages"] == [{"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}]
