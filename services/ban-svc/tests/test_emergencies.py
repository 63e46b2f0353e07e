"""Acting first and signing after: child protection and an emergency CheckUser, in code and in the database (R50, R60, R113, D3, D4)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

CHAIN = ("team_peer", "team_manager", "legal")
ENACT = "UPDATE action SET state = 'enacted', performed_by = $2, enacted_at = now() WHERE id = $1"
SIGN = """INSERT INTO signature (id, action_id, digest, level, by, verdict, ordinal, note_id, at)
          SELECT gen_random_uuid(), id, digest, $2, $3, $4, $5, gen_random_uuid(), now() FROM action WHERE id = $1"""


@pytest.fixture
async def sql(office: Any) -> AsyncIterator[asyncpg.Connection]:
    """A connection of role `ban` whose transaction is always rolled back."""
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def refuses(sql: asyncpg.Connection, statement: str, *values: Any) -> str:
    attempt = sql.transaction()
    await attempt.start()
    try:
        with pytest.raises(asyncpg.CheckViolationError) as said:
            await sql.execute(statement, *values)
    finally:
        await attempt.rollback()
    return str(said.value)


async def measured(office: Any, **changes: Any) -> dict[str, Any]:
    """A measure of child protection that the person who proposed it enacted at once."""
    action = await office.proposed(office.spec("child_protection", emergency=True, **changes))
    answer = await office.enact(action, sub="eva")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def said(office: Any, action: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """What was said of the action, with what its clock measures and where that stands."""
    rows = await office.desk.sql(
        """SELECT p->>'action_change_kind', p->'action'->'clock'->>'measures', p->'action'->'clock'->>'state'
           FROM (SELECT convert_from(payload, 'UTF8')::jsonb AS p, version FROM outbox WHERE key LIKE '%' || $1 || '%') AS told
           ORDER BY version""",
        action["id"],
    )
    # Of a house in which every test enacts, some action is the one too many (R110).
    return [tuple(row) for row in rows if row[0] != "unusual_rate"]


async def test_the_group_acts_at_once_and_the_chain_that_approves_lets_it_stand(office: Any) -> None:
    done = await measured(office)
    assert (done["state"], done["emergency"], done["review"]["state"], done["acting_account"]) == ("enacted", True, "open", "wmfoffice")
    assert done["performed_by"] == {"role": "child_protection", "id": "eva"}
    assert (await office.receipt(done)).json()["state"] == "enforced"
    assert office.codes(await office.sign(done, "team_peer", sub="eva")) == ["evaluator_signs", "enactor_signs"]
    assert office.codes(await office.sign(done, "team_peer", "return")) == ["in_force_already"]
    stands = await office.signed(done, *CHAIN)
    assert (stands["state"], stands["review"]["state"]) == ("enforced", "approved")
    assert await said(office, done) == [
        ("proposed", None, None),
        ("enacted", "second_signature", "running"),
        ("enforced", "second_signature", "running"),
        ("review_recorded", "chain", "running"),
        ("review_recorded", "chain", "running"),
        ("review_recorded", "chain", "running"),
        ("approved", "chain", "stopped"),
    ]
    await office.desk.advance(timedelta(days=2))
    assert len(await said(office, done)) == 7


async def test_silence_is_a_breach_at_four_and_at_twenty_four_hours_and_never_an_undo(office: Any) -> None:
    done = await measured(office)
    await office.desk.advance(timedelta(hours=5))
    assert (await said(office, done))[2:] == [("at_risk", "second_signature", "at_risk"), ("breached", "second_signature", "breached")]
    await office.desk.advance(timedelta(hours=20))
    assert (await said(office, done))[4:] == [("at_risk", "chain", "at_risk"), ("breached", "chain", "breached")]
    assert (await office.read(done))["state"] == "enacted"
    # Late signatures count all the same.
    assert (await office.signed(done, *CHAIN))["review"]["state"] == "approved"
    steps = [item["what"] for item in await office.timeline(done)]
    assert [step for step in steps if step in ("at_risk", "breached")] == ["at_risk", "breached"] * 2


async def test_a_second_signature_in_time_leaves_the_clock_of_the_chain(office: Any) -> None:
    done = await office.signed(await measured(office), "team_peer")
    await office.desk.advance(timedelta(hours=25))
    assert (await said(office, done))[2:] == [
        ("review_recorded", "chain", "running"),
        ("at_risk", "chain", "at_risk"),
        ("breached", "chain", "breached"),
    ]


async def test_what_its_chain_declines_is_reversed_the_same_day(office: Any) -> None:
    done = await measured(office)
    assert (await office.receipt(done)).status_code == 200
    declined = await office.signed(done, *CHAIN, legal="dissent")
    assert (declined["state"], declined["review"]["state"]) == ("declined", "declined")
    owed = [(one["effect"], one["state"]) for one in declined["enforcement"]]
    assert owed == [("lock", "done"), ("unlock", "waiting")]
    assert (await said(office, done))[-1] == ("declined", "reversal", "running")
    undone = await office.receipt(declined, "unlock")
    assert undone.status_code == 200, undone.text
    await office.desk.advance(timedelta(days=2))
    assert (await office.read(done))["state"] == "declined"
    assert (await said(office, done))[-1][0] == "declined"


async def test_a_reversal_that_does_not_come_the_same_day_is_a_breach(office: Any) -> None:
    done = await measured(office)
    await office.receipt(done)
    await office.signed(done, *CHAIN, legal="dissent")
    await office.desk.advance(timedelta(days=2))
    assert (await said(office, done))[-1] == ("breached", "reversal", "breached")


async def test_what_was_never_done_is_not_owed_back(office: Any) -> None:
    declined = await office.signed(await measured(office), *CHAIN, legal="dissent")
    assert declined["enforcement"] == []
    assert (await said(office, declined))[-1] == ("declined", "chain", "stopped")


async def test_who_signed_does_not_enact_the_emergency(office: Any) -> None:
    action = await office.signed(await office.proposed(office.spec("child_protection", emergency=True)), "team_peer")
    assert office.codes(await office.enact(action, sub="one-team_peer")) == ["signer_enacts"]
    done = (await office.enact(action, sub="cleo")).json()
    assert done["state"] == "enacted"
    assert (await said(office, done))[-1] == ("enacted", "chain", "running")


async def test_a_measure_that_is_no_emergency_and_one_outside_the_group_wait(office: Any) -> None:
    calm = await office.proposed(office.spec("child_protection"))
    assert "level_not_heard" in office.codes(await office.enact(calm))
    urgent = await office.proposed(office.spec("child_protection", emergency=True))
    assert office.codes(await office.enact(urgent, role="enforcer")) == ["not_in_named_group"]


async def test_a_returned_emergency_is_answered_and_then_enacted(office: Any) -> None:
    action = await office.proposed(office.spec("child_protection", emergency=True))
    returned = (await office.sign(action, "team_peer", "return")).json()
    assert "returned" in office.codes(await office.enact(returned, sub="eva"))
    where = f"/bans/v1/actions/{action['id']}/amendments"
    amended = await office.desk.post(where, {"note": "It stands."}, role=("evaluator", "child_protection"), sub="eva")
    assert (await office.enact(amended.json(), sub="eva")).json()["state"] == "enacted"


async def test_an_emergency_check_is_run_first_and_signed_within_a_day(office: Any) -> None:
    action = await office.proposed(office.spec("checkuser", emergency=True))
    assert office.codes(await office.enact(action, sub="eva")) == ["evaluator_enacts"]
    done = (await office.enact(action)).json()
    assert (done["state"], done["emergency"], done["acting_account"]) == ("enacted", True, "staff")
    assert office.codes(await office.sign(done, "team_peer", sub="enno")) == ["enactor_signs"]
    await office.desk.advance(timedelta(hours=25))
    assert (await said(office, done))[1:] == [
        ("enacted", "chain", "running"),
        ("at_risk", "chain", "at_risk"),
        ("breached", "chain", "breached"),
    ]
    assert (await office.signed(done, "team_peer"))["review"]["state"] == "approved"


async def test_a_check_that_is_no_emergency_waits_for_its_signature(office: Any) -> None:
    action = await office.proposed(office.spec("checkuser"))
    assert "level_not_heard" in office.codes(await office.enact(action))
    assert (await office.enact(await office.signed(action))).json()["emergency"] is False


@pytest.mark.parametrize(
    "kind", ["global_ban", "rights_removal", "conduct_warning", "page_protection", "other", "child_protection", "checkuser"]
)
async def test_the_database_lets_no_action_into_force_before_its_chain(office: Any, sql: asyncpg.Connection, kind: str) -> None:
    action = await office.proposed(office.spec(kind))
    assert "but in an emergency" in await refuses(sql, ENACT, action["id"], "enno")
    assert "is said in the text" in await refuses(sql, "UPDATE action SET emergency = true WHERE id = $1", action["id"])
    await sql.execute("UPDATE action SET state = 'approved' WHERE id = $1", action["id"])
    assert "do not make the chain" in await refuses(sql, ENACT, action["id"], "enno")
    if kind not in ("child_protection", "checkuser"):
        renamed = "UPDATE action SET emergency = true, digest = repeat('0', 64), state = 'proposed' WHERE id = $1"
        await sql.execute("UPDATE action SET state = 'withdrawn' WHERE id = $1", action["id"])
        assert await refuses(sql, renamed, action["id"])


async def test_the_database_lets_exactly_the_emergencies_act_first(office: Any, sql: asyncpg.Connection) -> None:
    child = await office.proposed(office.spec("child_protection", emergency=True))
    check = await office.proposed(office.spec("checkuser", emergency=True))
    assert "chain" in await refuses(sql, ENACT, check["id"], "eva")
    assert "chain" in await refuses(sql, ENACT.replace("$2", "NULL::text || $2"), check["id"], "enno")
    assert await sql.execute(ENACT, check["id"], "enno") == "UPDATE 1"
    await sql.execute(SIGN, child["id"], "team_peer", "pia", "approve", 1)
    assert "chain" in await refuses(sql, ENACT, child["id"], "pia")
    assert await sql.execute(ENACT, child["id"], "eva") == "UPDATE 1"
    # After it, whoever enacted signs nothing, nobody sends it back, and it is not worded anew.
    assert "not taken" in await refuses(sql, SIGN, check["id"], "team_peer", "enno", "approve", 1)
    assert "not taken" in await refuses(sql, SIGN, child["id"], "team_manager", "maja", "return", 2)
    assert "stays what was signed" in await refuses(sql, "UPDATE action SET digest = repeat('0', 64) WHERE id = $1", child["id"])
    assert await sql.execute(SIGN, check["id"], "team_peer", "pia", "approve", 1) == "INSERT 0 1"
    assert await sql.execute("UPDATE action SET state = 'declined' WHERE id = $1", child["id"]) == "UPDATE 1"


async def test_the_database_reverses_nothing_but_an_emergency(office: Any, sql: asyncpg.Connection) -> None:
    ban = await office.enacted()
    assert "but in an emergency" in await refuses(sql, "UPDATE action SET state = 'declined' WHERE id = $1", ban["id"])


async def test_the_database_takes_a_delegates_signature_under_a_delegation_alone(office: Any, sql: asyncpg.Connection) -> None:
    action = await office.proposed()
    lent = """INSERT INTO delegation (id, level, by, delegate, starts_at, until, note, at)
              VALUES (gen_random_uuid(), $1, $2, 'dana', now() - interval '1 hour', now() + $3 * interval '1 minute', 'x', now())
              RETURNING id"""
    sign = """INSERT INTO signature (id, action_id, digest, level, by, verdict, ordinal, note_id, delegation_id, at)
              SELECT gen_random_uuid(), id, digest, 'team_peer', $2, 'approve', 1, gen_random_uuid(), $3, now() FROM action WHERE id = $1"""
    over, other = await sql.fetchval(lent, "team_peer", "pia", -1), await sql.fetchval(lent, "director", "dora", 5)
    evaluators, good = await sql.fetchval(lent, "team_peer", "eva", 5), await sql.fetchval(lent, "team_peer", "pia", 5)
    for delegation in (over, other, evaluators):
        assert "not taken" in await refuses(sql, sign, action["id"], "dana", delegation)
    assert "not taken" in await refuses(sql, sign, action["id"], "pia", good)
    assert await sql.execute(sign, action["id"], "dana", good) == "INSERT 0 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await sql.execute("UPDATE delegation SET until = now() + interval '1 year'")
