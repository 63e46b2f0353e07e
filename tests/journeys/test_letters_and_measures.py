"""A counter-notice that intake passed on becomes one by one act; what a measure of the house keeps down stays down (R87, D4, D10)."""

from typing import Any

from office.demo import real_notice, steps
from office.demo.stage import Stage

REASON = "following a letter"


async def shown(stage: Stage, notice_id: str) -> dict[str, Any]:
    notice: dict[str, Any] = await stage.get(f"/dmca/v1/notices/{notice_id}", "auditor-1", reason=REASON)
    return notice


async def passed_on(stage: Stage, words: str) -> dict[str, Any]:
    """Send a letter to where it does not belong, and give the notice that comes of it."""
    sender = {"name": "Bo Example", "email": "bo@example.org", "standing_as": "public"}
    filed = await stage.post(
        "/intake/v1/requests", "requester_desk-1", {"kind": "dmca", "channel": "vrt", "summary": words, "requester": sender}, want=201
    )
    assert filed["state"] == "forwarded"

    async def arrived() -> list[dict[str, Any]]:
        found = await stage.get("/dmca/v1/notices?document=counter_notice&state=received&limit=200", "evaluator-1")
        return [one for one in found["items"] if one["received_at"] == filed["received_at"]]

    (line,) = await stage.until(arrived, "the letter that was passed on")
    return await shown(stage, line["id"])


async def test_a_counter_notice_that_was_passed_on_joins_its_notice_by_one_act_and_opens_its_window(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    letter = await passed_on(stage, real_notice.letter("counter_notice", name))
    assert letter["could_join"] == [notice["id"]]
    body = {"notice_id": notice["id"], "as": "counter_notice", "note": "It names the page that this notice took down."}
    joined = await stage.post(f"/dmca/v1/notices/{letter['id']}/joining", "evaluator-1", body)
    target = await shown(stage, notice["id"])
    (counter,) = target["counter_notices"]
    assert counter["id"] == joined["answered"]["became"]
    assert counter["received_at"] == letter["received_at"]
    judged = {
        "elements": dict.fromkeys(real_notice.COUNTER_ELEMENTS, True),
        "pages": [real_notice.page_of(name)],
        "subscriber_verified": {"how": "answered from the confirmed address of the account"},
        "note": "Complete.",
    }
    path = f"/dmca/v1/notices/{notice['id']}/counter-notices/{counter['id']}/assessment"
    assert "window" in await stage.post(path, "evaluator-1", judged)

    async def told() -> list[dict[str, Any]]:
        found = await stage.get(f"/notify/v1/notifications?about={notice['id']}&limit=200", "communications-1")
        return [one for one in found["items"] if one["template"] == "counter_notice_copy"]

    assert len(await stage.until(told, "the complainant's copy")) == 1


async def test_what_a_measure_keeps_down_goes_back_under_no_notice_until_it_is_over(stage: Stage) -> None:
    name = real_notice.picture()
    notice, page = await real_notice.take_down(stage, name, tell=False), real_notice.page_of(name)
    case = await steps.open_case(stage, f"Loud visitor of {name}")
    spec = {
        "kind": "page_protection",
        "pages": [page],
        "grounds": ["court_order"],
        "protection": {"level": "sysop", "template": "pp-office"},
        "extraordinary": "A court ordered it.",
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "court_order", "note": "The order is on file."},
        "disclosure": "public",
        "disclosure_reason": "The template is to be seen.",
    }
    action = await steps.recommend(stage, case["case_id"], spec)
    while action["review"]["state"] == "open":
        turn = next(step["level"] for step in action["review"]["steps"] if step["state"] == "open")
        action = await steps.sign(stage, action, turn)
    await stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})

    async def kept() -> bool:
        return bool((await shown(stage, notice["id"]))["pages"][0].get("kept_by_measure"))

    await stage.until(kept, "the measure that keeps the page down")
    path = f"/dmca/v1/notices/{notice['id']}"
    await stage.post(f"{path}/withdrawal", "legal-1", {"text": "We have settled.", "pages": [page]})
    proof = {"page": page, "log_id": 4712}
    answer = await stage.ask("POST", f"{path}/receipts", "enforcer-1", proof)
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["kept_by_measure"]
    assert action["id"] not in str(await shown(stage, notice["id"]))
    lifted = {"reason": "purpose_served", "note": "The order was set aside."}
    await stage.post(f"/bans/v1/actions/{action['id']}/lift", "team_manager-1", lifted)
    await stage.post(f"/bans/v1/actions/{action['id']}/lift/confirmation", "team_manager-2", {"note": "So it was."})

    async def let_go() -> bool:
        return not await kept()

    await stage.until(let_go, "the end of the measure")
    assert (await stage.post(f"{path}/receipts", "enforcer-1", proof))["state"] == "withdrawn"
