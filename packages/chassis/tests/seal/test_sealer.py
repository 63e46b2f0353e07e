"""The sealer on the database: what commits late is sealed late, rotation and erasure change nothing, and tampering is named."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from chassis import tables
from chassis.audit import log_access, write_audit
from chassis.crypto import Keyring, destroy_data_key, new_data_key, rotate
from chassis.edge import new_id
from chassis.seal import SealError, VerifyResult, checkpoint, export, seal_step, verify
from chassis.seal.sealer import first_id_of


async def act(ledger: Any, number: int = 1) -> None:
    """Leave rows in every table of the chain."""
    for _ in range(number):
        async with ledger.runtime.edge("http:matter:open", access_reason="request 12") as edge:
            key = new_data_key(edge, new_id())
            await log_access(edge, "matter", key.id)
            write_audit(edge, aggregate="matter", aggregate_id=key.id)
            row = {
                "stream": "s",
                "key": str(key.id),
                "version": 1,
                "payload": b"{}",
                "traceparent": None,
                "at": edge.wall(),
                "sent_at": None,
            }
            edge.write(tables.outbox, event_id=new_id(), **row)


async def lines(ledger: Any, role: str = "office_reader") -> list[str]:
    engine = ledger.engine(role)
    async with engine.connect() as connection:
        found = [line async for line in export(connection, "ledger")]
    await engine.dispose()
    return found


async def verified(ledger: Any) -> VerifyResult:
    return verify(await lines(ledger))


async def test_everything_committed_is_sealed_once_and_the_export_is_intact(ledger: Any) -> None:
    await act(ledger, 5)
    assert await seal_step(ledger.runtime) == 15
    assert await seal_step(ledger.runtime) == 0
    await act(ledger)
    assert await seal_step(ledger.runtime) == 3
    result = await verified(ledger)
    assert (result.intact, result.size) == (True, 18)


async def test_a_row_that_commits_after_its_successors_is_sealed(ledger: Any) -> None:
    async with ledger.runtime.edge("http:matter:open") as slow:
        write_audit(slow, aggregate="matter", aggregate_id=new_id())
        await slow.flush()
        await act(ledger)
        assert await seal_step(ledger.runtime) == 3
        assert await seal_step(ledger.runtime) == 0
    assert await seal_step(ledger.runtime) == 1
    assert (await verified(ledger)).intact


async def audit_row_made_at(ledger: Any, moment: Any) -> None:
    async with ledger.runtime.edge("http:matter:open") as edge:
        write_audit(edge, aggregate="matter", aggregate_id=new_id())
        edge.pending["audit"][0] |= {"id": first_id_of(moment), "at": moment}


async def test_what_is_later_than_any_edge_lives_is_found_by_the_sweep(ledger: Any) -> None:
    await act(ledger)
    assert await seal_step(ledger.runtime) == 3
    await audit_row_made_at(ledger, ledger.runtime.clock.wall() - timedelta(hours=5))
    assert await seal_step(ledger.runtime) == 0
    bad = (await verified(ledger)).bad
    assert bad is not None
    assert bad.kind == "missing_seal"
    # A successor begins with a sweep, as this one would within the hour.
    ledger.runtime.state.clear()
    assert await seal_step(ledger.runtime) == 1
    assert (await verified(ledger)).intact


async def test_a_backlog_is_sealed_in_steps_until_nothing_is_left(ledger: Any) -> None:
    begin = ledger.runtime.clock.wall() - timedelta(days=2)
    async with ledger.runtime.edge("command:import") as edge:
        for number in range(2_300):
            write_audit(edge, aggregate="matter", aggregate_id=new_id())
            edge.pending["audit"][-1]["id"] = first_id_of(begin + timedelta(seconds=number))
    assert [await seal_step(ledger.runtime) for _ in range(4)] == [1_000, 1_000, 300, 0]
    result = await verified(ledger)
    assert (result.intact, result.size) == (True, 2_300)


async def test_rotation_and_erasure_leave_the_chain_whole(ledger: Any) -> None:
    await act(ledger, 2)
    await seal_step(ledger.runtime)
    engine = ledger.engine("ledger_keys")
    async with engine.connect() as connection:
        assert await rotate(connection, Keyring.add_key(ledger.keyring_file)) == 4
    await engine.dispose()
    for row in await ledger.admin("SELECT id FROM data_key"):
        async with ledger.runtime.edge("command:matter:erase") as edge:
            await destroy_data_key(edge, row["id"])
    await ledger.admin("UPDATE outbox SET sent_at = now()")
    assert (await verified(ledger)).intact


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE audit SET outcome = 'refused' WHERE id::text = (SELECT row_id FROM seal WHERE no = {no})", "changed"),
        ("UPDATE access_log SET reason_hash = sha256('other') WHERE id::text = (SELECT row_id FROM seal WHERE no = {no})", "changed"),
        ("UPDATE outbox SET payload = 'x' WHERE event_id::text = (SELECT row_id FROM seal WHERE no = {no})", "changed"),
        ("DELETE FROM audit WHERE id::text = (SELECT row_id FROM seal WHERE no = {no})", "missing"),
        ("DELETE FROM seal WHERE no = {no}", "gap"),
        ("DELETE FROM seal WHERE no <= {no}", "cut_head"),
    ],
)
async def test_what_the_owner_of_the_database_changes_is_named(ledger: Any, statement: str, kind: str) -> None:
    await act(ledger, 3)
    await seal_step(ledger.runtime)
    table = "access_log" if "access_log" in statement else "outbox" if "outbox" in statement else "audit"
    no = (await ledger.admin('SELECT no FROM seal WHERE "table" = $1 ORDER BY no OFFSET 1 LIMIT 1', table))[0]["no"]
    await ledger.admin(statement.format(no=no))
    bad = (await verified(ledger)).bad
    assert bad is not None
    assert (bad.kind, bad.no) == (kind, 1 if kind == "cut_head" else no)


async def test_a_cut_tail_is_shown_by_the_checkpoint_a_witness_kept(ledger: Any) -> None:
    await act(ledger, 2)
    await seal_step(ledger.runtime)
    kept = await checkpoint(ledger.runtime)
    await ledger.admin("DELETE FROM audit WHERE id::text IN (SELECT row_id FROM seal WHERE no > 4)")
    await ledger.admin("DELETE FROM outbox WHERE event_id::text IN (SELECT row_id FROM seal WHERE no > 4)")
    await ledger.admin("DELETE FROM access_log WHERE id::text IN (SELECT row_id FROM seal WHERE no > 4)")
    await ledger.admin("DELETE FROM seal WHERE no > 4")
    found = await lines(ledger)
    assert verify(found).intact
    bad = verify(found, kept, ledger.runtime.keyring.public_key).bad
    assert bad is not None
    assert (bad.kind, bad.no) == ("cut_tail", 5)


async def test_a_sealer_refuses_a_chain_that_is_not_as_it_left_it(ledger: Any) -> None:
    await act(ledger, 2)
    await seal_step(ledger.runtime)
    await ledger.admin("DELETE FROM seal WHERE no = 6")
    with pytest.raises(SealError, match="shorter"):
        await seal_step(ledger.runtime)


async def test_of_two_sealers_at_once_one_gives_up(ledger: Any) -> None:
    await act(ledger, 20)
    answers = await asyncio.gather(*(seal_step(ledger.runtime) for _ in range(4)), return_exceptions=True)
    assert 60 in answers
    assert all(isinstance(answer, SealError) for answer in answers if answer not in (0, 60))
    result = await verified(ledger)
    assert (result.intact, result.size) == (True, 60)


async def test_the_export_holds_no_ciphertext_and_no_reason(ledger: Any) -> None:
    await act(ledger)
    await seal_step(ledger.runtime)
    text = "\n".join(await lines(ledger))
    assert "request 12" not in text
    (row,) = await ledger.admin("SELECT reason FROM access_log")
    assert row["reason"].hex() not in text
