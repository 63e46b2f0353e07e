"""What the database itself refuses about a decision in force (R16, R30, R101, R113, D26)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ban_svc.model.life import MODIFICATION_MOVES, ModificationState
from chassis.edge import new_id


@pytest.fixture
async def sql(office: Any) -> AsyncIterator[asyncpg.Connection]:
    """A connection of role `ban` whose transaction is always rolled back."""
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_the_database_lifts_permits_modifies_and_overturns_nothing_that_was_not_decided_so(office: Any, managers: Any) -> None:
    ban = await office.enacted(office.spec("event_ban", expires_at="2099-01-01T00:00:00Z"))
    await managers.done(ban, "lift", {"reason": "It has served its purpose.", "note": "Quiet."})
    for change, says in {
        "state = 'lifted', ended_at = now()": "two people",
        "state = 'overturned', ended_at = now()": "no appeal",
        "expires_at = NULL": "modification alone",
        "expires_at = now()": "modification alone",
        "irrevocable = true": "modification alone",
        "issuance = 2": "modification alone",
        f"modified_by = '{new_id()}', expires_at = NULL": "not modified",
        f"permission_id = '{new_id()}'": "not permitted",
        "imposed_by = 'community', state = 'recorded'": "never",
        "source_hash = 'x'": "never changes",
    }.items():
        with pytest.raises(asyncpg.CheckViolationError, match=says):
            await office.desk.sql(f"UPDATE action SET {change} WHERE id = $1", UUID(ban["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="lift_two_people"):
        await office.desk.sql(
            "UPDATE lift SET state = 'confirmed', confirmed_by = by, confirmed_at = now() WHERE action_id = $1", UUID(ban["id"])
        )


SIGN = """INSERT INTO modification_signature (id, modification_id, level, by, verdict, ordinal, note_id, delegation_id, at)
          SELECT gen_random_uuid(), id, $2, $3, $4, $5, gen_random_uuid(), $6::uuid, now() FROM modification WHERE digest = $1"""
APPROVE = "UPDATE modification SET state = 'approved' WHERE digest = $1"
CONFIRM = "UPDATE modification SET state = 'confirmed', confirmed_by = 'enno', confirmed_at = now() WHERE digest = $1"
APPLY = """UPDATE action SET modified_by = m.id, nature = m.nature, subjects = m.subjects,
           issuance = issuance + (m.nature = 'substantial_atypical')::int {more}
           FROM modification m WHERE m.digest = $1 AND action.id = m.action_id"""
LEVELS = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")


async def refuses(sql: asyncpg.Connection, says: str, statement: str, *values: Any) -> None:
    """Ask the database something that it must refuse with these words; nothing stays."""
    attempt = sql.transaction()
    await attempt.start()
    with pytest.raises(asyncpg.CheckViolationError, match=says):
        await sql.execute(statement, *values)
    await attempt.rollback()


async def widened(office: Any, managers: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A ban, its text, and the digest of a modification of it that waits for its chain and names an account more."""
    spec = office.spec()
    ban = await office.enacted(spec)
    wider = {**spec, "accounts": [*spec["accounts"], {"name": f"Loud visitor {uuid4().hex[:10]}"}]}
    return ban, spec, (await managers.proposed(ban, wider, "substantial_atypical")).json()["modification"]["digest"]


async def test_a_modification_is_not_in_force_before_its_chain_on_no_path(office: Any, managers: Any, sql: asyncpg.Connection) -> None:
    ban, _, digest = await widened(office, managers)
    await refuses(sql, "not approved", APPROVE, digest)
    await refuses(sql, "not confirmed", CONFIRM, digest)
    await refuses(sql, "not modified", APPLY.format(more=""), digest)
    for place, level in enumerate(LEVELS[:-1], start=1):
        await sql.execute(SIGN, digest, level, f"one-{level}", "approve", place, None)
    await refuses(sql, "not approved", APPROVE, digest)
    await refuses(sql, "not confirmed", CONFIRM, digest)
    dissent = sql.transaction()
    await dissent.start()
    await sql.execute(SIGN, digest, LEVELS[-1], "one-more", "dissent", 7, None)
    await refuses(sql, "not approved", APPROVE, digest)
    await dissent.rollback()
    await sql.execute(SIGN, digest, LEVELS[-1], "one-more", "approve", 7, None)
    await sql.execute(APPROVE, digest)
    await refuses(sql, "not modified", APPLY.format(more=""), digest)
    await refuses(sql, "not confirmed", CONFIRM.replace("'enno'", "by"), digest)
    await refuses(sql, "stays what is signed", "UPDATE modification SET route = 'two_people' WHERE digest = $1", digest)
    await refuses(sql, "no move", "UPDATE modification SET state = 'proposed' WHERE digest = $1", digest)
    await sql.execute(CONFIRM, digest)
    await refuses(sql, "not what was confirmed", APPLY.format(more="").replace("= m.subjects", "= '{x}'"), digest)
    await refuses(sql, "not what was confirmed", APPLY.replace("nature = m.nature", "nature = 'ordinary'").format(more=""), digest)
    await refuses(sql, "modification alone", "UPDATE action SET subjects = '{x}' WHERE id = $1", UUID(ban["id"]))
    assert await sql.execute(APPLY.format(more=""), digest) == "UPDATE 1"


async def test_two_people_widen_nothing(office: Any, managers: Any, sql: asyncpg.Connection) -> None:
    ban, spec, digest = await widened(office, managers)
    copy = """INSERT INTO modification SELECT (m).* FROM (
                SELECT jsonb_populate_record(modification, $2::text::jsonb) AS m FROM modification WHERE digest = $1) AS copy"""
    await sql.execute("UPDATE modification SET state = 'withdrawn' WHERE digest = $1", digest)
    two = '{"id": "%s", "digest": "two", "state": "proposed", "route": "two_people", "nature": "ordinary", "levels": [], "burdens": %s}'
    await refuses(sql, "modification_burdens", copy, digest, two % (uuid4(), "true"))
    await sql.execute(copy, digest, two % (uuid4(), "false"))
    await sql.execute(CONFIRM, "two")
    await refuses(sql, "a narrowing through two people", APPLY.format(more=""), "two")
    # The same row narrows no disclosure into a wider one, and brings no end further away.
    await refuses(sql, "two people|modification alone|not modified", APPLY.format(more=", irrevocable = true"), "two")
    assert ban["kind"] == spec["kind"]


async def test_two_people_cover_no_range_that_the_chain_did_not_name(office: Any, managers: Any, sql: asyncpg.Connection) -> None:
    spec = office.spec(addresses=[f"10.{uuid4().int % 250}.{uuid4().int % 250}.0/28"])
    ban = await office.enacted(spec)
    narrower = {**spec, "addresses": [spec["addresses"][0].replace("/28", "/30")]}
    assert (await managers.proposed(ban, narrower)).json()["modification"]["route"] == "two_people"
    await managers.done(ban, "modifications/confirmation", {"note": "A part of it will do."})
    [before] = await sql.fetch("SELECT * FROM modification WHERE action_id = $1", UUID(ban["id"]))
    copy = """INSERT INTO modification SELECT (m).* FROM (
                SELECT jsonb_populate_record(modification, $2::text::jsonb) AS m FROM modification WHERE digest = $1) AS copy"""
    forged = '{"id": "%s", "digest": "two", "state": "proposed", "confirmed_by": null, "confirmed_at": null, "confirmation_id": null}'
    await sql.execute(copy, before["digest"], forged % new_id())
    await refuses(sql, "changes with it alone", "UPDATE modification SET ranges = '{x}' WHERE digest = $1", "two")
    # As a thief of the role would: a row of two people that says anything at all.
    await sql.execute("UPDATE modification SET state = 'withdrawn' WHERE digest = 'two'")
    said = forged.replace("two", "three")[:-1] + ', "ranges": ["\\\\x%s"]}'
    await sql.execute(copy, before["digest"], said % (new_id(), sha256(b"open" + bytes((2, 24, 1, 4, 10, 0, 0, 0))).hexdigest()))
    await sql.execute(CONFIRM.replace("now()", "(SELECT max(confirmed_at) FROM modification)"), "three")
    await sql.execute(APPLY.format(more=""), "three")
    cover = """INSERT INTO cover (action_id, kind, network, named, proofs, starts_at, ends_at, changed)
               SELECT id, kind, '10.0.0.0/24', '{10.0.0.0/24}', ARRAY['open'::bytea], enacted_at, enacted_at + interval '1 day', 0
               FROM action WHERE id = $1"""
    await refuses(sql, "that the decision names", cover, UUID(ban["id"]))


async def test_a_range_that_two_people_took_away_is_covered_again_by_its_chain_alone(
    office: Any, managers: Any, sql: asyncpg.Connection
) -> None:
    place = f"10.{uuid4().int % 250}.{uuid4().int % 250}"
    spec = office.spec(addresses=[f"{place}.0/28", f"{place}.64/28"])
    ban = await office.enacted(spec)
    narrower = {**spec, "addresses": [f"{place}.0/30", f"{place}.64/28"]}
    for text in (narrower, {**narrower, "addresses": [f"{place}.0/30"]}):
        assert (await managers.proposed(ban, text)).json()["modification"]["route"] == "two_people"
        await managers.done(ban, "modifications/confirmation", {"note": "A part of it will do."})
        await office.desk.advance(timedelta(minutes=1))
    # What once covered it still shows that the chain named it.
    again = """INSERT INTO cover (action_id, kind, network, named, proofs, starts_at, ends_at, changed)
               SELECT action_id, kind, $2::text::cidr, named || $3::cidr[], proofs || $4::bytea[], starts_at,
                 starts_at + interval '1 day', 0 FROM cover
               WHERE action_id = $1 AND network = $2::text::cidr"""
    longer = "UPDATE cover SET ends_at = starts_at + interval '1 day' WHERE action_id = $1 AND network = $2::text::cidr"
    for network in (f"{place}.0/28", f"{place}.64/28"):
        assert await sql.fetchval("SELECT count(*) FROM cover WHERE action_id = $1 AND network = $2::text::cidr", UUID(ban["id"]), network)
        await refuses(sql, "that the decision names", again, UUID(ban["id"]), network, [], [])
        await refuses(sql, "that the decision names", longer, UUID(ban["id"]), network)
    assert await sql.execute(again, UUID(ban["id"]), f"{place}.0/30", [], []) == "INSERT 0 1"
    # Nor does a row of two people bring it back that the role wrote by itself.
    copy = """INSERT INTO modification SELECT (m).* FROM (
                SELECT jsonb_populate_record(modification, $2::text::jsonb) AS m FROM modification WHERE action_id = $1 LIMIT 1) AS copy"""
    hashed = sha256(b"open" + bytes((2, 28, 1, 4, *map(int, f"{place}.64".split("."))))).hexdigest()
    forged = {"id": str(new_id()), "digest": "back", "state": "proposed", "confirmed_by": None, "ranges": [f"\\x{hashed}"]}
    await sql.execute(copy, UUID(ban["id"]), json.dumps({**forged, "confirmed_at": None, "confirmation_id": None}))
    await sql.execute(CONFIRM.replace("now()", "(SELECT max(confirmed_at) FROM modification)"), "back")
    await refuses(sql, "that the decision names", again, UUID(ban["id"]), f"{place}.64/28", [f"{place}.64/28"], [b"open"])


async def test_what_another_modification_has_followed_does_not_come_back(office: Any, managers: Any, sql: asyncpg.Connection) -> None:
    spec = office.spec("event_ban")
    ban = await office.enacted(spec)
    for section in (5, 6):
        await managers.proposed(ban, {**spec, "tou_basis": f"Terms of Use, section {section}"})
        await managers.done(ban, "modifications/confirmation", {"note": "Corrected."})
        await office.desk.advance(timedelta(minutes=1))
    first, second = await sql.fetch("SELECT id, digest FROM modification WHERE action_id = $1 ORDER BY confirmed_at", UUID(ban["id"]))
    assert await sql.fetchval("SELECT modified_by FROM action WHERE id = $1", UUID(ban["id"])) == second["id"]
    await refuses(sql, "not what was confirmed", APPLY.format(more=""), first["digest"])
    await refuses(sql, "not modified|not what was", "UPDATE action SET modified_by = NULL WHERE id = $1", UUID(ban["id"]))


async def test_a_signature_for_another_is_taken_under_a_delegation_that_holds(office: Any, managers: Any, sql: asyncpg.Connection) -> None:
    _, _, digest = await widened(office, managers)
    given = """INSERT INTO delegation (id, level, by, delegate, starts_at, until, note, at)
               VALUES ($1, 'team_manager', $2, 'dana', now() - interval '1 hour', now() + $3 * interval '1 hour', 'x', now())"""
    await sql.execute(SIGN, digest, "team_peer", "pia", "approve", 1, None)
    for by, hours in (("pia", 1), ("eva", 1), ("maja", 0)):
        one = uuid4()
        await sql.execute(given, one, by, hours)
        await refuses(sql, "not taken", SIGN, digest, "team_manager", "dana", "approve", 2, one)
    holds = uuid4()
    await sql.execute(given, holds, "maja", 1)
    await refuses(sql, "not taken", SIGN, digest, "director", "dana", "approve", 2, holds)
    await refuses(sql, "not taken", SIGN, digest, "team_manager", "dirk", "approve", 2, holds)
    assert await sql.execute(SIGN, digest, "team_manager", "dana", "approve", 2, holds) == "INSERT 0 1"


async def test_an_account_that_a_decision_in_force_names_does_not_leave_its_person(office: Any, sql: asyncpg.Connection) -> None:
    ban = await office.enacted()
    await refuses(sql, "leaves a person", "DELETE FROM account WHERE individual_id = $1", UUID(ban["individual_id"]))


async def test_the_database_knows_the_moves_of_a_modification(sql: asyncpg.Connection) -> None:
    for old, new in product(ModificationState, ModificationState):
        assert await sql.fetchval("SELECT legal_modification_move($1, $2)", old, new) == (new in MODIFICATION_MOVES[old]), (old, new)
