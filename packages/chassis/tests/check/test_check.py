"""The checker finds each thing that may not be, by a role that can only read, and finds nothing where nothing is wrong."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chassis.audit import log_access, write_audit
from chassis.check import Invariant, as_json_lines, as_text, check
from chassis.crypto import new_data_key
from chassis.edge import new_id
from chassis.seal import seal_step
from chassis.ticker import schedule
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

NOW = timedelta(0)
EVENT = "INSERT INTO outbox (event_id, stream, key, version, payload, at, sent_at) VALUES (gen_random_uuid(), 's', 'k', {}, '', now(), {})"
HEARD = "INSERT INTO inbox VALUES ('{}', 'r', 's', 'k', {}, now())"
PARKED = (
    "INSERT INTO parked (event_id, reaction, stream, key, version, payload, tries, next_at, error, at)"
    " VALUES ('{}', 'r', 's', 'k', {}, '', {}, {}, 'Code', now())"
)
DELIVERY = (
    "INSERT INTO delivery (id, aggregate_id, kind, intent, data_key, urgent, not_before, state, next_at, receipt, receipt_at, error, at)"
    " VALUES (gen_random_uuid(), gen_random_uuid(), 'mail', '', gen_random_uuid(), false, now(), '{}', {}, {}, {}, {},"
    " now() - interval '1 hour')"
)
ONE, TWO = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"


async def test_a_sound_house_has_no_findings(ledger: Any) -> None:
    async with ledger.runtime.edge("http:matter:open", access_reason="request 12") as edge:
        key = new_data_key(edge, new_id())
        await log_access(edge, "matter", key.id)
        write_audit(edge, aggregate="matter", aggregate_id=key.id)
        schedule(edge, aggregate_id=key.id, kind="due", due_at=edge.now + timedelta(days=1))
    await seal_step(ledger.runtime)
    for statement in (
        EVENT.format(1, "now()"),
        EVENT.format(2, "now()"),
        HEARD.format(ONE, 4),
        HEARD.format(TWO, 5),
        PARKED.format(new_id(), 6, 5, "NULL"),
        PARKED.format(new_id(), 7, 0, "NULL"),
        DELIVERY.format("waiting", "now() + interval '1 hour'", "NULL", "NULL", "NULL"),
        DELIVERY.format("done", "NULL", "'{}'", "now()", "NULL"),
        DELIVERY.format("failed", "NULL", "NULL", "NULL", "'refused'"),
    ):
        await ledger.admin(statement)
    findings = await check(ledger.runtime, patience=NOW)
    assert findings == []
    assert as_text(findings) == "Every invariant holds."
    assert as_json_lines(findings) == ""


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        ([EVENT.format(1, "now()"), EVENT.format(3, "now()")], "outbox-without-gaps"),
        ([EVENT.format(1, "NULL"), EVENT.format(2, "now()")], "outbox-in-order"),
        ([EVENT.format(1, "NULL")], "outbox-not-stranded"),
        ([HEARD.format(ONE, 1), HEARD.format(TWO, 3)], "inbox-without-gaps"),
        ([HEARD.format(ONE, 1), HEARD.format(TWO, 1)], "inbox-once"),
        ([HEARD.format(ONE, 1), PARKED.format(ONE, 2, 5, "NULL")], "parked-or-heard"),
        ([PARKED.format(ONE, 2, 0, "NULL")], "parked-not-stranded"),
        ([PARKED.format(ONE, 2, 1, "now() - interval '1 minute'")], "parked-not-stranded"),
        (
            ["INSERT INTO deadline VALUES (gen_random_uuid(), gen_random_uuid(), 'due', now() - interval '1 hour', 'waiting')"],
            "deadline-not-stranded",
        ),
        ([DELIVERY.format("waiting", "NULL", "NULL", "NULL", "NULL")], "delivery-not-stranded"),
        ([DELIVERY.format("waiting", "now() - interval '1 hour'", "NULL", "NULL", "NULL")], "delivery-not-stranded"),
        ([DELIVERY.format("attempting", "NULL", "NULL", "NULL", "NULL")], "delivery-not-stranded"),
        ([DELIVERY.format("uncertain", "NULL", "NULL", "NULL", "NULL")], "delivery-alarm-says-why"),
        ([DELIVERY.format("done", "NULL", "NULL", "NULL", "NULL")], "no-effect-without-receipt"),
        ([DELIVERY.format("done", "NULL", "'{}'", "NULL", "NULL")], "no-effect-without-receipt"),
        ([DELIVERY.format("failed", "NULL", "'{}'", "now()", "'x'")], "no-effect-without-receipt"),
        ([f"INSERT INTO data_key VALUES ('{ONE}', 'k1', 'bytes', now())"], "destroyed-keys-are-gone"),
        ([f"INSERT INTO data_key VALUES ('{ONE}', NULL, NULL, NULL)"], "destroyed-keys-are-gone"),
        (["INSERT INTO seal VALUES (2, 'audit', 'x', '', '')"], "chain-intact"),
        (["INSERT INTO seal VALUES (1, 'nothing', 'x', '', '')"], "chain-intact"),
    ],
)
async def test_each_broken_thing_is_named(ledger: Any, broken: list[str], invariant: str) -> None:
    for statement in broken:
        await ledger.admin(statement)
    found = {finding.invariant for finding in await check(ledger.runtime, patience=NOW)}
    assert invariant in found
    assert found <= {invariant, "outbox-not-stranded"}


async def test_patience_waits_for_what_is_only_just_due(ledger: Any) -> None:
    await ledger.admin(EVENT.format(1, "NULL"))
    assert await check(ledger.runtime) == []


async def test_the_nightly_role_reads_everything_and_writes_nothing(ledger: Any) -> None:
    await ledger.admin(EVENT.format(2, "now()"))
    await ledger.admin(EVENT.format(4, "now()"))
    engine = ledger.engine("office_reader")
    async with engine.connect() as connection:
        found = await check(connection, ledger.runtime.service)
    async with engine.connect() as connection:
        with pytest.raises(ProgrammingError):
            await connection.execute(text("DELETE FROM ledger.outbox"))
    await engine.dispose()
    assert [finding.invariant for finding in found] == ["outbox-without-gaps"]
    assert json.loads(as_json_lines(found)) == {
        "service": "ledger",
        "invariant": "outbox-without-gaps",
        "says": "The versions that an aggregate's events carry have a gap.",
        "row": {"stream": "s", "key": "k", "first": "2", "last": "4", "events": "2"},
    }


async def test_a_service_adds_its_own(ledger: Any) -> None:
    async def by_hand(_connection: Any, now: Any) -> list[dict[str, Any]]:
        return [{"law_is_wall": now.law == now.wall}]

    own = (
        Invariant("matters-are-open", "A matter is in a state that does not exist.", sql="SELECT id FROM matter WHERE state <> 'open'"),
        Invariant("by-hand", "Always broken.", query=by_hand),
    )
    ledger.runtime.service = replace(ledger.runtime.service, invariants=own)
    await ledger.admin(f"INSERT INTO matter VALUES ('{ONE}', 'lost', NULL)")
    found = await check(ledger.runtime)
    assert [(finding.invariant, finding.row.get("id")) for finding in found] == [("matters-are-open", ONE), ("by-hand", None)]
    assert str(found[0]) == f"ledger: A matter is in a state that does not exist. [matters-are-open] id={ONE}"
