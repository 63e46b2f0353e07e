"""What the database itself refuses, asked as the service's own role with direct SQL (R19, R113, D1, D2)."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import product
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from ban_svc.model import CARRIED, MOVES, State
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel.review import Course, chain_for

Refusals = (asyncpg.CheckViolationError, asyncpg.UniqueViolationError, asyncpg.InsufficientPrivilegeError)
ENACT = "UPDATE action SET state = 'enacted', performed_by = 'enno', enacted_at = now() WHERE id = $1"
SIGN = """INSERT INTO signature (id, action_id, digest, level, by, verdict, ordinal, note_id, at)
          SELECT gen_random_uuid(), id, digest, $2, $3, $4, $5, gen_random_uuid(), now() FROM action WHERE id = $1"""
COPY = """INSERT INTO action
          SELECT (a).* FROM (SELECT jsonb_populate_record(action, $2::text::jsonb) AS a FROM action WHERE id = $1) AS copy"""


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
    """Tell what the database says to a statement, which must be no."""
    attempt = sql.transaction()
    await attempt.start()
    try:
        with pytest.raises(Refusals) as said:
            await sql.execute(statement, *values)
    finally:
        await attempt.rollback()
    return str(said.value)


async def test_an_action_is_not_enacted_by_an_update(office: Any, sql: asyncpg.Connection) -> None:
    action = await office.signed(await office.proposed(), "team_peer", "team_manager")
    assert "no move" in await refuses(sql, ENACT, action["id"])
    # Along the legal moves, as a retry, a schedule or a replay would come: the signatures are asked for all the same.
    await sql.execute("UPDATE action SET state = 'approved' WHERE id = $1", action["id"])
    assert "do not make the chain" in await refuses(sql, ENACT, action["id"])


async def test_the_whole_chain_is_enacted_by_an_update_and_not_by_its_evaluator_or_who_stepped_aside(
    office: Any, sql: asyncpg.Connection
) -> None:
    action = await office.signed(await office.proposed())
    assert "chain" in await refuses(sql, ENACT.replace("enno", "eva"), action["id"])
    assert "chain" in await refuses(sql, ENACT.replace("'enno'", "NULL"), action["id"])
    await sql.execute(
        "INSERT INTO recusal (id, action_id, by, note_id, at) VALUES (gen_random_uuid(), $1, 'enno', gen_random_uuid(), now())",
        action["id"],
    )
    assert "chain" in await refuses(sql, ENACT, action["id"])
    assert await sql.execute(ENACT.replace("enno", "emil"), action["id"]) == "UPDATE 1"


async def test_a_text_that_changed_after_the_signatures_is_not_enacted(office: Any, sql: asyncpg.Connection) -> None:
    action = await office.signed(await office.proposed())
    assert "another digest" in await refuses(sql, "UPDATE action SET spec = spec || '\\x00'::bytea WHERE id = $1", action["id"])
    await sql.execute("UPDATE action SET digest = repeat('0', 64) WHERE id = $1", action["id"])
    assert "chain" in await refuses(sql, ENACT, action["id"])


@pytest.mark.parametrize(
    "change",
    ["levels = '{team_peer}'", "approvals = 0", "evaluator = 'other'", "kind = 'range_block'", "origin = 'recorded'", "case_id = NULL"],
)
async def test_kind_evaluator_and_chain_never_change(office: Any, sql: asyncpg.Connection, change: str) -> None:
    action = await office.proposed()
    assert "never change" in await refuses(sql, f"UPDATE action SET {change} WHERE id = $1", action["id"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ('"levels": ["team_peer"]', "fewer than the procedure"),
        ('"approvals": 2', "fewer than the procedure"),
        ('"state": "approved"', "begins as a proposal"),
        ('"state": "enacted"', "begins as a proposal"),
        ('"kind": "dmca"', "begins as a proposal"),
        ('"origin": "recorded"', "the import alone"),
    ],
)
async def test_no_action_is_inserted_past_its_chain(office: Any, sql: asyncpg.Connection, changes: str, says: str) -> None:
    action = await office.proposed()
    new = f'{{"id": "{uuid4()}", "digest": "{uuid4().hex * 2}", {changes}}}'
    assert says in await refuses(sql, COPY, action["id"], new)


async def test_signatures_are_only_added_once_a_level_and_person_and_never_the_evaluators(office: Any, sql: asyncpg.Connection) -> None:
    action = await office.signed(await office.proposed(), "team_peer")
    for statement in ("UPDATE signature SET verdict = 'approve'", "DELETE FROM signature", "TRUNCATE signature", "DELETE FROM recusal"):
        assert "permission denied" in await refuses(sql, statement)
    assert "level_once" in await refuses(sql, SIGN, action["id"], "team_peer", "another", "approve", 2)
    assert "person_once" in await refuses(sql, SIGN, action["id"], "team_manager", "one-team_peer", "approve", 2)
    assert "not taken" in await refuses(sql, SIGN, action["id"], "team_manager", "eva", "approve", 2)
    assert "not taken" in await refuses(
        sql, SIGN.replace("digest, $2", "repeat('0', 64), $2"), action["id"], "team_manager", "maja", "approve", 2
    )


async def test_a_decision_covers_the_accounts_of_its_person_for_as_long_as_it_holds(office: Any, sql: asyncpg.Connection) -> None:
    ban = await office.enacted()
    expiring = await office.enacted(spec=office.spec(expires_at="2099-01-01T00:00:00Z"))
    cover = """INSERT INTO cover (action_id, kind, name_hash, network, starts_at, changed)
               VALUES ($1, 'global_ban', $2, $3::text::cidr, now(), 0)"""
    assert "confirmed accounts" in await refuses(sql, cover, ban["id"], b"somebody else", None)
    assert "no range is wider" in await refuses(sql, cover, ban["id"], None, "0.0.0.0/0")
    assert "no range is wider" in await refuses(sql, cover, ban["id"], None, "2001::/18")
    assert "does not change" in await refuses(sql, "UPDATE cover SET name_hash = 'y' WHERE action_id = $1", ban["id"])
    assert "longer than" in await refuses(sql, "UPDATE cover SET ends_at = NULL WHERE action_id = $1", expiring["id"])
    link = """INSERT INTO account (id, individual_id, name_hash, name, confidence, decided_by, at)
              SELECT gen_random_uuid(), individual_id, 'somebody else', 'x', 'confirmed', id, now() FROM action WHERE id = $1"""
    assert "names it" in await refuses(sql, link, ban["id"])


RANGE = """INSERT INTO cover (action_id, kind, network, named, proofs, starts_at, ends_at, changed)
           SELECT action_id, kind, $2::text::cidr, ARRAY[$3::text::cidr], {}, starts_at, ends_at, 0 FROM cover
           WHERE action_id = $1 AND network IS NOT NULL LIMIT 1"""


@pytest.mark.parametrize("kind", ["global_ban", "range_block"])
async def test_only_ranges_inside_of_those_that_the_decision_names_are_covered(office: Any, sql: asyncpg.Connection, kind: str) -> None:
    place = f"10.{uuid4().int % 250}.{uuid4().int % 250}"
    named, part, other = f"{place}.0/28", f"{place}.4/30", f"{place}.64/28"
    v6 = f"2001:db8:{uuid4().hex[:4]}::/48"
    changes = {"enforces": (await office.enacted())["id"]} if kind == "range_block" else {}
    ban = await office.enacted(office.spec(kind, addresses=[named, v6], **changes))
    for network, said, proof in (
        (other, None, "NULL"),
        (other, other, "proofs"),
        (other, named, "proofs"),
        (other, other, "ARRAY['forged'::bytea]"),
        (part, part, "proofs"),
        (part, named, "ARRAY['forged'::bytea]"),
        (part, named, "NULL"),
        (f"{place}.0/24", named, "proofs"),
    ):
        assert "that the decision names" in await refuses(sql, RANGE.format(proof), ban["id"], network, said), (network, said, proof)
    assert await sql.execute(RANGE.format("proofs"), ban["id"], part, named) == "INSERT 0 1"
    shorter = """UPDATE cover SET ends_at = starts_at + interval '1 hour', proofs = ARRAY['forged'::bytea]
                 WHERE action_id = $1 AND network IS NOT NULL"""
    await sql.execute(shorter, ban["id"])
    longer = "UPDATE cover SET ends_at = starts_at + interval '2 hours' WHERE action_id = $1 AND network IS NOT NULL"
    assert "that the decision names" in await refuses(sql, longer, ban["id"])
    # Which ranges a text names stays as the text does.
    assert "changes with it alone" in await refuses(sql, "UPDATE action SET ranges = '{x}' WHERE id = $1", ban["id"])
    copied = f'{{"id": "{uuid4()}", "digest": "{uuid4().hex * 2}", "state": "proposed", "ranges": null}}'
    assert "said with it" in await refuses(sql, COPY, (await office.proposed())["id"], copied)


async def test_a_text_that_is_not_decided_yet_tells_nobody_its_ranges(office: Any) -> None:
    """Who has the database and not the key learns from the hashes neither a range nor whether two texts name one."""
    address = f"198.51.100.{uuid4().int % 250}"
    first, second = [await office.proposed(office.spec(addresses=[address])) for _ in range(2)]
    found = await office.desk.sql("SELECT ranges FROM action WHERE id = ANY ($1::uuid[])", [first["id"], second["id"]])
    assert [len(row["ranges"]) for row in found] == [1, 1]
    assert found[0]["ranges"] != found[1]["ranges"]
    guessed = await office.desk.sql("SELECT sha256(cidr_send($1::text::cidr)) AS guess", address)
    assert guessed[0]["guess"] not in [*found[0]["ranges"], *found[1]["ranges"]]


async def test_nothing_is_covered_that_was_not_enacted_and_no_account_is_uncovered_by_a_delete(
    office: Any, sql: asyncpg.Connection
) -> None:
    waiting, ban = await office.signed(await office.proposed()), await office.enacted()
    cover = "INSERT INTO cover (action_id, kind, name_hash, starts_at, changed) VALUES ($1, 'global_ban', 'x', now(), 0)"
    assert "not enacted" in await refuses(sql, cover, waiting["id"])
    assert "forgotten" in await refuses(sql, "DELETE FROM cover WHERE action_id = $1", ban["id"])


async def test_the_guards_are_not_the_services_to_switch_off(office: Any, sql: asyncpg.Connection) -> None:
    action = await office.signed(await office.proposed(), "team_peer")
    for statement in (
        "ALTER TABLE action DISABLE TRIGGER ALL",
        "DROP TRIGGER action_guard ON action",
        "CREATE OR REPLACE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "UPDATE procedure SET levels = '{}', approvals = 0",
        "SET session_replication_role = replica",
        "SET ROLE ban_owner",
    ):
        assert await refuses(sql, statement), statement
    await sql.execute("UPDATE action SET state = 'approved' WHERE id = $1", action["id"])
    try:
        await sql.execute("CREATE TEMP TABLE signature AS SELECT s.* FROM ban.signature s")
    except asyncpg.InsufficientPrivilegeError:
        return
    pytest.fail("a temporary table stood in for the signatures") if await _enacts(sql, action["id"]) else None


async def _enacts(sql: asyncpg.Connection, action_id: str) -> bool:
    """Tell whether the database would let it be enacted now; nothing stays."""
    attempt = sql.transaction()
    await attempt.start()
    try:
        await sql.execute(ENACT, action_id)
    except Refusals:
        return False
    else:
        return True
    finally:
        await attempt.rollback()


async def test_the_database_knows_the_moves_and_the_matrix_that_the_rules_know(sql: asyncpg.Connection) -> None:
    for old, new in product(State, State):
        assert await sql.fetchval("SELECT legal_move($1, $2)", old, new) == (new in MOVES[old]), (old, new)
    rows = {row["kind"]: (row["levels"], row["approvals"]) for row in await sql.fetch("SELECT * FROM procedure")}
    chains = {kind.value: chain_for(kind, Course.ACT, on=date(2026, 11, 2)) for kind in CARRIED}
    assert rows == {kind: ([level.value for level in chain.column], chain.approvals) for kind, chain in chains.items()}


LEVELS = ("team_peer", "team_manager", "director", "chief", "legal")
STEPS = st.lists(
    st.one_of(
        st.just(("next", "approve")),
        st.just(("next", "approve")),
        st.tuples(st.just("next"), st.sampled_from(["approve", "dissent", "return"])),
        st.tuples(st.sampled_from(LEVELS), st.sampled_from(["approve", "dissent"])),
        st.sampled_from(
            [("amend", ""), ("evaluator", ""), ("twice", ""), ("recuse", ""), ("enact", "enno"), ("enact", "eva"), ("withdraw", "")]
        ),
    ),
    min_size=4,
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_order_of_steps_enacts_without_the_chain(office: Any, steps: list[tuple[str, str]]) -> None:
    """A conduct warning goes through any sequence; what was accepted is counted here, apart from all code of the service."""
    action = await office.proposed(office.spec("conduct_warning"))
    where, signed = f"/bans/v1/actions/{action['id']}", dict[str, str]()
    for step, what in [*steps, ("enact", "enno")]:
        waiting = next((one["level"] for one in action["review"]["steps"] if one["state"] == "open"), "legal")
        level = waiting if step in ("next", "evaluator", "twice") else step
        if step == "enact":
            answer = await office.enact(action, sub=what)
        elif step == "amend":
            answer = await office.desk.post(f"{where}/amendments", {"note": "An answer."}, role="evaluator", sub="eva")
        elif step == "withdraw":
            answer = await office.desk.post(f"{where}/withdrawal", {"note": "Taken back."}, role="evaluator", sub="eva")
        elif step == "recuse":
            answer = await office.desk.post(f"{where}/recusals", {"why": "I know them."}, role="chief", sub="one-chief")
        else:
            sub = {"evaluator": "eva", "twice": "one-team_peer"}.get(step, f"one-{level}")
            answer = await office.sign(action, level, what or "approve", sub=sub)
            if answer.status_code == 200 and what != "return":
                assert sub != "eva"
                signed[level] = what or "approve"
        if answer.status_code < 300:
            action = answer.json()
            signed = {} if step == "amend" else signed
    if action["state"] == "enacted":
        assert list(signed) == list(LEVELS)
        assert list(signed.values()).count("approve") >= 2
        assert signed["legal"] == "approve"
        assert action["performed_by"]["id"] == "enno"
    else:
        assert action["authorised_by"] == [
            {"role": level, "id": f"one-{level}"} for level, verdict in signed.items() if verdict == "approve"
        ]
