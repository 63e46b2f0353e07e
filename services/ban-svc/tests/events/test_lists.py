"""The list that a team may have for a while: granted by two, marked, logged, gone with the event (R36, R37, R95, D18)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from kernel.names import canonical_user


def plain(name: str) -> str:
    return canonical_user(name)


async def test_a_copy_names_everybody_banned_and_says_whose_it_is(stewards: Any) -> None:
    event = await stewards.event()
    grant = await stewards.granted(event)
    _, explicit = await stewards.event_ban({"everywhere": False, "countries": ["NL"]})
    _, elsewhere = await stewards.event_ban({"everywhere": False, "countries": ["BE"]})
    _, famous = await stewards.global_ban()
    answer = await stewards.copy(grant)
    copy = answer.json()
    names = {plain(name) for person in copy["people"] for name in person["names"]}
    assert {explicit, famous} <= names
    assert elsewhere not in names
    assert "omar" in copy["notice"]
    assert copy["copy_number"] in copy["notice"]
    assert not any(key in answer.text for key in ("grounds", "individual_id", "action_id"))
    mine = {name for person in copy["people"] for name in person["names"]}
    theirs = {name for person in (await stewards.copy(grant, sub="steffi")).json()["people"] for name in person["names"]}
    assert not mine & theirs, "no two copies are the same bytes"
    leaked = next(name for name in mine if plain(name) == famous)
    traced = await stewards.desk.post("/bans/v1/event-lists/traces", {"text": f"Look: {leaked}!"}, role="legal", sub="lena")
    assert [(one["made_for"], one["copy_number"]) for one in traced.json()["items"]] == [("omar", copy["copy_number"])]
    nothing = await stewards.desk.post("/bans/v1/event-lists/traces", {"text": famous}, role="legal", sub="lena")
    assert nothing.json() == {"items": []}


async def test_each_look_is_logged_with_its_reason_and_none_without(stewards: Any) -> None:
    grant = await stewards.granted(await stewards.event())
    assert (await stewards.copy(grant, reason=None)).status_code == 400
    looks = "SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1"
    copies = "SELECT count(*) AS n FROM event_copy WHERE list_id = $1"
    assert (await stewards.desk.sql(looks, UUID(grant)))[0]["n"] == 0
    for _ in range(2):
        assert (await stewards.copy(grant)).status_code == 200
    assert [(await stewards.desk.sql(query, UUID(grant)))[0]["n"] for query in (looks, copies)] == [2, 2]


async def test_a_list_is_read_by_its_recipients_alone_and_gone_when_the_event_ends(stewards: Any) -> None:
    event = await stewards.event()
    proposed = (await stewards.propose(event)).json()
    codes = stewards.office.codes
    assert codes(await stewards.copy(proposed["id"])) == ["grant_not_confirmed"]
    where = f"/bans/v1/event-lists/{proposed['id']}"
    assert "document" not in (await stewards.desk.get(where, role="team_manager", sub="maja")).json()
    read = (await stewards.desk.get(where, role="team_manager", sub="maja", reason="To confirm it")).json()
    assert read["document"] == "Agreement 12 of the event's folder", "whoever confirms it reads what it rests on"
    assert codes(await stewards.confirm(proposed["id"], sub="steffi")) == ["confirms_own", "confirms_for_oneself"]
    assert (await stewards.confirm(proposed["id"])).json()["confirmed_by"] == "maja"
    assert codes(await stewards.confirm(proposed["id"])) == ["nothing_to_confirm"]
    assert codes(await stewards.copy(proposed["id"], sub="otto")) == ["not_a_recipient"]
    assert (await stewards.copy(proposed["id"])).status_code == 200
    _, name = await stewards.event_ban({"everywhere": True})
    await stewards.desk.advance(timedelta(days=22))
    assert codes(await stewards.copy(proposed["id"])) == ["list_over"]
    assert codes(await stewards.check(event, name), 403) == ["grant_missing"]
    ended = await stewards.desk.get(f"/bans/v1/event-lists/{proposed['id']}", role="auditor")
    assert ended.json()["state"] == "ended"


async def test_a_grant_that_may_not_be_is_refused(stewards: Any) -> None:
    event = await stewards.event()
    codes = stewards.office.codes
    assert codes(await stewards.propose(event, until=f"{stewards.day(23)}T00:00:01Z")) == ["grant_outlives_event"]
    assert codes(await stewards.propose(event, until=f"{stewards.day(-1)}T00:00:00Z")) == ["ends_in_the_past"]
    assert codes(await stewards.propose("no-such-event")) == ["event_unknown"]
    assert (await stewards.propose(event, until=str(stewards.day(22)))).json()["until"] == f"{stewards.day(23)}T00:00:00Z"
    for wrong in ({"recipients": []}, {"ground": "friendship"}, {"document": ""}, {"until": "soon"}):
        assert (await stewards.propose(event, **wrong)).status_code == 422, wrong


async def test_a_global_ban_is_left_out_by_legals_reason_alone(stewards: Any) -> None:
    event = await stewards.event()
    grant = await stewards.granted(event)
    ban, famous = await stewards.global_ban()
    explicit, _ = await stewards.event_ban({"everywhere": True})
    where, codes = f"/bans/v1/event-lists/{grant}/omissions", stewards.office.codes
    body = {"action_id": ban["id"], "reason": "The name would tell of a minor."}
    assert (await stewards.desk.post(where, body, role="event_steward", sub="steffi")).status_code == 403
    assert codes(await stewards.desk.post(where, {**body, "action_id": explicit["id"]}, role="legal", sub="lena")) == ["not_left_out"]
    assert (await stewards.desk.post(where, body, role="legal", sub="lena")).status_code == 200
    assert codes(await stewards.desk.post(where, body, role="legal", sub="lena")) == ["left_out_already"]
    names = {plain(name) for person in (await stewards.copy(grant)).json()["people"] for name in person["names"]}
    assert famous not in names


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event_list SET state = 'granted', confirmed_by = proposed_by WHERE id = $1",
        "UPDATE event_list SET state = 'granted', confirmed_by = 'omar' WHERE id = $1",
        "UPDATE event_list SET state = 'granted' WHERE id = $1",
        "UPDATE event_list SET recipients = array_append(recipients, 'otto') WHERE id = $1",
        "UPDATE event_list SET until = until + interval '9 days' WHERE id = $1",
        """INSERT INTO event_copy (id, list_id, mark, reader, at)
           SELECT gen_random_uuid(), id, 'x', 'omar', now() FROM event_list WHERE id = $1""",
    ],
)
async def test_the_database_lets_no_one_person_grant(stewards: Any, statement: str) -> None:
    proposed = (await stewards.propose(await stewards.event())).json()
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.RaiseError)):
        await stewards.desk.sql(statement, UUID(proposed["id"]))
