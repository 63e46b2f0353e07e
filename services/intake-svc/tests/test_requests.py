"""A request arrives, is completed, opens its case or is passed on (R50, R86-R89, D5, D10)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from chassis.testing import Desk
from intake_svc.api.forms import RequestForm
from pydantic import ValidationError

REQUESTS = "/intake/v1/requests"
Filed = Callable[..., Awaitable[dict[str, Any]]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


async def test_a_complete_request_opens_its_case_in_the_same_answer(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file()
    assert (filed["state"], filed["team"], filed["missing"]) == ("complete", "trust_and_safety", [])
    case = (await desk.get(f"/intake/v1/cases/{filed['case_id']}", role="evaluator")).json()
    assert (case["state"], case["kind"], case["priority"], case["version"]) == ("open", "global_ban", "normal", 1)
    assert (case["received_at"], case["request_ids"], case["action_ids"]) == (filed["received_at"], [filed["id"]], [])
    assert case["clock"]["state"] == "running"
    assert await said(filed["id"]) == [("received", 1)]
    assert await said(filed["case_id"]) == [("opened", 1)]


async def test_everything_missing_is_told_at_once_and_the_request_waits(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(summary=" ", subjects=[], local_attempts=None, local_attempts_waiver="  ")
    assert filed["state"] == "incomplete"
    assert "case_id" not in filed
    assert [reason["code"] for reason in filed["missing"]] == ["summary_missing", "subject_missing", "local_attempts_missing"]
    assert {reason["cite"] for reason in filed["missing"]} == {"R88"}
    assert await said(filed["id"]) == [("received", 1), ("returned", 2)]
    assert (await desk.get(f"{REQUESTS}/{filed['id']}", role="requester_desk", sub="desk-1")).json() == filed


async def test_a_completion_keeps_the_first_receipt_and_opens_the_case_from_it(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(summary=None, evidence=None)
    path = f"{REQUESTS}/{filed['id']}/completion"
    half = await desk.post(path, {"summary": "Harassment on two wikis."}, role="requester_desk", sub="desk-1")
    assert [reason["code"] for reason in half.json()["missing"]] == ["evidence_missing"]
    whole = (await desk.post(path, {"evidence": [{"text": "It went on by mail."}]}, role="requester_desk", sub="desk-1")).json()
    assert (whole["state"], whole["missing"], whole["received_at"]) == ("complete", [], filed["received_at"])
    case = (await desk.get(f"/intake/v1/cases/{whole['case_id']}", role="evaluator")).json()
    assert case["received_at"] == filed["received_at"]
    assert await said(filed["id"]) == [("received", 1), ("returned", 2), ("returned", 3), ("completed", 4)]
    again = await desk.post(path, {"summary": "More."}, role="requester_desk", sub="desk-1")
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "nothing_missing")


async def test_a_completion_brings_something_and_comes_from_the_desk_that_filed(desk: Desk, file: Filed) -> None:
    filed = await file(summary=None)
    path = f"{REQUESTS}/{filed['id']}/completion"
    nothing = await desk.post(path, {"summary": " "}, role="requester_desk", sub="desk-1")
    assert (nothing.status_code, nothing.json()["reasons"][0]["code"]) == (409, "nothing_added")
    assert (await desk.post(path, {"summary": "Mine."}, role="requester_desk", sub="desk-2")).status_code == 404
    assert (await desk.get(f"{REQUESTS}/{filed['id']}", role="requester_desk", sub="desk-2")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "channel", "case_kind"), [("child_protection", "form", "child_protection"), ("other", "emergency", "threat_of_harm")]
)
async def test_a_person_at_risk_gets_case_and_clock_at_once_whatever_is_missing(
    desk: Desk, said: Said, kind: str, channel: str, case_kind: str
) -> None:
    body = {"kind": kind, "channel": channel, "requester": {"standing_as": "public"}}
    filed = (await desk.post(REQUESTS, body, role="requester_desk", sub="desk-1")).json()
    assert filed["state"] == "incomplete"
    assert filed["missing"]
    case = (await desk.get(f"/intake/v1/cases/{filed['case_id']}", role=("child_protection", "team_manager"), reason="it is urgent")).json()
    assert (case["kind"], case["priority"], case["clock"]["state"]) == (case_kind, "urgent", "running")
    assert await said(filed["case_id"]) == [("opened", 1)]
    parts = {"summary": "reported material", "evidence": [{"text": "reported material"}], "grounds": ["act now"]}
    whole = await desk.post(f"{REQUESTS}/{filed['id']}/completion", parts, role="requester_desk", sub="desk-1")
    assert (whole.json()["state"], whole.json()["case_id"]) == ("complete", filed["case_id"])
    assert await said(filed["case_id"]) == [("opened", 1)]


async def test_a_notice_opens_no_case_and_is_passed_on_with_its_date(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(kind="dmca", channel="legal", summary="I own the photograph.", evidence=[{"text": "Signed, an owner."}])
    assert (filed["state"], filed["team"]) == ("forwarded", "legal")
    assert "case_id" not in filed
    assert await said(filed["id"]) == [("received", 1), ("forwarded", 2)]
    letter = (await desk.get(f"{REQUESTS}/{filed['id']}/letter", role="service", reason="event 1")).json()
    assert letter["text"] == "I own the photograph.\n\nSigned, an owner.\n\nexamplewiki: User talk:Example"
    assert letter["received_by_agent_at"] == letter["received_at"] == filed["received_at"]


async def test_a_notice_without_a_word_waits_for_its_letter(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(kind="dmca", channel="ca", summary=None, evidence=None)
    assert [reason["code"] for reason in filed["missing"]] == ["letter_missing"]
    path = f"{REQUESTS}/{filed['id']}"
    assert (await desk.get(f"{path}/letter", role="service", reason="event 1")).status_code == 404
    whole = await desk.post(f"{path}/completion", {"summary": "I own it."}, role="requester_desk", sub="desk-1")
    assert whole.json()["state"] == "forwarded"
    assert await said(filed["id"]) == [("received", 1), ("returned", 2), ("completed", 3), ("forwarded", 4)]
    letter = (await desk.get(f"{path}/letter", role="service", reason="event 1")).json()
    assert letter["text"].startswith("I own it.")
    assert letter["received_by_agent_at"] > letter["received_at"] == filed["received_at"]


async def test_the_same_request_under_eight_keys_is_eight_and_they_are_linked(desk: Desk, complete: dict[str, Any]) -> None:
    complete |= {"subjects": [{"user": "Eightfold"}]}
    answers = await asyncio.gather(*(desk.post(REQUESTS, complete, role="requester_desk", sub="desk-1") for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    ids = [UUID(answer.json()["id"]) for answer in answers]
    assert len(set(ids)) == 8
    rows = await desk.sql("SELECT id, similar_to FROM request WHERE id = ANY($1)", ids)
    first = [row["id"] for row in rows if row["similar_to"] is None]
    assert len(first) == 1
    assert {row["similar_to"] for row in rows} == {None, *first}
    later = next(answer.json() for answer in answers if UUID(answer.json()["id"]) != first[0])
    trail = (await desk.get(f"/intake/v1/cases/{later['case_id']}/timeline", role="auditor")).json()["items"]
    assert f"request linked to {first[0]}" in [item["what"] for item in trail]


async def test_no_mark_is_left_of_where_reported_material_is(desk: Desk, file: Filed) -> None:
    about = {"subjects": [{"user": "Somebody"}], "pages": [{"wiki": "examplewiki", "title": "Somewhere"}]}
    marks = await desk.sql("SELECT count(*) AS n FROM likeness")
    for _ in range(2):
        filed = await file(kind="child_protection", channel="legal_reports", summary="reported material", **about)
    late = await file(kind="child_protection", channel="form", summary="reported material", subjects=None, evidence=None)
    assert await desk.sql("SELECT count(*) AS n FROM likeness") == marks
    ids = [filed["id"], late["id"]]
    assert await desk.sql("SELECT 1 FROM request WHERE id = ANY($1) AND (matter_hash IS NOT NULL OR similar_to IS NOT NULL)", ids) == []


async def test_the_same_request_under_one_key_is_one(desk: Desk, complete: dict[str, Any]) -> None:
    complete |= {"subjects": [{"user": "Onefold"}]}
    headers = {"Idempotency-Key": "one-and-the-same"}
    first = await desk.post(REQUESTS, complete, role="requester_desk", sub="desk-1", headers=headers)
    again = await desk.post(REQUESTS, complete, role="requester_desk", sub="desk-1", headers=headers)
    assert again.json() == first.json()
    other = await desk.post(REQUESTS, complete | {"summary": "Another."}, role="requester_desk", sub="desk-1", headers=headers)
    assert (other.status_code, other.json()["reasons"][0]["code"]) == (422, "idempotency_key_reused")


async def test_names_are_compared_as_mediawiki_does_when_requests_are_linked(desk: Desk, file: Filed) -> None:
    first = await file(subjects=[{"user": "linked_name"}], pages=[])
    later = await file(subjects=[{"user": "Linked name"}], pages=[])
    other = await file(kind="rights_removal", subjects=[{"user": "Linked name"}], pages=[])
    links = {str(row["id"]): row["similar_to"] for row in await desk.sql("SELECT id, similar_to FROM request")}
    assert links[later["id"]] == UUID(first["id"])
    assert links[other["id"]] is None


async def test_a_direct_request_for_a_secondary_action_is_noted_and_opens_its_case(desk: Desk, file: Filed) -> None:
    filed = await file(kind="conduct_warning", subjects=[{"user": "Borderline"}])
    assert filed["state"] == "complete"
    trail = (await desk.get(f"/intake/v1/cases/{filed['case_id']}/timeline", role="auditor")).json()["items"]
    opened = next(item for item in trail if item["what"] == "case opened")
    assert opened["cite"] == "R60"
    assert opened["reasons"][0]["code"] == "secondary_action_requested"


async def test_who_asked_is_told_to_a_service_that_says_why(desk: Desk, file: Filed, complete: dict[str, Any]) -> None:
    filed = await file(subjects=[{"user": "Somebody"}])
    path = f"{REQUESTS}/{filed['id']}/requester"
    assert (await desk.get(path, role="service")).status_code == 400
    assert (await desk.get(path, role="evaluator", reason="curious")).status_code == 403
    told = (await desk.get(path, role="service", reason="event 7")).json()
    assert told == {"request_id": filed["id"], **complete["requester"]}
    [row] = await desk.sql("SELECT substring(requester FROM 2 FOR 16) AS key_id FROM request WHERE id = $1", UUID(filed["id"]))
    contact = UUID(bytes=row["key_id"])
    logged = await desk.sql("SELECT aggregate FROM access_log WHERE aggregate_id = ANY($1)", [UUID(filed["id"]), contact])
    assert sorted(row["aggregate"] for row in logged) == ["contact", "request"]


@pytest.mark.parametrize(
    ("who", "party"),
    [
        ({"email": "contributor@example.ORG"}, True),
        ({"wiki_user": "Contributor_one"}, True),
        ({"email": "stranger@example.org", "wiki_user": "Stranger"}, False),
        ({"name": "A. Contributor"}, False),
        ({}, False),
    ],
)
async def test_a_party_is_known_by_address_or_account_and_no_name_comes_back(
    desk: Desk, file: Filed, who: dict[str, str], party: bool
) -> None:
    filed = await file(subjects=[{"user": "Asked about"}])
    for path in (f"{REQUESTS}/{filed['id']}/party", f"/intake/v1/cases/{filed['case_id']}/party"):
        answer = await desk.post(path, who, role="service", reason="event 8")
        assert answer.json() == {"party": party}


async def test_no_text_of_a_request_lies_in_the_clear(desk: Desk, file: Filed) -> None:
    filed = await file(
        summary="Unmistakable words.",
        subjects=[{"user": "Unmistakable name"}],
        requester={"email": "un@mistakable.org", "standing_as": "public"},
    )
    for table in ("request", '"case"', "outbox", "audit", "likeness", "idempotency"):
        rows = await desk.sql(f"SELECT {table}::text AS row FROM {table}")
        assert not any("nmistakable" in row["row"] or b"nmistakable".hex() in row["row"] for row in rows), table
    assert filed["case_id"]


EMPTY: dict[str, Any] = {
    **dict.fromkeys(("kind", "channel", "summary", "local_attempts_waiver", "ncmec_report"), ""),
    **{part: [] for part in ("subjects", "pages", "grounds", "local_attempts", "evidence", "complained_of")},
    "requester": {},
}
BAD = {
    "an unknown kind": {"kind": "exile"},
    "a kind that only cases have": {"kind": "threat_of_harm"},
    "an unknown channel": {"channel": "pigeon"},
    "an unknown field": {"urgent": True},
    "a null": {"local_attempts_waiver": None},
    "a number for a summary": {"summary": 7},
    "a field of 10 MB": {"summary": "x" * 10_000_000},
    "a summary too long": {"summary": "x" * 20_001},
    "a control character": {"summary": "a\x07b"},
    "a name that turns the writing": {"subjects": [{"user": "Eve\u202etxt"}, {"user": "A\u2066b"}]},
    "a name that is an address": {"subjects": [{"user": "192.0.2.1"}]},
    "an address with bits beyond its range": {"subjects": [{"ip": "192.0.2.1/24"}]},
    "a subject that is both": {"subjects": [{"user": "A", "ip": "192.0.2.1"}]},
    "a subject that is nobody": {"subjects": [{}]},
    "evidence that is both": {"evidence": [{"url": "https://example.org/", "text": "a"}]},
    "a file as evidence": {"evidence": [{"url": "data:image/png;base64,AAAA"}]},
    "a requester that is nobody": {"requester": {}},
    "an address without its sign": {"requester": {"email": "nobody", "standing_as": "public"}},
    "no kind": {"kind": None},
    "every field empty": EMPTY,
}


@pytest.mark.parametrize("wrong", BAD.values(), ids=BAD.keys())
async def test_what_cannot_be_read_is_refused_and_changes_nothing(desk: Desk, complete: dict[str, Any], wrong: dict[str, Any]) -> None:
    before = (await desk.sql("SELECT count(*) AS n FROM request"))[0]["n"]
    answer = await desk.post(REQUESTS, {**complete, **wrong}, role="requester_desk", sub="desk-1")
    assert answer.status_code == (413 if len(str(wrong)) > 1_000_000 else 422)
    assert answer.json()["reasons"][0]["says"]
    assert (await desk.sql("SELECT count(*) AS n FROM request"))[0]["n"] == before


@pytest.mark.parametrize("part", sorted(RequestForm.model_fields))
def test_every_part_has_a_bound(part: str, complete: dict[str, Any]) -> None:
    sound = {**complete, "local_attempts_waiver": "Asleep.", "ncmec_report": "7", "complained_of": ["eva"]}
    sound |= {"grounds": ["staff_complaint"], "kind": "other"}
    RequestForm.model_validate(sound)
    whole = sound[part]
    huge = whole * 1_000 if isinstance(whole, list) else {**whole, "name": "x" * 30_000} if isinstance(whole, dict) else "x" * 30_000
    with pytest.raises(ValidationError) as refused:
        RequestForm.model_validate({**sound, part: huge})
    assert {error["loc"][0] for error in refused.value.errors()} == {part}


async def test_the_database_keeps_the_first_receipt(desk: Desk, file: Filed) -> None:
    filed = await file(subjects=[{"user": "Kept"}])
    for change in (
        "UPDATE request SET received_at = received_at - interval '1 day' WHERE id = $1",
        "UPDATE \"case\" SET target_at = target_at + interval '1 day' WHERE request_ids = ARRAY[$1]::uuid[]",
        "UPDATE request SET case_id = NULL WHERE id = $1",
    ):
        with pytest.raises(Exception, match=r"stay as they are|complete_opens_case"):
            await desk.sql(change, UUID(filed["id"]))
