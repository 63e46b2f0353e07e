"""A decision that has served its purpose is lifted by two people (R30, D26)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

DAYS = timedelta(days=1)


async def test_a_ban_is_lifted_by_two_people_and_its_range_blocks_end_with_it(office: Any, managers: Any) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    address = f"198.51.100.{uuid4().int % 250}"
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=[address]))
    await office.receipt(ban)
    proposed = await managers.done(ban, "lift", {"reason": "It has served its purpose.", "note": "Three quiet years."})
    assert (proposed["state"], proposed["waits_for_second"]) == ("enforced", ["lift"])
    assert (await office.check(user=name))["banned"] is True
    lifted = await managers.done(ban, "lift/confirmation", {"note": "Agreed."}, sub="dora", role="director")
    assert lifted["state"] == "lifted"
    assert lifted["ended_at"]
    assert (await office.check(user=name))["banned"] is False
    assert (await office.check(ip=address))["banned"] is False
    assert (await office.read(block))["state"] == "lifted"
    assert [(one["effect"], one["state"]) for one in lifted["enforcement"]] == [("lock", "done"), ("unlock", "waiting")]
    assert (await office.receipt(ban, "unlock")).json()["enforcement"][1]["state"] == "done"
    assert (await managers.kinds(ban))[-1] == "lifted"
    past = {"user": name, "at": ban["enacted_at"]}
    assert (await office.desk.get("/bans/v1/check", params=past, role="auditor")).json()["banned"] is True


async def test_nobody_confirms_their_own_lift_and_nothing_is_lifted_that_is_not_in_force(office: Any, managers: Any) -> None:
    spec = office.spec("event_ban", expires_at=(office.desk.runtime.clock.law() + 30 * DAYS).isoformat())
    ban = await office.enacted(spec)
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Now."})) == ["nothing_waits"]
    await managers.done(ban, "lift", body)
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Mine."})) == ["confirms_own"]
    assert office.codes(await managers.post(ban, "lift", body, sub="mona")) == ["proposed_already"]
    assert (await managers.post(ban, "lift", body)).status_code == 200
    assert office.codes(await managers.post(ban, "lift", body, role="director"), 403) == ["role_missing"]
    await office.desk.advance(31 * DAYS)
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Late."}, sub="mona")) == ["not_in_force"]
    assert office.codes(await managers.post(ban, "lift", body)) == ["not_in_force"]


async def test_a_warning_is_not_lifted_and_who_is_aimed_at_or_stepped_aside_lifts_nothing(office: Any, managers: Any) -> None:
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    warning = await office.enacted(office.spec("conduct_warning"))
    assert office.codes(await managers.post(warning, "lift", body)) == ["nothing_to_lift"]
    who = f"mara-{uuid4().hex[:8]}"
    ban = await office.enacted(office.spec(accounts=[{"name": who.capitalize()}]))
    assert office.codes(await managers.post(ban, "lift", body, sub=who)) == ["involved"]
    other = await office.proposed()
    await office.desk.post(f"/bans/v1/actions/{other['id']}/recusals", {"why": "I know them."}, role="team_manager", sub="maja")
    enacted = (await office.enact(await office.signed(other))).json()
    assert office.codes(await managers.post(enacted, "lift", body)) == ["recused"]


async def test_what_was_not_done_yet_is_owed_no_more_when_a_ban_ends(office: Any, managers: Any) -> None:
    lifted = await managers.lifted(await office.enacted())
    assert lifted["enforcement"] == []
    assert office.codes(await office.receipt(lifted)) == ["not_in_force", "no_such_effect"]


async def test_a_ban_that_expired_owes_the_unlock_and_not_what_ends_on_the_wiki_by_itself(office: Any) -> None:
    end = office.desk.runtime.clock.law() + 2 * DAYS
    ban = await office.enacted(office.spec(addresses=[f"203.0.113.{uuid4().int % 250}"], expires_at=end.isoformat()))
    await office.receipt(ban)
    await office.receipt(ban, "global_block")
    await office.desk.advance(3 * DAYS)
    expired = await office.read(ban)
    assert expired["state"] == "expired"
    assert [one["effect"] for one in expired["enforcement"] if one["state"] == "waiting"] == ["unlock"]
