"""Each invariant finds what it is there for: the row is broken by hand, as its owner, and put back."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from notify_svc.app import INVARIANTS
from notify_svc.model import Person

ASKER = Person("r1", "A. Asker", "asker@example.invalid")
BREAKS = {
    "notification-with-its-receipt": "UPDATE delivery SET state = 'failed', receipt = NULL, receipt_at = NULL, error = 'x' WHERE id = $1",
    "notification-has-a-way": "UPDATE notification SET state = 'queued', receipt = NULL, delivered_at = NULL WHERE delivery_id = $1",
    "notification-as-its-delivery": "UPDATE delivery SET state = 'cancelled', receipt = NULL, receipt_at = NULL WHERE id = $1",
    "letter-has-its-notification": "UPDATE notification SET delivery_id = NULL WHERE delivery_id = $1",
    "alerts-end-together": """WITH lead AS (
        UPDATE notification SET state = 'failed', reason_code = 'x', receipt = NULL, delivered_at = NULL
        WHERE delivery_id = $1 RETURNING *)
      INSERT INTO notification SELECT (jsonb_populate_record(NULL::notification, to_jsonb(lead) || jsonb_build_object(
        'id', gen_random_uuid(), 'recipient', 'other', 'state', 'suppressed', 'delivery_id', NULL,
        'together_with', lead.id))).* FROM lead""",
    "notification-audited": "UPDATE notification SET id = gen_random_uuid() WHERE delivery_id = $1",
    "notification-said": "UPDATE notification SET version = version + 1 WHERE delivery_id = $1",
}


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("name", BREAKS)
async def test_the_checker_finds_what_is_broken(house: Any, office: Any, desk: Any, name: str) -> None:
    row = (await office.tell(office.said("request", "received"), requester=ASKER))[0]
    await desk.advance(timedelta(seconds=61))
    connection = await asyncpg.connect(desk.settings.database_url)
    try:
        await connection.execute("SET search_path = notify")
        kept = [await connection.fetchrow(f"SELECT * FROM {table} WHERE {column} = $1", row["delivery_id"]) for table, column in
                (("notification", "delivery_id"), ("delivery", "id"))]  # fmt: skip
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(BREAKS[name], row["delivery_id"])
        assert name in {finding.invariant for finding in await desk.findings()}
    finally:
        for table, was, column in (("notification", kept[0], "about_id"), ("delivery", kept[1], "id")):
            await connection.execute(f"DELETE FROM {table} WHERE {column} = $1", was[column])
            places = ", ".join(f"${number}" for number in range(1, len(was) + 1))
            await connection.execute(f"INSERT INTO {table} ({', '.join(was.keys())}) VALUES ({places})", *was.values())
        await connection.close()
    del house
