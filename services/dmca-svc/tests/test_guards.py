"""What the law forbids is forbidden in the database too, under the service's own role (R40, R113, D1, D10)."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from chassis.edge import new_id
from dmca_svc.actions import measures
from dmca_svc.actions.assessment import Place
from dmca_svc.model import COUNTER_MOVES, MOVES, CounterState, State


async def refuses(office: Any, statement: str, *values: Any, says: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=says):
        await office.desk.sql(statement, *values)


async def allowed(office: Any, function: str, states: type[State] | type[CounterState]) -> set[tuple[str, str]]:
    asked = f"SELECT old, new FROM unnest($1::text[]) old, unnest($1::text[]) new WHERE {function}(old, new)"
    return {(row["old"], row["new"]) for row in await office.desk.sql(asked, [state.value for state in states])}


async def test_the_database_knows_the_same_moves(office: Any) -> None:
    assert await allowed(office, "legal_move", State) == {(old.value, new.value) for old, news in MOVES.items() for new in news}
    counters = {(old.value, new.value) for old, news in COUNTER_MOVES.items() for new in news}
    assert await allowed(office, "legal_counter_move", CounterState) == counters


async def test_nothing_is_accepted_or_taken_down_without_legal(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"])
    notice = await office.recommend(notice["id"])
    await office.sign(notice, "team_peer", "pia")
    await office.sign(notice, "team_manager", "max")
    accept = "UPDATE notice SET state = 'accepted', decided_at = now() WHERE id = $1"
    await refuses(office, accept, notice["id"], says="do not make the chain")
    begin = "UPDATE notice SET takedown_at = now(), takedown_by = 'enno' WHERE id = $1"
    await refuses(office, begin, notice["id"], says="do not make the chain")
    remove = "UPDATE page SET state = 'removed', removed_at = now() WHERE notice_id = $1"
    await refuses(office, remove, notice["id"], says="without its receipt")
    jump = "UPDATE notice SET state = 'taken_down', decided_at = now(), taken_down_at = now() WHERE id = $1"
    await refuses(office, jump, notice["id"], says="no move from in_review to taken_down")


async def test_no_signature_of_the_evaluator_or_over_another_text_is_taken(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"])
    notice = await office.recommend(notice["id"])
    await office.sign(notice, "team_peer", "pia")
    copy = (
        "INSERT INTO signature (id, notice_id, recommendation_id, level, by, verdict, digest, note_id, at) "
        "SELECT $2, notice_id, recommendation_id, 'team_manager', $3, 'approve', $4, note_id, at FROM signature WHERE notice_id = $1"
    )
    digest = notice["review"]["digest"]
    await refuses(office, copy, notice["id"], uuid4(), "eva", digest, says="not taken")
    await refuses(office, copy, notice["id"], uuid4(), "max", "0" * 64, says="not taken")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_person_one_signature"):
        await office.desk.sql(copy, notice["id"], uuid4(), "pia", digest)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await office.desk.sql("UPDATE signature SET verdict = 'approve' WHERE notice_id = $1", notice["id"])


async def test_the_evaluator_takes_nothing_down_here_either(office: Any) -> None:
    notice = await office.decided()
    begin = "UPDATE notice SET takedown_at = now(), takedown_by = $2 WHERE id = $1"
    await refuses(office, begin, notice["id"], "eva", says="does not take it down")


async def test_nothing_goes_back_before_its_window_or_without_legal_on_the_tenth_day(office: Any) -> None:
    notice_id, counter = await office.counter_noticed()
    begin = "UPDATE counter_notice SET restoring = true, restoring_by = 'enno', restoring_at = $2::text::timestamptz WHERE id = $1"
    window = counter["window"]
    await refuses(office, begin, counter["id"], "2026-01-05 00:00Z", says="not_before_the_window")
    await refuses(office, begin, counter["id"], window["opens"], says="tenth_day_with_legal")
    moved = "UPDATE counter_notice SET opens = opens - interval '5 days' WHERE id = $1"
    await refuses(office, moved, counter["id"], says="keeps the dates it was told with")
    page = "UPDATE page SET state = 'restored', restored_at = now() WHERE notice_id = $1"
    await refuses(office, page, notice_id, says="without its receipt")
    forged = (
        "INSERT INTO page_receipt (id, notice_id, page_id, effect, log_id, acting_account, by, at) "
        "SELECT $2, notice_id, id, 'restored', 1, 'staff', 'x', now() FROM page WHERE notice_id = $1"
    )
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    try:
        # With a made-up receipt it is refused all the same; the transaction is thrown away.
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(forged, notice_id, uuid4())
        with pytest.raises(asyncpg.CheckViolationError, match="no restoration runs"):
            await connection.execute(page, notice_id)
        await transaction.rollback()
    finally:
        await connection.close()


RECEIPT = (
    "INSERT INTO page_receipt (id, notice_id, page_id, effect, log_id, acting_account, by, at) "
    "SELECT gen_random_uuid(), notice_id, id, 'restored', 1, 'staff', 'enno', now() FROM page WHERE notice_id = $1"
)
BACK = "UPDATE page SET state = 'restored', restored_at = now() WHERE notice_id = $1"
# What keeps the page down, and how it is let go for a moment so that a receipt gets past.
KEEPERS = {
    "another notice": (
        "UPDATE page SET named = $2 WHERE notice_id <> $1 AND place_hash IN (SELECT place_hash FROM page WHERE notice_id = $1)"
    ),
    "an order": "UPDATE page_hold SET ended_at = CASE WHEN $2 THEN NULL ELSE now() END, ended_by = CASE WHEN $2 THEN NULL ELSE 'lea' END, "
    "ended_note = CASE WHEN $2 THEN NULL ELSE laid_note END WHERE notice_id = $1",
    "a measure": "UPDATE measure_page SET ended_at = CASE WHEN $2 THEN NULL ELSE now() END WHERE place_hash IN "
    "(SELECT place_hash FROM page WHERE notice_id = $1)",
}


@pytest.mark.parametrize("keeper", KEEPERS)
async def test_what_something_else_keeps_down_goes_back_by_no_statement(office: Any, keeper: str) -> None:
    page = {"wiki": "examplewiki", "title": f"File:Kept by {keeper}.jpg"}
    notice = await office.taken_down((page,))
    if keeper == "another notice":
        await office.decided(pages=(page,))
    elif keeper == "an order":
        await office.act(f"/{notice['id']}/holds", {"cause": "order", "pages": [page], "note": "On file."}, "legal", "lea")
    else:
        async with office.desk.runtime.edge("inbox") as edge:
            await measures.begin(edge, new_id(), [Place(page["wiki"], page["title"])])
    await office.act(f"/{notice['id']}/withdrawal", {"text": "Settled.", "pages": []}, "legal", "lea")
    await refuses(office, RECEIPT, notice["id"], says=f"{keeper} keeps this page down")
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    try:
        # A receipt from a moment when nothing kept it: the page stays down all the same.
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(KEEPERS[keeper], notice["id"], False)  # noqa: FBT003 - the statement's own
        await connection.execute(RECEIPT, notice["id"])
        await connection.execute(KEEPERS[keeper], notice["id"], True)  # noqa: FBT003 - the statement's own
        with pytest.raises(asyncpg.CheckViolationError, match=f"{keeper} keeps this page down"):
            await connection.execute(BACK, notice["id"])
        await transaction.rollback()
        # Let go, the same two statements are taken.
        await transaction_of(connection, KEEPERS[keeper], notice["id"])
    finally:
        await connection.close()


async def transaction_of(connection: asyncpg.Connection, let_go: str, notice_id: str) -> None:
    """Let go of a page, put it back, and throw that away."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(let_go, notice_id, False)  # noqa: FBT003 - the statement's own
    await connection.execute(RECEIPT, notice_id)
    await connection.execute(BACK, notice_id)
    await transaction.rollback()


async def test_a_measure_that_has_ended_begins_no_more(office: Any) -> None:
    action_id = new_id()
    async with office.desk.runtime.edge("inbox") as edge:
        await measures.begin(edge, action_id, [])
    async with office.desk.runtime.edge("inbox") as edge:
        await measures.end(edge, action_id)
    await refuses(
        office,
        "UPDATE measure SET ended_at = NULL WHERE id = (SELECT id FROM measure WHERE ended_at IS NOT NULL AND id::text <> $1 LIMIT 1)",
        "",
        says="ends once",
    )
