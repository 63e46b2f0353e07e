"""A service's connections: a pool under its own role, whose `search_path` is its schema."""

from collections.abc import Iterable
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from chassis.hints import Hints
from chassis.settings import Settings


class Database:
    """One pool for one role; it connects on first use."""

    def __init__(self, settings: Settings, role: str) -> None:
        """`role` is the database role, which for a running service is the service's name."""
        self._settings = settings
        self.role = role
        self.hints: Hints | None = None

    @cached_property
    def engine(self) -> AsyncEngine:
        """The pool. Parameters are hidden in errors, so that no case content reaches a log."""
        return create_async_engine(
            self._settings.dsn(self.role),
            pool_size=self._settings.pool_size,
            max_overflow=self._settings.pool_overflow,
            pool_timeout=10,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": f"office-{self.role}"}},
        )

    @cached_property
    def single(self) -> AsyncEngine:
        """The same pool for statements that are a transaction each: one round trip instead of three."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        """Makes sessions; `chassis.runtime` alone opens and commits them."""
        return async_sessionmaker(self.engine, expire_on_commit=False)

    @property
    def asyncpg_dsn(self) -> str:
        """The address for a bare asyncpg connection: claims and hints live outside the pool."""
        return self._settings.dsn(self.role).replace("postgresql+asyncpg", "postgresql", 1)

    def hint(self, loops: Iterable[str]) -> None:
        """Tell the loops of other processes that there is work; never in the deciding transaction."""
        if self.hints is not None:
            self.hints.send(loops)

    async def close(self) -> None:
        """Give every connection back."""
        if self.hints is not None:
            await self.hints.stop()
        if "engine" in self.__dict__:
            await self.engine.dispose()
