"""What is over goes by the clock, the contact before the rest; what needs it keeps it, and the record of the decision stays (D7, D27)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.crypto import KeyDestroyed
from chassis.testing import Desk, House
from contracts.action import ActionState
from contracts.appeal import AppealState
from intake_svc.actions import dates, erasing, heard, recommendation
from intake_svc.actions.words import content_of, requester_of
from intake_svc.app import SERVICE
from intake_svc.model.retention import ERASURE_MOVES, ErasureState
from intake_svc.tables import Case, Request

EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
LEA: dict[str, Any] = {"role": "legal", "sub": "lea"}
PLANTED = {"name": "Planted Name", "email": "planted@example.org", "wiki_user": "Planted user", "standing_as": "community"}
MONTHS_7, MONTHS_13 = timedelta(days=7 * 31), timedelta(days=13 * 31)
File = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
async def apart(house: House) -> Desk:
    """A database of its own, for these tests walk through years."""
    return await house.desk(SERVICE, fresh=True)


@pytest.fixture
async def desk(apart: Desk) -> AsyncIterator[Desk]:
    yield apart
    assert await apart.findings() == []


async def close(desk: Desk, case_id: str) -> None:
    path = f"/intake/v1/cases/{case_id}"
    assert (await desk.post(f"{path}/assignment", {"assignee": "eva", "for": "P1D"}, **EVA)).status_code == 200
    assert (await desk.post(f"{path}/notes", {"text": "Planted note."}, **EVA)).status_code == 201
    assert (await desk.post(f"{path}/resolution", {"how": "deferred", "note": "Theirs."}, **EVA)).status_code == 201
    peer = await desk.post(f"{path}/resolution/confirmation", {"note": "Yes."}, role="team_peer", sub="pia")
    assert peer.status_code == 200, peer.text


async def erased(desk: Desk, of: str) -> list[tuple[str, str]]:
    rows = await desk.sql("SELECT what, why FROM erasure WHERE state = 'done' AND (case_id = $1 OR request_id = $1) ORDER BY id", UUID(of))
    return [(row["what"], row["why"]) for row in rows]


async def alive(desk: Desk, *key_ids: UUID) -> list[bool]:
    rows = await desk.sql("SELECT id, wrapped FROM data_key WHERE id = ANY($1)", list(key_ids))
    found = {row["id"]: row["wrapped"] is not None for row in rows}
    return [found[key_id] for key_id in key_ids]


async def keys_of(desk: Desk, request_id: str) -> tuple[UUID, UUID]:
    """Give the keys of who asked, and of what they wrote."""
    part = "substring({} FROM 2 FOR 16) AS {}"
    asked = f"SELECT {part.format('requester', 'who')}, {part.format('content', 'what')} FROM request WHERE id = $1"
    [row] = await desk.sql(asked, UUID(request_id))
    return UUID(bytes=row["who"]), UUID(bytes=row["what"])


async def test_the_contact_goes_first_then_the_rest_and_a_hold_outlasts_both(desk: Desk, file: File) -> None:
    filed = await file(requester=PLANTED, summary="Planted words.")
    case_id, request_id = filed["case_id"], filed["id"]
    path = f"/intake/v1/cases/{case_id}"
    contact, words = await keys_of(desk, request_id)
    await close(desk, case_id)
    hold = (await desk.post(f"{path}/holds", {"reason": "A court asked."}, **LEA)).json()
    await desk.advance(MONTHS_7)
    assert await alive(desk, contact, words, UUID(case_id)) == [True, True, True]
    assert (await desk.call("DELETE", f"{path}/holds/{hold['id']}", json={"reason": "Over."}, **LEA)).status_code == 200
    await desk.settle()
    assert await erased(desk, request_id) == [("contact", "period_over")]
    assert await alive(desk, contact, words, UUID(case_id)) == [False, True, True]
    told = await desk.get(f"/intake/v1/requests/{request_id}/requester", role="service", reason="event 1")
    assert told.json() == {"request_id": request_id, "standing_as": "community", "pointers": told.json()["pointers"]}
    read = (await desk.get(f"{path}/file", **LEA, reason="docket 1")).json()
    assert (read["requests"][0]["requester"], read["requests"][0]["content"]["summary"]) == ({}, "Planted words.")
    await desk.advance(MONTHS_13 - MONTHS_7)
    assert await erased(desk, case_id) == [("case", "period_over")]
    assert await alive(desk, contact, words, UUID(case_id)) == [False, False, False]
    gone = await desk.get(f"{path}/file", **LEA, reason="docket 1")
    assert (gone.status_code, gone.json()["reasons"][0]["code"]) == (410, "erased")
    case = (await desk.get(path, role="auditor")).json()
    assert (case["state"], case["request_ids"]) == ("closed", [request_id])
    trail = (await desk.get(f"{path}/timeline", role="auditor")).json()["items"]
    assert [one["what"] for one in trail][-2:] == ["request erased", "case erased"]
    async with desk.runtime.edge("test", access_reason="test") as edge:
        row = await edge.get(Request, UUID(request_id), "request")
        assert (row.content, row.requester, row.email_hash, row.wiki_user_hash) == (None, None, None, None)
        assert (row.subject_hashes, row.matter_hash) == ([], None)
        with pytest.raises(KeyDestroyed):
            await content_of(edge, row)
        assert await requester_of(edge, row) == {}
        assert await erasing.period_over(edge, await edge.lock(Case, UUID(case_id), "case")) is None
    assert len(await erased(desk, case_id)) == 1


async def test_while_an_action_is_in_force_or_appealed_its_evidence_stays(desk: Desk, file: File) -> None:
    case_id, action_id, appeal_id = (await file())["case_id"], uuid4(), uuid4()
    now = desk.runtime.clock.law()
    said: dict[str, Any] = {"action_id": action_id, "case_id": case_id, "kind": "global_ban", "state": "enacted", "course": "act"}
    said |= {"disclosure": "public", "issued_at": now, "decided_at": now, "enacted_at": now}
    async with desk.runtime.edge("test") as edge:
        await recommendation.decide(edge, UUID(case_id), action_id, "act", now)
        await heard.hear_action(edge, ActionState.model_validate(said), acts=True, at=now)
    kinds = "SELECT kind FROM deadline WHERE aggregate_id = $1 AND state = 'waiting' ORDER BY kind"
    assert [row["kind"] for row in await desk.sql(kinds, UUID(case_id))] == ["case.contacts"]
    ended = desk.runtime.clock.law() + timedelta(days=1)
    about = {"appeal_id": appeal_id, "decision": {"kind": "action", "id": action_id}, "route": "staff", "appellant_role": "subject"}
    async with desk.runtime.edge("test") as edge:
        lifted = ActionState.model_validate({**said, "state": "lifted", "ended_at": ended})
        await heard.hear_action(edge, lifted, acts=True, at=ended)
        opened = AppealState.model_validate({**about, "state": "filed", "filed_at": ended})
        await heard.hear_appeal(edge, opened, ended)
    await desk.advance(timedelta(days=370))
    assert await erased(desk, case_id) == []
    now = desk.runtime.clock.law()
    async with desk.runtime.edge("test") as edge:
        over = AppealState.model_validate({**about, "state": "withdrawn", "filed_at": ended})
        await heard.hear_appeal(edge, over, now)
        await heard.hear_informed_of_action(edge, action_id, now)
        kept = await dates.kept_of(edge, await edge.get(Case, UUID(case_id), "case"))
        assert (kept.appealed, kept.appeal_ended_at, kept.measures[0].informed_at) == (False, now, now)
    await desk.advance(timedelta(days=29))
    assert await erased(desk, case_id) == []
    await desk.advance(MONTHS_7)
    assert await erased(desk, case_id) == [("case", "period_over")]


async def test_what_joined_a_case_goes_with_it(desk: Desk, file: File) -> None:
    asked = {"subjects": [{"user": "Joined troll"}]}
    first, second = await file(**asked), await file(**asked, requester=PLANTED)
    joined = await desk.post(f"/intake/v1/requests/{second['id']}/joining", {"to": first["id"], "note": "One matter."}, **EVA)
    assert joined.status_code == 200, joined.text
    keys = [*await keys_of(desk, second["id"]), UUID(second["case_id"]), UUID(first["case_id"])]
    await close(desk, first["case_id"])
    await desk.advance(MONTHS_13)
    assert await alive(desk, *keys) == [False] * 4
    [row] = await desk.sql('SELECT erased_at FROM "case" WHERE id = $1', UUID(second["case_id"]))
    assert row["erased_at"] is not None


async def test_a_request_that_never_had_a_case_goes_by_itself(desk: Desk, file: File) -> None:
    filed = await file(summary=None, requester=PLANTED)
    note = {"note": "I changed my mind."}
    taken = await desk.post(f"/intake/v1/requests/{filed['id']}/withdrawal", note, role="requester_desk", sub="desk-1")
    assert taken.status_code == 200, taken.text
    keys = await keys_of(desk, filed["id"])
    await desk.advance(timedelta(days=91))
    assert await erased(desk, filed["id"]) == [("request", "period_over")]
    assert await alive(desk, *keys) == [False, False]
    rows = await desk.sql("SELECT content FROM supplement WHERE request_id = $1", UUID(filed["id"]))
    assert [row["content"] for row in rows] == [None]


async def test_the_database_lets_nothing_go_unsaid_nor_on_one_persons_word(desk: Desk, file: File) -> None:
    filed = await file()
    moves = {state: ERASURE_MOVES.get(state, frozenset()) for state in ErasureState}
    for old, news in moves.items():
        for new in ErasureState:
            [row] = await desk.sql("SELECT legal_erasure_move($1, $2) AS legal", old.value, new.value)
            assert row["legal"] is (new in news)
    with pytest.raises(asyncpg.CheckViolationError, match="nothing of a request goes unsaid"):
        await desk.sql("UPDATE request SET requester = NULL, email_hash = NULL, wiki_user_hash = NULL WHERE id = $1", UUID(filed["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="the matter goes on"):
        await desk.sql("UPDATE data_key SET wrapped = NULL, ring_key = NULL, destroyed_at = now() WHERE id = $1", UUID(filed["id"]))
    columns = 'INSERT INTO erasure (id, what, request_id, why, ground, verified, state, "by", at, confirmed_by, done_at, key_ids)'
    asked = f"{columns} VALUES (gen_random_uuid(), 'request', $1, 'asked', 'asked_by_requester', 'document', "
    with pytest.raises(asyncpg.CheckViolationError, match="proposed first"):
        await desk.sql(f"{asked} 'done', 'lea', now(), 'max', now(), '{{}}')", UUID(filed["id"]))
    await desk.sql(f"{asked} 'proposed', 'lea', now(), NULL, NULL, '{{}}')", UUID(filed["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="erasure_of_two_persons"):
        await desk.sql("UPDATE erasure SET state = 'done', done_at = now(), confirmed_by = 'lea' WHERE request_id = $1", UUID(filed["id"]))
    await desk.sql("UPDATE erasure SET state = 'superseded' WHERE request_id = $1", UUID(filed["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="done once"):
        await desk.sql("UPDATE erasure SET state = 'proposed' WHERE request_id = $1", UUID(filed["id"]))


async def test_a_sender_whose_standing_counts_no_more_is_forgotten(desk: Desk, file: File) -> None:
    who = {"email": f"{uuid4().hex}@example.org", "standing_as": "public"}
    request_id = (await file(requester=who))["id"]
    seen = {"reason": "harassment", "seriousness": 2, "aimed_at": ["sam"], "note": "Planted insult."}
    sender = (await desk.post(f"/intake/v1/requests/{request_id}/sender-warning", seen, **EVA)).json()["id"]
    await desk.advance(timedelta(days=364))
    assert await alive(desk, UUID(sender)) == [True]
    with pytest.raises(asyncpg.CheckViolationError, match="a sender stays who it is"):
        await desk.sql("UPDATE sender SET mark = 'other' WHERE id = $1", UUID(sender))
    await desk.advance(timedelta(days=2))
    assert await alive(desk, UUID(sender)) == [False]
    [row] = await desk.sql("SELECT mark, state FROM sender WHERE id = $1", UUID(sender))
    assert (row["mark"], row["state"]) == (None, "warned")
    found = await desk.get(f"/intake/v1/senders?name={who['email']}", role="legal", reason="they ask")
    assert found.json() == {"items": []}


async def test_mail_that_became_no_request_goes_when_it_was_settled_and_waits_for_that(desk: Desk) -> None:
    mails = []
    for number, made in enumerate(({"as": "appeal", "appeal_id": str(uuid4())}, {"as": "nothing"}, None)):
        mail = f"From: planted@example.org\r\nMessage-ID: <kept-{number}@example.org>\r\n\r\nPlanted words."
        path = "/intake/v1/mail?recipient=appeals@wikimedia.org"
        sent = await desk.call("POST", path, role="requester_desk", content=mail, headers={"Content-Type": "message/rfc822"})
        mails.append(sent.json()["id"])
        if made is not None:
            path = f"/intake/v1/mail/{mails[-1]}/settlement"
            settled = await desk.post(path, {"note": "Planted note.", **made}, role="evaluator", sub="eva", reason="triage")
            assert settled.status_code == 200, settled.text
    keys = [row["key_id"] for row in await desk.sql("SELECT key_id FROM mail WHERE id = ANY($1) ORDER BY id", [UUID(one) for one in mails])]
    await desk.advance(timedelta(days=89))
    assert await alive(desk, *keys) == [True] * 3
    await desk.advance(timedelta(days=2))
    assert await alive(desk, *keys) == [False, False, True]
    shown = [(await desk.get(f"/intake/v1/mail/{one}", role="evaluator", sub="eva", reason="triage")).json() for one in mails]
    assert [(one["state"], one.get("text")) for one in shown] == [("settled", None), ("settled", None), ("waiting", "Planted words.")]


async def test_what_concerns_a_minor_is_preserved_and_what_stays_then_goes_as_of_any_other(desk: Desk, file: File) -> None:
    filed = await file(kind="child_protection", channel="legal_reports", summary="reported material", requester=PLANTED)
    path, lane = f"/intake/v1/cases/{filed['case_id']}", "child_protection"
    for sub in ("nora", "nico"):
        await desk.call("PUT", f"/intake/v1/lane/readers/{sub}", role="director", sub="dora")
    steps: list[tuple[str, Any, dict[str, Any]]] = [
        ("assignment", {"assignee": "eva"}, {"role": ("evaluator", lane), "sub": "eva"}),
        ("resolution", {"how": "resolved_before_action", "note": "Over."}, {"role": ("evaluator", lane), "sub": "eva"}),
        ("resolution/confirmation", {"note": "Yes."}, {"role": ("team_peer", lane), "sub": "pia"}),
        ("cybertip/waiver", {"ground": "not_apparent", "note": "Nothing is apparent."}, {"role": lane, "sub": "nora"}),
        ("cybertip/waiver/confirmation", None, {"role": lane, "sub": "nico"}),
        ("cybertip/waiver/confirmation", None, {"role": ("legal", lane), "sub": "lena"}),
    ]
    for step, form, who in steps:
        answer = await desk.post(f"{path}/{step}", form, **who, reason="the lane")
        assert answer.is_success, (step, answer.text)
    keys = [UUID(filed["case_id"]), *await keys_of(desk, filed["id"])]
    await desk.advance(timedelta(days=360))
    assert await alive(desk, *keys) == [True] * 3
    assert await erased(desk, filed["id"]) == []
    await desk.advance(timedelta(days=10))
    assert await alive(desk, *keys) == [False] * 3
    assert (await erased(desk, filed["id"]), await erased(desk, filed["case_id"])) == (
        [("contact", "period_over")],
        [("case", "period_over")],
    )
    certificate = (await desk.get(f"{path}/sealed-record/certificate", role=lane, sub="nora", reason="the lane")).json()
    assert certificate["holds"] is True
