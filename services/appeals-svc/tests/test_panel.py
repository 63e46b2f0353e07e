"""The panel of the committee: drawn, cleared, voting in secret, answered (R108, D13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from appeals_svc.model import SEAT_MOVES
from chassis.edge import new_id
from chassis.testing import Desk


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [reason["code"] for reason in answer.json()["reasons"]]


async def kept(desk: Desk, appeal: str) -> str:
    """Everything that the bus, the trail and the rows say of an appeal, as text."""
    rows = await desk.sql("SELECT payload::text AS said FROM outbox WHERE key::jsonb ->> 'appeal_id' = $1", appeal)
    rows += await desk.sql("SELECT to_jsonb(a)::text AS said FROM audit a WHERE aggregate_id = $1", appeal)
    rows += await desk.sql("SELECT to_jsonb(a)::text AS said FROM appeal a WHERE id = $1", appeal)
    rows += await desk.sql("SELECT to_jsonb(s)::text AS said FROM seat s WHERE appeal_id = $1", appeal)
    rows += await desk.sql("SELECT to_jsonb(b)::text AS said FROM ballot b WHERE appeal_id = $1", appeal)
    return "\n".join(row["said"] for row in rows)


async def test_a_panel_is_drawn_cleared_votes_in_secret_and_overturns(bus: Any, court: Any, desk: Desk, clerk: Any) -> None:
    appeal = await court.accepted(await bus.enacted())
    five = await court.seated(appeal)
    assert len(five) == 5
    conditions = ["Hear both accounts."]
    for number, sub in enumerate(five):
        before = await court.panel(appeal)
        assert (before["votes"], "counts" in before, "computed" in before) == (number, False, False)
        assert codes(await court.ask("GET", f"/appeals/{appeal}/opinions", "facilitator", "fay")) == ["votes_outstanding"]
        assert codes(await court.answer(appeal)) == ["votes_outstanding"]
        secret = await kept(desk, appeal)
        assert not any(word in secret for word in ("overturn", "ratif", "second account", *five)), secret
        more = {"conditions": conditions if number else conditions[0]} if number != 4 else {}
        assert (await court.vote(appeal, sub, "overturn" if number < 4 else "ratify", **more)).status_code == 200
    lengths = await desk.sql("SELECT count(DISTINCT length(says)) AS lengths FROM ballot WHERE appeal_id = $1", appeal)
    assert lengths[0]["lengths"] == 1
    opened = (await court.ask("GET", f"/appeals/{appeal}/opinions", "facilitator", "fay")).json()
    assert (opened["outcome"], opened["counts"]) == ("overturned", {"ratify": 1, "overturn": 4, "remand": 0})
    assert (opened["conditions"], len(opened["notes"])) == (conditions, 5)
    assert codes(await court.vote(appeal, five[0])) == ["voting_closed", "voted_already"]
    decided = (await court.answer(appeal)).json()
    assert (decided["state"], decided["outcome"], decided["clock"]["state"]) == ("decided", "overturned", "stopped")
    assert await clerk.said(appeal) == ["filed", "accepted", "panel_seated", *["voted"] * 5, "decided"]
    assert codes(await court.answer(appeal)) == ["not_accepted"]
    named = await desk.sql("SELECT sub FROM audit WHERE aggregate_id = $1 AND operation = 'http:cast_vote' AND outcome = 'done'", appeal)
    assert len(named) == 5
    assert not {row["sub"] for row in named} & set(five)


async def test_votes_that_do_not_count_and_nobody_is_named_for_trying(bus: Any, court: Any, desk: Desk) -> None:
    appeal = await court.accepted(await bus.enacted())
    assert codes(await court.vote(appeal, "member-0")) in (["not_accepted", "not_on_panel"], ["not_accepted", "not_cleared"])
    await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    waiting = await court.subs(appeal, "waiting")
    assert codes(await court.vote(appeal, waiting[0])) == ["not_accepted", "not_cleared"]
    await court.clear(appeal)
    five = await court.subs(appeal)
    outsider = next(f"member-{number}" for number in range(10) if f"member-{number}" not in five)
    assert codes(await court.vote(appeal, outsider)) == ["not_on_panel"]
    assert codes(await court.vote(appeal, five[0], "ratify", conditions="Be quick.")) == ["conditions_with_ratify"]
    await court.vote(appeal, five[0])
    assert codes(await court.vote(appeal, five[0])) == ["voted_already"]
    assert codes(await court.ask("POST", f"/appeals/{appeal}/recusals", "committee", five[0], {"why": "I know them."})) == ["has_voted"]
    refused = await desk.sql("SELECT DISTINCT sub FROM audit WHERE aggregate_id = $1 AND outcome = 'refused'", appeal)
    assert not {row["sub"] for row in refused} & {*five, outsider}


async def test_whoever_steps_back_is_replaced_by_the_next_of_the_lot(bus: Any, court: Any, desk: Desk, clerk: Any) -> None:
    appeal = await court.accepted(await bus.enacted())
    five = await court.seated(appeal)
    gone = await court.ask("POST", f"/appeals/{appeal}/recusals", "committee", five[1], {"why": "I know them."})
    assert gone.json()["seats"] == 4
    assert codes(await court.vote(appeal, five[1])) == ["recused"]
    (sixth,) = await court.subs(appeal, "waiting")
    assert sixth not in five
    for sub in (five[0], *five[2:]):
        await court.vote(appeal, sub, "remand")
    assert "counts" not in await court.panel(appeal)
    assert (await court.clear(appeal)).json()["seats"] == 5
    await court.vote(appeal, sixth, "ratify")
    assert (await court.panel(appeal))["computed"] == "remanded"
    assert (await court.answer(appeal)).json()["outcome"] == "remanded"
    said = ["filed", "accepted", "panel_seated", "recused", *["voted"] * 4, "panel_seated", "voted", "decided"]
    assert await clerk.said(appeal) == said
    names = await desk.sql(
        "SELECT count(*) AS rows FROM outbox WHERE key::jsonb ->> 'appeal_id' = $1 AND payload::text ~ 'member-'", appeal
    )
    assert names[0]["rows"] == 0


async def test_counsel_keeps_somebody_out_and_every_draw_can_be_counted_again(bus: Any, court: Any) -> None:
    appeal = await court.accepted(await bus.enacted())
    await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    out = (await court.subs(appeal, "waiting"))[0]
    answer = (await court.clear(appeal, **{out.replace("-", "_"): "exclude"})).json()
    assert answer["state"] == "accepted"
    assert (await court.clear(appeal)).json()["state"] == "in_panel"
    assert len(await court.subs(appeal)) == 5
    assert await court.subs(appeal, "excluded") == [out]
    draws = (await court.panel(appeal))["draws"]
    assert [len(one["drawn"]) for one in draws] == [5, 1]
    assert draws[0]["seed"] == draws[1]["seed"]
    assert all(one["same_again"] for one in draws)
    assert codes(await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})) == ["panel_full"]


async def test_whoever_touched_the_case_neither_accompanies_nor_clears_nor_is_drawn(bus: Any, court: Any) -> None:
    ban = await bus.enacted()
    for number, by in enumerate(("facilitator:fritz", "legal:lena", "evaluator:member-3", "team_peer:member-4")):
        await bus.action("review_recorded", ban, by=by, reviewed_level="legal", review_verdict="approve", request_ids=(new_id(),) * number)
    appeal = await court.accepted(ban)
    assert codes(await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fritz", {})) == ["facilitator_took_part"]
    await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    assert not {"member-3", "member-4"} & set(await court.subs(appeal, "waiting"))
    assert codes(await court.clear(appeal, sub="lena")) == ["counsel_took_part"]
    assert len((await court.panel(appeal))["draws"][0]["free"]) == 8


async def test_a_member_who_appeals_is_not_drawn(bus: Any, court: Any, owners: Any) -> None:
    owners.parties |= {"Member 5"}
    appeal = await court.accepted(await bus.enacted(), appellant={"wiki_user": "Member 5"})
    await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    assert len((await court.panel(appeal))["draws"][0]["free"]) == 9


async def test_after_the_28_days_the_quorum_is_enough_and_a_late_answer_is_late(bus: Any, court: Any, desk: Desk, clerk: Any) -> None:
    appeal = await court.accepted(await bus.enacted())
    five = await court.seated(appeal)
    for sub in five[:2]:
        await court.vote(appeal, sub, "ratify")
    await desk.advance(timedelta(days=29))
    assert codes(await court.answer(appeal)) == ["votes_outstanding"]
    await court.vote(appeal, five[2], "overturn")
    assert "counts" not in await court.panel(appeal)
    decided = (await court.answer(appeal)).json()
    assert (decided["state"], decided["outcome"]) == ("decided", "ratified")
    assert codes(await court.vote(appeal, five[3])) == ["voting_closed"]
    said = ["filed", "accepted", "panel_seated", "voted", "voted", "at_risk", "breached", "voted", "decided"]
    assert await clerk.said(appeal) == said


async def test_those_who_judge_see_how_it_went_and_not_who_asked_unless_they_must(bus: Any, court: Any, desk: Desk, clerk: Any) -> None:
    for needed in (None, "The two have met before."):
        ban = await bus.enacted()
        await bus.action("review_recorded", ban, by="legal:lena", reviewed_level="legal", review_verdict="approve")
        filed = (
            await clerk.file(ban, role="requester", appellant={"wiki_user": None, "email": "anna@example.org", "name": "Anna Example"})
        ).json()
        body = {"verdict": "approve", "note": "In time.", **({} if needed is None else {"requester_needed": needed})}
        await desk.post(f"/appeals/v1/appeals/{filed['id']}/counsel", body, role="legal", sub="cora")
        five = await court.seated(filed["id"])
        await bus.action("modified", ban, nature="ordinary")
        shown = await court.ask("GET", f"/appeals/{filed['id']}/file", "committee", five[0])
        file = shown.json()
        assert file["question"] == "Was the matter properly handled?"
        assert ("Anna" in shown.text) == (needed is not None)
        assert "lena" not in shown.text
        steps = [(one["what"], one["role"], one.get("level"), one.get("verdict")) for one in file["steps"]]
        assert ("review_recorded", "legal", "legal", "approve") in steps
        assert [one["since_appeal"] for one in file["terms"]] == [False, True]
        outsider = next(f"member-{number}" for number in range(10) if f"member-{number}" not in five)
        assert codes(await court.ask("GET", f"/appeals/{filed['id']}/file", "committee", outsider)) == ["not_on_panel"]
    looks = await desk.sql("SELECT count(*) AS looks FROM access_log WHERE operation = 'http:read_appeal_file'")
    assert looks[0]["looks"] == 2


async def test_what_was_decided_is_decided_again_from_what_was_kept(bus: Any, court: Any) -> None:
    appeal = await court.accepted(await bus.enacted())
    for sub in await court.seated(appeal):
        await court.vote(appeal, sub, "ratify")
    await court.answer(appeal)
    found = (await court.ask("GET", f"/appeals/{appeal}/rulings", "auditor")).json()["items"]
    assert [one["what"] for one in found] == ["eligibility", "gate", "draw", "outcome"]
    assert all(one["same_again"] for one in found)
    assert found[0]["answer"]["route"] == "committee"
    assert found[3]["answer"] == {"outcome": "ratified"}


async def test_an_appeal_whose_ban_falls_meanwhile_ends_and_nobody_votes_on_it(bus: Any, court: Any, clerk: Any) -> None:
    ban = await bus.enacted()
    appeal = await court.accepted(ban)
    five = await court.seated(appeal)
    await bus.action("lifted", ban, by="team_manager:mona", state="lifted", ended_at=bus.now)
    assert (await clerk.said(appeal))[-1] == "moot"
    assert codes(await court.vote(appeal, five[0])) == ["not_accepted"]


async def test_an_outcome_that_cannot_be_carried_out_comes_back(bus: Any, court: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    appeal = await court.accepted(ban)
    for sub in await court.seated(appeal):
        await court.vote(appeal, sub)
    await court.answer(appeal)
    refusal = {"appeal_id": appeal, "codes": ("issued_anew",)}
    for _ in range(2):
        await bus.action("outcome_refused", ban, by="service:ban-svc", outcome_refusal=refusal)
    shown = (await desk.get(f"/appeals/v1/appeals/{appeal}", role="facilitator")).json()
    assert (shown["state"], shown["outcome_refused"]) == ("decided", ["issued_anew"])
    assert (await clerk.said(appeal))[-2:] == ["decided", "outcome_refused"]


async def test_the_database_lets_nobody_vote_who_may_not_and_no_seat_move_back(bus: Any, court: Any, desk: Desk) -> None:
    appeal = await court.accepted(await bus.enacted())
    await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    seats = [row["id"] for row in await desk.sql("SELECT id FROM seat WHERE appeal_id = $1 ORDER BY id", appeal)]
    cast = "INSERT INTO ballot (seat_id, appeal_id, at, says) VALUES ($1, $2, now(), 'x')"
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.sql(cast, seats[0], appeal)
    await court.clear(appeal)
    await court.vote(appeal, (await court.subs(appeal))[0])
    voted = await desk.sql("SELECT seat_id FROM ballot WHERE appeal_id = $1", appeal)
    leave = "UPDATE seat SET state = $2 WHERE id = $1"
    for state in SEAT_MOVES:
        if state != "cleared":
            with pytest.raises(asyncpg.CheckViolationError):
                await desk.sql(leave, voted[0]["seat_id"], state.value)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.sql("UPDATE ballot SET says = 'y' WHERE appeal_id = $1", appeal)
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.sql("UPDATE appeal SET state = 'decided', outcome = 'ratified', decided_at = now(), reply = 'x' WHERE id = $1", appeal)
