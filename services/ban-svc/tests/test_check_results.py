"""What a CheckUser found at work: sealed, read by those of the case, gone after ninety days unless it is held (R74-R77, D19)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

DAYS = timedelta(days=1)
FOUND = "Both accounts were used from one network that hundreds share."


def where(check: dict[str, Any], tail: str = "") -> str:
    return f"/bans/v1/actions/{check['id']}/checkuser-results{tail}"


async def keep(office: Any, check: dict[str, Any], *, sub: str = "eva", role: str = "evaluator", **changes: Any) -> Any:
    body = {"text": FOUND, "collected_at": office.desk.runtime.clock.law().isoformat()} | changes
    return await office.desk.post(where(check), body, role=role, sub=sub)


async def kept(office: Any, check: dict[str, Any]) -> dict[str, Any]:
    answer = await keep(office, check)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(office: Any, check: dict[str, Any], *, sub: str = "eva", role: str = "evaluator", reason: str | None = "the review") -> Any:
    return await office.desk.get(where(check), role=role, sub=sub, reason=reason)


async def decide(office: Any, result: dict[str, Any], what: str, *, sub: str = "lena", role: str = "legal") -> Any:
    path = where({"id": result["action_id"]}, f"/{result['id']}/{what}")
    return await office.desk.post(path, {"note": f"Why there is a {what}."}, role=role, sub=sub)


async def clocks(office: Any, result: dict[str, Any]) -> int:
    rows = await office.desk.sql("SELECT count(*) FROM deadline WHERE aggregate_id = $1 AND state = 'waiting'", result["id"])
    return int(rows[0][0])


async def keys_left(office: Any, result: dict[str, Any]) -> int:
    rows = await office.desk.sql("SELECT count(*) FROM data_key WHERE id = $1 AND wrapped IS NOT NULL", result["id"])
    return int(rows[0][0])


async def test_it_is_read_by_those_of_the_case_with_a_reason_that_is_logged(office: Any) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = await kept(office, check)
    assert "text" not in result
    assert office.codes(await read(office, check, reason=None), 400) == ["access_reason_missing"]
    told = (await read(office, check)).json()
    assert "proves nothing" in told["notice"]
    assert [(one["text"], one["by"]) for one in told["items"]] == [(FOUND, "eva")]
    # Whoever signed the check, and whoever enacted it.
    for sub, role in (("one-team_peer", "team_peer"), ("enno", "enforcer")):
        assert (await read(office, check, sub=sub, role=role)).json()["items"][0]["text"] == FOUND
    for sub, role in (("lena", "legal"), ("eve", "evaluator"), ("maja", "team_manager")):
        assert office.codes(await read(office, check, sub=sub, role=role)) == ["not_of_the_case"]
    assert office.codes(await read(office, check, sub="audrey", role="auditor"), 403) == ["role_missing"]
    logged = await office.desk.sql("SELECT sub FROM access_log WHERE aggregate_id = $1", result["id"])
    assert sorted(row["sub"] for row in logged) == ["enno", "eva", "one-team_peer"]


async def test_it_is_kept_of_a_check_in_force_by_who_ran_it(office: Any) -> None:
    approved = await office.signed(await office.proposed(office.spec("checkuser")))
    assert office.codes(await keep(office, approved)) == ["not_in_force"]
    check = (await office.enact(approved)).json()
    assert office.codes(await keep(office, check, sub="eve")) == ["not_of_the_check"]
    # Whoever entered its receipt ran it.
    receipt = {"wiki": "examplewiki", "effect": "check", "receipt": {"log_id": 7}}
    done = await office.desk.post(f"/bans/v1/actions/{check['id']}/enforcement", receipt, role="enforcer", sub="ella")
    assert done.status_code == 200, done.text
    assert (await keep(office, check, sub="ella", role="enforcer")).status_code == 201
    law = office.desk.runtime.clock.law()
    assert office.codes(await keep(office, check, collected_at=(law + DAYS).isoformat())) == ["collected_later"]
    assert office.codes(await keep(office, check, collected_at=(law - DAYS).isoformat())) == ["collected_before"]
    assert office.codes(await keep(office, await office.enacted())) == ["not_a_check"]
    assert office.codes(await keep(office, check, text=""), 422) == ["malformed"]


async def test_it_is_on_no_bus_in_no_list_and_in_no_view_of_the_action(office: Any) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = await kept(office, check)
    rows = await office.desk.sql("SELECT convert_from(payload, 'UTF8') FROM outbox WHERE key LIKE '%' || $1 || '%'", check["id"])
    shown = await office.read(check, reason="a look")
    steps = [item["what"] for item in await office.timeline(check)]
    assert steps[-1] == "check_result_kept"
    assert all(FOUND not in row[0] and result["id"] not in row[0] for row in rows)
    assert FOUND not in str(shown)
    stored = await office.desk.sql("SELECT text FROM check_result WHERE id = $1", result["id"])
    assert FOUND.encode() not in stored[0]["text"]


async def test_after_ninety_days_its_key_is_destroyed(office: Any) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = await kept(office, check)
    await office.desk.advance(89 * DAYS)
    assert (await read(office, check)).json()["items"][0]["text"] == FOUND
    await office.desk.advance(DAYS)
    (gone,) = (await read(office, check)).json()["items"]
    assert "text" not in gone
    assert gone["destroyed_at"] >= gone["until"]
    assert await keys_left(office, result) == 0
    assert (await office.desk.sql("SELECT text FROM check_result WHERE id = $1", result["id"]))[0]["text"] is None
    assert [item["what"] for item in await office.timeline(check)][-1] == "check_result_destroyed"
    assert office.codes(await decide(office, result, "hold")) == ["result_over"]


async def test_a_hold_keeps_it_with_its_reason_and_its_release_destroys_it(office: Any) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = await kept(office, check)
    assert office.codes(await decide(office, result, "release")) == ["not_held"]
    assert office.codes(await decide(office, result, "hold", sub="eva", role="team_manager")) == ["holds_own"]
    assert (await decide(office, result, "hold")).status_code == 200
    assert office.codes(await decide(office, result, "hold", sub="maja", role="team_manager")) == ["held_already"]
    await office.desk.advance(200 * DAYS)
    (held,) = (await read(office, check)).json()["items"]
    assert (held["text"], held["hold"]["by"], held["hold"]["reason"]) == (FOUND, "lena", "Why there is a hold.")
    released = (await decide(office, result, "release", sub="maja", role="team_manager")).json()
    assert released["destroyed_at"]
    assert await keys_left(office, result) == 0
    (gone,) = (await read(office, check)).json()["items"]
    assert "text" not in gone
    assert (gone["hold"]["released_by"], gone["hold"]["release"]) == ("maja", "Why there is a release.")


async def test_a_hold_released_in_time_leaves_the_rest_of_the_ninety_days(office: Any) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = await kept(office, check)
    assert await clocks(office, result) == 1
    await decide(office, result, "hold")
    assert await clocks(office, result) == 0
    await office.desk.advance(10 * DAYS)
    assert "destroyed_at" not in (await decide(office, result, "release")).json()
    assert await clocks(office, result) == 1
    # It may be held again, as long as there is time.
    assert (await decide(office, result, "hold")).status_code == 200
    assert (await decide(office, result, "release")).status_code == 200
    assert (await read(office, check)).json()["items"][0]["text"] == FOUND
    await office.desk.advance(80 * DAYS)
    assert await keys_left(office, result) == 0


async def test_a_result_belongs_to_its_action(office: Any) -> None:
    result = await kept(office, await office.enacted(office.spec("checkuser")))
    other = await office.enacted(office.spec("checkuser"))
    answer = await decide(office, result | {"action_id": other["id"]}, "hold")
    assert answer.status_code == 404
    assert (await decide(office, result | {"id": str(uuid4())}, "hold")).status_code == 404


# --- what the database itself refuses -----------------------------------------------------------------------------------------------


@pytest.fixture
async def sql(office: Any) -> AsyncIterator[asyncpg.Connection]:
    """A connection of role `ban` whose transaction is always rolled back."""
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


KEEP = """INSERT INTO check_result (id, action_id, by, collected_at, at, until, text)
          SELECT gen_random_uuid(), $1, 'eva', enacted_at, enacted_at, enacted_at + $2::interval, 'x'::bytea FROM action WHERE id = $1"""
HOLD = """INSERT INTO check_result_hold (id, result_id, by, at, reason_id)
          SELECT gen_random_uuid(), id, $2, at + $3::interval, gen_random_uuid() FROM check_result WHERE id = $1"""
DESTROY = "UPDATE check_result SET text = NULL, destroyed_at = until + $2::interval WHERE id = $1"
HOUR, MONTHS = timedelta(hours=1), timedelta(days=200)


async def refuses(sql: asyncpg.Connection, statement: str, *values: Any) -> str:
    attempt = sql.transaction()
    await attempt.start()
    try:
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError, asyncpg.InsufficientPrivilegeError)) as said:
            await sql.execute(statement, *values)
    finally:
        await attempt.rollback()
    return str(said.value)


async def test_the_database_keeps_no_result_longer_and_destroys_none_sooner(office: Any, sql: asyncpg.Connection) -> None:
    check = await office.enacted(office.spec("checkuser"))
    result = (await kept(office, check))["id"]
    assert "ninety_days" in await refuses(sql, KEEP, check["id"], timedelta(days=90, seconds=1))
    assert "only a CheckUser" in await refuses(sql, KEEP, (await office.enacted())["id"], 90 * DAYS)
    assert "permission denied" in await refuses(sql, "DELETE FROM check_result WHERE id = $1", result)
    assert "stays as it was kept" in await refuses(sql, "UPDATE check_result SET until = until - $2::interval WHERE id = $1", result, HOUR)
    assert "check_result_destroyed" in await refuses(sql, "UPDATE check_result SET text = NULL WHERE id = $1", result)
    assert "its time is over" in await refuses(sql, DESTROY, result, -HOUR)
    assert "in time" in await refuses(sql, HOLD, result, "eva", HOUR)
    assert "in time" in await refuses(sql, HOLD, result, "lena", MONTHS)
    await sql.execute(HOLD, result, "lena", HOUR)
    assert "hold_stands" in await refuses(sql, HOLD, result, "maja", HOUR)
    assert "while it is held" in await refuses(sql, DESTROY, result, HOUR)
    release = "UPDATE check_result_hold SET released_by = 'maja', released_at = at, release_id = reason_id WHERE result_id = $1"
    assert "as it was set" in await refuses(sql, release.replace("released_by = 'maja'", "by = 'maja', released_by = 'maja'"), result)
    await sql.execute(release, result)
    assert "once" in await refuses(sql, release, result)
    assert await sql.execute(DESTROY, result, HOUR) == "UPDATE 1"
    assert "stays as it was kept" in await refuses(sql, "UPDATE check_result SET text = 'y', destroyed_at = NULL WHERE id = $1", result)
