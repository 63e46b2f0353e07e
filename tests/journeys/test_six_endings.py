"""The six ways in which a notice ends: rejected, cured, down for good, back by the window, held by a court, withdrawn."""

from typing import Any

from office.demo import real_notice
from office.demo.stage import Stage

INCOMPLETE = """To the Designated Agent of the Wikimedia Foundation

My name is Ada Example. I am the photographer of the picture "{name}", first published in 2019.

A copy was uploaded without my permission and is shown here: https://commons.wikimedia.org/wiki/File:{path}.jpg

You can reach me at: Ada Example, 1 Quay Street, Exampleton, telephone +1 555 0100, e-mail ada@example.org.

/s/ Ada Example
"""
STATEMENTS = """I have a good faith belief that use of the material in the manner complained of is not authorized by the copyright
owner, its agent, or the law.

I swear, under penalty of perjury, that the information in this notification is accurate and that I am the owner of an exclusive right
that is allegedly infringed.

/s/ Ada Example
"""


async def told(stage: Stage, notice_id: str, template: str) -> dict[str, Any]:
    """Wait for the letter that this notice brings about."""

    async def letters() -> list[dict[str, Any]]:
        found = await stage.get(f"/notify/v1/notifications?about={notice_id}&limit=200", "communications-1")
        return [one for one in found["items"] if one["template"] == template]

    found: dict[str, Any] = (await stage.until(letters, f"the letter {template}"))[0]
    return found


async def sign(stage: Stage, path: str, notice: dict[str, Any], *levels: str) -> dict[str, Any]:
    for level in levels or ("team_peer", "team_manager", "legal"):
        body = {"level": level, "verdict": "approve", "digest": notice["review"]["digest"], "note": "Agreed."}
        notice = await stage.post(f"{path}/reviews", f"{level}-1", body)
    return notice


async def state_of(stage: Stage, path: str) -> str:
    return str((await stage.get(path, "auditor-1", reason="checking"))["state"])


async def test_rejected_with_its_reasons(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await stage.post("/dmca/v1/notices", "requester_desk-1", real_notice.letter("notice", name), want=201)
    path = f"/dmca/v1/notices/{notice['id']}"
    judged = {"elements": dict.fromkeys(real_notice.NOTICE_ELEMENTS, True), "pages": [real_notice.page_of(name)], "note": "All there."}
    await stage.post(f"{path}/assessment", "evaluator-1", judged)
    form = {"course": "reject", "grounds": ["licensed", "public_domain"], "note": "Published under a free licence in 2019."}
    notice = await sign(stage, path, await stage.post(f"{path}/recommendation", "evaluator-1", form))
    assert notice["state"] == "rejected"
    assert [one["code"] for one in notice["rejection"]] == ["licensed", "public_domain"]
    await stage.refused(f"{path}/takedown", "enforcer-1", {}, cite="R40")
    assert (await told(stage, notice["id"], "dmca_rejected"))["party"] == "complainant"


async def test_cured_and_then_taken_down(stage: Stage) -> None:
    name = real_notice.picture()
    text = INCOMPLETE.format(name=name, path=name.replace(" ", "_"))
    notice = await stage.post("/dmca/v1/notices", "requester_desk-1", text, want=201)
    path = f"/dmca/v1/notices/{notice['id']}"
    assert notice["reading"]["verdict"] == "curable"
    missing = {"good_faith", "accuracy_authority"}
    assert set(notice["reading"]["missing"]) == missing
    judged = {
        "elements": {one: one not in missing for one in real_notice.NOTICE_ELEMENTS},
        "pages": [real_notice.page_of(name)],
        "note": "Both statements are missing.",
    }
    await stage.post(f"{path}/assessment", "evaluator-1", judged)
    notice = await stage.post(f"{path}/cure-requests", "evaluator-1", {})
    assert notice["state"] == "cure_requested"
    assert (await told(stage, notice["id"], "dmca_cure_requested"))["party"] == "complainant"
    first = notice["received_at"]
    await stage.advance("PT30H")
    notice = await stage.post(f"{path}/cure", "requester_desk-1", {"text": STATEMENTS})
    assert notice["received_at"] == first, "the clock keeps the first receipt"
    await stage.post(f"{path}/assessment", "evaluator-1", {**judged, "elements": dict.fromkeys(real_notice.NOTICE_ELEMENTS, True)})
    form = {"course": "take_down", "grounds": [], "note": "Complete now."}
    await sign(stage, path, await stage.post(f"{path}/recommendation", "evaluator-1", form))
    await stage.post(f"{path}/takedown", "enforcer-1", {})
    await stage.post(f"{path}/receipts", "enforcer-1", {"page": real_notice.page_of(name), "log_id": 17})
    assert await state_of(stage, path) == "taken_down"


async def test_down_for_good(stage: Stage) -> None:
    notice = await real_notice.take_down(stage, real_notice.picture(), tell=False)
    await stage.advance("P60D")
    assert await state_of(stage, f"/dmca/v1/notices/{notice['id']}") == "taken_down"


async def test_back_by_the_window(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.put_back(stage, await real_notice.take_down(stage, name, tell=False), name)
    assert notice["state"] == "restored"
    assert (await told(stage, notice["id"], "dmca_restored_complainant"))["party"] == "complainant"


async def test_held_by_a_court(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.held_by_court(stage, await real_notice.take_down(stage, name, tell=False), name)
    assert notice["state"] == "held"


async def test_withdrawn(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    path, page = f"/dmca/v1/notices/{notice['id']}", real_notice.page_of(name)
    withdrawal = {"text": "I withdraw my notice: we have come to an agreement.", "pages": [page]}
    await stage.post(f"{path}/withdrawal", "legal-1", withdrawal)
    await stage.post(f"{path}/receipts", "enforcer-1", {"page": page, "log_id": 18})
    notice = await stage.get(path, "auditor-1", reason="checking")
    assert notice["state"] == "withdrawn"
    assert [one["state"] for one in notice["pages"]] == ["restored"]
    assert (await told(stage, notice["id"], "dmca_withdrawn"))["party"] == "complainant"
