"""Journey 3: a clock that is at risk, breached and extended, and a case that goes on."""

import json
from datetime import datetime, timedelta
from typing import Any

from office.demo import clock
from office.demo.stage import Stage


async def test_at_risk_at_18_hours_breached_at_24_alerted_once_each_and_the_case_goes_on(stage: Stage) -> None:
    case = await clock.play(stage)
    received = datetime.fromisoformat(case["received_at"])
    extensions = case["clock"]["extensions"]
    assert [one["cause"] for one in extensions] == ["new_information"]
    assert extensions[0]["by"]
    assert case["state"] in ("open", "evaluating")
    timeline = await stage.get(f"/intake/v1/cases/{case['id']}/timeline?limit=200", "child_protection-1", reason=clock.REASON)
    at = {one["what"]: datetime.fromisoformat(one["at"]) for one in timeline["items"]}
    at_risk = next(moment for what, moment in at.items() if what == "case at risk")
    breached = next(moment for what, moment in at.items() if what == "case breached")
    assert timedelta() <= at_risk - received - timedelta(hours=18) < timedelta(minutes=1)
    assert timedelta() <= breached - received - timedelta(hours=24) < timedelta(minutes=1)


async def test_a_child_protection_case_is_not_there_for_others(stage: Stage) -> None:
    request = await stage.post("/intake/v1/requests", "requester_desk-1", clock.REPORT, want=201)
    for person in ("evaluator-1", "team_manager-1", "auditor-1"):
        answer = await stage.ask("GET", f"/intake/v1/cases/{request['case_id']}", person, reason="looking")
        assert answer.status_code in (403, 404), person


async def test_the_trail_of_it_all_is_as_it_was_written_and_as_a_witness_kept_it(town: Any, stage: Stage) -> None:
    await clock.play(stage)
    kept, trail = town.home / "kept.jsonl", town.home / "trail.jsonl"

    async def sealed() -> bool:
        kept.write_text(town.office("audit", "checkpoint", "--service", "intake").stdout)
        return bool(json.loads(kept.read_text())["size"] > 0)

    await stage.until(sealed, "the sealer's next step")
    trail.write_text(town.office("audit", "export", "--service", "intake").stdout)
    verified = town.office("audit", "verify", str(trail), "--witness", str(kept))
    assert verified.returncode == 0, verified.stdout + verified.stderr

    # Two rows are gone: the chain that is left hangs together as far as it says, and its end does not.
    lines = trail.read_text().splitlines(keepends=True)
    trail.write_text("".join(lines[:2]) + "".join(lines[4:]))
    assert town.office("audit", "verify", str(trail)).returncode == 1
