"""A recommendation that the law refuses goes back to its evaluator; a measure that protects minors is carried out before it is signed."""

from typing import Any
from uuid import uuid4

from office.demo import clock, steps
from office.demo.stage import Answer, Stage

GROUP = ("evaluator", "child_protection")


async def in_state(stage: Stage, case_id: str, state: str, person: str = "team_manager-1") -> Answer:
    async def there() -> Answer | None:
        case = await stage.get(f"/intake/v1/cases/{case_id}", person, reason="following a case")
        return case if case["state"] == state else None

    return dict(await stage.until(there, f"the case to be {state}"))


async def test_what_the_law_refuses_is_told_to_the_evaluator_and_answered(stage: Stage) -> None:
    user = f"Example Troll {uuid4().hex[:8]}"
    request = await steps.open_case(stage, user)
    unlawful = {name: value for name, value in steps.ban_of(user).items() if name != "prior_warnings"}
    action = await steps.recommend(stage, request["case_id"], unlawful)
    assert action["state"] == "returned"
    shown = await stage.get(f"/bans/v1/actions/{action['id']}/timeline", "evaluator-1", reason="why it came back")
    assert [reason["code"] for reason in shown["items"][-1]["reasons"]] == ["warnings_missing"]
    await in_state(stage, request["case_id"], "evaluating")
    form = {"course": "act", "rationale": "With the warnings now.", "action": steps.ban_of(user)}
    await stage.post(f"/intake/v1/cases/{request['case_id']}/recommendations", "evaluator-1", form, want=201)

    async def answered() -> Answer | None:
        found = await stage.get(f"/bans/v1/actions/{action['id']}", "auditor-1", reason="following a case")
        return found if found["state"] == "proposed" else None

    again = await stage.until(answered, "the recommendation to answer the return")
    assert (await steps.approve(stage, again))["state"] == "approved"


async def test_child_protection_acts_first_and_the_missing_second_signature_is_told_to_staff(stage: Stage) -> None:
    request = await stage.post("/intake/v1/requests", "requester_desk-1", clock.REPORT, want=201)
    case, person = f"/intake/v1/cases/{request['case_id']}", "child_protection-1"
    await stage.post(f"{case}/assignment", person, {"assignee": person}, roles=GROUP)
    spec: dict[str, Any] = {
        "kind": "child_protection",
        "emergency": True,
        "accounts": [{"name": f"Example Troll {uuid4().hex[:8]}"}],
        "grounds": ["grooming"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "safety", "note": "A minor is believed to be at risk."},
        "disclosure": "confidential",
        "disclosure_reason": "Never published.",
    }
    form = {"course": "act", "rationale": "At once.", "action": spec}
    await stage.post(f"{case}/recommendations", person, form, roles=GROUP, want=201)

    async def made() -> Answer | None:
        found = await stage.get(f"/bans/v1/actions?case_id={request['case_id']}", person, reason="following a case")
        return found["items"][0] if found["items"] else None

    action = await stage.until(made, "the measure")
    assert (await stage.get(f"/bans/v1/actions?case_id={request['case_id']}", "auditor-1"))["items"] == []
    done = await stage.post(f"/bans/v1/actions/{action['id']}/enactment", person, {}, roles=GROUP)
    assert (done["state"], done["emergency"], done["review"]["state"]) == ("enacted", True, "open")
    await in_state(stage, request["case_id"], "decided", person)
    await stage.advance("PT5H")
    shown = await stage.get(f"/bans/v1/actions/{action['id']}/timeline", person, reason="what became of it")
    assert [item["what"] for item in shown["items"]][-2:] == ["at_risk", "breached"]
    told = await stage.get(f"/notify/v1/notifications?about={action['id']}", person, reason="who was alerted")
    assert {"alert_at_risk", "alert_breached"} <= {one["template"] for one in told["items"]}
    after = await stage.get(f"/bans/v1/actions/{action['id']}", person, reason="it stands")
    assert after["state"] == "enacted"
