"""A repeat infringer, over the whole house: three takedowns, a person's decision, a chain of its own, and the account is terminated."""

from typing import Any
from uuid import uuid4

from office.demo import real_notice
from office.demo.stage import Stage

Answer = dict[str, Any]


async def struck(stage: Stage, account: str) -> Answer:
    """Take a picture down, and record who gave it: the letter goes out, and the ledger asks ban-svc whose the account is."""
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    said = {"uploaders": [{"wiki_user": account, "pages": [real_notice.page_of(name)]}]}
    await stage.post(f"/dmca/v1/notices/{notice['id']}/uploaders", "evaluator-1", said)
    return notice


async def person_of(stage: Stage, account: str) -> list[Answer]:
    listed = await stage.get("/dmca/v1/infringers?limit=200", "legal-1")
    people = [await stage.get(f"/dmca/v1/infringers/{one['id']}", "legal-1", reason="review") for one in listed["items"]]
    return [one for one in people if account in [it["name"] for it in one["accounts"]] and one["links"]["state"] == "known"]


async def terminations(stage: Stage, notice_id: str) -> list[Answer]:
    listed = await stage.get("/bans/v1/actions?kind=account_termination&limit=200", "auditor-1")
    return [one for one in listed["items"] if one["notice_id"] == notice_id]


async def test_three_takedowns_lead_to_a_review_and_a_decision_to_a_termination(stage: Stage) -> None:
    account = f"Pier walker {uuid4().hex[:8]}"
    notices = [await struck(stage, account) for _ in range(3)]

    async def reviewed() -> list[Answer]:
        return [one for one in await person_of(stage, account) if one["task"]["state"] == "open"]

    (person,) = await stage.until(reviewed, "the review of a repeat infringer")
    assert (person["strikes"]["counted"], person["task"]["proposal"]) == (3, "none")
    decision = {"terminate": True, "note": "Three takedowns stand, and the account was told of each."}
    await stage.post(f"/dmca/v1/infringers/{person['id']}/decision", "legal-1", decision)
    about = notices[-1]["id"]

    async def proposed() -> list[Answer]:
        return await terminations(stage, about)

    (action,) = await stage.until(proposed, "the termination that ban-svc makes of it")
    assert (action["state"], action["origin"]) == ("proposed", "decided")
    path = f"/bans/v1/actions/{action['id']}"
    for level in ("team_peer", "team_manager"):
        body = {"level": level, "verdict": "approve", "digest": action["review"]["digest"], "note": "Seen."}
        action = await stage.post(f"{path}/reviews", f"{level}-1", body)
    body = {"level": "legal", "verdict": "approve", "digest": action["review"]["digest"], "note": "Seen."}
    await stage.refused(f"{path}/reviews", "legal-1", body, cite="D1")
    await stage.post(f"{path}/reviews", "legal-2", body)
    action = await stage.post(f"{path}/enactment", "enforcer-1", {})
    assert (action["state"], action["acting_account"]) == ("enacted", "wmfoffice")
    seen = await stage.get(path, "auditor-1", reason="checking")
    assert [one["name"] for one in seen["spec"]["accounts"]] == [account]
    # From now on ban-svc knows the person, and the ledger hears of it with the next takedown.
    await struck(stage, account)

    async def again() -> list[Answer]:
        return [one for one in await person_of(stage, account) if one["strikes"]["counted"] == 4 and one["task"]["state"] == "open"]

    (person,) = await stage.until(again, "the fourth strike")
    assert [one["terminate"] for one in person["decisions"]] == [True]
    check = await stage.get(f"/bans/v1/check?user={account}", "tooling-1")
    assert check["banned"] is False, "a termination is no ban of the person"
