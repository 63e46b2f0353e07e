"""Who is banned from an event: where each ban holds, and whom that is told (R16, R25-R29, R36, R37)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4


async def test_an_event_is_entered_once_under_an_id_of_its_own(stewards: Any) -> None:
    event = await stewards.event()
    same = await stewards.enter(id=event)
    assert (same.status_code, same.json()["id"]) == (200, event)
    assert stewards.office.codes(await stewards.enter(id=event, countries=["BE"])) == ["event_known"]
    assert stewards.office.codes(await stewards.enter(countries=["NL", "XX"])) == ["country_unknown"]
    assert stewards.office.codes(await stewards.enter(ends=str(stewards.day(19)))) == ["event_ends_first"]
    assert stewards.office.codes(await stewards.enter(starts=str(stewards.day(-3)), ends=str(stewards.day(-2)))) == ["event_over"]
    for wrong in ({"id": "An event"}, {"id": ""}, {"countries": []}, {"countries": ["nl"]}, {"organiser": "club"}, {"starts": "soon"}):
        assert (await stewards.enter(**wrong)).status_code == 422, wrong


async def test_event_bans_answer_where_they_hold_and_only_to_whom_they_may(stewards: Any) -> None:
    here, there = await stewards.event(), await stewards.event(countries=["BE"], place="Gent")
    for event in (here, there):
        await stewards.granted(event)
    ban, name = await stewards.event_ban({"everywhere": False, "countries": ["NL"]})
    _, famous = await stewards.global_ban()
    answer = (await stewards.check(here, name)).json()
    assert (answer["banned"], answer["covers"], "until" in answer) == (True, ["event"], False)
    assert not {ban["id"], ban["individual_id"]} & {answer["reference"]}
    assert (await stewards.check(there, name)).json()["banned"] is False
    for event in (here, there):
        assert (await stewards.check(event, famous)).json()["covers"] == ["everywhere"]
        assert (await stewards.check(event, "Nobody knows me")).json() == {
            "subject": {"user": "Nobody knows me"},
            "banned": False,
            "covers": [],
        }
    # Tooling never learns of an event ban, neither asking about an event nor about the person.
    assert (await stewards.office.check(user=name))["banned"] is False
    assert stewards.office.codes(await stewards.check(here, name, role="tooling"), 403) == ["event_is_for_stewards"]
    assert stewards.office.codes(await stewards.check(here, name, sub="otto"), 403) == ["grant_missing"]
    assert stewards.office.codes(await stewards.check("no-such-event", name), 403) == ["grant_missing"]
    assert stewards.office.codes(await stewards.check("no-such-event", name, role="auditor"), 422) == ["event_unknown"]
    assert stewards.office.codes(await stewards.desk.get("/bans/v1/check?user=a", role="event_steward"), 422) == ["event_not_named"]
    ip = await stewards.desk.get("/bans/v1/check", params={"ip": "192.0.2.1", "event": here}, role="event_steward", sub="omar")
    assert stewards.office.codes(ip, 422) == ["malformed"]


async def test_a_ban_from_a_city_holds_in_its_venues_and_its_words_lie_nowhere_in_the_clear(stewards: Any) -> None:
    town = f"Quagga{uuid4().hex[:8]}"
    here, there = await stewards.event(place=f"Old Harbour, {town.upper()}"), await stewards.event(place="Old Harbour, Utrecht")
    for event in (here, there):
        await stewards.granted(event)
    ban, name = await stewards.event_ban({"everywhere": False, "places": [town]})
    assert [(await stewards.check(event, name)).json()["banned"] for event in (here, there)] == [True, False]
    (row,) = await stewards.desk.sql("SELECT scope::text AS scope FROM cover WHERE action_id = $1", UUID(ban["id"]))
    assert town.casefold() not in row["scope"].casefold()


async def test_many_are_asked_about_an_event_in_their_order_and_the_look_is_logged(stewards: Any) -> None:
    event = await stewards.event()
    grant = await stewards.granted(event)
    _, name = await stewards.event_ban({"everywhere": True})
    subjects = [{"user": "Nobody"}, {"user": name.replace(" ", "_")}, {"user": name}]
    answer = await stewards.desk.post("/bans/v1/check", {"subjects": subjects, "event": event}, role="event_steward", sub="omar")
    assert [one["banned"] for one in answer.json()["results"]] == [False, True, True]
    (looks,) = await stewards.desk.sql("SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1 AND sub = 'omar'", UUID(grant))
    assert looks["n"] == 1


async def test_a_look_of_the_auditor_at_an_event_is_logged_under_the_event(stewards: Any) -> None:
    event, auditor = await stewards.event(), f"ada-{uuid4().hex[:8]}"
    _, name = await stewards.event_ban({"everywhere": True})
    assert (await stewards.check(event, name, role="auditor", sub=auditor)).json()["banned"] is True
    asked = "SELECT aggregate, aggregate_id, operation FROM access_log WHERE sub = $1"
    (look,) = await stewards.desk.sql(asked, auditor)
    (record,) = await stewards.desk.sql("SELECT record_id FROM event WHERE id = $1", event)
    assert tuple(look) == ("event", record["record_id"], "http:check_ban")


async def test_an_affiliates_event_is_covered_where_the_ban_says_so(stewards: Any) -> None:
    event = await stewards.event(organiser="associated")
    await stewards.granted(event)
    _, usual = await stewards.event_ban({"everywhere": True})
    _, wide = await stewards.event_ban({"everywhere": True, "associated": True})
    assert [(await stewards.check(event, name)).json()["banned"] for name in (usual, wide)] == [False, True]


async def test_a_ban_is_asked_at_the_start_of_the_event(stewards: Any) -> None:
    event = await stewards.event()
    await stewards.granted(event)
    spans = {
        "over before it": {"expires_at": f"{stewards.day(20)}T00:00:00Z"},
        "ends during it": {"expires_at": f"{stewards.day(20)}T12:00:00Z"},
        "begins with it": {"starts_at": f"{stewards.day(20)}T00:00:00Z"},
        "begins during it": {"starts_at": f"{stewards.day(21)}T00:00:00Z"},
    }
    names = {said: (await stewards.event_ban({"everywhere": True}, **span))[1] for said, span in spans.items()}
    found = {said: (await stewards.check(event, name)).json()["banned"] for said, name in names.items()}
    assert found == {"over before it": False, "ends during it": True, "begins with it": True, "begins during it": False}
    later = {"at": f"{stewards.day(21)}T06:00:00Z"}
    found = {said: (await stewards.check(event, name, **later)).json()["banned"] for said, name in names.items()}
    assert found == {"over before it": False, "ends during it": False, "begins with it": True, "begins during it": True}


async def test_the_auditor_alone_asks_about_the_past_of_an_event(stewards: Any) -> None:
    event = await stewards.event(starts=str(stewards.day(0)))
    await stewards.granted(event)
    _, name = await stewards.event_ban({"everywhere": True})
    before = {"at": (stewards.desk.runtime.clock.law() - timedelta(days=1)).isoformat()}
    assert stewards.office.codes(await stewards.check(event, name, **before), 403) == ["past_is_for_audit"]
    assert (await stewards.check(event, name, role="auditor", **before)).status_code == 200


async def test_a_later_account_inherits_an_event_ban_too(stewards: Any) -> None:
    event = await stewards.event()
    await stewards.granted(event)
    ban, _ = await stewards.event_ban({"everywhere": False, "events": [event]})
    other = f"Quiet visitor {uuid4().hex[:12]}"
    where = f"/bans/v1/individuals/{ban['individual_id']}/identities"
    body = {"account": other, "confidence": "confirmed", "evidence": "They said so on stage."}
    link = (await stewards.desk.post(where, body, role="evaluator", sub="eva")).json()
    await stewards.desk.post(f"{where}/{link['id']}/confirmation", {"note": "I heard it."}, role="evaluator", sub="second")
    assert (await stewards.check(event, other)).json()["covers"] == ["event"]


async def test_a_scope_that_names_an_event_is_held_against_it(stewards: Any) -> None:
    event = await stewards.event()
    spec = stewards.office.spec("event_ban", scope={"everywhere": False, "events": [event], "countries": ["BE"]})
    assert stewards.office.codes(await stewards.office.propose(spec)) == ["scope_contradicts"]
    spec = stewards.office.spec("event_ban", scope={"everywhere": False, "events": ["no-such-event"]})
    assert stewards.office.codes(await stewards.office.propose(spec)) == ["event_unknown"]


async def test_a_permission_lets_somebody_come_to_the_event_that_it_names(stewards: Any) -> None:
    event, other = await stewards.event(), await stewards.event()
    for one in (event, other):
        await stewards.granted(one)
    ban, name = await stewards.event_ban({"everywhere": True})
    where = f"/bans/v1/actions/{ban['id']}/permissions"
    body = {"scope": {"everywhere": False, "events": [event]}, "until": f"{stewards.day(40)}T00:00:00Z", "note": "A talk by video."}
    assert (await stewards.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    assert (await stewards.check(event, name)).json()["banned"] is True
    assert (await stewards.desk.post(f"{where}/confirmation", {"note": "So be it."}, role="director", sub="dora")).status_code == 200
    assert [(await stewards.check(one, name)).json()["banned"] for one in (event, other)] == [False, True]


async def test_a_permission_lets_nobody_have_come_before_it_was_given(stewards: Any) -> None:
    event = await stewards.event(starts=str(stewards.day(0)))
    ban, name = await stewards.event_ban({"everywhere": True})
    before = stewards.desk.runtime.clock.law().isoformat()
    where = f"/bans/v1/actions/{ban['id']}/permissions"
    body = {"scope": {"everywhere": False, "events": [event]}, "until": f"{stewards.day(40)}T00:00:00Z", "note": "The last day."}
    assert (await stewards.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    assert (await stewards.desk.post(f"{where}/confirmation", {"note": "So be it."}, role="director", sub="dora")).status_code == 200
    after = stewards.desk.runtime.clock.law().isoformat()
    found = [(await stewards.check(event, name, role="auditor", at=at)).json()["banned"] for at in (before, after)]
    assert found == [True, False]


async def test_a_narrowed_scope_and_a_lift_are_known_at_once(stewards: Any) -> None:
    here, there = await stewards.event(), await stewards.event(countries=["BE"])
    for one in (here, there):
        await stewards.granted(one)
    spec = stewards.office.spec("event_ban", scope={"everywhere": False, "countries": ["NL", "BE"]})
    ban, name = await stewards.office.enacted(spec), spec["accounts"][0]["name"]
    where = f"/bans/v1/actions/{ban['id']}"
    body = {"spec": {**spec, "scope": {"everywhere": False, "countries": ["NL"]}}, "nature": "ordinary", "note": "Only there."}
    proposed = await stewards.desk.post(f"{where}/modifications", body, role="evaluator", sub="eva")
    assert proposed.status_code == 200, proposed.text
    second = await stewards.desk.post(f"{where}/modifications/confirmation", {"note": "Yes."}, role="team_manager", sub="maja")
    assert second.status_code == 200, second.text
    assert [(await stewards.check(one, name)).json()["banned"] for one in (here, there)] == [True, False]
    lift = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert (await stewards.desk.post(f"{where}/lift", lift, role="team_manager", sub="maja")).status_code == 200
    assert (await stewards.desk.post(f"{where}/lift/confirmation", {"note": "Yes."}, role="director", sub="dora")).status_code == 200
    assert [(await stewards.check(one, name)).json()["banned"] for one in (here, there)] == [False, False]


async def test_an_answer_that_is_known_already_is_not_sent_again(office: Any) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    first = await office.desk.get("/bans/v1/check", params={"user": name}, role="tooling", sub="tool")
    again = {"params": {"user": name}, "role": "tooling", "sub": "tool", "headers": {"If-None-Match": first.headers["etag"]}}
    assert (await office.desk.get("/bans/v1/check", **again)).status_code == 304
    await office.enacted(spec)
    changed = await office.desk.get("/bans/v1/check", **again)
    assert (changed.status_code, changed.json()["banned"]) == (200, True)
    assert changed.headers["etag"] != first.headers["etag"]
