"""Bad input of every sort, over HTTP: a clear refusal, and nothing is changed (R17, R90, R115, D1, D16, D23)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ban_svc.hashes import hashes_of
from chassis.testing import Desk


def somename() -> str:
    return f"Élan guest {uuid4().hex[:10]}"


async def actions(office: Any) -> int:
    (row,) = await office.desk.sql("SELECT count(*) AS n FROM action")
    return int(row["n"])


async def linked(office: Any, name: str) -> str:
    """Somebody on record with one confirmed account."""
    desk: Desk = office.desk
    person = (await desk.post("/bans/v1/individuals", {}, role="evaluator", sub="eva")).json()["id"]
    body = {"account": name, "confidence": "confirmed", "evidence": "The same three pages in the same hour."}
    where = f"/bans/v1/individuals/{person}/identities"
    link = (await desk.post(where, body, role="evaluator", sub="eva")).json()
    confirmed = await desk.post(f"{where}/{link['id']}/confirmation", {"note": "Yes."}, role="evaluator", sub="second")
    assert confirmed.status_code == 200, confirmed.text
    return str(person)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"accounts": [{"name": "Quiet\u200bvisitor"}]}, ["name_invisible_character"]),
        ({"accounts": [{"name": "Quiet\u2066visitor"}]}, ["name_direction_mark"]),
        ({"accounts": [{"name": "a|b"}]}, ["name_illegal_character"]),
        ({"accounts": [{"name": "192.0.2.1"}]}, ["name_is_address"]),
        ({"accounts": [{"name": "\u200e_ "}]}, ["name_empty"]),
        ({"accounts": [{"name": "Élan guest"}, {"name": "e\u0301lan_guest"}]}, ["account_twice"]),
        ({"accounts": [{"name": "Somebody (wmf)"}]}, ["staff_account"]),
        ({"accounts": [{"name": "WMFOffice"}]}, ["staff_account"]),
        ({"accounts": [{"name": "eva"}]}, ["names_its_proposer"]),
        ({"addresses": ["0.0.0.0/0"]}, ["range_too_wide"]),
        ({"addresses": ["::/0"]}, ["range_too_wide"]),
        ({"addresses": ["::ffff:0:0/96"]}, ["range_too_wide"]),
        ({"addresses": ["192.0.2.1/24"]}, ["host_bits"]),
        ({"addresses": ["192.0.2.0/28", "::ffff:192.0.2.1"]}, ["ranges_overlap"]),
        ({"expires_at": "2020-01-01T00:00:00Z"}, ["ends_in_the_past"]),
        ({"scope": {"everywhere": False, "countries": ["NL"]}}, ["global_is_everywhere"]),
        ({"individual_id": "0190aaaa-0000-7000-8000-00000000ffff"}, ["individual_unknown"]),
    ],
)
async def test_what_cannot_be_is_not_proposed(office: Any, changes: dict[str, Any], codes: list[str]) -> None:
    before = await actions(office)
    assert office.codes(await office.propose(office.spec(**changes))) == codes
    assert await actions(office) == before


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ({"everywhere": True, "countries": ["NL"]}, ["scope_contradicts"]),
        ({"everywhere": False}, ["scope_empty"]),
        ({"everywhere": False, "countries": []}, ["scope_empty"]),
        ({"everywhere": False, "countries": ["NL"], "projects": []}, ["scope_contradicts"]),
        ({"everywhere": False, "countries": ["XX"]}, ["country_unknown"]),
        ({"everywhere": False, "events": ["no-such-event"]}, ["event_unknown"]),
    ],
)
async def test_an_event_ban_does_not_contradict_itself(office: Any, scope: dict[str, Any], codes: list[str]) -> None:
    before = await actions(office)
    assert office.codes(await office.propose(office.spec("event_ban", scope=scope))) == codes
    assert await actions(office) == before


async def test_a_ban_that_stands_is_not_proposed_again_by_whichever_spelling_or_account_and_a_look_alike_is_another(office: Any) -> None:
    name = somename()
    ban = await office.enacted(office.spec(accounts=[{"name": name}]))
    for spelling in (name.replace(" ", "_"), name[0].lower() + name[1:], name.replace("É", "E\u0301"), f"\u200e{name} "):
        assert office.codes(await office.propose(office.spec(accounts=[{"name": spelling}]))) == ["already_banned"], spelling
    person = ban["individual_id"]
    assert office.codes(await office.propose(office.spec(accounts=None, individual_id=person))) == ["already_banned"]
    fresh = office.spec(accounts=[{"name": somename()}], individual_id=person)
    assert office.codes(await office.propose(fresh)) == ["already_banned"]
    for other in (name.replace("l", "I"), name.replace("a", "\u0430"), name.upper()):
        assert (await office.propose(office.spec(accounts=[{"name": other}]))).status_code == 201, other


async def test_an_account_nobody_knows_makes_its_person_known_when_it_is_decided_and_not_before(office: Any) -> None:
    name = somename()
    action = await office.signed(await office.proposed(office.spec(accounts=[{"name": name}])))
    assert "individual_id" not in action
    assert (await office.check(user=name))["banned"] is False
    assert (await office.enact(action)).json()["individual_id"]


async def test_who_has_another_account_of_the_person_proposes_signs_and_enacts_nothing(office: Any) -> None:
    who = f"pia-{uuid4().hex[:8]}"
    person = await linked(office, who.capitalize())
    spec = office.spec(accounts=[{"name": somename()}], individual_id=person)
    assert office.codes(await office.propose(spec, sub=who)) == ["names_its_proposer"]
    action = await office.proposed(spec)
    assert office.codes(await office.sign(action, "team_peer", sub=who)) == ["involved"]
    action = await office.signed(action)
    assert office.codes(await office.enact(action, sub=who)) == ["involved"]
    ban = (await office.enact(action)).json()
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    lift = await office.desk.post(f"/bans/v1/actions/{ban['id']}/lift", body, role="team_manager", sub=who)
    assert office.codes(lift) == ["involved"]


async def test_whom_the_case_names_changes_nothing_of_what_was_decided(office: Any) -> None:
    ban = await office.enacted()
    who = f"rita-{uuid4().hex[:8]}"
    hashed = hashes_of(office.desk.runtime).account(who)
    named = await office.desk.sql("UPDATE action SET named = ARRAY[$2::bytea] WHERE id = $1 RETURNING named", ban["id"], hashed)
    assert named
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    lift = await office.desk.post(f"/bans/v1/actions/{ban['id']}/lift", body, role="team_manager", sub=who)
    assert office.codes(lift) == ["involved"]


async def test_a_thousand_and_one_are_too_many(office: Any) -> None:
    for many, status in ((1000, 200), (1001, 422)):
        body = {"subjects": [{"user": f"Visitor {number}"} for number in range(many)]}
        assert (await office.desk.post("/bans/v1/check", body, role="tooling")).status_code == status


async def test_the_digest_of_an_older_text_signs_nothing(office: Any) -> None:
    action = (await office.sign(await office.proposed(), "team_peer", "return")).json()
    where = f"/bans/v1/actions/{action['id']}/amendments"
    assert (await office.desk.post(where, {"note": "It stands."}, role="evaluator", sub="eva")).status_code == 200
    assert office.codes(await office.sign(action, "team_peer")) == ["stale_digest"]
    assert (await office.read(action))["review"]["approvals"] == 0


async def test_two_enactments_of_a_modification_at_once_put_it_into_force_once(office: Any) -> None:
    spec = office.spec("event_ban", expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    body = {"spec": {**spec, "irrevocable": True}, "nature": "substantial_atypical", "note": "As follows."}
    asked = await office.desk.post(f"/bans/v1/actions/{ban['id']}/modifications", body, role="evaluator", sub="eva")
    digest = asked.json()["modification"]["digest"]
    for step in asked.json()["modification"]["review"]["steps"]:
        assert (await office.sign(ban, step["level"], digest=digest)).status_code == 200
    answers = await asyncio.gather(*(office.enact(ban) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [step["what"] for step in await office.timeline(ban)].count("modified") == 1
