"""What a second person will not confirm is turned down, or taken back by whoever proposed it (R115, D26)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

LIFT = {"reason": "It has served its purpose.", "note": "Three quiet years."}
NO = {"reason": "The organisers reported another incident."}


async def delete(office: Any, action: dict[str, Any], what: str, sub: str = "mona", role: str = "team_manager", **body: str) -> Any:
    where = f"/bans/v1/actions/{action['id']}/{what}"
    return await office.desk.call("DELETE", where, role=role, sub=sub, json=body or NO, headers={"Idempotency-Key": uuid4().hex})


async def proposals(office: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, dict[str, Any]]]:
    """A ban, its text, and what a manager may propose about it that a second person confirms."""
    until = (office.desk.runtime.clock.law() + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    spec = office.spec()
    permission = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": until, "note": "To answer an inquiry."}
    narrower = {"spec": {**spec, "disclosure": "restricted"}, "nature": "ordinary", "note": "As follows."}
    return await office.enacted(spec), spec, {"lift": LIFT, "permissions": permission, "modifications": narrower}


@pytest.mark.parametrize("what", ["lift", "permissions", "modifications"])
async def test_what_a_second_person_turns_down_changes_nothing_and_may_be_proposed_anew(office: Any, managers: Any, what: str) -> None:
    ban, spec, bodies = await proposals(office)
    one = what.removesuffix("s")
    before, said = await office.read(ban), await managers.kinds(ban)
    waits = await managers.done(ban, what, bodies[what])
    assert (waits["waits_for_second"], waits["version"]) == ([one], before["version"] + 1)
    assert "proposals" not in waits
    assert {"note", "spec"}.isdisjoint(waits.get("modification", ()))
    opened = await office.read(ban, reason="To decide as the second person.")
    (shown,) = opened.get("proposals") or [opened["modification"]]
    assert shown["by"] == ({"role": "team_manager", "id": "maja"} if one == "modification" else "maja")
    assert {name: shown.get(name) for name in bodies[what]} == bodies[what], "the second person reads all that was proposed"
    where, old = f"/bans/v1/actions/{ban['id']}/{what}/confirmation", {"If-Match": f'"{before["version"]}"'}
    unread = await office.desk.post(where, {"note": "Agreed."}, role="team_manager", sub="mona", headers=old)
    assert office.codes(unread) == ["version_conflict"], "nobody agrees to what they have not read"
    refused = await delete(office, ban, what, sub="dora", role="director")
    assert refused.status_code == 200, refused.text
    after = await office.read(ban)
    assert {name: value for name, value in after.items() if name != "modification"} == {**before, "version": before["version"] + 2}
    assert await managers.kinds(ban) == said
    for wiki in ({}, {"wiki": "examplewiki"}):
        assert (await office.check(user=spec["accounts"][0]["name"], **wiki))["banned"] is True
    assert [step["what"] for step in await office.timeline(ban)][-2:] == [f"{one}_proposed", f"{one}_refused"]
    assert office.codes(await managers.post(ban, f"{what}/confirmation", {"note": "Late."}, sub="mona")) == ["nothing_waits"]
    assert office.codes(await delete(office, ban, what)) == ["nothing_waits"]
    opened = await office.read(ban, reason="To see why not.")
    [no] = opened["turned_down"]
    assert (no["what"], no["how"], no["by"], no["reason"]) == (one, "refused", "dora", NO["reason"])
    assert (await managers.done(ban, what, bodies[what]))["waits_for_second"] == [one]
    assert (await managers.post(ban, f"{what}/confirmation", {"note": "Agreed."}, sub="mona")).status_code == 200


@pytest.mark.parametrize("what", ["lift", "permissions", "modifications"])
async def test_whoever_proposed_it_takes_it_back_with_a_reason(office: Any, managers: Any, what: str) -> None:
    ban, _, bodies = await proposals(office)
    await managers.done(ban, what, bodies[what])
    assert office.codes(await delete(office, ban, what, sub="maja", reason=" "), 422) != []
    assert (await delete(office, ban, what, sub="maja")).status_code == 200
    opened = await office.read(ban, reason="To see why not.")
    assert [one["how"] for one in opened["turned_down"]] == ["withdrawn"]
    assert (await office.timeline(ban))[-1]["what"] == f"{what.removesuffix('s')}_withdrawn"
    assert office.codes(await managers.post(ban, f"{what}/confirmation", {"note": "Late."}, sub="mona")) == ["nothing_waits"]


async def test_nobody_turns_down_who_may_not_decide_and_no_one_person_what_the_chain_signs(office: Any, managers: Any) -> None:
    who = f"mara-{uuid4().hex[:8]}"
    spec = office.spec("event_ban", accounts=[{"name": who.capitalize()}], expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    await managers.done(ban, "lift", LIFT)
    assert office.codes(await delete(office, ban, "lift", sub=who)) == ["involved"]
    assert office.codes(await delete(office, ban, "lift", role="evaluator"), 403) == ["role_missing"]
    longer = await managers.proposed(ban, {**spec, "expires_at": "2099-06-01T00:00:00Z"})
    assert longer.json()["modification"]["route"] == "chain"
    assert office.codes(await delete(office, ban, "modifications")) == ["chain_decides"]
    assert (await office.read(ban))["waits_for_second"] == ["lift"]


async def test_the_database_keeps_who_turned_it_down_and_confirms_it_no_more(office: Any, managers: Any) -> None:
    ban = await office.enacted()
    await managers.done(ban, "lift", LIFT)
    refused = "UPDATE lift SET state = 'refused', refused_by = {}, refused_at = now(), refusal_id = note_id WHERE action_id = $1"
    confirmed = "UPDATE lift SET state = 'confirmed', confirmed_by = 'mona', confirmed_at = now() WHERE action_id = $1"
    for who in ("NULL", "by"):
        with pytest.raises(asyncpg.CheckViolationError, match="lift_refused"):
            await office.desk.sql(refused.format(who), UUID(ban["id"]))
    assert (await delete(office, ban, "lift")).status_code == 200
    with pytest.raises(asyncpg.CheckViolationError, match="stays so"):
        await office.desk.sql(confirmed, UUID(ban["id"]))
