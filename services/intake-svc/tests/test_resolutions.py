"""How requests and cases end without an action: two persons, every requester told, opened again with the clock they had (R60, R116, D2)."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import Desk
from intake_svc.model.case import CASE_MOVES, CaseState
from intake_svc.model.request import REQUEST_MOVES, RequestState
from intake_svc.model.resolution import RESOLUTION_MOVES, ResolutionState

REQUESTS, CASES = "/intake/v1/requests", "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
PIA: dict[str, Any] = {"role": "team_peer", "sub": "pia"}
DESK: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
NOTE = {"note": "Read in full; it fits."}
DEFER: dict[str, Any] = {"how": "deferred", "note": "The noticeboard can decide it."}
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def request_of(desk: Desk, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"{REQUESTS}/{request_id}", role="evaluator")).json()
    return found


async def test_a_deferral_is_proposed_by_one_and_confirmed_by_another(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken(subjects=[{"user": "Left to them"}])
    path = f"{CASES}/{case_id}/resolution"
    made = await desk.post(path, DEFER, **EVA)
    assert (made.status_code, made.json()["grounds"], made.json()["state"]) == (201, ["community_can_solve"], "proposed")
    still = (await desk.get(f"{CASES}/{case_id}", **PIA)).json()
    assert (still["state"], still["clock"]["state"]) == ("evaluating", "running")
    own = await desk.post(f"{path}/confirmation", NOTE, role=("team_peer", "evaluator"), sub="eva")
    assert (own.status_code, codes(own)) == (409, ["own_resolution"])
    done = await desk.post(f"{path}/confirmation", NOTE, **PIA)
    assert (done.json()["state"], done.json()["confirmed_by"]) == ("confirmed", "pia")
    case = (await desk.get(f"{CASES}/{case_id}", role="auditor")).json()
    assert (case["state"], case["outcome"], case["clock"]["state"]) == ("closed", "deferred", "stopped")
    request_id = case["request_ids"][0]
    assert (await request_of(desk, request_id))["state"] == "deferred"
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("closed", 3)]
    assert await said(request_id) == [("received", 1), ("deferred", 2)]
    again = await desk.post(f"{path}/confirmation", NOTE, **PIA)
    assert codes(again) == ["nothing_proposed"]
    late = await desk.post(f"{REQUESTS}/{request_id}/completion", {"summary": "More."}, **DESK)
    assert (late.status_code, codes(late)) == (409, ["request_over"])
    told = (await desk.get(f"{REQUESTS}/{request_id}/requester", role="service", reason="event 1")).json()
    assert "Global_bans" in told["pointers"][0]


async def test_a_refusal_says_its_grounds_and_its_texts_are_sealed(desk: Desk, taken: Taken) -> None:
    case_id = await taken(subjects=[{"user": "Refused"}])
    path = f"{CASES}/{case_id}/resolution"
    bare = await desk.post(path, {"how": "refused", "note": "No."}, **EVA)
    assert codes(bare) == ["refusal_without_ground"]
    form = {"how": "refused", "grounds": ["bad_faith", "other: Planted words of a ground."], "note": "Planted words of a note."}
    made = (await desk.post(path, form, **EVA)).json()
    assert made["grounds"] == ["bad_faith", "other"]
    assert (await desk.get(path, **PIA)).status_code == 400
    seen = (await desk.get(path, **PIA, reason="I am to confirm it")).json()
    assert (seen["grounds"], seen["note"]) == (["bad_faith", "other: Planted words of a ground."], "Planted words of a note.")
    await desk.post(f"{path}/confirmation", NOTE, **PIA)
    request_id = (await desk.get(f"{CASES}/{case_id}", role="auditor")).json()["request_ids"][0]
    told = (await desk.get(f"{REQUESTS}/{request_id}/requester", role="service", reason="event 1")).json()
    assert told["refused_because"] == ["it was not made in good faith"]
    for table in ("resolution", "request", "outbox", "audit"):
        rows = await desk.sql(f"SELECT {table}::text AS row FROM {table}")
        assert not any("lanted words" in row["row"] or b"lanted words".hex() in row["row"] for row in rows), table


async def test_another_step_takes_the_place_of_what_was_proposed(desk: Desk, taken: Taken, spec: dict[str, Any]) -> None:
    case_id = await taken(subjects=[{"user": "Another step"}])
    path = f"{CASES}/{case_id}"
    await desk.post(f"{path}/resolution", DEFER, **EVA)
    await desk.post(f"{path}/resolution", {"how": "resolved_before_action", "note": "They stopped."}, **EVA)
    rows = await desk.sql("SELECT how, state FROM resolution WHERE case_id = $1 ORDER BY id", UUID(case_id))
    assert [(row["how"], row["state"]) for row in rows] == [("deferred", "superseded"), ("resolved_before_action", "proposed")]
    form = {"course": "act", "rationale": "It began again.", "action": spec}
    assert (await desk.post(f"{path}/recommendations", form, **EVA)).status_code == 201
    gone = await desk.post(f"{path}/resolution/confirmation", NOTE, **PIA)
    assert codes(gone) == ["nothing_proposed"]
    assert codes(await desk.post(f"{path}/resolution", DEFER, **EVA)) == ["in_review"]


async def test_a_case_opens_again_with_the_clock_it_had_and_its_requesters_are_told_anew(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken(subjects=[{"user": "Opened again"}])
    path = f"{CASES}/{case_id}"
    before = (await desk.get(path, **EVA)).json()["clock"]
    assert codes(await desk.post(f"{path}/reopening", NOTE, **EVA)) == ["not_closed"]
    await desk.post(f"{path}/resolution", DEFER, **EVA)
    await desk.post(f"{path}/resolution/confirmation", NOTE, **PIA)
    opened = (await desk.post(f"{path}/reopening", {"note": "The noticeboard could not."}, **EVA)).json()
    assert (opened["state"], opened["clock"]) == ("evaluating", before)
    assert "outcome" not in opened
    request_id = opened["request_ids"][0]
    assert (await request_of(desk, request_id))["state"] == "deferred"
    await desk.post(f"{path}/resolution", {"how": "resolved_before_action", "grounds": ["acted_locally"], "note": "Done there."}, **EVA)
    await desk.post(f"{path}/resolution/confirmation", NOTE, **PIA)
    assert [kind for kind, _ in await said(case_id)] == ["opened", "assigned", "closed", "reopened", "closed"]
    assert [kind for kind, _ in await said(request_id)] == ["received", "deferred", "resolved"]


async def test_a_withdrawal_ends_the_request_and_an_evaluator_its_case(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken(subjects=[{"user": "Taken back"}])
    path = f"{CASES}/{case_id}"
    request_id = (await desk.get(path, **EVA)).json()["request_ids"][0]
    end = {"how": "withdrawn", "note": "The sender wrote so."}
    assert codes(await desk.post(f"{path}/resolution", end, **EVA)) == ["not_withdrawn"]
    other = await desk.post(f"{REQUESTS}/{request_id}/withdrawal", NOTE, role="requester_desk", sub="desk-2")
    assert other.status_code == 404
    taken_back = await desk.post(f"{REQUESTS}/{request_id}/withdrawal", NOTE, **DESK)
    assert taken_back.json()["state"] == "withdrawn"
    assert codes(await desk.post(f"{REQUESTS}/{request_id}/withdrawal", NOTE, **DESK)) == ["request_over"]
    assert (await desk.post(f"{path}/resolution", end, **EVA)).status_code == 201
    await desk.post(f"{path}/resolution/confirmation", NOTE, **PIA)
    assert (await desk.get(path, role="auditor")).json()["outcome"] == "withdrawn"
    assert await said(request_id) == [("received", 1), ("withdrawn", 2)]


async def test_a_request_that_waits_ends_by_two_persons_too(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(summary=None, subjects=[{"user": "Waits"}])
    path = f"{REQUESTS}/{filed['id']}/resolution"
    assert (await desk.post(path, DEFER, **EVA)).status_code == 201
    assert codes(await desk.post(f"{path}/confirmation", NOTE, role="team_peer", sub="eva")) == ["own_resolution"]
    assert (await desk.post(f"{path}/confirmation", NOTE, **PIA)).json()["state"] == "confirmed"
    assert await said(filed["id"]) == [("received", 1), ("returned", 2), ("deferred", 3)]
    seen = (await desk.get(path, **PIA, reason="what became of it")).json()
    assert seen["confirmation"] == NOTE["note"]
    open_one = await file(summary=None, subjects=[{"user": "Waits no more"}])
    path = f"{REQUESTS}/{open_one['id']}/resolution"
    await desk.post(path, DEFER, **EVA)
    await desk.post(f"{REQUESTS}/{open_one['id']}/completion", {"summary": "Here it is."}, **DESK)
    assert codes(await desk.post(f"{path}/confirmation", NOTE, **PIA)) == ["nothing_proposed"]


async def test_a_matter_about_a_minor_is_neither_left_nor_refused(desk: Desk, file: Filed) -> None:
    filed = await file(kind="child_protection", channel="legal_reports", summary="reported material")
    nora: dict[str, Any] = {"role": ("evaluator", "child_protection"), "sub": "nora"}
    path = f"{CASES}/{filed['case_id']}/resolution"
    assert (await desk.post(path, DEFER, **EVA)).status_code == 404
    assert codes(await desk.post(path, DEFER, **nora)) == ["urgent_goes_on"]
    settled = {"how": "resolved_before_action", "grounds": ["acted_locally"], "note": "Nothing of it is there."}
    assert (await desk.post(path, settled, **nora)).status_code == 201
    assert (await desk.post(f"{path}/confirmation", NOTE, **PIA)).status_code == 404
    peer: dict[str, Any] = {"role": ("team_peer", "child_protection"), "sub": "pat"}
    assert (await desk.post(f"{path}/confirmation", NOTE, **peer)).json()["state"] == "confirmed"


@pytest.mark.parametrize(
    ("function", "states", "moves"),
    [
        ("legal_case_move", CaseState, CASE_MOVES),
        ("legal_request_move", RequestState, REQUEST_MOVES),
        ("legal_resolution_move", ResolutionState, RESOLUTION_MOVES),
    ],
)
async def test_the_database_knows_the_same_moves(desk: Desk, function: str, states: Any, moves: Any) -> None:
    asked = f"SELECT old, new FROM unnest($1::text[]) old, unnest($1::text[]) new WHERE {function}(old, new)"
    allowed = {(row["old"], row["new"]) for row in await desk.sql(asked, [str(state) for state in states])}
    assert allowed == {(str(old), str(new)) for old, news in moves.items() for new in news}


async def test_the_database_lets_nothing_end_that_another_did_not_confirm(desk: Desk, taken: Taken) -> None:
    case_id = await taken(subjects=[{"user": "Guarded"}])
    await desk.post(f"{CASES}/{case_id}/resolution", DEFER, **EVA)
    row, one = UUID(case_id), "$1"
    refused = {
        f"""UPDATE "case" SET state = 'closed', outcome = 'deferred', decided_at = now(), clock_state = 'stopped', stopped_at = now()
            WHERE id = {one}""": "did not confirm",
        f"UPDATE request SET state = 'deferred', decided_at = now() WHERE case_id = {one}": "did not confirm",
        f"""UPDATE resolution SET state = 'confirmed', confirmed_by = "by", confirmed_at = now(), confirmation = words
            WHERE case_id = {one}""": "two_persons",
        f"UPDATE resolution SET how = 'refused' WHERE case_id = {one}": "stays as it was",
        f"UPDATE \"case\" SET state = 'open' WHERE id = {one}": "no move",
        f"UPDATE request SET case_kind = 'other' WHERE case_id = {one}": "stay as they are",
    }
    for statement, says in refused.items():
        with pytest.raises(asyncpg.CheckViolationError, match=says):
            await desk.sql(statement, row)
    begun = """INSERT INTO resolution (id, case_id, how, grounds, words, state, "by", at, confirmed_by, confirmed_at, confirmation)
        SELECT $2, case_id, how, grounds, words, 'confirmed', "by", at, 'pia', now(), words FROM resolution WHERE case_id = $1"""
    with pytest.raises(asyncpg.CheckViolationError, match="begins as proposed"):
        await desk.sql(begun, row, uuid4())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.sql("DELETE FROM resolution WHERE case_id = $1", row)
