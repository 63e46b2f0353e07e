"""Who gave the material: recorded by a person, written to each for their own pages, and provably told (R42, R49, D10, D15)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from chassis.edge import new_id
from contracts.envelope import Performer
from contracts.notification import About, NotificationChange, NotificationState
from dmca_svc import reactions

HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}
BREAKWATER = {"wiki": "examplewiki", "title": "File:Breakwater.jpg"}
DELIVERED = datetime(2026, 11, 20, 17, tzinfo=UTC)
BO = {"wiki_user": "Bo Example", "email": "bo@example.org", "pages": [HARBOUR]}
CY = {"wiki_user": "Cy Example", "pages": [QUAY]}


def letter(notice_id: str, recipient_id: str | None, state: str, template: str = "dmca_taken_down") -> NotificationChange:
    told = NotificationState(
        notification_id=new_id(),
        about=About(aggregate="dmca_notice", id=UUID(notice_id)),
        event_id=new_id(),
        party="uploader",
        recipient_id=UUID(recipient_id) if recipient_id else None,
        channel="mail",
        template=template,
        locale="en",
        state=state,
        delivered_at=DELIVERED if state == "delivered" else None,
        reason_code="unreachable" if state == "failed" else None,
    )
    at = datetime.now(UTC)
    stamp: dict[str, Any] = {"dt": at, "performer": Performer(role="service", id="notify-svc"), "request_id": "r-1", "meta_dt": at}
    return NotificationChange.of(state, state=told, prior=None, version=1, event_id=new_id(), **stamp)  # type: ignore[arg-type]  # a kind


async def hear(office: Any, event: NotificationChange) -> None:
    async with office.desk.runtime.edge("inbox") as edge:
        await reactions.follow(edge, event, None)


async def contacts(office: Any, notice_id: str) -> dict[str, Any]:
    answer = await office.desk.get(f"/dmca/v1/notices/{notice_id}/contacts", role="service", sub="notify-svc", reason="event 1")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def points(notice: dict[str, Any]) -> list[str]:
    return [point["code"] for point in notice["open_points"]]


async def test_each_uploader_is_known_with_their_own_pages(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY, BREAKWATER))
    shown = await office.act(f"/{notice['id']}/uploaders", {"uploaders": [BO, CY]}, "enforcer", "enno")
    assert [(one["wiki_user"], one["pages"]) for one in shown["uploaders"]] == [("Bo Example", [HARBOUR]), ("Cy Example", [QUAY])]
    assert points(shown) == [], "nothing is down yet, so nobody is to be told"
    assert "bo@example.org" not in str(shown)
    found = (await contacts(office, notice["id"]))["uploaders"]
    assert [{**one, "uploader_id": None} for one in found] == [{**BO, "uploader_id": None}, {**CY, "uploader_id": None}]
    assert (await office.said(notice["id"]))[-1] == "accepted", "what concerns nobody else is not said"


async def test_of_an_account_the_last_word_counts_and_none_takes_it_back(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY))
    path = f"/{notice['id']}/uploaders"
    await office.act(path, {"uploaders": [BO]}, "evaluator", "eva")
    shown = await office.act(path, {"uploaders": [{"wiki_user": "bo_Example", "pages": [QUAY]}]}, "evaluator", "eva")
    assert [one["pages"] for one in shown["uploaders"]] == [[QUAY]], "one account is one, however it is spelt"
    assert (await contacts(office, notice["id"]))["uploaders"][0]["email"] == "bo@example.org"
    await office.act(path, {"uploaders": [{"wiki_user": "Bo Example", "pages": []}]}, "evaluator", "eva")
    assert (await contacts(office, notice["id"]))["uploaders"] == []


async def test_somebody_found_after_the_takedown_is_told_then(office: Any) -> None:
    notice = await office.taken_down((HARBOUR, QUAY))
    assert points(notice) == ["uploader_unknown"]
    said = len(await office.said(notice["id"]))
    shown = await office.act(f"/{notice['id']}/uploaders", {"uploaders": [BO]}, "enforcer", "enno")
    assert points(shown) == ["uploader_unknown"], "who gave the other page is still to be found"
    events = await office.events(notice["id"])
    assert len(events) == said + 1
    assert events[-1]["dmca_notice_change_kind"] == "assessed"
    assert "counter_notice_id" not in events[-1]["dmca_notice"]
    assert "Bo" not in str(events[-1])
    shown = await office.act(f"/{notice['id']}/uploaders", {"uploaders": [CY]}, "enforcer", "enno")
    assert points(shown) == []


async def test_the_receipt_of_the_letter_proves_that_its_reader_was_told(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY))
    await office.act(f"/{notice['id']}/uploaders", {"uploaders": [BO, CY]}, "enforcer", "enno")
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    for page in (HARBOUR, QUAY):
        await office.receipt(notice["id"], page)
    bo, cy = [one["uploader_id"] for one in (await contacts(office, notice["id"]))["uploaders"]]
    await hear(office, letter(notice["id"], bo, "queued"))
    await hear(office, letter(notice["id"], bo, "delivered"))
    await hear(office, letter(notice["id"], cy, "failed"))
    shown = await office.get(notice["id"])
    told, untold = shown["uploaders"]
    assert (told["informed"]["at"], told["informed"]["channel"]) == ("2026-11-20T17:00:00Z", "mail")
    assert (untold["letter"], "informed" in untold) == ("failed", False)
    assert points(shown) == ["uploader_not_reached"]
    steps = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", role="auditor")).json()["items"]
    assert [(step["what"], step["cite"]) for step in steps if step["what"].startswith("uploader_i")] == [("uploader_informed", "R49")]
    # A letter that somebody delivers by hand later is the proof all the same; what is proved stays as it was.
    await hear(office, letter(notice["id"], cy, "delivered"))
    await hear(office, letter(notice["id"], bo, "failed"))
    shown = await office.get(notice["id"])
    assert points(shown) == []
    assert shown["uploaders"][0]["informed"] == told["informed"]


async def test_letters_to_others_and_about_other_things_prove_nothing(office: Any) -> None:
    notice = await office.taken_down()
    await office.act(f"/{notice['id']}/uploaders", {"uploaders": [BO]}, "enforcer", "enno")
    bo = (await contacts(office, notice["id"]))["uploaders"][0]["uploader_id"]
    before = (await office.get(notice["id"]))["version"]
    await hear(office, letter(notice["id"], None, "delivered"))
    await hear(office, letter(notice["id"], str(new_id()), "delivered"))
    await hear(office, letter(notice["id"], bo, "delivered", template="dmca_restored"))
    after = await office.get(notice["id"])
    assert "informed" not in after["uploaders"][0]
    assert after["version"] == before


@pytest.mark.parametrize(
    ("body", "role", "status"),
    [
        ({"uploaders": []}, "enforcer", 422),
        ({"uploaders": [{"wiki_user": "Bo", "email": "no address", "pages": []}]}, "enforcer", 422),
        ({"uploaders": [{"wiki_user": "Bo", "pages": [HARBOUR], "ip": "192.0.2.1"}]}, "enforcer", 422),
        ({"uploaders": [BO]}, "requester_desk", 403),
        ({"uploaders": [{"wiki_user": "Bo", "pages": [QUAY]}]}, "enforcer", 409),
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(office: Any, body: dict[str, Any], role: str, status: int) -> None:
    notice = await office.taken_down()
    await office.act(f"/{notice['id']}/uploaders", body, role, "somebody", status)
    assert (await office.get(notice["id"]))["uploaders"] == []


async def test_by_a_rejected_notice_nobody_is_told(office: Any) -> None:
    notice = await office.decided("reject", ("fair_use",))
    assert await office.refused(f"/{notice['id']}/uploaders", {"uploaders": [BO]}, "evaluator", "eva") == ["nothing_to_tell"]


async def test_a_takedown_partly_done_is_seen_as_such_and_goes_on_where_it_stopped(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY, BREAKWATER))
    path = f"/{notice['id']}"
    await office.act(f"{path}/takedown", {}, "enforcer", "enno")
    partly = await office.receipt(notice["id"], QUAY, 11)
    assert [page["state"] for page in partly["pages"]] == ["up", "removed", "up"]
    assert partly["state"] == "accepted"
    # Somebody else takes over: nothing is ordered anew, what is down needs no second receipt, what is up takes its own.
    assert await office.refused(f"{path}/takedown", {}, "enforcer", "ezra") == ["running_already"]
    assert await office.refused(f"{path}/receipts", {"page": QUAY, "log_id": 12}, "enforcer", "ezra") == ["nothing_runs"]
    await office.act(f"{path}/receipts", {"page": HARBOUR, "revision_id": 13}, "enforcer", "ezra")
    done = await office.act(f"{path}/receipts", {"page": BREAKWATER, "url": "https://examplewiki.example/log/14"}, "enforcer", "ezra")
    assert done["state"] == "taken_down"
    receipts = [page["receipts"] for page in done["pages"]]
    assert [len(one) for one in receipts] == [1, 1, 1]
    assert [(one[0].get("log_id"), one[0].get("revision_id"), one[0].get("url"), one[0]["by"]) for one in receipts] == [
        (None, 13, None, "ezra"),
        (11, None, None, "enno"),
        (None, None, "https://examplewiki.example/log/14", "ezra"),
    ]
    assert {one[0]["acting_account"] for one in receipts} == {"staff"}, "R42: the staff account, not WMFOffice"
    steps = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", role="auditor")).json()["items"]
    assert [step["cite"] for step in steps if step["what"] in {"takedown_started", "page_removed"}] == ["R42"] * 4
    assert (await office.said(notice["id"])).count("taken_down") == 1


async def test_what_another_notice_has_down_is_not_removed_again(office: Any) -> None:
    first = await office.taken_down((HARBOUR,))
    second = await office.decided(pages=(HARBOUR, QUAY))
    partly = await office.act(f"/{second['id']}/takedown", {}, "enforcer", "enno")
    assert [page["state"] for page in partly["pages"]] == ["removed", "up"]
    shown = partly["pages"][0]["receipts"][0]
    assert (shown["other_notice"], shown["effect"]) == (first["id"], "removed")
    done = await office.receipt(second["id"], QUAY)
    assert done["state"] == "taken_down"
    third = await office.decided(pages=(HARBOUR,))
    done = await office.act(f"/{third['id']}/takedown", {}, "enforcer", "enno")
    assert done["state"] == "taken_down", "where all is down already, nothing is left to do"
    assert (await office.said(third["id"]))[-1] == "taken_down"
    # Whoever looks it up in the wiki's log may add what shows it there.
    done = await office.receipt(third["id"], HARBOUR, 99)
    assert [one.get("log_id") for one in done["pages"][0]["receipts"]] == [None, 99]


async def test_a_page_goes_back_only_when_no_other_notice_keeps_it_down(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    other = await fresh.decided()
    await fresh.act(f"/{other['id']}/takedown", {}, "enforcer", "enno")
    await fresh.until(counter["window"]["target"])
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["kept_by_other_notice"]
    # The other's subscriber answers as well; once its own window is open, neither keeps the page from the other.
    second = await fresh.counter(other["id"])
    second = await fresh.accept(other["id"], second["id"], HARBOUR)
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["kept_by_other_notice"]
    await fresh.until(second["window"]["target"])
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    assert (await fresh.receipt(notice_id))["state"] == "restored"


async def test_a_notice_accepted_while_a_restoration_runs_keeps_its_page_down(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed((HARBOUR, QUAY))
    await fresh.until(counter["window"]["target"])
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    await fresh.decided(pages=(HARBOUR,))
    assert await fresh.refused(f"/{notice_id}/receipts", {"page": HARBOUR, "log_id": 1}, "enforcer", "enno") == ["kept_by_other_notice"]
    done = await fresh.receipt(notice_id, QUAY)
    assert [page["state"] for page in done["pages"]] == ["removed", "restored"]
    assert done["counter_notices"][0]["state"] == "accepted", "what is left of it is still to be restored"
