"""Journey 1: every real letter is read, and one goes all the way down and back."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from office.demo import real_notice
from office.demo.stage import Stage

LETTERS = Path(__file__).parents[3] / "shared/data/dmca"
AT_ONCE = 6
KINDS = {"notices": "notice", "counter-notices": "counter_notice", "retractions": "retraction"}


async def test_a_notice_goes_down_and_comes_back_and_a_second_one_stays_down(stage: Stage) -> None:
    notice = await real_notice.play(stage)
    assert [one["state"] for one in notice["pages"]] == ["restored"]
    assert {one["where"] for one in notice["announcements"]} == {"foundation", "commons"}
    timeline = await stage.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", "auditor-1", reason="checking")
    refused = [one for one in timeline["items"] if one.get("reasons")]
    assert len(refused) == 3, "before Legal, before the window, and on the tenth day without Legal"


async def test_the_announcement_is_published_by_hand_with_its_receipt(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    found = await stage.get(f"/notify/v1/notifications?about={notice['id']}", "communications-1")
    announcement = next(one for one in found["items"] if one["party"] == "community")
    assert announcement["state"] == "queued"
    await stage.post(f"/notify/v1/notifications/{announcement['id']}/receipts", "communications-1", {"revision_id": 991})

    async def shown() -> list[dict[str, Any]]:
        now = await stage.get(f"/dmca/v1/notices/{notice['id']}", "auditor-1", reason="checking")
        return [one for one in now["announcements"] if one.get("receipt")]

    assert len(await stage.until(shown, "the notice showing its announcement")) == 1


async def test_on_the_tenth_day_legals_signature_is_enough(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    given = await real_notice.counter(stage, notice, name)
    path = f"/dmca/v1/notices/{notice['id']}"

    await real_notice.to_business_day(stage, datetime.fromisoformat(given["received_at"]), 10)
    await stage.post(f"{path}/counter-notices/{given['id']}/early-restoration", "legal-1", {"note": "Nothing was heard."})
    after = await stage.post(f"{path}/restoration", "enforcer-1", {"counter_notice_id": given["id"]})
    assert after["state"] != "restored", "a page goes back by its receipt, not by the order"
    after = await stage.post(f"{path}/receipts", "enforcer-1", {"page": real_notice.page_of(name), "log_id": 5})
    assert after["state"] == "restored"


async def test_a_letter_that_came_to_intake_is_passed_on_with_its_first_receipt(stage: Stage) -> None:
    """R87, D10: forwarded to dmca-svc, which asks for the words and keeps the date on which they first arrived."""
    name = real_notice.picture()
    filed = {
        "kind": "dmca",
        "channel": "legal",
        "summary": real_notice.letter("notice", name),
        "requester": {"name": "Ada Example", "email": "ada@example.org", "standing_as": "public"},
        "local_attempts_waiver": "A notice under the DMCA goes to the designated agent.",
        "pages": [real_notice.page_of(name)],
        "grounds": ["copyright"],
        "evidence": [{"text": "The letter itself."}],
    }
    request = await stage.post("/intake/v1/requests", "requester_desk-1", filed, want=201)
    assert request["state"] == "forwarded"

    async def arrived() -> list[dict[str, Any]]:
        listed = await stage.get("/dmca/v1/notices?limit=200", "auditor-1")
        return [one for one in listed["items"] if one["channel"] == "forwarded" and one["received_at"] == request["received_at"]]

    (line,) = await stage.until(arrived, "the notice that dmca-svc makes of it")
    notice = await stage.get(f"/dmca/v1/notices/{line['id']}", "auditor-1", reason="checking")
    assert notice["received_at"] == request["received_at"]
    assert notice["reading"]["document"] == "notice"
    assert notice["reading"]["verdict"] == "compliant"


# The last one: hundreds of notices have hundreds of dates, and a walk of the clock would stop at each.
@pytest.mark.skipif(not LETTERS.is_dir(), reason="the 303 real letters are not here: shared/data/dmca lies beside the checkout")
async def test_each_of_the_real_letters_is_posted_and_read(stage: Stage) -> None:
    right = dict.fromkeys(KINDS, 0)
    count = dict.fromkeys(KINDS, 0)
    gate = asyncio.Semaphore(AT_ONCE)

    async def post(file: Path, letter: str) -> None:
        async with gate:
            answer = await stage.ask("POST", "/dmca/v1/notices", "requester_desk-1", letter)
        assert answer.status_code == 201, f"{file.name}: {answer.text[:300]}"
        assert "reading_failed" not in answer.json(), file.name
        reading = answer.json()["reading"]
        assert reading["document"] in {"notice", "counter_notice", "retraction", "court_action", "other"}
        assert reading["verdict"] in {"compliant", "curable", "defective"}
        assert 0 <= reading["confidence"] <= 1
        count[file.parent.name] += 1
        right[file.parent.name] += reading["document"] == KINDS[file.parent.name]

    letters = {file: file.read_text(encoding="utf-8", errors="replace") for file in sorted(LETTERS.rglob("*.md"))}
    await asyncio.gather(*(post(file, letter) for file, letter in letters.items()))
    assert sum(count.values()) == 303
    assert all(right[folder] / count[folder] > 0.9 for folder in KINDS), right
