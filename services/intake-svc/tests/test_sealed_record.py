"""The sealed record of child protection: named readers alone, each look on record, destroyed with a certificate (D4, D20)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE
from intake_svc.model.sealed import SealedFacts
from intake_svc.rules import sealed as rules
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
GROUP: dict[str, Any] = {"role": "child_protection", "reason": "the lane"}
NORA, NICO = {**GROUP, "sub": "nora"}, {**GROUP, "sub": "nico"}
LANE = {"kind": "child_protection", "channel": "legal_reports", "summary": "reported material", "pages": None, "evidence": None}
READERS = "/intake/v1/lane/readers"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("example", load_cases(CASES / "sealed.toml"), ids=str)
def test_sealed_records(example: Case) -> None:
    said = example.given
    until = NOW + timedelta(days=said["preserved_days"]) if "preserved_days" in said else None
    record = SealedFacts(until, said.get("destroyed", False), until is None, said.get("held", False), said.get("asked_by"))
    named = said.get("named", True)
    decision = {
        "name": lambda: rules.may_name_reader("nora", by=said.get("by", "dora"), named=named),
        "end": lambda: rules.may_end_reader(named=named),
        "open": lambda: rules.may_open(record, named=named),
        "term": lambda: rules.may_end_by_term(record, now=NOW),
        "ask": lambda: rules.may_ask_destruction(record, named=named),
        "destroy": lambda: rules.may_destroy(record, by=said.get("by", "nico"), named=named),
    }[said["ask_for"]]()
    assert [reason.code for reason in decision.reasons] == example.expect["refused"]


@pytest.mark.parametrize(
    ("over", "until"),
    [
        (datetime(2024, 5, 6, 9, tzinfo=UTC), datetime(2024, 8, 7, tzinfo=UTC)),
        (datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2027, 11, 3, tzinfo=UTC)),
    ],
)
def test_what_was_reported_is_preserved_as_long_as_the_law_of_its_day_asks(over: datetime, until: datetime) -> None:
    assert rules.preserved_until(over, on=over.date()) == until
    assert until - over >= timedelta(days=90 if over.date() < date(2024, 5, 7) else 365)


@pytest.fixture(scope="module")
async def lane_desk(house: House) -> AsyncIterator[Desk]:
    desk = await house.desk(SERVICE, fresh=True)
    for sub in ("nora", "nico"):
        assert (await desk.call("PUT", f"{READERS}/{sub}", role="director", sub="dora")).status_code == 200
    yield desk
    await desk.close()


@pytest.fixture
async def desk(lane_desk: Desk) -> AsyncIterator[Desk]:
    yield lane_desk
    assert await lane_desk.findings() == []


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def record_path(file: Callable[..., Awaitable[dict[str, Any]]]) -> str:
    return f"/intake/v1/cases/{(await file(**LANE))['case_id']}/sealed-record"


async def test_readers_are_named_one_by_one_and_never_by_themselves(desk: Desk, file: Callable[..., Awaitable[dict[str, Any]]]) -> None:
    path = await record_path(file)
    assert codes(await desk.call("PUT", f"{READERS}/dora", role="director", sub="dora")) == ["names_themselves"]
    assert codes(await desk.get(path, **{**GROUP, "sub": "newcomer"})) == ["not_a_named_reader"]
    assert (await desk.get(path, role="legal", sub="nora", reason="the lane")).status_code == 403
    await desk.call("PUT", f"{READERS}/newcomer", role="legal", sub="lena")
    assert (await desk.get(path, **{**GROUP, "sub": "newcomer"})).status_code == 200
    await desk.call("DELETE", f"{READERS}/newcomer", role="legal", sub="lena")
    assert codes(await desk.get(path, **{**GROUP, "sub": "newcomer"})) == ["not_a_named_reader"]
    told = (await desk.get(READERS, role="auditor")).json()["items"]
    assert [(one["sub"], "ended_at" in one) for one in told] == [("nora", False), ("nico", False), ("newcomer", True)]


async def test_what_a_request_says_lies_in_the_record_alone_and_each_look_is_logged(
    desk: Desk, file: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    filed = await file(**LANE, subjects=None, ncmec_report="example number 1")
    path = f"/intake/v1/cases/{filed['case_id']}/sealed-record"
    more = {"evidence": [{"text": "reported material"}]}
    completed = await desk.post(f"/intake/v1/requests/{filed['id']}/completion", more, role="requester_desk", sub="desk-1")
    assert completed.status_code == 200
    place = {"wiki": "examplewiki", "title": "reported material", "revision_id": 7, "address": "reported material"}
    assert (await desk.post(path, {"places": [place]}, **NORA)).status_code == 201
    assert (await desk.get(path, role="child_protection", sub="nora")).status_code == 400
    shown = (await desk.get(path, **NORA)).json()
    assert [(one["what"], one["by"]) for one in shown["entries"]] == [("request", "desk-1"), ("completion", "desk-1"), ("added", "nora")]
    request, completion, added = (one["words"] for one in shown["entries"])
    assert (request["summary"], request["ncmec_report"]) == ("reported material", "example number 1")
    assert completion == more
    assert added == {"places": [place]}
    [record] = await desk.sql("SELECT id, entries FROM sealed_record WHERE case_id = $1", UUID(filed["case_id"]))
    looks = await desk.sql("SELECT sub, operation FROM access_log WHERE aggregate_id = $1", record["id"])
    assert [row["sub"] for row in looks] == ["nora"]
    assert record["entries"] == 3
    # Nothing of it stands where counsel's file is made from.
    file_of = (await desk.get(f"/intake/v1/cases/{filed['case_id']}/file", role=("legal", "child_protection"), reason="counsel")).json()
    assert [(one["content"], one["later"]) for one in file_of["requests"]] == [({}, [{}])]


async def test_the_database_shows_no_entry_without_the_look_of_a_named_reader(
    desk: Desk, file: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    path = await record_path(file)
    assert len((await desk.get(path, **NORA)).json()["entries"]) == 1
    # The service's own role, after others have looked: theirs were other transactions.
    assert await desk.sql("SELECT id FROM sealed_entry") == []
    with pytest.raises(Exception, match="permission denied"):
        await desk.sql("UPDATE sealed_entry SET words = words")


async def test_what_becomes_child_protection_moves_into_the_record(desk: Desk, taken: Callable[..., Awaitable[str]]) -> None:
    case_id = await taken(summary="reported material")
    form = {"kind": "child_protection", "reason": "reported material"}
    assert (await desk.post(f"/intake/v1/cases/{case_id}/kind", form, role="evaluator", sub="eva")).status_code == 200
    shown = (await desk.get(f"/intake/v1/cases/{case_id}/sealed-record", **NORA)).json()
    assert shown["entries"][0]["words"]["summary"] == "reported material"
    file_of = (await desk.get(f"/intake/v1/cases/{case_id}/file", role=("legal", "child_protection"), reason="counsel")).json()
    assert file_of["requests"][0]["content"] == {}


async def test_before_the_duty_is_over_nothing_is_destroyed_and_the_database_asks_for_a_certificate(
    desk: Desk, file: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    path = await record_path(file)
    form = {"authority": "An example agency", "reference": "Example 7", "note": "Verified by calling back."}
    assert codes(await desk.post(f"{path}/destruction", form, **NORA)) == ["duty_is_open"]
    assert (await desk.get(f"{path}/certificate", **NORA)).status_code == 404
    with pytest.raises(Exception, match="destroyed with its certificate"):
        await desk.sql(
            "UPDATE data_key SET wrapped = NULL, destroyed_at = now() WHERE id = (SELECT max(id::text)::uuid FROM sealed_record)"
        )
