"""Events, who is banned from them, and the list that a team may have for a while (R16, R25-R29, R36-R38, R95, D18)."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ban_svc import rules
from ban_svc.model.event import LIST_MOVES, EventFacts, Grant, ListState, Organiser
from ban_svc.rules import event_list as law
from chassis.testing import Desk
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.names import canonical_user

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PARTY = EventFacts("birthday", ("NL",), Organiser.FOUNDATION, date(2026, 11, 20), date(2026, 11, 22))


class Stewards:
    """The words of these tests about events."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.desk: Desk = office.desk

    def day(self, days: int) -> date:
        return (self.desk.runtime.clock.law() + timedelta(days=days)).date()

    async def enter(self, **changes: Any) -> Any:
        body = {
            "id": f"hackathon-{uuid4().hex[:12]}",
            "countries": ["NL"],
            "place": "Old Harbour, Utrecht",
            "projects": ["examplewiki"],
            "organiser": "foundation",
            "starts": str(self.day(20)),
            "ends": str(self.day(22)),
            **changes,
        }
        return await self.desk.post("/bans/v1/events", body, role="event_steward", sub="steffi")

    async def event(self, **changes: Any) -> str:
        answer = await self.enter(**changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def propose(self, event: str, **changes: Any) -> Any:
        body = {
            "event": event,
            "recipients": ["steffi", "omar"],
            "ground": "nda",
            "document": "Agreement 12 of the event's folder",
            "until": f"{self.day(21)}T00:00:00Z",
            **changes,
        }
        return await self.desk.post("/bans/v1/event-lists", body, role="event_steward", sub="steffi")

    async def confirm(self, grant: str, *, sub: str = "maja") -> Any:
        return await self.desk.post(f"/bans/v1/event-lists/{grant}/confirmation", {"note": "Both signed."}, role="team_manager", sub=sub)

    async def granted(self, event: str, **changes: Any) -> str:
        proposed = await self.propose(event, **changes)
        assert proposed.status_code == 200, proposed.text
        answer = await self.confirm(proposed.json()["id"])
        assert answer.json()["state"] == "granted", answer.text
        return str(answer.json()["id"])

    async def copy(self, grant: str, *, sub: str = "omar", **options: Any) -> Any:
        options = {"reason": "Badges are made today", **options}
        return await self.desk.get(f"/bans/v1/event-lists/{grant}/copy", role="event_steward", sub=sub, **options)

    async def check(self, event: str, name: str, *, role: str = "event_steward", sub: str = "omar", **asked: str) -> Any:
        return await self.desk.get("/bans/v1/check", params={"user": name, "event": event, **asked}, role=role, sub=sub)

    async def event_ban(self, scope: dict[str, Any], **changes: Any) -> tuple[dict[str, Any], str]:
        spec = self.office.spec("event_ban", scope=scope, **changes)
        return await self.office.enacted(spec), spec["accounts"][0]["name"]

    async def global_ban(self) -> tuple[dict[str, Any], str]:
        spec = self.office.spec()
        return await self.office.enacted(spec), spec["accounts"][0]["name"]


@pytest.fixture
async def stewards(office: Any) -> Stewards:
    return Stewards(office)


def plain(name: str) -> str:
    return canonical_user(name)


@pytest.mark.parametrize("case", load_cases(CASES / "event_lists.toml"), ids=str)
def test_event_lists(case: Case) -> None:
    facts = dict(case.given)
    changes = dict(facts.get("grant", {}))
    until = datetime.fromisoformat(changes.get("until", "2026-11-23T00:00:00Z"))
    people = tuple(changes.get("recipients", ["steffi", "omar"]))
    grant = Grant(PARTY, people, ListState(changes.get("state", "proposed")), "steffi", until)
    now = datetime.fromisoformat(facts["now"]) if "now" in facts else NOW
    asked = {
        "grant": lambda: law.may_grant(grant, now=now),
        "confirm": lambda: law.may_confirm_grant(grant, by=facts["by"], now=now),
        "read": lambda: law.may_read_list(grant, by=facts["by"], now=now),
    }[facts["ask"]]()
    assert [reason.code for reason in asked.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in asked.reasons)


@pytest.mark.parametrize(
    ("roles", "facts", "codes"),
    [
        ({Role.EVENT_STEWARD}, {"granted": True}, []),
        ({Role.EVENT_STEWARD}, {}, ["grant_missing"]),
        ({Role.EVENT_STEWARD}, {"granted": True, "past": True}, ["past_is_for_audit"]),
        ({Role.AUDITOR}, {"past": True}, []),
        ({Role.AUDITOR, Role.EVENT_STEWARD}, {"past": True}, []),
        ({Role.TOOLING}, {"granted": True}, ["event_is_for_stewards"]),
    ],
)
def test_who_may_ask_about_an_event(roles: set[Role], facts: dict[str, bool], codes: list[str]) -> None:
    decision = rules.may_ask_about_event(frozenset(roles), **{"past": False, "granted": False, **facts})
    assert [reason.code for reason in decision.reasons] == codes


def test_only_a_global_ban_is_left_out_and_once() -> None:
    assert law.may_leave_out(globally=True, left_out=False).granted
    assert [reason.code for reason in law.may_leave_out(globally=False, left_out=True).reasons] == ["not_left_out", "left_out_already"]


def test_an_event_ends_after_it_starts_and_lies_ahead() -> None:
    assert law.may_hold_event(PARTY, now=NOW).granted
    backwards = EventFacts("birthday", ("NL",), Organiser.FOUNDATION, date(2026, 11, 2), date(2026, 11, 1))
    assert [reason.code for reason in law.may_hold_event(backwards, now=NOW).reasons] == ["event_ends_first", "event_over"]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=20)


@given(names=st.lists(NAMES, min_size=1, max_size=5), mark=st.binary(min_size=law.MARK_BYTES, max_size=law.MARK_BYTES))
def test_every_line_of_a_copy_tells_whose_it_was(names: list[str], mark: bytes) -> None:
    copied = law.marked(names, mark)
    assert [law.marks_in(line) for line in copied] == [[mark]] * len(names)
    assert law.marks_in(json.dumps(copied, ensure_ascii=False)) == [mark]
    assert law.marks_in("".join(names)) == []


def test_a_marked_name_still_compares() -> None:
    (marked,) = law.marked(["Loud visitor"], bytes(range(8)))
    assert marked != "Loud visitor"
    assert canonical_user(marked) == "Loud visitor"


async def test_the_database_knows_the_same_moves(office: Any) -> None:
    for old in LIST_MOVES:
        for new in LIST_MOVES:
            (row,) = await office.desk.sql("SELECT legal_list_move($1, $2) AS may", old.value, new.value)
            assert row["may"] == (old == new or new in LIST_MOVES[old])


async def test_an_event_is_entered_once_under_an_id_of_its_own(stewards: Stewards) -> None:
    event = await stewards.event()
    same = await stewards.enter(id=event)
    assert (same.status_code, same.json()["id"]) == (200, event)
    assert stewards.office.codes(await stewards.enter(id=event, countries=["BE"])) == ["event_known"]
    assert stewards.office.codes(await stewards.enter(countries=["NL", "XX"])) == ["country_unknown"]
    assert stewards.office.codes(await stewards.enter(ends=str(stewards.day(19)))) == ["event_ends_first"]
    assert stewards.office.codes(await stewards.enter(starts=str(stewards.day(-3)), ends=str(stewards.day(-2)))) == ["event_over"]
    for wrong in ({"id": "An event"}, {"id": ""}, {"countries": []}, {"countries": ["nl"]}, {"organiser": "club"}, {"starts": "soon"}):
        assert (await stewards.enter(**wrong)).status_code == 422, wrong


async def test_event_bans_answer_where_they_hold_and_only_to_whom_they_may(stewards: Stewards) -> None:
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


async def test_a_ban_from_a_city_holds_in_its_venues_and_its_words_lie_nowhere_in_the_clear(stewards: Stewards) -> None:
    town = f"Quagga{uuid4().hex[:8]}"
    here, there = await stewards.event(place=f"Old Harbour, {town.upper()}"), await stewards.event(place="Old Harbour, Utrecht")
    for event in (here, there):
        await stewards.granted(event)
    ban, name = await stewards.event_ban({"everywhere": False, "places": [town]})
    assert [(await stewards.check(event, name)).json()["banned"] for event in (here, there)] == [True, False]
    (row,) = await stewards.desk.sql("SELECT scope::text AS scope FROM cover WHERE action_id = $1", UUID(ban["id"]))
    assert town.casefold() not in row["scope"].casefold()


async def test_many_are_asked_about_an_event_in_their_order_and_the_look_is_logged(stewards: Stewards) -> None:
    event = await stewards.event()
    grant = await stewards.granted(event)
    _, name = await stewards.event_ban({"everywhere": True})
    subjects = [{"user": "Nobody"}, {"user": name.replace(" ", "_")}, {"user": name}]
    answer = await stewards.desk.post("/bans/v1/check", {"subjects": subjects, "event": event}, role="event_steward", sub="omar")
    assert [one["banned"] for one in answer.json()["results"]] == [False, True, True]
    (looks,) = await stewards.desk.sql("SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1 AND sub = 'omar'", UUID(grant))
    assert looks["n"] == 1


async def test_an_affiliates_event_is_covered_where_the_ban_says_so(stewards: Stewards) -> None:
    event = await stewards.event(organiser="associated")
    await stewards.granted(event)
    _, usual = await stewards.event_ban({"everywhere": True})
    _, wide = await stewards.event_ban({"everywhere": True, "associated": True})
    assert [(await stewards.check(event, name)).json()["banned"] for name in (usual, wide)] == [False, True]


async def test_a_ban_is_asked_at_the_start_of_the_event(stewards: Stewards) -> None:
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


async def test_the_auditor_alone_asks_about_the_past_of_an_event(stewards: Stewards) -> None:
    event = await stewards.event(starts=str(stewards.day(0)))
    await stewards.granted(event)
    _, name = await stewards.event_ban({"everywhere": True})
    before = {"at": (stewards.desk.runtime.clock.law() - timedelta(days=1)).isoformat()}
    assert stewards.office.codes(await stewards.check(event, name, **before), 403) == ["past_is_for_audit"]
    assert (await stewards.check(event, name, role="auditor", **before)).status_code == 200


async def test_a_later_account_inherits_an_event_ban_too(stewards: Stewards) -> None:
    event = await stewards.event()
    await stewards.granted(event)
    ban, _ = await stewards.event_ban({"everywhere": False, "events": [event]})
    other = f"Quiet visitor {uuid4().hex[:12]}"
    where = f"/bans/v1/individuals/{ban['individual_id']}/identities"
    body = {"account": other, "confidence": "confirmed", "evidence": "They said so on stage."}
    link = (await stewards.desk.post(where, body, role="evaluator", sub="eva")).json()
    await stewards.desk.post(f"{where}/{link['id']}/confirmation", {"note": "I heard it."}, role="evaluator", sub="second")
    assert (await stewards.check(event, other)).json()["covers"] == ["event"]


async def test_a_scope_that_names_an_event_is_held_against_it(stewards: Stewards) -> None:
    event = await stewards.event()
    spec = stewards.office.spec("event_ban", scope={"everywhere": False, "events": [event], "countries": ["BE"]})
    assert stewards.office.codes(await stewards.office.propose(spec)) == ["scope_contradicts"]
    spec = stewards.office.spec("event_ban", scope={"everywhere": False, "events": ["no-such-event"]})
    assert stewards.office.codes(await stewards.office.propose(spec)) == ["event_unknown"]


async def test_a_permission_lets_somebody_come_to_the_event_that_it_names(stewards: Stewards) -> None:
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


async def test_a_narrowed_scope_and_a_lift_are_known_at_once(stewards: Stewards) -> None:
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


async def test_a_copy_names_everybody_banned_and_says_whose_it_is(stewards: Stewards) -> None:
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


IMAGE = b"\xff\xd8\xff" + b"a face" * 20


async def keep(stewards: Stewards, individual: str, **changes: str) -> Any:
    body = {"media_type": "image/jpeg", "content": base64.b64encode(IMAGE).decode(), "source": "A badge.", **changes}
    return await stewards.desk.post(f"/bans/v1/individuals/{individual}/photographs", body, role="evaluator", sub="eva")


async def test_a_photograph_is_seen_one_by_one_under_a_grant_that_covers_the_person(stewards: Stewards) -> None:
    here, there = await stewards.event(), await stewards.event(countries=["BE"])
    grants = {event: await stewards.granted(event) for event in (here, there)}
    ban, name = await stewards.event_ban({"everywhere": False, "countries": ["NL"]})
    kept = (await keep(stewards, ban["individual_id"])).json()
    (person,) = [one for one in (await stewards.copy(grants[here])).json()["people"] if plain(one["names"][0]) == name]
    assert person["photographs"] == [kept["id"]]

    async def see(event: str, *, sub: str = "omar", reason: str | None = "Somebody is at the door") -> Any:
        where = f"/bans/v1/event-lists/{grants[event]}/photographs/{kept['id']}"
        return await stewards.desk.get(where, role="event_steward", sub=sub, reason=reason)

    assert (await see(here, reason=None)).status_code == 400
    assert stewards.office.codes(await see(here, sub="otto")) == ["not_a_recipient"]
    assert stewards.office.codes(await see(there)) == ["photograph_not_covered"]
    seen = (await see(here)).json()
    assert base64.b64decode(seen["content"]) == IMAGE + bytes.fromhex(seen["copy_number"])
    assert "omar" in seen["notice"]
    (row,) = await stewards.desk.sql("SELECT content FROM photograph WHERE id = $1", UUID(kept["id"]))
    assert b"a face" not in bytes(row["content"])
    where = f"/bans/v1/individuals/{ban['individual_id']}/photographs/{kept['id']}"
    assert (await stewards.desk.call("DELETE", where, role="evaluator", sub="eva")).status_code == 200
    assert (await see(here)).status_code == 404


async def test_what_is_no_photograph_is_not_kept(stewards: Stewards) -> None:
    person = (await stewards.event_ban({"everywhere": True}))[0]["individual_id"]
    codes = stewards.office.codes
    assert codes(await keep(stewards, person, media_type="image/png")) == ["not_an_image"]
    large = base64.b64encode(IMAGE + bytes(500_000)).decode()
    assert codes(await keep(stewards, person, content=large)) == ["photograph_too_large"]
    for wrong in ({"content": "no base64!"}, {"media_type": "image/gif"}, {"source": ""}):
        assert (await keep(stewards, person, **wrong)).status_code == 422, wrong
    for _ in range(3):
        assert (await keep(stewards, person)).status_code == 200
    assert codes(await keep(stewards, person)) == ["photographs_enough"]


async def test_each_look_is_logged_with_its_reason_and_none_without(stewards: Stewards) -> None:
    grant = await stewards.granted(await stewards.event())
    assert (await stewards.copy(grant, reason=None)).status_code == 400
    looks = "SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1"
    copies = "SELECT count(*) AS n FROM event_copy WHERE list_id = $1"
    assert (await stewards.desk.sql(looks, UUID(grant)))[0]["n"] == 0
    for _ in range(2):
        assert (await stewards.copy(grant)).status_code == 200
    assert [(await stewards.desk.sql(query, UUID(grant)))[0]["n"] for query in (looks, copies)] == [2, 2]


async def test_a_list_is_read_by_its_recipients_alone_and_gone_when_the_event_ends(stewards: Stewards) -> None:
    event = await stewards.event()
    proposed = (await stewards.propose(event)).json()
    codes = stewards.office.codes
    assert codes(await stewards.copy(proposed["id"])) == ["grant_not_confirmed"]
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


async def test_a_grant_that_may_not_be_is_refused(stewards: Stewards) -> None:
    event = await stewards.event()
    codes = stewards.office.codes
    assert codes(await stewards.propose(event, until=f"{stewards.day(23)}T00:00:01Z")) == ["grant_outlives_event"]
    assert codes(await stewards.propose(event, until=f"{stewards.day(-1)}T00:00:00Z")) == ["ends_in_the_past"]
    assert codes(await stewards.propose("no-such-event")) == ["event_unknown"]
    assert (await stewards.propose(event, until=str(stewards.day(22)))).json()["until"] == f"{stewards.day(23)}T00:00:00Z"
    for wrong in ({"recipients": []}, {"ground": "friendship"}, {"document": ""}, {"until": "soon"}):
        assert (await stewards.propose(event, **wrong)).status_code == 422, wrong


async def test_a_global_ban_is_left_out_by_legals_reason_alone(stewards: Stewards) -> None:
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
async def test_the_database_lets_no_one_person_grant(stewards: Stewards, statement: str) -> None:
    proposed = (await stewards.propose(await stewards.event())).json()
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.RaiseError)):
        await stewards.desk.sql(statement, UUID(proposed["id"]))


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
