"""Each ending of a request: left to the community, refused, settled, taken back, lapsed, joined, passed on; and told to who asked (D25)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from office.demo import steps
from office.demo.stage import Answer, Stage

NOTE = {"note": "Read in full; it fits."}


async def filed(stage: Stage, user: str | None = None, **more: Any) -> Answer:
    number = uuid4().int % 1_000_000
    form = {**steps.request_for(user or f"Example Troll {uuid4().hex[:8]}", number=number), **more}
    return await stage.post(
        "/intake/v1/requests", "requester_desk-1", {name: part for name, part in form.items() if part is not None}, want=201
    )


async def ended(stage: Stage, path: str, **how: Any) -> None:
    await stage.post(f"{path}/resolution", "evaluator-1", {"note": "As the record shows.", **how}, want=201)
    await stage.refused(f"{path}/resolution/confirmation", "evaluator-1", NOTE, cite="D2", roles=("team_peer",))
    await stage.post(f"{path}/resolution/confirmation", "team_peer-1", NOTE)


async def letter(stage: Stage, request_id: str, template: str) -> str:
    """Wait for a letter about the request and give its words, once it is delivered."""

    async def delivered() -> Answer | None:
        found = await stage.get(f"/notify/v1/notifications?about={request_id}", "auditor-1", reason="following a request")
        return next((one for one in found["items"] if one["template"] == template and one["state"] == "delivered"), None)

    await stage.advance("PT2M")
    await stage.until(delivered, f"the letter {template}")
    return next(text for file in stage.letters() if request_id in (text := file.read_text()) and _is(text, template))


def _is(text: str, template: str) -> bool:
    subjects = {
        "request_deferred": "left to the community",
        "request_refused": "not taken up",
        "request_resolved": "was settled",
        "request_withdrawn": "taken back",
        "request_lapsed": "has lapsed",
    }
    return subjects[template] in " ".join(text.split())


async def eligible(stage: Stage, request_id: str) -> Answer:
    about = {"decision": {"kind": "request", "id": request_id}, "role": "requester"}
    return await stage.post("/appeals/v1/eligibility", "requester_desk-1", about)


async def may_appeal(stage: Stage, request_id: str) -> bool:
    """File an appeal as the desk would, and tell whether it goes on."""
    form = {
        "decision": {"kind": "request", "id": request_id},
        "appellant": {"role": "requester", "wiki_user": "Ada Example", "verified": {"how": "confirmed on the talk page"}},
        "reasons": "The noticeboard cannot decide it.",
        "channel": "mail",
    }
    return str((await stage.post("/appeals/v1/appeals", "requester_desk-1", form, want=201))["state"]) != "ineligible"


@pytest.mark.parametrize(
    ("how", "template", "words"),
    [
        ({"how": "deferred"}, "request_deferred", "Global_bans"),
        ({"how": "refused", "grounds": ["preferential_treatment"]}, "request_refused", "preferential treatment"),
        ({"how": "resolved_before_action", "grounds": ["conduct_corrected"]}, "request_resolved", "settled"),
    ],
)
async def test_a_case_ends_by_two_persons_and_its_requester_is_told(stage: Stage, how: dict[str, Any], template: str, words: str) -> None:
    request = await filed(stage)
    await ended(stage, f"/intake/v1/cases/{request['case_id']}", **how)
    told = " ".join((await letter(stage, request["id"], template)).replace("=\n", "").split())
    assert words in told
    assert ("appeals@wikimedia.org" in told) is (template != "request_resolved")
    case = await stage.get(f"/intake/v1/cases/{request['case_id']}", "auditor-1")
    assert (case["state"], case["outcome"], case["clock"]["state"]) == ("closed", how["how"], "stopped")


async def test_a_deferral_is_a_decision_that_its_requester_may_appeal(stage: Stage) -> None:
    request = await filed(stage, requester={"name": "Ada Example", "wiki_user": "Ada Example", "standing_as": "community"})
    await ended(stage, f"/intake/v1/cases/{request['case_id']}", how="deferred")

    async def known() -> bool:
        return bool((await eligible(stage, request["id"]))["granted"])

    await stage.until(known, "the appeal to be open")
    assert await may_appeal(stage, request["id"])
    await stage.post(f"/intake/v1/cases/{request['case_id']}/reopening", "evaluator-1", {"note": "The noticeboard could not."})
    case = await stage.get(f"/intake/v1/cases/{request['case_id']}", "auditor-1")
    assert (case["state"], case["clock"]["state"]) == ("evaluating", "running")


async def test_a_request_is_taken_back_by_its_sender(stage: Stage) -> None:
    request = await filed(stage)
    await stage.post(f"/intake/v1/requests/{request['id']}/withdrawal", "requester_desk-1", NOTE)
    await ended(stage, f"/intake/v1/cases/{request['case_id']}", how="withdrawn")
    await letter(stage, request["id"], "request_withdrawn")


async def test_a_second_request_joins_the_first_and_both_are_told(stage: Stage) -> None:
    user = f"Example Troll {uuid4().hex[:8]}"
    first, second = await filed(stage, user), await filed(stage, user)
    await stage.post(f"/intake/v1/requests/{second['id']}/joining", "evaluator-1", NOTE)
    await ended(stage, f"/intake/v1/cases/{first['case_id']}", how="deferred")
    for request in (first, second):
        await letter(stage, request["id"], "request_deferred")


async def test_a_letter_that_is_a_notice_is_dmcas_with_its_first_receipt(stage: Stage, town: Any) -> None:
    request = await filed(stage, kind="other", summary="I own the photograph at https://example.wiki/wiki/File:Quay.jpg; remove it.")
    await stage.post(f"/intake/v1/requests/{request['id']}/forwarding", "evaluator-1", {"document": "notice", **NOTE})

    async def made() -> Any:
        return await town.sql("SELECT id FROM dmca.notice WHERE request_id = $1", UUID(request["id"]))

    (row,) = await stage.until(made, "the notice")
    notice = await stage.get(f"/dmca/v1/notices/{row['id']}", "auditor-1", reason="following a letter")
    assert (notice["state"], notice["clock"]["state"]) == ("received", "running")
    assert (await stage.get(f"/intake/v1/requests/{request['id']}", "auditor-1"))["state"] == "forwarded"


async def test_what_is_missing_never_comes_and_the_request_lapses(stage: Stage) -> None:
    request = await filed(stage, summary=None)
    assert [reason["code"] for reason in request["missing"]] == ["summary_missing"]
    await stage.advance("P61D")
    assert (await stage.get(f"/intake/v1/requests/{request['id']}", "auditor-1"))["state"] == "lapsed"
    told = await stage.get(f"/notify/v1/notifications?about={request['id']}", "auditor-1", reason="following a request")
    assert "request_incomplete" in [one["template"] for one in told["items"] if one["state"] == "delivered"]
    await letter(stage, request["id"], "request_lapsed")
    completion = {"summary": "Here it is."}
    await stage.refused(f"/intake/v1/requests/{request['id']}/completion", "requester_desk-1", completion, cite="R88")
