"""The accounts that a decision in force names: one more, by the chain, is covered at once, one less released (R17, R20, D23, D26)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def somebody() -> str:
    return f"Loud visitor {uuid4().hex[:12]}"


def owed(action: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["effect"], one["state"]) for one in action["enforcement"]]


async def banned(office: Any, *names: str) -> list[bool]:
    return [(await office.check(user=name))["banned"] for name in names]


async def test_an_account_more_is_substantial_signed_by_the_chain_and_covered_at_once(office: Any, managers: Any) -> None:
    one, other = somebody(), somebody()
    spec = office.spec(accounts=named(one))
    ban = await office.enacted(spec)
    await office.receipt(ban)
    wider = {**spec, "accounts": named(one, other)}
    assert office.codes(await managers.proposed(ban, wider)) == ["nature_understated"]
    modified = await managers.extended(ban, wider, "substantial_atypical")
    assert await banned(office, one, other) == [True, True]
    assert owed(modified) == [("lock", "done"), ("lock:2", "waiting")]
    assert modified["state"] == "enacted"
    assert (await office.receipt(ban, "lock:2")).json()["state"] == "enforced"
    said = await managers.last(ban)
    assert (said["nature"], said["issuance"]) == ("substantial_atypical", 2)
    known = await office.desk.get(f"/bans/v1/individuals/{ban['individual_id']}", role="auditor")
    assert [identity["decided_by"] for identity in known.json()["identities"]] == [ban["id"], ban["id"]]


async def test_an_account_less_is_ordinary_confirmed_by_two_people_and_released_at_once(office: Any, managers: Any) -> None:
    one, other = somebody(), somebody()
    spec = office.spec(accounts=named(one, other))
    ban = await office.enacted(spec)
    for effect in ("lock:1", "lock:2"):
        await office.receipt(ban, effect)
    before = office.desk.runtime.clock.law().isoformat()
    proposed = (await managers.proposed(ban, {**spec, "accounts": named(other)})).json()["modification"]
    assert (proposed["nature"], proposed["route"], proposed["remarks"]) == ("ordinary", "two_people", [])
    assert await banned(office, one, other) == [True, True]
    narrowed = await managers.done(ban, "modifications/confirmation", {"note": "It is somebody else's."})
    assert await banned(office, one, other) == [False, True]
    assert owed(narrowed) == [("lock:2", "done"), ("unlock:1", "waiting")]
    # Whoever may see names is told which account each number is.
    shown = (await office.read(ban, reason="to unlock it"))["enforcement"]
    assert {effect["effect"]: effect["of"] for effect in shown} == {"lock:2": other, "unlock:1": one}
    assert all("of" not in effect for effect in (await office.read(ban))["enforcement"])
    assert (await office.receipt(ban, "unlock:1")).json()["state"] == "enforced"
    past = {"user": one, "at": before}
    assert (await office.desk.get("/bans/v1/check", params=past, role="auditor")).json()["banned"] is True
    party = await office.desk.post(f"/bans/v1/actions/{ban['id']}/party", {"wiki_user": one}, role="service", reason="event 1")
    assert party.json() == {"party": False}
    said = await managers.last(ban)
    assert said["issuance"] == 1
    # Whoever has it is to be told, by whoever asks for the name under the modification that the event names.
    told = next(state for state in await managers.said(ban) if state.get("released") == 1)
    asked = {"role": "service", "reason": "event 1"}
    subject = (await office.desk.get(f"/bans/v1/actions/{ban['id']}/subject", **asked)).json()
    assert subject["released"] == [{"name": one, "modification_id": told["modification_id"]}]
    assert one not in [account["name"] for account in subject["accounts"]]
    # The account is nobody's again: another decision may name it as somebody else's.
    assert (await office.enacted(office.spec(accounts=named(one))))["individual_id"] != ban["individual_id"]


async def test_an_account_less_before_an_event_ban_begins_was_never_kept_out(office: Any, managers: Any) -> None:
    one, other, day = somebody(), somebody(), office.desk.runtime.clock.law() + timedelta(days=100)
    spec = office.spec("event_ban", accounts=named(one, other), starts_at=day.isoformat())
    ban = await office.enacted(spec)
    await managers.proposed(ban, {**spec, "accounts": named(other)})
    await managers.done(ban, "modifications/confirmation", {"note": "It is somebody else's."})
    assert await office.desk.findings() == []
    held = await office.desk.sql("SELECT starts_at, ends_at FROM cover WHERE action_id = $1 ORDER BY ends_at", UUID(ban["id"]))
    assert [row["ends_at"] is None or row["ends_at"] <= row["starts_at"] for row in held] == [True, True]


async def test_what_was_taken_away_and_comes_back_keeps_its_number(office: Any, managers: Any) -> None:
    one, other, third = somebody(), somebody(), somebody()
    spec = office.spec(accounts=named(one, other))
    ban = await office.enacted(spec)
    await office.receipt(ban, "lock:1")
    await managers.extended(ban, {**spec, "accounts": named(other)}, "substantial_atypical")
    assert owed(await office.read(ban)) == [("lock:2", "waiting"), ("unlock:1", "waiting")]
    # It was not unlocked yet, so nothing is to be done but to leave it so.
    back = await managers.extended(ban, {**spec, "accounts": named(third, other, one)}, "substantial_atypical")
    assert sorted(owed(back)) == [("lock:1", "done"), ("lock:2", "waiting"), ("lock:3", "waiting")]
    await managers.extended(ban, {**spec, "accounts": named(other, third)}, "substantial_atypical")
    await office.receipt(ban, "unlock:1")
    again = await managers.extended(ban, {**spec, "accounts": named(one, other, third)}, "substantial_atypical")
    assert sorted(owed(again)) == [("lock:1", "waiting"), ("lock:2", "waiting"), ("lock:3", "waiting")]
    assert await banned(office, one, other, third) == [True, True, True]
    await office.receipt(ban, "lock:3")
    lifted = await managers.lifted(ban)
    assert sorted(owed(lifted)) == [("lock:3", "done"), ("unlock:3", "waiting")]


async def test_an_account_of_another_person_is_not_named_and_no_account_is_that_of_its_proposer(office: Any, managers: Any) -> None:
    spec = office.spec("event_ban")
    ban, other = await office.enacted(spec), office.spec("event_ban")
    await office.enacted(other)
    theirs = {**spec, "accounts": [*spec["accounts"], *other["accounts"]]}
    assert office.codes(await managers.proposed(ban, theirs, "substantial_atypical")) == ["several_individuals"]
    assert office.codes(await managers.proposed(ban, {**spec, "accounts": other["accounts"]}, "substantial_atypical")) == [
        "several_individuals"
    ]
    own = {**spec, "accounts": [*spec["accounts"], {"name": "eva"}]}
    assert office.codes(await managers.proposed(ban, own, "substantial_atypical")) == ["names_its_proposer"]
    staff = {**spec, "accounts": [*spec["accounts"], {"name": "Somebody (WMF)"}]}
    assert office.codes(await managers.proposed(ban, staff, "substantial_atypical")) == ["staff_account"]
    assert "modification" not in await office.read(ban)


async def test_an_account_that_became_somebody_elses_meanwhile_is_not_put_into_force(office: Any, managers: Any) -> None:
    spec, contested = office.spec(), somebody()
    ban = await office.enacted(spec)
    proposed = (await managers.proposed(ban, {**spec, "accounts": [*spec["accounts"], {"name": contested}]}, "substantial_atypical")).json()
    digest = proposed["modification"]["digest"]
    for step in proposed["modification"]["review"]["steps"]:
        assert (await office.sign(ban, step["level"], digest=digest)).status_code == 200
    await office.enacted(office.spec("event_ban", accounts=named(contested)))
    assert office.codes(await office.enact(ban)) == ["several_individuals"]
    assert await banned(office, contested) == [False]
    withdrawn = await office.desk.post(
        f"/bans/v1/actions/{ban['id']}/withdrawal", {"note": "It is not theirs."}, role="evaluator", sub="eva"
    )
    assert withdrawn.json()["modification"]["state"] == "withdrawn"


async def test_an_account_that_another_decision_names_stays_covered_and_signers_read_so(office: Any, managers: Any) -> None:
    one, other = somebody(), somebody()
    spec = office.spec(accounts=named(one, other))
    ban = await office.enacted(spec)
    event = office.spec("event_ban", accounts=named(one))
    second = await office.enacted(event)
    narrower = {**spec, "accounts": named(other)}
    assert (await managers.proposed(ban, narrower)).json()["modification"]["remarks"] == ["account_stays_theirs"]
    await managers.done(ban, "modifications/confirmation", {"note": "Agreed."})
    assert await banned(office, one, other) == [True, True]
    assert "released" not in await managers.last(ban)
    event["accounts"] = named(other)
    # What comes instead of the account is one of the same person already.
    await managers.extended(second, event, "substantial_atypical")
    assert await banned(office, one, other) == [False, True]


async def test_a_later_account_inherits_what_stands_after_a_modification(office: Any, managers: Any) -> None:
    spec, later = office.spec(accounts=named(somebody(), somebody())), somebody()
    ban = await office.enacted(spec)
    await managers.extended(ban, {**spec, "accounts": named(spec["accounts"][0]["name"], somebody())}, "substantial_atypical")
    await office.enacted(office.spec("event_ban", accounts=named(later), individual_id=ban["individual_id"]))
    assert await banned(office, later, spec["accounts"][1]["name"]) == [True, False]
