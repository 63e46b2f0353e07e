"""Bans and range blocks from before this system: what is over, what is blocked, and that nobody else writes them (R8, R29, R30, R83)."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import eventually
from kernel.decision import Refused


async def known(office: Any, name: str) -> None:
    """Wait until the check, in another process than the import, knows of a ban."""

    async def answers() -> bool:
        return bool((await office.check(user=name))["banned"])

    await eventually(answers, what="the check's answer")


async def asked_of(office: Any, at: str, **subject: str) -> bool:
    answer = await office.desk.get("/bans/v1/check", params={**subject, "at": at}, role="auditor", reason="an audit of old lists")
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["banned"])


ENDINGS = (
    {"ended": "lifted", "ended_at": "2021-03-01T00:00:00Z"},
    {"ended": "expired", "expires_at": "2021-03-01T00:00:00Z"},
)


@pytest.mark.parametrize("ending", ENDINGS, ids=["lifted", "expired"])
async def test_a_ban_that_is_over_is_history_and_banned_nobody_since(office: Any, imports: Any, ending: dict[str, str]) -> None:
    row = imports.row(**ending)
    name = row["accounts"][0]["name"]
    made, new = await imports.take(row)
    assert new is True
    assert (await imports.take(row)) == (made, False)
    moments = {"2019-06-10T11:59:59Z": False, "2019-06-10T12:00:00Z": True, "2021-02-28T23:59:59Z": True, "2021-03-01T00:00:00Z": False}
    assert {at: await asked_of(office, at, user=name) for at in moments} == moments
    assert (await office.check(user=name))["banned"] is False
    shown = await office.read({"id": made, "kind": "global_ban"})
    assert (shown["origin"], shown["state"], shown["ended_at"]) == ("recorded", ending["ended"], "2021-03-01T00:00:00Z")
    person = await office.desk.get(f"/bans/v1/individuals/{shown['individual_id']}", role="auditor")
    assert person.json()["action_ids"] == [made]
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert office.codes(await office.desk.post(f"/bans/v1/actions/{made}/lift", body, role="team_manager")) == ["not_in_force"]
    # It stands in the way of nothing: the person is banned anew, as the person of that history.
    again = await office.enacted(office.spec(accounts=row["accounts"]))
    assert again["individual_id"] == shown["individual_id"]


async def test_a_ban_that_holds_is_known_of_the_time_before_it_was_imported(office: Any, imports: Any) -> None:
    row = imports.row(accounts=[{"name": f"Old visitor {uuid4().hex[:12]}"} for _ in range(2)])
    await imports.take(row)
    event_ban = imports.row(kind="event_ban", scope={"everywhere": True}, **ENDINGS[0])
    over, _ = await imports.take(event_ban)
    for account in row["accounts"]:
        await known(office, account["name"])
        assert [await asked_of(office, at, user=account["name"]) for at in ("2019-06-10T11:00:00Z", "2020-01-01T00:00:00Z")] == [
            False,
            True,
        ]
    (cover,) = await office.desk.sql("SELECT scope::text AS scope, ends_at FROM cover WHERE action_id = $1", UUID(over))
    assert ("everywhere" in cover["scope"], cover["ends_at"].year) == (True, 2021)


async def test_a_range_block_is_imported_with_its_ranges_and_ends_with_the_ban_that_it_enforces(office: Any, imports: Any) -> None:
    one, two = uuid4().int % 200 + 10, uuid4().int % 200 + 10
    ban = imports.row()
    block = imports.row(kind="range_block", accounts=None, addresses=[f"13.{one}.{two}.0/24"], enforces=ban["ref"])
    with pytest.raises(Refused) as refused:
        await imports.take(block)
    assert [reason.code for reason in refused.value.reasons] == ["ban_not_on_record"]
    made, blocked = (await imports.take(ban))[0], (await imports.take(block))[0]
    free = imports.row(kind="range_block", accounts=None, addresses=[f"14.{one}.{two}.0/24"], **ENDINGS[1])
    apart = (await imports.take(free))[0]

    async def answers(wanted: list[bool]) -> None:
        async def agree() -> bool:
            return [(await office.check(ip=f"{first}.{one}.{two}.7"))["banned"] for first in (13, 14)] == wanted

        await eventually(agree, what="the check's answer")

    await answers([True, False])
    assert [await asked_of(office, "2020-01-01T00:00:00Z", ip=f"{first}.{one}.{two}.7") for first in (13, 14)] == [True, True]
    shown = [await office.read({"id": action, "kind": "range_block"}) for action in (blocked, apart)]
    assert [(one["state"], one["acting_account"]) for one in shown] == [("enforced", "wmfoffice"), ("expired", "staff")]
    remarks = [item.get("reasons") for item in await office.timeline({"id": blocked, "kind": "range_block"})]
    assert [reason["code"] for reason in remarks[0] or ()] == ["bars_unsaid"]
    where, body = f"/bans/v1/actions/{made}/lift", {"reason": "It has served its purpose.", "note": "Quiet."}
    assert (await office.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    answer = await office.desk.post(f"{where}/confirmation", {"note": "Agreed."}, role="director", sub="dora")
    assert answer.json()["state"] == "lifted", answer.text
    await answers([False, False])
    # A block that is over may be told later, with the end that it had.
    late = imports.row(kind="range_block", accounts=None, addresses=[f"15.{one}.{two}.0/24"], enforces=ban["ref"], **ENDINGS[0])
    assert (await imports.take(late))[1] is True
    for row in (ban, block, free, late):
        assert (await imports.take(row))[1] is False


async def test_another_row_of_the_same_name_changes_nothing(office: Any, imports: Any) -> None:
    row = imports.row()
    made, _ = await imports.take(row)
    await known(office, row["accounts"][0]["name"])
    for changes in (
        {"note": "Another word."},
        {"enacted_at": "2019-06-11T12:00:00Z"},
        ENDINGS[0],
        {"accounts": [{"name": "Other visitor"}]},
    ):
        with pytest.raises(Refused) as refused:
            await imports.take({**row, **changes})
        assert [reason.code for reason in refused.value.reasons] == ["another_row"], changes
    shown = await office.read({"id": made, "kind": "global_ban"})
    assert (shown["state"], shown["version"]) == ("enforced", 1)


FORGED = {
    "over without an end": "state = 'lifted'",
    "an end of what holds": "ended_at = enacted_at + interval '1 day'",
    "an end to come": "state = 'lifted', ended_at = proposed_at + interval '1 day'",
    "over before it began": "state = 'lifted', ended_at = enacted_at",
    "expired before its end": "state = 'expired', ended_at = enacted_at + interval '1 day', expires_at = enacted_at + interval '2 days'",
    "decided later": "enacted_at = proposed_at + interval '1 day'",
    "another kind": "kind = 'conduct_warning'",
    "decided by somebody": "performed_by = 'olga'",
    "a chain": "levels = '{legal}'",
    "no source": "source_hash = NULL",
    "still open": "state = 'proposed'",
    "enforcing an event ban": "kind = 'range_block', enforces = (SELECT id FROM action WHERE kind = 'event_ban' LIMIT 1)",
}


async def test_the_import_itself_writes_nothing_but_what_was(office: Any, imports: Any) -> None:
    await office.enacted(office.spec("event_ban"))
    row = imports.row()
    made, _ = await imports.take(row)
    await known(office, row["accounts"][0]["name"])
    connection = await asyncpg.connect(imports.runtime.db.asyncpg_dsn)
    try:
        # A row like the one on record, with one thing in it that was not so.
        await connection.execute("CREATE TEMP TABLE forged (LIKE ban.action)")
        for said, change in FORGED.items():
            await connection.execute("TRUNCATE forged")
            await connection.execute("INSERT INTO forged SELECT * FROM ban.action WHERE id = $1", UUID(made))
            await connection.execute("UPDATE forged SET id = gen_random_uuid(), source_hash = sha256(id::text::bytea)")
            await connection.execute(f"UPDATE forged SET {change}")
            try:
                await connection.execute("INSERT INTO ban.action SELECT * FROM forged")
            except asyncpg.CheckViolationError:
                continue
            pytest.fail(said)
    finally:
        await connection.close()
    backdate = """INSERT INTO cover (action_id, kind, name_hash, starts_at, changed)
                  SELECT action_id, kind, name_hash, starts_at, 0 FROM cover WHERE action_id = $1"""
    with pytest.raises(asyncpg.CheckViolationError, match="before it is decided and on record"):
        await office.desk.sql(backdate, UUID(made))
