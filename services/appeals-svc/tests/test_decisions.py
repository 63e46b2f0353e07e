"""Learning of decisions from the bus, and ending appeals whose object is gone (R33, R103, R106, D14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from appeals_svc.app import SERVICE
from chassis.bus.local import LocalHop
from chassis.edge import new_id
from chassis.outbox import record
from chassis.testing import Desk, House
from contracts.action import ActionChange, ActionState
from contracts.envelope import Performer


async def eligibility(
    desk: Desk, decision_id: Any, *, kind: str = "action", role: str = "subject", sub: str | None = None, **more: Any
) -> Any:
    body = {"decision": {"kind": kind, "id": str(decision_id)}, "role": role, **more}
    return (await desk.post("/appeals/v1/eligibility", body, role="requester_desk", sub=sub)).json()


async def ask(desk: Desk, bus: Any, decision_id: Any, **more: Any) -> Any:
    """Ask as somebody of the desk who filed a request behind the decision."""
    request_id = new_id()
    await bus.request("received", request_id, by="requester_desk:requester_desk-1")
    await bus.action("permitted", decision_id, request_ids=(request_id,), permission_id=new_id(), permitted_until=bus.now)
    return await eligibility(desk, decision_id, **more)


def codes(found: Any) -> list[str]:
    return [reason["code"] for reason in found["reasons"]]


async def test_the_desk_asks_about_what_it_filed_and_learns_nothing_else(bus: Any, desk: Desk) -> None:
    case_id, request_id = new_id(), new_id()
    await bus.request("received", request_id, by="requester_desk:dora")
    await bus.case("opened", case_id, request_ids=(request_id,))
    ban = await bus.enacted(case_id=case_id)
    stored = await desk.sql("SELECT (SELECT count(*) FROM appeal) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM audit) AS rows")
    found = await eligibility(desk, ban, sub="dora")
    assert found == {"granted": True, "reasons": [], "routes": ["committee"], "until": found["until"], "policy_until": found["until"]}
    unknown = await eligibility(desk, new_id(), sub="dora")
    assert (unknown["granted"], codes(unknown), unknown["reasons"][0]["cite"]) == (False, ["no_final_decision"], "R106")
    assert await eligibility(desk, ban, sub="dirk") == unknown
    after = await desk.sql("SELECT (SELECT count(*) FROM appeal) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM audit) AS rows")
    assert stored == after


async def test_who_filed_an_appeal_may_ask_about_its_decision(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    assert codes(await eligibility(desk, ban)) == ["no_final_decision"]
    await clerk.file(ban)
    assert (await eligibility(desk, ban))["granted"]


async def test_eligibility_on_a_day_or_at_a_time_that_is_named(bus: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    until = datetime.fromisoformat((await ask(desk, bus, ban))["until"])
    day_after = (until + timedelta(days=1)).date().isoformat()
    wanted = {
        until.date().isoformat(): [],
        until.isoformat(): [],
        (until + timedelta(milliseconds=999)).isoformat(): [],
        (until + timedelta(seconds=1)).isoformat(): ["out_of_time"],
        day_after: ["out_of_time"],
        "2001-01-01": ["no_final_decision"],
    }
    for on, reasons in wanted.items():
        assert codes(await eligibility(desk, ban, on=on)) == reasons, on


async def test_an_emergency_measure_is_open_until_its_chain_approves_it(bus: Any, desk: Desk) -> None:
    measure, at = new_id(), {"decided_at": bus.now, "enacted_at": bus.now, "issued_at": bus.now, "issuance": 1}
    await bus.action("enacted", measure, kind="child_protection", emergency=True, state="enacted", review_state="open", **at)
    assert codes(await ask(desk, bus, measure)) == ["no_final_decision"]
    await bus.action("approved", measure, review_state="approved", digest="0f" * 32)
    assert (await eligibility(desk, measure))["granted"]
    # The chain of a later modification does not make it an open case again.
    await bus.action("review_recorded", measure, review_state="open", reviewed_level="legal", review_verdict="approve")
    assert (await eligibility(desk, measure))["granted"]


async def test_a_declined_action_is_a_decision_not_to_act(bus: Any, desk: Desk) -> None:
    action, at = new_id(), {"decided_at": bus.now, "issued_at": bus.now, "issuance": 1}
    await bus.action("proposed", action, digest="0f" * 32)
    await bus.action("declined", action, state="declined", **at)
    assert (await ask(desk, bus, action, role="requester"))["granted"]
    assert codes(await eligibility(desk, action)) == ["only_the_requester"]


async def test_refused_requests_and_notices_are_known_and_a_takedown_has_its_own_way(bus: Any, desk: Desk) -> None:
    request_id, rejected, taken_down = new_id(), new_id(), new_id()
    await bus.request("received", request_id, by="requester_desk:requester_desk-1")
    await bus.request("deferred", request_id, by="evaluator:eva", state="deferred", decided_at=bus.now)
    for notice in (rejected, taken_down):
        await bus.notice("received", notice, by="requester_desk:requester_desk-1")
    await bus.notice("rejected", rejected, state="rejected", decided_at=bus.now)
    await bus.notice("accepted", taken_down, state="accepted", decided_at=bus.now)
    assert (await eligibility(desk, request_id, kind="request", role="requester"))["granted"]
    assert (await eligibility(desk, rejected, kind="notice", role="requester"))["granted"]
    assert codes(await eligibility(desk, taken_down, kind="notice")) == ["counter_notice_only"]
    assert "until" not in await eligibility(desk, taken_down, kind="notice")


async def test_a_request_that_ends_a_second_time_is_a_decision_of_its_own(bus: Any, clerk: Any, desk: Desk) -> None:
    request_id = new_id()
    for _ in range(2):
        await bus.request("deferred", request_id, by="evaluator:eva", state="deferred", decided_at=bus.now)
        assert (await clerk.file(request_id, kind="request", role="requester")).json()["state"] == "with_counsel"
        assert (await clerk.file(request_id, kind="request", role="requester")).json()["state"] == "ineligible"
        await desk.advance(timedelta(days=3))


async def test_a_locked_out_requester_is_heard_and_counsel_is_told(bus: Any, clerk: Any, desk: Desk) -> None:
    request_id, until = new_id(), bus.now + timedelta(days=90)
    sender = {"sender_id": new_id(), "state": "locked_out", "locked_out_until": until}
    await bus.request("refused", request_id, by="evaluator:eva", state="refused", decided_at=bus.now)
    await bus.request("sender_locked_out", request_id, by="team_manager:mona", state="refused", decided_at=bus.now, sender=sender)
    out = (await clerk.file(request_id, kind="request", role="requester")).json()
    assert (out["state"], datetime.fromisoformat(out["requester_locked_out_until"])) == ("with_counsel", until)
    # Who is no party is told that and nothing of a lock-out.
    stranger = (await clerk.file(request_id, kind="request", role="requester", appellant={"wiki_user": "Stranger"})).json()
    assert codes(stranger["eligibility"]) == ["not_directly_involved"]
    assert "requester_locked_out_until" not in stranger


async def test_a_sock_of_the_subject_has_no_second_appeal_as_requester_or_subject(bus: Any, clerk: Any, owners: Any) -> None:
    ban = await bus.enacted()
    await clerk.file(ban)
    # Linked to the person: their one appeal is taken. Not linked: nobody's. As requester intake-svc is asked, which knows who asked.
    owners.parties |= {"Example Sock"}
    assert codes((await clerk.file(ban, appellant={"wiki_user": "Example Sock"})).json()["eligibility"]) == ["already_appealed"]
    owners.parties -= {"Example Sock"}
    for role in ("subject", "requester"):
        answer = await clerk.file(ban, role=role, appellant={"wiki_user": "Example Sock"})
        assert codes(answer.json()["eligibility"]) == ["not_directly_involved"]


async def test_the_receipt_informs_whichever_topic_came_first(bus: Any, desk: Desk) -> None:
    ban = new_id()
    bus.versions[ban] = 2
    await bus.delivered(ban, at=bus.now + timedelta(days=90))
    await bus.delivered(ban, "requester", at=bus.now + timedelta(days=45))
    await bus.delivered(ban, "team", at=bus.now + timedelta(days=900))
    bus.versions[ban] = 0
    await bus.enacted(ban)
    subject, requester = await ask(desk, bus, ban), await eligibility(desk, ban, role="requester")
    assert subject["until"] > requester["until"] > requester["policy_until"] == subject["policy_until"]


async def test_an_event_ban_without_end_is_appealed_at_ca_without_limit(bus: Any, desk: Desk, clerk: Any) -> None:
    ban = await bus.enacted(kind="event_ban")
    assert "until" in await ask(desk, bus, ban)
    bus.versions[ban] -= 1  # the letter tells of the enactment
    await bus.delivered(ban)
    found = await eligibility(desk, ban)
    assert (found["granted"], "until" in found, "policy_until" in found) == (True, False, True)
    assert (await clerk.file(ban, channel="ca")).json()["route"] == "ca"


@pytest.mark.parametrize("end", ["lifted", "overturned"])
async def test_what_was_undone_makes_every_appeal_moot_whatever_its_state(bus: Any, clerk: Any, desk: Desk, end: str) -> None:
    ban = await bus.enacted()
    incomplete = (await clerk.file(ban, reasons=None)).json()["id"]
    before_counsel = (await clerk.file(ban, role="requester", appellant={"wiki_user": None, "email": "anna@example.org"})).json()["id"]
    unverified = (await clerk.file(ban, appellant={"verified": None})).json()["id"]
    silent = (await clerk.file(ban, reasons=None, appellant={"verified": None})).json()["id"]
    other = await bus.enacted()
    accepted = (await clerk.file(other)).json()["id"]
    await clerk.counsel(accepted)
    for decision in (ban, other):
        await bus.action(end, decision, by="team_manager:mona", state=end, ended_at=bus.now)
    assert await clerk.said(incomplete) == ["reasons_requested", "moot"]
    assert await clerk.said(before_counsel) == ["filed", "moot"]
    assert await clerk.said(accepted) == ["filed", "accepted", "moot"]
    assert (await clerk.said(unverified), await clerk.said(silent)) == (["filed"], ["reasons_requested"])
    shown = (await desk.get(f"/appeals/v1/appeals/{accepted}", role="legal")).json()
    assert (shown["state"], shown["clock"]["state"]) == ("moot", "stopped")
    assert await desk.sql("SELECT 1 FROM deadline WHERE aggregate_id = $1 AND state = 'waiting'", shown["id"]) == []
    assert (await clerk.file(ban)).json()["eligibility"]["reasons"][0]["code"] == "already_undone"


async def test_an_expired_ban_leaves_the_appeal_alive(bus: Any, clerk: Any) -> None:
    ban = await bus.enacted()
    appeal = (await clerk.file(ban)).json()["id"]
    await bus.action("expired", ban, by="service:ban-svc", state="expired", ended_at=bus.now)
    assert (await clerk.counsel(appeal)).json()["state"] == "accepted"


@pytest.mark.parametrize("how", ["part_of", "escalates"])
async def test_a_global_ban_takes_an_event_ban_in_and_gives_it_back_when_it_falls(bus: Any, clerk: Any, desk: Desk, how: str) -> None:
    whole = new_id()
    event_ban = await bus.enacted(kind="event_ban")
    unrelated = await bus.enacted(kind="event_ban")
    appeal, kept = (await clerk.file(event_ban)).json()["id"], (await clerk.file(unrelated)).json()["id"]
    tie = {"escalates": (event_ban,)} if how == "escalates" else {}
    await bus.action("proposed", whole, digest="0f" * 32, **tie)
    assert await clerk.said(appeal) == ["filed"]
    await bus.enacted(whole, **tie)
    if how == "part_of":
        await bus.action("modified", event_ban, nature="ordinary", part_of=whole)
    assert await clerk.said(appeal) == ["filed", "moot"]
    assert await clerk.said(kept) == ["filed"]
    assert (await clerk.file(event_ban)).json()["eligibility"]["reasons"][0]["code"] == "part_of_global_ban"
    await desk.advance(timedelta(days=300))
    await bus.action("lifted", whole, state="lifted", ended_at=bus.now)
    anew = (await clerk.file(event_ban)).json()
    assert (anew["state"], anew["after_policy_deadline"]) == ("with_counsel", False)


async def test_an_event_ban_whose_global_ban_is_not_known_yet_counts_as_taken_in(bus: Any, clerk: Any) -> None:
    event_ban = await bus.enacted(kind="event_ban", part_of=new_id())
    assert (await clerk.file(event_ban)).json()["eligibility"]["reasons"][0]["code"] == "part_of_global_ban"


async def test_a_ban_of_a_community_is_not_ours_to_hear_appeals_about(bus: Any, clerk: Any) -> None:
    theirs = await bus.enacted(imposed_by="community")
    assert (await clerk.file(theirs)).json()["eligibility"]["reasons"][0]["code"] == "no_final_decision"


async def test_events_reach_the_service_over_the_bus(house: House, desk: Desk) -> None:
    hop = LocalHop()
    listener = await house.desk(SERVICE, bus=hop, fresh=True)
    await listener.work()
    action_id, now = new_id(), listener.runtime.clock.law()
    values: dict[str, Any] = {"action_id": action_id, "kind": "global_ban", "state": "enacted", "course": "act", "disclosure": "public"}
    at: dict[str, Any] = {"decided_at": now, "enacted_at": now, "issued_at": now, "issuance": 1}
    async with listener.runtime.edge("test", by=None) as edge:
        stamp = edge.stamp()
        stamp["performer"] = Performer(role="enforcer", id="enzo")
        record(edge, ActionChange.of("enacted", state=ActionState(**values, **at), prior=None, version=1, **stamp))
    await listener.settle()
    assert (await listener.sql("SELECT standing FROM decision WHERE id = $1", action_id))[0]["standing"] == "final"
    assert await listener.findings() == []
    await listener.close()
