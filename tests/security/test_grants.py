"""What each database role may do, tried: exactly what stands beside each table, and nothing else (DESIGN 7)."""

import contextlib
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest
from chassis import tables
from chassis.migrations import DEFAULT_GRANTS, READER, login_roles
from chassis.service import Service
from chassis.settings import Settings

Rights = Mapping[str, frozenset[str]]
"""For SELECT, INSERT, UPDATE, DELETE and TRUNCATE the columns on which it is allowed; `*` for a right without columns."""

NONE: Rights = {}
# What nobody may change or delete once it is written (DESIGN 7); a keyring's rotation may write one column of ciphertext anew.
INSERT_ONLY = {"audit", "access_log", "inbox", "seal", "signature"}
ALL_COLUMNS = ("SELECT", "UPDATE", "INSERT")


def rights(grants: tuple[str, ...], columns: list[str]) -> Rights:
    """Spread grants such as `UPDATE (sent_at)` over a table's columns."""
    found: dict[str, frozenset[str]] = {}
    for grant in grants:
        verb, _, rest = grant.partition(" ")
        named = re.findall(r"\w+", rest)
        found[verb] = frozenset(named or columns) if verb == "UPDATE" else frozenset("*")
    return found


def expected(services: list[Service], columns: Mapping[tuple[str, str], list[str]]) -> dict[tuple[str, str, str], Rights]:
    """Give what `info` says for every (role, schema, table); what is not in it is nothing."""
    found: dict[tuple[str, str, str], Rights] = defaultdict(lambda: NONE)
    for service in services:
        name = service.name
        for table in (*tables.metadata.sorted_tables, *service.metadata.sorted_tables):
            place = (name, table.name)
            has = columns[place]
            found[name, *place] = rights(table.info.get("grants", DEFAULT_GRANTS), has)
            found[READER, *place] = rights(("SELECT",), has)
            for role in ("keys", "import"):
                if f"{role}_role" in table.info:
                    found[f"{name}_{role}", *place] = rights(table.info[f"{role}_role"], has)
        for role in (name, READER):
            found[role, name, "alembic_version"] = rights(("SELECT",), [])
        found[name, "office", "revoked"] = rights(("SELECT", "INSERT"), [])
    return found


@contextlib.asynccontextmanager
async def acting_as(settings: Settings, role: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.dsn(role).replace("postgresql+asyncpg", "postgresql", 1))
    try:
        yield connection
    finally:
        await connection.close()


async def may(connection: asyncpg.Connection, statement: str) -> bool:
    """Try a statement and take it back; False when the database says that it is not allowed (42501)."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    except asyncpg.PostgresError:
        # It was let through to the table's own constraints or triggers.
        return True
    finally:
        await transaction.rollback()
    return True


async def tried(connection: asyncpg.Connection, place: str, columns: list[str]) -> Rights:
    """Try everything on one table."""
    found: dict[str, frozenset[str]] = {}
    for verb, statement in {
        "SELECT": f"SELECT * FROM {place} LIMIT 0",
        "INSERT": f"INSERT INTO {place} DEFAULT VALUES",
        "DELETE": f"DELETE FROM {place} WHERE false",
        "TRUNCATE": f"TRUNCATE {place}",
    }.items():
        if await may(connection, statement):
            found[verb] = frozenset("*")
    changed = {column for column in columns if await may(connection, f'UPDATE {place} SET "{column}" = DEFAULT WHERE false')}
    if changed:
        found["UPDATE"] = frozenset(changed)
    return found


@pytest.fixture(scope="module")
async def columns(whole_house: Any) -> dict[tuple[str, str], list[str]]:
    """The columns of every table, read with every right."""
    found: dict[tuple[str, str], list[str]] = {place: [] for place in await whole_house.tables()}
    for schema, table, column in await whole_house.sql(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE is_generated = 'NEVER'"
    ):
        if (schema, table) in found:
            found[schema, table].append(column)
    return found


@pytest.fixture(scope="module")
def services(whole_house: Any) -> list[Service]:
    return [desk.runtime.service for desk in whole_house.desks.values()]


def roles_of(services: list[Service]) -> list[str]:
    return [READER, *(role for service in services for role in login_roles(service))]


async def test_each_role_may_do_with_each_table_what_is_said_beside_it_and_nothing_else(
    whole_house: Any, services: list[Service], columns: dict[tuple[str, str], list[str]]
) -> None:
    wanted = expected(services, columns)
    wrong = []
    for role in roles_of(services):
        async with acting_as(whole_house.desk.settings, role) as connection:
            for (schema, table), names in columns.items():
                want = wanted[role, schema, table]
                # Without a right on the schema no statement gets as far as a column.
                inside = role == READER or role.partition("_")[0] == schema
                got = await tried(connection, f"{schema}.{table}", names if inside or want else names[:1])
                if got != want:
                    wrong.append((role, f"{schema}.{table}", {"wanted": dict(want), "got": dict(got)}))
    assert wrong == []


async def test_no_role_that_logs_in_truncates_or_has_a_trigger_or_owns_anything(whole_house: Any, services: list[Service]) -> None:
    roles = roles_of(services)
    assert await whole_house.sql("SELECT tableowner, tablename FROM pg_tables WHERE tableowner = ANY($1)", roles) == []
    granted = await whole_house.sql(
        "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE (grantee = ANY($1) OR grantee = 'PUBLIC') AND table_schema = ANY($2) "
        "AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN')",
        roles,
        [*whole_house.desks, "office"],
    )
    assert granted == []
    passed_on = "SELECT grantee, table_name FROM information_schema.role_table_grants WHERE grantee = ANY($1) AND is_grantable = 'YES'"
    assert await whole_house.sql(passed_on, roles) == []
    # Such a function would lend its owner's rights to whoever calls it.
    lends = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace::regnamespace::text = ANY($1)"
    assert await whole_house.sql(lends, [*whole_house.desks, "office", "public"]) == []
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
    assert await whole_house.sql(f"SELECT rolname FROM pg_roles WHERE rolname = ANY($1) AND ({powers})", roles) == []
    assert await whole_house.sql("SELECT roleid::regrole FROM pg_auth_members WHERE member::regrole::text = ANY($1)", roles) == []


async def test_a_service_cannot_bend_its_own_tables(
    whole_house: Any, services: list[Service], columns: dict[tuple[str, str], list[str]]
) -> None:
    """An owner could switch a trigger off; a service's role is none (measured)."""
    bent = []
    for service in services:
        for role in login_roles(service):
            async with acting_as(whole_house.desk.settings, role) as connection:
                statements = [
                    f"CREATE TABLE {service.name}.mine (id int)",
                    "CREATE TABLE public.mine (id int)",
                    "CREATE SCHEMA mine",
                    "SET session_replication_role = replica",
                    f"SET ROLE {service.name}_owner",
                    f"CREATE FUNCTION {service.name}.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                ]
                for schema, table in columns:
                    if schema == service.name:
                        place = f"{schema}.{table}"
                        statements += [
                            f"ALTER TABLE {place} DISABLE TRIGGER ALL",
                            f"ALTER TABLE {place} ADD COLUMN mine int",
                            f"ALTER TABLE {place} OWNER TO {role}",
                            f"DROP TABLE {place}",
                            f"CREATE TRIGGER mine BEFORE UPDATE ON {place} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                            f"CREATE RULE mine AS ON DELETE TO {place} DO INSTEAD NOTHING",
                        ]
                bent += [(role, statement) for statement in statements if await may(connection, statement)]
    assert bent == []


def test_what_is_insert_only_is_declared_so(services: list[Service], columns: dict[tuple[str, str], list[str]]) -> None:
    """Tried above against `info`; here `info` itself is held to the design."""
    wanted = expected(services, columns)
    for (role, schema, table), found in wanted.items():
        if table in INSERT_ONLY:
            changes = set(found) - {"SELECT", "INSERT"}
            assert not changes or (role == f"{schema}_keys" and found["UPDATE"] == {"reason"}), (role, schema, table, found)
    for service in services:
        assert wanted[service.name, service.name, "outbox"]["UPDATE"] == {"sent_at"}
        assert "DELETE" not in wanted[service.name, service.name, "outbox"]
        assert {table for schema, table in columns if schema == service.name} >= INSERT_ONLY - {"signature"}
    assert ("ban", "signature") in columns


async def test_the_keys_role_may_change_ciphertext_and_nothing_else(
    services: list[Service], columns: dict[tuple[str, str], list[str]]
) -> None:
    wanted = expected(services, columns)
    ciphertext = {"data_key": {"ring_key", "wrapped"}, "access_log": {"reason"}}
    for (role, _, table), found in wanted.items():
        if role.endswith("_keys") and found:
            assert set(found) <= {"SELECT", "UPDATE"}, (role, table)
            assert found.get("UPDATE", frozenset()) <= ciphertext.get(table, set()), (role, table, found)
