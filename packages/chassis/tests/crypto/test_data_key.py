"""Data keys on the database: no log, no read; what is destroyed stays destroyed; rotation by a role that can do nothing else."""

from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from chassis.audit import log_access
from chassis.crypto import (
    AccessNotLogged,
    KeyDestroyed,
    KeyLost,
    Keyring,
    data_key,
    destroy_data_key,
    new_data_key,
    reveal,
    reveal_many,
    rotate,
)
from chassis.edge import new_id
from chassis.errors import AccessReasonMissing
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

WORDS = "the words of a made-up matter"
PLACE = "matter.summary"


async def write_matter(ledger: Any, words: str = WORDS) -> Any:
    async with ledger.runtime.edge("http:matter:open") as edge:
        key = new_data_key(edge, new_id())
        edge.session.add(ledger.matter(id=key.id, state="open", summary=key.seal(words, place=PLACE)))
        return key.id


async def read_matter(ledger: Any, matter_id: Any, reason: str | None = "request 12") -> str:
    async with ledger.runtime.edge("http:matter:read", access_reason=reason) as edge:
        row = await edge.get(ledger.matter, matter_id, "matter")
        await log_access(edge, "matter", matter_id)
        return str(await reveal(edge, row.summary, place=PLACE))


async def test_a_text_is_written_sealed_and_read_back_under_a_reason(ledger: Any) -> None:
    matter_id = await write_matter(ledger)
    assert await read_matter(ledger, matter_id) == WORDS
    stored = await ledger.admin("SELECT summary FROM matter")
    assert WORDS.encode() not in stored[0]["summary"]
    log = await ledger.admin("SELECT aggregate_id, sub, operation, reason, reason_hash FROM access_log")
    assert [row["aggregate_id"] for row in log] == [matter_id]
    assert b"request 12" not in log[0]["reason"]
    assert log[0]["reason_hash"] == ledger.runtime.keyring.hash("access_log.reason", "request 12")


async def test_reveal_refuses_what_was_not_logged_in_this_very_edge(ledger: Any) -> None:
    first, second = await write_matter(ledger), await write_matter(ledger)
    await read_matter(ledger, first)
    async with ledger.runtime.edge("http:matter:read", access_reason="request 12") as edge:
        rows = [await edge.get(ledger.matter, one, "matter") for one in (first, second)]
        with pytest.raises(AccessNotLogged):
            await reveal(edge, rows[0].summary, place=PLACE)
        await log_access(edge, "matter", first)
        assert await reveal(edge, rows[0].summary, place=PLACE) == WORDS
        with pytest.raises(AccessNotLogged):
            await reveal_many(edge, [row.summary for row in rows], place=PLACE)
        await log_access(edge, "matter", second)
        assert await reveal_many(edge, [row.summary for row in rows], place=PLACE) == [WORDS, WORDS]


@pytest.mark.parametrize("reason", [None, "", "  "])
async def test_without_a_reason_nothing_is_read(ledger: Any, reason: str | None) -> None:
    matter_id = await write_matter(ledger)
    with pytest.raises(AccessReasonMissing):
        await read_matter(ledger, matter_id, reason)


async def test_a_rolled_back_matter_leaves_no_key(ledger: Any) -> None:
    with suppress(ZeroDivisionError):
        async with ledger.runtime.edge("http:matter:open") as edge:
            new_data_key(edge, new_id())
            await edge.flush()
            raise ZeroDivisionError
    assert await ledger.admin("SELECT id FROM data_key") == []


async def test_a_destroyed_key_takes_its_texts_with_it(ledger: Any) -> None:
    matter_id = await write_matter(ledger)
    for _ in range(2):
        async with ledger.runtime.edge("command:matter:erase") as edge:
            await destroy_data_key(edge, matter_id)
    with pytest.raises(KeyDestroyed):
        await read_matter(ledger, matter_id)
    row = (await ledger.admin("SELECT wrapped, ring_key, destroyed_at FROM data_key"))[0]
    assert (row["wrapped"], row["ring_key"]) == (None, None)
    assert row["destroyed_at"] is not None


async def test_a_key_that_never_was_is_a_fault_and_no_absence(ledger: Any) -> None:
    async with ledger.runtime.edge("http:matter:read") as edge:
        with pytest.raises(KeyLost):
            await data_key(edge, new_id())
        with pytest.raises(KeyLost):
            await destroy_data_key(edge, new_id())


async def test_rotation_is_restartable_and_loses_nothing(ledger: Any) -> None:
    matters = [await write_matter(ledger, f"words {number}") for number in range(4)]
    for matter_id in matters[:2]:
        await read_matter(ledger, matter_id)
    async with ledger.runtime.edge("command:matter:erase") as edge:
        await destroy_data_key(edge, matters[3])
    ring = Keyring.add_key(ledger.keyring_file)
    engine = ledger.engine("ledger_keys")
    seen: list[tuple[str, int]] = []

    def stop_after_the_first_table(table: str, rows: int) -> None:
        seen.append((table, rows))
        raise InterruptedError

    async with engine.connect() as connection:
        with pytest.raises(InterruptedError):
            await rotate(connection, ring, stop_after_the_first_table)
        assert seen == [("data_key", 4)]
        assert await rotate(connection, ring) == 2
        assert await rotate(connection, ring) == 0
    await engine.dispose()
    assert {row["ring_key"] for row in await ledger.admin("SELECT ring_key FROM data_key WHERE wrapped IS NOT NULL")} == {"k2"}
    without_old = Keyring({"k2": ring._keys["k2"]}, ring._hash_key, ring._sign_key)
    ledger.runtime.keyring = without_old
    for number, matter_id in enumerate(matters[:3]):
        assert await read_matter(ledger, matter_id) == f"words {number}"
    with pytest.raises(KeyDestroyed):
        await read_matter(ledger, matters[3])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE data_key SET destroyed_at = now()",
        "DELETE FROM data_key",
        "UPDATE access_log SET sub = 'nobody'",
        "SELECT summary FROM matter",
        "INSERT INTO audit (id) VALUES (gen_random_uuid())",
    ],
)
async def test_the_role_that_rotates_may_do_nothing_else(ledger: Any, statement: str) -> None:
    engine = ledger.engine("ledger_keys")
    async with engine.connect() as connection:
        with pytest.raises(ProgrammingError) as refusal:
            await connection.execute(text(statement))
    await engine.dispose()
    assert isinstance(refusal.value.orig.__cause__, asyncpg.InsufficientPrivilegeError)  # type: ignore[union-attr]  # asyncpg's error lies behind
