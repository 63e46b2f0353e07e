"""The trail: refusals outlive their rollback, no log means no read, and no role of the service can change what is written."""

from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from chassis.audit import log_access, write_audit, write_refusal
from chassis.crypto import new_data_key, reveal
from chassis.edge import new_id
from chassis.errors import AccessNotWritten, Busy
from kernel.actor import Performer
from kernel.decision import Reason
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

WORDS = "the words of a made-up matter"
PLACE = "matter.summary"


async def test_an_act_is_on_record_with_the_transaction_that_did_it(ledger: Any) -> None:
    matter_id, event_id = new_id(), new_id()
    async with ledger.runtime.edge("http:matter:open", by=Performer("evaluator", "person-1"), request_id="r-1") as edge:
        write_audit(edge, aggregate="matter", aggregate_id=matter_id, prior_state="open", state="decided", digest="ab", event_id=event_id)
    (row,) = await ledger.admin("SELECT * FROM audit")
    kept = {
        name: row[name]
        for name in ("role", "sub", "operation", "aggregate", "aggregate_id", "outcome", "prior_state", "state", "request_id")
    }
    assert kept == {
        "role": "evaluator",
        "sub": "person-1",
        "operation": "http:matter:open",
        "aggregate": "matter",
        "aggregate_id": matter_id,
        "outcome": "done",
        "prior_state": "open",
        "state": "decided",
        "request_id": "r-1",
    }
    with suppress(ZeroDivisionError):
        async with ledger.runtime.edge("http:matter:open") as edge:
            write_audit(edge, aggregate="matter", aggregate_id=matter_id)
            raise ZeroDivisionError
    assert len(await ledger.admin("SELECT id FROM audit")) == 1


async def test_a_refusal_keeps_its_codes_and_citations_and_no_sentence(ledger: Any) -> None:
    reasons = [Reason("level_skipped", "The manager has not signed.", "R32"), Reason("same_person", "One signature, one person.", "D1")]
    await write_refusal(
        ledger.runtime,
        by=Performer("director", "person-2"),
        operation="http:matter:approve",
        aggregate="matter",
        aggregate_id=new_id(),
        reasons=reasons,
        request_id="r-2",
    )
    (row,) = await ledger.admin("SELECT * FROM audit")
    assert (row["outcome"], row["reasons"], row["cites"]) == ("refused", ["level_skipped", "same_person"], ["R32", "D1"])
    assert "signed" not in str(dict(row))


async def test_when_the_log_cannot_be_written_nothing_is_read(ledger: Any) -> None:
    async with ledger.runtime.edge("http:matter:open") as edge:
        key = new_data_key(edge, new_id())
        edge.session.add(ledger.matter(id=key.id, state="open", summary=key.seal(WORDS, place=PLACE)))
    answered: list[str] = []

    async def answer() -> None:
        async with ledger.runtime.edge("http:matter:read", access_reason="request 12") as edge:
            row = await edge.get(ledger.matter, key.id, "matter")
            await log_access(edge, "matter", key.id)
            words = await reveal(edge, row.summary, place=PLACE)
        # What a route does after its edge: only now may the answer go out.
        answered.append(words)

    await ledger.admin("REVOKE INSERT ON access_log FROM ledger")
    try:
        with pytest.raises(AccessNotWritten) as refusal:
            await answer()
    finally:
        await ledger.admin("GRANT INSERT ON access_log TO ledger")
    assert answered == []
    assert isinstance(refusal.value, Busy)
    assert WORDS not in str(refusal.value)
    await answer()
    assert answered == [WORDS]


async def test_a_second_reason_in_one_edge_has_a_row_of_its_own(ledger: Any) -> None:
    matter_id = new_id()
    async with ledger.runtime.edge("inbox") as edge:
        for reason in ("event 1", "event 1", "event 2"):
            edge.access_reason = reason
            await log_access(edge, "matter", matter_id)
    assert len(await ledger.admin("SELECT id FROM access_log")) == 2


@pytest.mark.parametrize("table", ["audit", "access_log", "seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_service_cannot_change_what_is_written(ledger: Any, table: str, statement: str) -> None:
    column = "no" if table == "seal" else "role"
    async with ledger.runtime.db.engine.connect() as connection:
        with pytest.raises(ProgrammingError) as refusal:
            await connection.execute(text(statement.format(table, column, column)))
    assert isinstance(refusal.value.orig.__cause__, asyncpg.InsufficientPrivilegeError)  # type: ignore[union-attr]  # asyncpg's error lies behind
