"""A decision from its proposal to its end, over HTTP, on a real database (R17-R20, R29, R91, R113, R115, D1, D2, D15, D23)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Desk

LEVELS = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")


async def test_a_global_ban_takes_seven_signatures_and_holds_at_once(office: Any) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    action = await office.proposed(spec)
    assert (action["state"], action["version"], action["spec"]["accounts"]) == ("proposed", 1, spec["accounts"])
    assert [step["state"] for step in action["review"]["steps"]] == ["open", *["waiting"] * 6]
    action = await office.signed(action)
    assert (action["state"], action["review"]["state"], action["review"]["approvals"]) == ("approved", "approved", 7)
    assert (await office.check(user=name))["banned"] is False
    answer = await office.enact(action)
    done = answer.json()
    assert (done["state"], done["acting_account"], done["performed_by"]) == ("enacted", "wmfoffice", {"role": "enforcer", "id": "enno"})
    assert done["authorised_by"] == [{"role": level, "id": f"one-{level}"} for level in LEVELS]
    assert (await office.check(user=name.replace(" ", "_")))["banned"] is True
    assert done["enforcement"] == [{"wiki": "metawiki", "effect": "lock", "state": "waiting"}]
    enforced = (await office.receipt(done)).json()
    assert (enforced["state"], enforced["enforcement"][0]["receipt"]) == ("enforced", {"log_id": 4711})


async def test_every_wrong_step_is_refused_with_its_rule_left_in_the_trail_and_changes_nothing(office: Any) -> None:
    action = await office.proposed()
    assert office.codes(await office.sign(action, "team_peer", sub="eva")) == ["evaluator_signs"]
    assert office.codes(await office.sign(action, "director")) == ["not_in_turn"]
    assert office.codes(await office.sign(action, "team_peer", digest="0" * 64)) == ["stale_digest"]
    assert office.codes(await office.sign(action, "team_manager", role="team_peer")) == ["role_missing", "not_in_turn"]
    assert await office.read(action) == {key: value for key, value in action.items() if key != "spec"}
    action = await office.signed(action, "team_peer")
    assert office.codes(await office.sign(action, "team_manager", sub="one-team_peer")) == ["signed_already"]
    amend = await office.desk.post(f"/bans/v1/actions/{action['id']}/amendments", {"note": "A word."}, role="evaluator", sub="eva")
    assert office.codes(amend) == ["not_returned"]
    early = office.codes(await office.enact(action))
    assert early == [*["level_not_heard"] * 6, "too_few_approvals", "not_approved"]
    assert await office.read(action) == {key: value for key, value in action.items() if key != "spec"}
    refused = [item for item in await office.timeline(action) if item["what"].startswith("refused")]
    assert [[reason["code"] for reason in item["reasons"]] for item in refused] == [
        ["evaluator_signs"],
        ["not_in_turn"],
        ["stale_digest"],
        ["role_missing", "not_in_turn"],
        ["signed_already"],
        ["not_returned"],
        early,
    ]


async def test_an_amendment_answers_a_return_and_voids_every_signature(office: Any) -> None:
    action = await office.signed(await office.proposed(), "team_peer", "team_manager")
    returned = (await office.sign(action, "director", "return")).json()
    assert (returned["state"], returned["review"]["state"]) == ("returned", "returned")
    assert office.codes(await office.sign(returned, "chief")) == ["review_closed"]
    where = f"/bans/v1/actions/{action['id']}/amendments"
    assert office.codes(await office.desk.post(where, {"note": "Mine."}, role="evaluator", sub="other")) == ["not_the_evaluator"]
    changed = {"spec": office.spec(expires_at="2099-01-01T00:00:00Z"), "note": "It has an end now."}
    amended = (await office.desk.post(where, changed, role="evaluator", sub="eva")).json()
    assert (amended["state"], amended["review"]["approvals"], amended["authorised_by"]) == ("proposed", 0, [])
    assert amended["review"]["digest"] != action["review"]["digest"]
    assert office.codes(await office.sign(action, "team_peer")) == ["stale_digest"]
    assert (await office.enact(await office.signed(amended))).json()["expires_at"] == "2099-01-01T00:00:00Z"


async def test_an_answer_without_a_new_text_is_signed_anew_too(office: Any) -> None:
    action = (await office.sign(await office.proposed(), "team_peer", "return")).json()
    answer = await office.desk.post(f"/bans/v1/actions/{action['id']}/amendments", {"note": "It stands."}, role="evaluator", sub="eva")
    assert answer.status_code == 200, answer.text
    assert (await office.signed(answer.json()))["state"] == "approved"


async def test_another_kind_is_another_action(office: Any) -> None:
    action = (await office.sign(await office.proposed(), "team_peer", "return")).json()
    body = {"note": "Rather this.", "spec": office.spec("event_ban")}
    answer = await office.desk.post(f"/bans/v1/actions/{action['id']}/amendments", body, role="evaluator", sub="eva")
    assert office.codes(answer) == ["kind_changed"]


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ({"legal": "dissent"}, "declined"),
        ({"executive_director": "dissent"}, "declined"),
        ({"team_peer": "dissent", "director": "dissent"}, "approved"),
        (
            {"team_peer": "dissent", "team_manager": "dissent", "director": "dissent", "chief": "dissent", "communications": "dissent"},
            "declined",
        ),
    ],
)
async def test_dissent_is_recorded_and_decides_where_the_procedure_says(office: Any, verdicts: dict[str, str], state: str) -> None:
    action = await office.proposed()
    for level in LEVELS:
        if action["review"]["state"] == "open":
            action = (await office.sign(action, level, verdicts.get(level, "approve"))).json()
    assert action["state"] == state
    if state == "declined":
        assert "not_approved" in office.codes(await office.enact(action))


async def test_a_decision_not_to_act_ends_declined_and_is_never_enacted(office: Any) -> None:
    action = await office.signed(await office.proposed(course="no_action"), *LEVELS[:4])
    assert (action["state"], action["review"]["course"]) == ("declined", "no_action")
    assert office.codes(await office.enact(action))[0] == "no_action"


async def test_who_stepped_aside_neither_signs_nor_enacts(office: Any) -> None:
    action = await office.proposed()
    where, why = f"/bans/v1/actions/{action['id']}/recusals", {"why": "I know the person."}
    assert (await office.desk.post(where, why, role="team_peer", sub="pia")).status_code == 200
    assert office.codes(await office.desk.post(where, why, role="team_peer", sub="pia")) == ["recused"]
    assert office.codes(await office.sign(action, "team_peer", sub="pia")) == ["recused"]
    assert (await office.desk.post(where, why, role="enforcer", sub="enno")).status_code == 200
    action = await office.signed(action)
    assert office.codes(await office.desk.post(where, why, role="team_peer", sub="one-team_peer")) == ["signed_already"]
    assert office.codes(await office.enact(action)) == ["recused"]
    assert office.codes(await office.enact(action, sub="eva")) == ["evaluator_enacts"]
    assert (await office.enact(action, sub="another")).status_code == 200


async def test_who_is_aimed_at_signs_nothing(office: Any) -> None:
    action = await office.proposed(office.spec(accounts=[{"name": "Pia-of-the-office"}]))
    assert office.codes(await office.sign(action, "team_peer", sub="pia-of-the-office")) == ["involved"]


async def test_the_evaluator_withdraws_until_it_is_enacted(office: Any) -> None:
    action = await office.proposed()
    where, note = f"/bans/v1/actions/{action['id']}/withdrawal", {"note": "It was resolved."}
    assert office.codes(await office.desk.post(where, note, role="evaluator", sub="other")) == ["not_the_evaluator"]
    withdrawn = (await office.desk.post(where, note, role="evaluator", sub="eva")).json()
    assert withdrawn["state"] == "withdrawn"
    assert office.codes(await office.sign(action, "team_peer")) == ["withdrawn"]
    assert office.codes(await office.desk.post(where, note, role="evaluator", sub="eva")) == ["not_open"]


async def test_eight_proposals_at_once_are_one_action(office: Any) -> None:
    spec, case = office.spec(), str(uuid4())
    answers = await asyncio.gather(*(office.propose(spec, case_id=case) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    again = await office.propose(spec)
    assert office.codes(again) == ["already_proposed"]


async def test_eight_enactments_at_once_enact_once(office: Any) -> None:
    action = await office.signed(await office.proposed())
    answers = await asyncio.gather(*(office.enact(action) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    rows = await office.desk.sql("SELECT count(*) FROM cover WHERE action_id = $1", action["id"])
    assert rows[0][0] == 1


async def test_who_is_banned_is_not_banned_again_and_a_later_account_inherits(office: Any) -> None:
    ban = await office.enacted()
    spec = (await office.read(ban, reason="the test reads what was signed"))["spec"]
    assert office.codes(await office.propose(office.spec(accounts=spec["accounts"]))) == ["already_banned"]
    later = f"Late visitor {uuid4().hex[:8]}"
    await office.enacted(office.spec("event_ban", accounts=[{"name": later}], individual_id=ban["individual_id"]))
    assert (await office.check(user=later))["banned"] is True


async def test_accounts_of_two_people_are_not_one_action(office: Any) -> None:
    names = [{"name": f"Visitor {uuid4().hex[:8]}"} for _ in range(2)]
    for name in names:
        await office.enacted(office.spec("event_ban", accounts=[name]))
    assert office.codes(await office.propose(office.spec(accounts=names))) == ["several_individuals"]


async def test_a_range_block_enforces_a_ban_and_covers_what_lies_inside(office: Any) -> None:
    ban = await office.enacted()
    octet = uuid4().int % 250
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=[f"198.19.{octet}.0/24"]))
    assert (block["acting_account"], block["individual_id"]) == ("wmfoffice", ban["individual_id"])
    assert block["enforcement"] == [{"wiki": "metawiki", "effect": "global_block", "state": "waiting"}]
    for ip, banned in {
        f"198.19.{octet}.7": True,
        f"::ffff:198.19.{octet}.7": True,
        f"198.19.{octet}.0/25": True,
        f"198.19.{octet}.0/24": True,
        "198.19.0.0/16": False,
        f"198.18.{octet}.7": False,
    }.items():
        answer = await office.check(ip=ip)
        assert (answer["banned"], answer["covers"]) == (banned, ["address"] if banned else []), ip


async def test_an_event_ban_and_a_warning_are_in_no_check_that_tooling_may_ask(office: Any) -> None:
    for kind in ("event_ban", "conduct_warning"):
        spec = office.spec(kind)
        action = await office.enacted(spec)
        assert (action["state"], action["enforcement"]) == ("enacted", [])
        assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False


async def test_an_end_comes_by_the_clock_and_addresses_are_forgotten_after_ninety_days(office: Any) -> None:
    desk: Desk = office.desk
    end = desk.runtime.clock.law() + timedelta(days=100)
    address = f"2001:db8:{uuid4().hex[:4]}::7"
    spec = office.spec(expires_at=end.isoformat(), addresses=[address])
    ban = await office.enacted(spec)
    name = spec["accounts"][0]["name"]
    assert (await office.check(ip=address))["banned"] is True
    assert (await office.check(user=name))["until"] == end.isoformat().replace("+00:00", "Z")
    await desk.advance(timedelta(days=91))
    assert (await office.check(ip=address))["banned"] is False
    assert await desk.sql("SELECT 1 FROM cover WHERE action_id = $1 AND network IS NOT NULL", ban["id"]) == []
    assert (await office.check(user=name))["banned"] is True
    await desk.advance(timedelta(days=10))
    assert (await office.check(user=name))["banned"] is False
    assert (await office.read(ban))["state"] == "expired"


async def test_an_interaction_ban_is_refused_while_it_is_off_and_stored_nowhere(office: Any) -> None:
    before = await office.desk.sql("SELECT count(*) FROM action")
    answer = await office.propose(office.spec("interaction_ban"))
    assert office.codes(answer) == ["interaction_bans_off"]
    assert await office.desk.sql("SELECT count(*) FROM action") == before
    action = await office.signed(await office.proposed(office.spec("interaction_ban"), course="no_action"), *LEVELS[:4])
    assert action["state"] == "declined"


async def test_a_copyright_matter_is_never_proposed(office: Any) -> None:
    assert office.codes(await office.propose(office.spec("dmca"))) == ["dmca_elsewhere"]


async def test_a_notice_leads_to_no_ban(office: Any) -> None:
    body = {"notice_id": str(uuid4()), "course": "act", "spec": office.spec()}
    assert office.codes(await office.desk.post("/bans/v1/actions", body, role="evaluator", sub="eva")) == ["no_complaint"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("case_id"),
        lambda body: body.update(notice_id=str(uuid4())),
        lambda body: body["spec"].update(mood="grim"),
        lambda body: body["spec"].update(kind="exile"),
        lambda body: body["spec"].update(expires_at=0),
        lambda body: body["spec"].update(expires_at="2099-01-01T00:00:00"),
        lambda body: body["spec"].update(expires_at="9999-12-31T23:59:59-23:00"),
        lambda body: body["spec"].update(irrevocable="yes"),
        lambda body: body["spec"].update(tou_basis=" "),
        lambda body: body["spec"].pop("justification"),
    ],
)
async def test_a_proposal_that_cannot_be_read_is_malformed(office: Any, spoil: Callable[[dict[str, Any]], Any]) -> None:
    body = {"case_id": str(uuid4()), "course": "act", "spec": office.spec()}
    spoil(body)
    assert office.codes(await office.desk.post("/bans/v1/actions", body, role="evaluator", sub="eva"), 422) == ["malformed"]


async def test_a_receipt_is_one_proof_of_one_effect(office: Any) -> None:
    ban = await office.enacted(office.spec(accounts=[{"name": f"A {uuid4().hex[:8]}"}, {"name": f"B {uuid4().hex[:8]}"}]))
    assert [effect["effect"] for effect in ban["enforcement"]] == ["lock:1", "lock:2"]
    assert office.codes(await office.receipt(ban)) == ["no_such_effect"]
    assert office.codes(await office.receipt(ban, "lock:1", receipt={"log_id": 1, "revision_id": 2}), 422) == ["malformed"]
    assert (await office.receipt(ban, "lock:1", receipt={"url": "https://example.org/log/1"})).json()["state"] == "enacted"
    assert office.codes(await office.receipt(ban, "lock:1")) == ["receipt_there"]
    assert (await office.receipt(ban, "lock:2")).json()["state"] == "enforced"
    shown = await office.read(ban, reason="the test looks at the proof")
    assert shown["enforcement"][0]["receipt"] == {"url": "https://example.org/log/1"}
    assert (await office.read(ban))["enforcement"][0]["receipt"] == {}
