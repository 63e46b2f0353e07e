"""Journey 3: a clock. A child-protection request, its alerts, an extension, and the case that goes on."""

from office.demo.stage import Answer, JourneyFailed, Stage

REPORT = {
    "kind": "child_protection",
    "channel": "legal_reports",
    "summary": "reported material",
    "requester": {"name": "Ada Example", "email": "ada@example.org", "standing_as": "public"},
    "subjects": [],
    "evidence": [{"text": "reported material"}],
}
REASON = "acting on a child-protection report"


async def play(stage: Stage) -> Answer:
    """Play it and tell it; give the case at the end."""
    stage.say("A CLOCK. Somebody writes to legal-reports@ about reported material.")
    request = await stage.post("/intake/v1/requests", "requester_desk-1", REPORT, want=201)
    case = await read(stage, request["case_id"])
    stage.say(f"  Case {case['id']} was opened at once (R50, D4): due {case['clock']['target_at']}, at risk {case['clock']['at_risk_at']}.")
    await alerted(stage, case["id"], "alert_opened")
    for after, state in (("PT18H1M", "at_risk"), ("PT6H", "breached")):
        await stage.advance(after)
        case = await read(stage, case["id"])
        if case["clock"]["state"] != state:
            raise JourneyFailed(f"the clock says {case['clock']['state']}, not {state}")
        count = await alerted(stage, case["id"], f"alert_{state}")
        if count != 1:
            raise JourneyFailed(f"staff were alerted {count} times to {state}")
        stage.say(f"  The clock was moved by {after}: the case is {state}, and staff were alerted once (R97).")
    target = case["clock"]["target_at"]
    until = (await stage.advance("PT0S"))["law"]
    stage.say(f"  Law's time is now {until}. The case goes on: a breach blocks nothing (R97).")
    later = until[:8] + "28" + until[10:] if int(until[8:10]) < 28 else until[:4] + "-12-31" + until[10:]
    body = {"until": later, "cause": "new_information", "note": "A second report arrived."}
    case = await stage.post(
        f"/intake/v1/cases/{case['id']}/extensions", "child_protection-1", body, roles=("evaluator", "child_protection"), reason=REASON
    )
    if case["clock"]["extensions"][-1]["cause"] != "new_information":
        raise JourneyFailed("the extension does not name its cause")
    stage.say(f"  It was extended for a cause that the policy accepts (R98); the first target {target} stays on record.")
    return case


async def read(stage: Stage, case_id: str) -> Answer:
    """Read the case as one of the named group."""
    return await stage.get(f"/intake/v1/cases/{case_id}", "child_protection-1", reason=REASON)


async def alerted(stage: Stage, case_id: str, template: str, *, reader: str = "child_protection-1") -> int:
    """Wait for a staff alert and count it."""

    async def there() -> list[Answer]:
        found = await stage.get(f"/notify/v1/notifications?about={case_id}", reader, reason=REASON)
        return [one for one in found["items"] if one["template"] == template]

    return len(await stage.until(there, f"the alert {template}"))
