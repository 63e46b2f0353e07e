"""Filing an appeal: who is heard, once, and what a stranger is not told (R105-R107, D14)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from appeals_svc.actions.appeals import Appellant, Letter, file
from appeals_svc.model import AppellantRole, Channel
from chassis.edge import new_id
from chassis.errors import Busy
from chassis.testing import Desk


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["eligibility"]["reasons"]]


async def test_the_subject_of_a_global_ban_appeals_and_counsel_lets_it_proceed(bus: Any, clerk: Any, owners: Any) -> None:
    ban = await bus.enacted()
    await bus.delivered(ban)
    answer = await clerk.file(ban)
    assert answer.status_code == 201
    appeal = answer.json()
    assert (appeal["state"], appeal["route"], appeal["eligibility"]) == ("with_counsel", "committee", {"granted": True, "reasons": []})
    assert appeal["deadline"].endswith("T23:59:59Z")
    assert "clock" not in appeal
    assert owners.asked == [(f"/bans/v1/actions/{ban}/party", {"wiki_user": "Example"})]
    accepted = (await clerk.counsel(appeal["id"])).json()
    assert (accepted["state"], accepted["clock"]["state"], accepted["version"]) == ("accepted", "running", 2)
    assert await clerk.said(appeal["id"]) == ["filed", "accepted"]


async def test_a_stranger_is_refused_and_told_nothing_of_the_case(bus: Any, clerk: Any) -> None:
    answer = await clerk.file(await bus.enacted(kind="child_protection"), appellant={"wiki_user": "Stranger"})
    assert answer.status_code == 201
    appeal = answer.json()
    assert (appeal["state"], codes(answer), appeal["route"]) == ("ineligible", ["not_directly_involved"], "staff")
    assert not {"deadline", "policy_deadline", "informed_at", "clock"} & appeal.keys()
    assert await clerk.said(appeal["id"]) == ["ineligible"]


async def test_the_requester_is_asked_about_at_intake_and_the_complainant_at_dmca(bus: Any, clerk: Any, owners: Any) -> None:
    case_id, request_id, notice_id = new_id(), new_id(), new_id()
    ban = await bus.enacted(case_id=case_id)
    await bus.request("refused", request_id, state="refused", decided_at=bus.now)
    await bus.notice("rejected", notice_id, state="rejected", decided_at=bus.now)
    termination = await bus.enacted(kind="account_termination", case_id=None, notice_id=notice_id)
    for kind, decision in (("action", ban), ("request", request_id), ("notice", notice_id), ("action", termination)):
        assert (await clerk.file(decision, kind=kind, role="requester")).json()["state"] == "with_counsel"
    assert [path for path, _ in owners.asked] == [
        f"/intake/v1/cases/{case_id}/party",
        f"/intake/v1/requests/{request_id}/party",
        f"/dmca/v1/notices/{notice_id}/party",
        f"/dmca/v1/notices/{notice_id}/party",
    ]


async def test_an_unknown_and_an_open_decision_are_answered_alike(bus: Any, clerk: Any, owners: Any) -> None:
    open_case = new_id()
    await bus.action("proposed", open_case, digest="0f" * 32)
    for decision in (new_id(), open_case):
        answer = await clerk.file(decision)
        assert (answer.status_code, answer.json()["state"], codes(answer)) == (201, "ineligible", ["no_final_decision"])
    assert owners.asked == []


async def test_an_uploader_is_pointed_to_the_counter_notice_and_nobody_is_asked(bus: Any, clerk: Any, owners: Any) -> None:
    taken_down, refused = new_id(), new_id()
    await bus.notice("accepted", taken_down, state="accepted", decided_at=bus.now)
    await bus.request("refused", refused, state="refused", decided_at=bus.now)
    answer = await clerk.file(taken_down, kind="notice", appellant={"wiki_user": "Uploader"})
    assert (answer.json()["state"], codes(answer)) == ("ineligible", ["counter_notice_only"])
    assert codes(await clerk.file(refused, kind="request", appellant={"wiki_user": "Uploader"})) == ["only_the_requester"]
    assert owners.asked == []


async def test_a_decision_that_becomes_known_while_it_is_filed_is_looked_at_anew(bus: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    who = Appellant(AppellantRole.SUBJECT, wiki_user="Example", verified_how="by mail")
    with pytest.raises(Busy):
        async with desk.runtime.edge("test") as edge:
            await file(edge, Letter("action", ban, who, Channel.MAIL, "It was not me."), party=None)


async def test_an_id_of_another_kind_is_unknown(bus: Any, clerk: Any) -> None:
    assert codes(await clerk.file(await bus.enacted(), kind="notice")) == ["no_final_decision"]


async def test_subject_and_requester_each_have_their_own_appeal_and_only_one(bus: Any, clerk: Any) -> None:
    ban = await bus.enacted()
    assert (await clerk.file(ban)).json()["state"] == "with_counsel"
    anna = {"wiki_user": None, "email": "anna@example.org"}
    assert (await clerk.file(ban, role="requester", appellant=anna)).json()["state"] == "with_counsel"
    assert codes(await clerk.file(ban)) == ["already_appealed"]
    # Another account or address of the one subject is the same person; an address in capitals the same address.
    assert codes(await clerk.file(ban, appellant=anna)) == ["already_appealed"]
    shouted = {"wiki_user": "Example", "email": "ANNA@example.org"}
    assert codes(await clerk.file(ban, role="requester", appellant=shouted)) == ["already_appealed"]


async def test_of_eight_filed_at_once_one_goes_to_counsel(bus: Any, clerk: Any) -> None:
    ban = await bus.enacted()
    answers = await asyncio.gather(*(clerk.file(ban) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sorted(answer.json()["state"] for answer in answers) == ["ineligible"] * 7 + ["with_counsel"]


async def test_a_substantial_modification_gives_a_new_appeal_and_an_ordinary_one_none(bus: Any, clerk: Any) -> None:
    ban = await bus.enacted()
    await clerk.file(ban)
    await bus.action("modified", ban, nature="ordinary")
    assert codes(await clerk.file(ban)) == ["already_appealed"]
    await bus.action("modified", ban, nature="substantial_atypical", issuance=2, issued_at=bus.now)
    assert (await clerk.file(ban)).json()["state"] == "with_counsel"


async def test_the_same_key_files_once_and_asks_nobody_again(bus: Any, clerk: Any, owners: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    first = await clerk.file(ban, headers={"Idempotency-Key": f"k-{ban}"})
    again = await clerk.file(ban, headers={"Idempotency-Key": f"k-{ban}"})
    assert first.json() == again.json()
    assert len(owners.asked) == 1
    assert len(await desk.sql("SELECT 1 FROM appeal WHERE decision_id = $1", ban)) == 1


async def test_when_the_owner_does_not_answer_nothing_is_filed(bus: Any, clerk: Any, owners: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    owners.broken = True
    answer = await clerk.file(ban)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert await desk.sql("SELECT 1 FROM appeal WHERE decision_id = $1", ban) == []


async def test_missing_reasons_are_asked_for_and_the_filing_date_is_kept(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    filed = (await clerk.file(ban, reasons=None)).json()
    assert (filed["state"], filed["eligibility"]["granted"]) == ("incomplete", True)
    assert "answer_due_at" in filed
    # It holds its person's place while it waits.
    assert codes(await clerk.file(ban)) == ["already_appealed"]
    await desk.advance(timedelta(days=13))
    answer = await desk.post(f"/appeals/v1/appeals/{filed['id']}/reasons", {"reasons": "It was not me."}, role="requester_desk")
    assert (answer.json()["state"], answer.json()["filed_at"]) == ("with_counsel", filed["filed_at"])
    again = await desk.post(f"/appeals/v1/appeals/{filed['id']}/reasons", {"reasons": "It was not me."}, role="requester_desk")
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "reasons_not_asked")
    assert await clerk.said(filed["id"]) == ["reasons_requested", "filed"]
    assert await desk.sql("SELECT 1 FROM deadline WHERE aggregate_id = $1 AND state = 'waiting'", filed["id"]) == []


async def test_reasons_that_never_come_end_the_appeal_and_free_its_place(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    filed = (await clerk.file(ban, reasons=None)).json()
    await desk.advance(timedelta(days=14, seconds=1))
    ended = await desk.get(f"/appeals/v1/appeals/{filed['id']}", role="requester_desk")
    assert (ended.json()["state"], codes(ended)) == ("ineligible", ["reasons_missing"])
    late = await desk.post(f"/appeals/v1/appeals/{filed['id']}/reasons", {"reasons": "It was not me."}, role="requester_desk")
    assert late.status_code == 409
    assert (await clerk.file(ban)).json()["state"] == "with_counsel"


async def test_before_verification_nothing_of_the_case_is_answered(bus: Any, clerk: Any, desk: Desk, owners: Any) -> None:
    ban = await bus.enacted(kind="child_protection")
    filed = (await clerk.file(ban, appellant={"verified": None})).json()
    assert (filed["state"], filed["route"], filed["verified"]) == ("filed", "staff", False)
    assert [one["code"] for one in filed["eligibility"]["reasons"]] == ["appellant_not_verified"]
    assert not {"deadline", "policy_deadline"} & filed.keys()
    assert owners.asked == []
    assert (await clerk.counsel(filed["id"])).json()["reasons"][0]["code"] == "not_with_counsel"
    # Who is not verified takes nobody's place.
    assert (await clerk.file(ban, appellant={"wiki_user": "Stranger"})).json()["state"] == "ineligible"
    path = f"/appeals/v1/appeals/{filed['id']}/verification"
    verified = (await desk.post(path, {"how": "by telephone"}, role="requester_desk")).json()
    assert (verified["state"], verified["route"], verified["verified"]) == ("with_counsel", "counsel", True)
    assert (await desk.post(path, {"how": "again"}, role="requester_desk")).json()["reasons"][0]["code"] == "already_verified"


async def test_who_turns_out_to_be_a_stranger_is_told_so_at_verification(bus: Any, clerk: Any, desk: Desk) -> None:
    filed = (await clerk.file(await bus.enacted(), appellant={"verified": None, "wiki_user": "Stranger"})).json()
    answer = await desk.post(f"/appeals/v1/appeals/{filed['id']}/verification", {"how": "by mail"}, role="requester_desk")
    assert (answer.json()["state"], codes(answer)) == ("ineligible", ["not_directly_involved"])


async def test_without_reasons_and_unverified_it_waits_for_both(bus: Any, clerk: Any, desk: Desk) -> None:
    for reasons_first in (True, False):
        filed = (await clerk.file(await bus.enacted(), reasons=None, appellant={"verified": None})).json()
        assert filed["state"] == "incomplete"
        steps = [("reasons", {"reasons": "It was not me."}), ("verification", {"how": "by mail"})]
        states = []
        for step, body in steps if reasons_first else steps[::-1]:
            states.append((await desk.post(f"/appeals/v1/appeals/{filed['id']}/{step}", body, role="requester_desk")).json()["state"])
        assert states == (["filed", "with_counsel"] if reasons_first else ["incomplete", "with_counsel"])


async def test_a_day_late_is_told_with_the_date_and_a_claim_goes_to_counsel(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    await bus.delivered(ban)
    await desk.advance(timedelta(days=186))
    late = await clerk.file(ban)
    assert codes(late) == ["out_of_time"]
    claimed = (bus.now - timedelta(days=30)).isoformat()
    answer = (await clerk.file(ban, claimed_informed_at=claimed)).json()
    assert (answer["state"], answer["informed_by_claim"], answer["after_policy_deadline"]) == ("with_counsel", True, True)


async def test_between_the_two_dates_counsel_is_told(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    await desk.advance(timedelta(days=60))
    await bus.delivered(ban)
    await desk.advance(timedelta(days=130))
    answer = (await clerk.file(ban)).json()
    assert (answer["state"], answer["after_policy_deadline"], answer["informed_by_claim"]) == ("with_counsel", True, False)
    assert answer["deadline"] > answer["filed_at"] > answer["policy_deadline"]
