"""Schemas, roles and grants of a service, brought up to date by Alembic under a role that owns but never logs in (DESIGN 7).

Each service has `<svc>_owner` (no login), `<svc>` (runs it, owns nothing), `<svc>_keys` (rotation) and, where it imports, `<svc>_import`;
`office_reader` may read what the checker needs. Grants are said beside each table in `info` and laid down anew at every run.
"""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import tables
from chassis.auth.revocation import office_schema_statements
from chassis.service import Service
from chassis.settings import SERVICES, Settings

READER = "office_reader"
DEFAULT_GRANTS = ("SELECT", "INSERT", "UPDATE")


def login_roles(service: Service) -> list[str]:
    """Name the roles of a service that log in, each with a password in the secrets folder."""
    return [service.name, f"{service.name}_keys", *([f"{service.name}_import"] if _imports(service) else [])]


def _imports(service: Service) -> bool:
    """Tell whether a service takes what stood before it: one of its own tables is then open to the role that does."""
    return any("import_role" in table.info for table in service.metadata.sorted_tables)


def _tables(service: Service) -> list[Table]:
    return [*tables.metadata.sorted_tables, *service.metadata.sorted_tables]


async def migrate(services: Sequence[Service], settings: Settings) -> list[str]:
    """Bring the database up to date: roles, schemas, tables, grants; tell what was done. Safe to run again, and by two at once.

    Takes a superuser's or database owner's address in OFFICE_DATABASE_URL, and writes missing passwords into the secrets folder.
    """
    done: list[str] = []
    admin = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        # Two processes of one home start at once: one migrates, the other finds it done.
        await admin.execute("SELECT pg_advisory_lock(hashtextextended('office.migrate', 0))")
        await _make_roles(admin, [READER, *(role for service in services for role in login_roles(service))], settings)
        # The revocations are read by every service, so every service's role must be there, whichever are migrated.
        for name in SERVICES:
            await _make_group(admin, name)
        for statement in office_schema_statements():
            await admin.execute(statement)
        for service in services:
            await _make_schema(admin, service)
            before = await _revision(admin, service)
            head = _script(service).get_current_head()
            if before != head:
                await asyncio.to_thread(_upgrade, service, settings)
                done.append(f"{service.name}: {before or 'empty'} to {head}")
            await _grant(admin, service)
    finally:
        await admin.close()
    return done


async def pending(services: Sequence[Service], settings: Settings) -> list[str]:
    """Tell which services' schemas are not at their newest migration; changes nothing."""
    admin = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        found = [(service, await _revision(admin, service), _script(service).get_current_head()) for service in services]
    finally:
        await admin.close()
    return [f"{service.name}: {before or 'empty'} to {head}" for service, before, head in found if before != head]


async def begin_schema(service: Service, settings: Settings) -> None:
    """Make the roles and the empty schema of a service, for its first migration to be written against."""
    admin = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        await _make_roles(admin, [READER, *login_roles(service)], settings)
        await _make_schema(admin, service)
    finally:
        await admin.close()


async def _make_roles(admin: asyncpg.Connection, roles: Sequence[str], settings: Settings) -> None:
    folder = settings.secrets_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for role in roles:
        await _make_group(admin, role)
        await admin.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{_password(folder / f'{role}.password')}'")


def _password(file: Path) -> str:
    """Read a role's password, or make one; hex digits only, so that it needs no quoting."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(24) + "\n")
    found = file.read_text().strip()
    if not found.isalnum():
        raise ValueError(f"{file.name} may hold letters and digits only")
    return found


async def _make_group(admin: asyncpg.Connection, role: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await admin.execute(f"CREATE ROLE {role} NOLOGIN")


async def _make_schema(admin: asyncpg.Connection, service: Service) -> None:
    name, owner = service.name, f"{service.name}_owner"
    await _make_group(admin, owner)
    await admin.execute(f"GRANT {owner} TO CURRENT_USER")
    await admin.execute(f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {owner}")
    database = await admin.fetchval("SELECT current_database()")
    for role in login_roles(service):
        await admin.execute(f'ALTER ROLE {role} IN DATABASE "{database}" SET search_path = {name}')


async def _revision(admin: asyncpg.Connection, service: Service) -> str | None:
    if not await admin.fetchval("SELECT to_regclass($1)", f"{service.name}.alembic_version"):
        return None
    found: str | None = await admin.fetchval(f"SELECT version_num FROM {service.name}.alembic_version")  # noqa: S608  # our own names
    return found


async def _grant(admin: asyncpg.Connection, service: Service) -> None:
    """Lay down exactly the grants that the tables say, in one statement block, so that no moment is without them."""
    name = service.name
    roles = ", ".join([*login_roles(service), READER])
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {name} FROM {roles}, PUBLIC",
        f"GRANT USAGE ON SCHEMA {name} TO {roles}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {name} TO {name}",
        f"GRANT SELECT ON {name}.alembic_version TO {name}, {READER}",
    ]
    for table in _tables(service):
        place = f"{name}.{table.name}"
        statements.append(f"GRANT {', '.join(table.info.get('grants', DEFAULT_GRANTS))} ON {place} TO {name}")
        statements.append(f"GRANT SELECT ON {place} TO {READER}")
        if rights := table.info.get("keys_role"):
            statements.append(f"GRANT {', '.join(rights)} ON {place} TO {name}_keys")
        if (rights := table.info.get("import_role")) and _imports(service):
            statements.append(f"GRANT {', '.join(rights)} ON {place} TO {name}_import")
    async with admin.transaction():
        await admin.execute("; ".join(statements))


def _config(service: Service) -> Config:
    config = Config()
    config.set_main_option("script_location", str(service.migrations))
    config.attributes["service"] = service
    return config


def _script(service: Service) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(service))


def _upgrade(service: Service, settings: Settings) -> None:
    config = _config(service)
    config.attributes["dsn"] = settings.admin_dsn()
    command.upgrade(config, "head")


def run() -> None:
    """Run a service's migrations as its owner; each service's `migrations/env.py` calls this and nothing else."""
    service: Service = context.config.attributes["service"]

    def work(connection: Connection) -> None:
        connection.execute(text(f"SET ROLE {service.name}_owner"))
        connection.execute(text(f"SET search_path = {service.name}"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=[tables.metadata, service.metadata],
            version_table_schema=service.name,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()

    async def connect() -> None:
        engine = create_async_engine(context.config.attributes["dsn"], poolclass=pool.NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(work)
        await engine.dispose()

    asyncio.run(connect())


async def differences(service: Service, settings: Settings) -> list[str]:
    """Tell where a migrated schema and the tables in code disagree; `make check` wants none."""

    def compare(connection: Connection) -> list[str]:
        connection.execute(text(f"SET search_path = {service.name}"))
        options = {"target_metadata": [tables.metadata, service.metadata], "compare_server_default": True}
        context = MigrationContext.configure(connection, opts={**options, "include_object": _is_ours})
        return [str(one) for one in compare_metadata(context, [tables.metadata, service.metadata])]  # type: ignore[arg-type]  # Alembic takes several

    engine = create_async_engine(settings.admin_dsn(), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def revise(service: Service, settings: Settings, message: str) -> None:
    """Write the next migration of a service from the difference between its tables and a migrated database; for developers."""
    config = _config(service)
    config.attributes["dsn"] = settings.admin_dsn()
    command.revision(config, message=message, autogenerate=True)
