"""Every takedown is made known, with a preview; what is private is left out, and Legal alone leaves one out (R43, D17)."""

from typing import Any

HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}
PRIVATE = ("ada@example.org", "555 0100", "12 Example Street", "Sincerely")


async def preview(office: Any, notice_id: str, **options: Any) -> Any:
    return await office.desk.get(f"/dmca/v1/notices/{notice_id}/announcements/preview", **{"role": "communications", **options})


async def test_the_preview_tells_what_everybody_will_read_and_nothing_private(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY))
    assert (await preview(office, notice["id"])).status_code == 400, "it opens a letter: a reason is asked for"
    assert (await preview(office, notice["id"], role="requester_desk", reason="x")).status_code == 403
    shown = (await preview(office, notice["id"], reason="before it is published")).json()
    assert (shown["announce"], shown["places"], shown["complainant"]) == (True, ["foundation", "commons"], "Ada Example")
    assert shown["files"] == [HARBOUR, QUAY]
    assert "Harbour at Dawn" in shown["work"]
    assert "I have a good faith belief" in shown["notice"]
    assert "https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg" in shown["notice"]
    assert [word for word in PRIVATE if word in str(shown)] == []
    found = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/contacts", role="service", reason="event 1")).json()
    assert found["announcement"] == shown, "what is published is what was shown"


async def test_a_counter_notice_is_never_in_it(office: Any) -> None:
    notice_id, _ = await office.counter_noticed()
    shown = (await preview(office, notice_id, reason="to look")).json()
    assert "Bo Example" not in str(shown)


async def test_what_was_no_notice_is_not_shown_to_everybody(office: Any, counter_letter: str) -> None:
    other = await office.file(counter_letter)
    shown = (await preview(office, other["id"], reason="to look")).json()
    assert "notice" not in shown


async def test_only_legal_s_recorded_reason_leaves_a_takedown_unannounced(office: Any) -> None:
    notice = await office.decided()
    path = f"/{notice['id']}/announcement-waiver"
    await office.act(path, {"note": "x"}, "communications", "cora", 403)
    shown = await office.act(path, {"note": "The title itself is under seal."}, "legal", "lea")
    assert (shown["unannounced"]["by"], shown["unannounced"]["note"]) == ("lea", "The title itself is under seal.")
    assert await office.refused(path, {"note": "again"}, "legal", "lou") == ["signed_already"]
    assert (await preview(office, notice["id"], reason="to look")).json()["places"] == []
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    done = await office.receipt(notice["id"])
    assert (done["state"], done["announcements"]) == ("taken_down", [])
    assert (await office.events(notice["id"]))[-1]["dmca_notice"]["announce"] is False
    steps = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", role="auditor")).json()["items"]
    assert ("left_unannounced", "D17") in [(step["what"], step.get("cite")) for step in steps]


async def test_once_the_takedown_is_complete_it_is_announced(office: Any) -> None:
    notice = await office.taken_down()
    assert await office.refused(f"/{notice['id']}/announcement-waiver", {"note": "x"}, "legal", "lea") == ["announced_already"]
    assert [one["where"] for one in notice["announcements"]] == ["foundation", "commons"]
