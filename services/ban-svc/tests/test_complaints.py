"""What is complained of elsewhere: a schedule that skips approvals, time that runs before anybody decided (R19, R20, R102)."""

from datetime import datetime, timedelta
from typing import Any

from kernel.months import add_months

DAYS = timedelta(days=1)


async def test_what_is_to_begin_later_still_needs_its_approvals(office: Any) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec("event_ban", starts_at=(law + DAYS).isoformat(), expires_at=(law + 30 * DAYS).isoformat())
    unsigned, half = await office.proposed(spec), await office.signed(await office.proposed(), "team_peer", "team_manager")
    approved = await office.signed(await office.proposed(office.spec("event_ban", starts_at=(law + DAYS).isoformat())))
    await office.desk.advance(2 * DAYS)
    assert [(await office.read(one))["state"] for one in (unsigned, half, approved)] == ["proposed", "in_review", "approved"]
    assert await office.desk.sql("SELECT id FROM cover WHERE action_id = ANY($1)", [one["id"] for one in (unsigned, half, approved)]) == []
    for one in (unsigned, half):
        assert "level_not_heard" in office.codes(await office.enact(one))
    # What is approved is put into force by a person, and holds from then on.
    enacted = (await office.enact(approved)).json()
    assert enacted["enacted_at"] > (law + 2 * DAYS).isoformat()
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False


async def test_an_approval_on_the_fifth_day_takes_nothing_from_the_recipients_time(office: Any) -> None:
    desk = office.desk
    address = "198.51.100.77"
    action = await office.proposed(office.spec(addresses=[address]))
    await desk.advance(5 * DAYS)
    action = await office.signed(action)
    await desk.advance(5 * DAYS)
    ban = (await office.enact(action)).json()
    at = datetime.fromisoformat(ban["enacted_at"])
    assert at >= datetime.fromisoformat(action["review"]["steps"][0]["at"]) + 5 * DAYS
    (said,) = await desk.sql("SELECT issued_at, decided_at, enacted_at FROM action WHERE id = $1", ban["id"])
    assert said["issued_at"] == said["decided_at"] == said["enacted_at"] == at
    effects = await desk.get(f"/bans/v1/actions/{ban['id']}/effects", role="auditor", reason="the test asks for the clocks")
    assert effects.status_code == 200, effects.text
    clocks = {clock["what"]: datetime.fromisoformat(clock["at"]) for clock in effects.json()["clocks"]}
    assert clocks["appeal_until"].date() >= add_months(at.date(), 6)
    assert datetime.fromisoformat((await office.check(ip=address))["until"]) == at + 90 * DAYS


async def test_a_proposed_decision_can_be_withdrawn_at_every_step_before_it_is_in_force(office: Any) -> None:
    returned = (await office.sign(await office.proposed(), "team_peer", "return")).json()
    steps = [
        await office.proposed(),
        await office.signed(await office.proposed(), "team_peer"),
        returned,
        await office.signed(await office.proposed()),
    ]
    assert [one["state"] for one in steps] == ["proposed", "in_review", "returned", "approved"]
    for one in steps:
        answer = await office.desk.post(f"/bans/v1/actions/{one['id']}/withdrawal", {"note": "Resolved."}, role="evaluator", sub="eva")
        assert answer.json()["state"] == "withdrawn"
        assert "not_approved" in office.codes(await office.enact(one))
