"""Another text for a decision in force: extended, narrowed, expanded, by the chain or by two people (R29-R31, R102, R103, D26)."""

from datetime import timedelta
from typing import Any

import pytest

DAYS = timedelta(days=1)


async def test_an_extension_by_months_is_ordinary_goes_through_the_chain_and_opens_no_new_issuance(office: Any, managers: Any) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec(expires_at=(law + 400 * DAYS).isoformat())
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    later = (law + 500 * DAYS).isoformat()
    extended = await managers.extended(ban, {**spec, "expires_at": later})
    assert extended["expires_at"] == later.replace("+00:00", "Z")
    assert (await office.check(user=name))["until"] == later.replace("+00:00", "Z")
    said = await managers.last(ban)
    assert (said["nature"], said["issuance"]) == ("ordinary", 1)
    assert (await managers.kinds(ban))[-1] == "modified"
    await office.desk.advance(450 * DAYS)
    assert (await office.check(user=name))["banned"] is True
    await office.desk.advance(60 * DAYS)
    assert (await office.read(ban))["state"] == "expired"


async def test_what_is_substantial_and_atypical_is_a_new_issuance(office: Any, managers: Any) -> None:
    spec = office.spec("event_ban", scope={"everywhere": False, "countries": ["NL"]}, expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    wider = {**spec, "scope": {"everywhere": False, "countries": ["BE", "NL"]}}
    wider.pop("expires_at")
    assert office.codes(await managers.proposed(ban, wider)) == ["nature_understated"]
    proposed = (await managers.proposed(ban, wider, "substantial_atypical")).json()["modification"]
    assert proposed["remarks"] == ["scope_widened", "made_indefinite"]
    assert office.codes(await managers.post(ban, "modifications/confirmation", {"note": "Yes."})) == ["chain_decides"]
    assert office.codes(await managers.proposed(ban, wider, "substantial_atypical")) == ["proposed_already"]
    for level in ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"):
        assert (await office.sign(ban, level, digest=proposed["digest"])).status_code == 200
    assert office.codes(await office.enact(ban, sub="eva")) == ["evaluator_enacts"]
    before = await office.read(ban)
    enacted = (await office.enact(ban)).json()
    assert "expires_at" in before
    assert "expires_at" not in enacted
    said = await managers.last(ban)
    assert (said["nature"], said["issuance"]) == ("substantial_atypical", 2)
    assert said["issued_at"] > said["enacted_at"]
    shown = await office.read(ban, reason="the test reads what is in force")
    assert shown["spec"]["scope"]["countries"] == ["BE", "NL"]


async def test_the_chain_over_a_modification_is_signed_as_the_chain_over_a_decision(office: Any, managers: Any) -> None:
    spec = office.spec("event_ban", expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    digest = (await managers.proposed(ban, {**spec, "expires_at": "2099-06-01T00:00:00Z"})).json()["modification"]["digest"]
    assert office.codes(await office.sign(ban, "director", digest=digest)) == ["not_in_turn"]
    assert office.codes(await office.sign(ban, "team_peer", digest=digest, sub="eva")) == ["evaluator_signs"]
    assert office.codes(await office.sign(ban, "team_peer", digest="0" * 64)) == ["review_closed", "signed_already", "stale_digest"]
    assert (await office.sign(ban, "team_peer", digest=digest)).status_code == 200
    assert office.codes(await office.sign(ban, "team_manager", digest=digest, sub="one-team_peer")) == ["signed_already"]
    assert "enacted_already" in office.codes(await office.enact(ban))
    returned = (await office.sign(ban, "team_manager", "return", digest=digest)).json()
    assert returned["modification"]["state"] == "returned"
    assert office.codes(await office.sign(ban, "director", digest=digest)) == ["review_closed"]
    assert (await office.read(ban))["expires_at"] == "2099-01-01T00:00:00Z"


async def test_who_stepped_aside_from_what_is_in_force_neither_signs_nor_enacts_its_modification(office: Any, managers: Any) -> None:
    spec, why = office.spec("event_ban", expires_at="2099-01-01T00:00:00Z"), {"why": "I know the person."}
    ban = await office.enacted(spec)
    digest = (await managers.proposed(ban, {**spec, "expires_at": "2099-06-01T00:00:00Z"})).json()["modification"]["digest"]
    for sub, role in (("pia", "team_peer"), ("emil", "enforcer")):
        assert (await managers.post(ban, "recusals", why, sub, role)).status_code == 200
    assert office.codes(await office.sign(ban, "team_peer", digest=digest, sub="pia")) == ["recused"]
    for level in ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"):
        assert (await office.sign(ban, level, digest=digest, sub=f"next-{level}")).status_code == 200
    assert office.codes(await office.enact(ban, sub="emil")) == ["recused"]
    # Who signed or enacted what is in force, or its modification, had part in it, and does not take that back by stepping aside.
    for sub, role in (("one-legal", "legal"), ("enno", "enforcer"), ("next-legal", "legal")):
        assert office.codes(await managers.post(ban, "recusals", why, sub, role)) == ["signed_already"], sub
    assert (await office.enact(ban)).json()["expires_at"] == "2099-06-01T00:00:00Z"


async def test_a_range_block_has_no_legal_in_its_column_and_its_modification_has(office: Any, managers: Any) -> None:
    ban = await office.enacted()
    law = office.desk.runtime.clock.law()
    end, later = (law + 30 * DAYS).isoformat(), (law + 60 * DAYS).isoformat()
    spec = office.spec("range_block", enforces=ban["id"], addresses=["198.51.100.240/28"], expires_at=end)
    block = await office.enacted(spec)
    assert (await office.receipt(block, "global_block")).json()["state"] == "enforced"
    proposed = (await managers.proposed(block, {**spec, "expires_at": later})).json()["modification"]
    assert [step["level"] for step in proposed["review"]["steps"]] == ["team_peer", "team_manager", "director", "legal"]
    for level in ("team_peer", "team_manager", "director", "legal"):
        assert (await office.sign(block, level, digest=proposed["digest"])).status_code == 200
    moved = (await office.enact(block)).json()
    # A block carries its end on the wiki, so it is made anew there.
    assert (moved["state"], [one["state"] for one in moved["enforcement"]]) == ("enacted", ["waiting"])
    await managers.lifted(block)


async def test_a_narrowing_takes_two_people_one_of_them_the_manager_and_a_block_ends_no_later_than_its_ban(
    office: Any, managers: Any
) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec(expires_at=(law + 400 * DAYS).isoformat())
    ban = await office.enacted(spec)
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=["198.51.100.224/28"]))
    sooner = (law + 20 * DAYS).isoformat()
    assert (await managers.proposed(ban, {**spec, "expires_at": sooner})).json()["modification"]["route"] == "two_people"
    digest = (await office.read(ban))["modification"]["digest"]
    assert office.codes(await office.sign(ban, "team_peer", digest=digest)) == ["two_people_decide"]
    confirmation = {"note": "Agreed."}
    assert office.codes(await managers.post(ban, "modifications/confirmation", confirmation, sub="dora", role="director")) == [
        "manager_missing"
    ]
    narrowed = await managers.done(ban, "modifications/confirmation", confirmation)
    assert narrowed["expires_at"] == sooner.replace("+00:00", "Z")
    assert (await office.read(block))["expires_at"] == narrowed["expires_at"]
    assert (await managers.last(ban))["issuance"] == 1
    assert (await managers.kinds(block))[-1] == "modified"
    await office.desk.advance(21 * DAYS)
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False
    assert (await office.check(ip="198.51.100.225"))["banned"] is False


async def test_extensions_that_together_exceed_the_first_term_are_remarked_for_legal(office: Any, managers: Any) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec("event_ban", expires_at=(law + 30 * DAYS).isoformat())
    ban = await office.enacted(spec)
    proposed = (await managers.proposed(ban, {**spec, "expires_at": (law + 80 * DAYS).isoformat()})).json()["modification"]
    assert (proposed["nature"], proposed["remarks"]) == ("ordinary", ["exceeds_first_term"])


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["nothing_changed"]),
        ({"individual_id": "0190aaaa-0000-7000-8000-000000000009"}, ["field_fixed"]),
        ({"expires_at": "2020-01-01T00:00:00Z"}, ["ends_in_the_past"]),
        ({"grounds": ["nonsense"]}, ["ground_unknown"]),
    ],
)
async def test_a_modification_that_may_not_be_is_refused_and_changes_nothing(
    office: Any, managers: Any, changes: dict[str, Any], codes: list[str]
) -> None:
    spec = office.spec("event_ban")
    ban = await office.enacted(spec)
    assert office.codes(await managers.proposed(ban, {**spec, **changes}, "substantial_atypical")) == codes
    assert await office.read(ban) == {key: value for key, value in ban.items() if key != "spec"}
    assert office.codes(await managers.proposed(ban, office.spec("conduct_warning"), "substantial_atypical")) == ["kind_changed"]
