"""A service that exists for these tests alone, on a real database with production grants."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from chassis.bus.local import LocalHop
from chassis.crypto import Keyring, Sealed, SealedText
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing import House
from sqlalchemy import Text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

ENV = '"""Runs the migrations of the tests\' own service."""\n\nfrom chassis.migrations import run\n\nrun()\n'
FIRST = '''"""Everything at once."""

from alembic import context, op
from chassis import tables

revision = "0001"
down_revision = None


def upgrade():
    tables.metadata.create_all(op.get_bind())
    context.config.attributes["service"].metadata.create_all(op.get_bind())
'''


class LedgerBase(SQLModel, registry=registry()):
    """Base of the tests' own tables."""


class Matter(LedgerBase, table=True):
    """A matter with a text that is sealed."""

    id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    summary: Sealed | None = Field(default=None, sa_type=SealedText)


@dataclass
class Ledger:
    """A runtime of the service `ledger` on a database of its own, and other roles' ways in."""

    runtime: Runtime
    settings: Settings
    keyring_file: Path
    matter: type[Matter] = Matter

    async def admin(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement as the database's owner, who may do what no role of ours may."""
        connection = await asyncpg.connect(self.settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
        try:
            await connection.execute("SET search_path = ledger")
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    def engine(self, role: str) -> AsyncEngine:
        """Give a pool of another role's connections; the caller disposes of it."""
        return create_async_engine(self.settings.dsn(role), hide_parameters=True)


@pytest.fixture(scope="session")
def ledger_service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The declaration of the tests' own service, its migrations in a folder of this run."""
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "versions").mkdir()
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / "0001_all.py").write_text(FIRST)
    return Service(
        name="ledger",
        title="Ledger",
        prefix="/ledger/v1",
        summary="For tests.",
        metadata=LedgerBase.metadata,
        migrations=folder,
        routers=(),
    )


@pytest.fixture(scope="session")
async def ledger_database(house: House, ledger_service: Service) -> str:
    """A migrated database for the whole run; its role may read revocations, as those of the five services may."""
    url = await house.database(ledger_service)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("GRANT USAGE ON SCHEMA office TO ledger; GRANT SELECT ON office.revoked TO ledger")
    finally:
        await connection.close()
    return url


_homes = itertools.count(1)


@pytest.fixture
async def ledger(house: House, ledger_service: Service, ledger_database: str) -> AsyncIterator[Ledger]:
    """The service at work on empty tables, with a keyring of its own."""
    home = house.home / f"ledger-home-{next(_homes)}"
    home.mkdir(mode=0o700)
    settings = house.settings(ledger_database, home=home)
    ring = home / "keyring.json"
    runtime = Runtime(replace(ledger_service), settings, bus=LocalHop(), keyring=Keyring.create(ring), peers=Peers(settings))
    found = Ledger(runtime, settings, ring)
    names = await found.admin(
        "SELECT string_agg(tablename, ', ') AS all FROM pg_tables WHERE schemaname = 'ledger' AND tablename <> 'alembic_version'"
    )
    await found.admin(f"TRUNCATE {names[0]['all']}")
    yield found
    await runtime.close()
