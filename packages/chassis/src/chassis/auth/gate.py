"""The one way in: a bearer token, not revoked, with one of the operation's roles."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel.actor import Role

from chassis.auth.keys import Keys
from chassis.auth.principal import Principal
from chassis.auth.revocation import Revocations
from chassis.auth.tokens import Tokens
from chassis.clock import Clock
from chassis.errors import NotAllowed, Unauthenticated
from chassis.settings import Settings
from chassis.tasks import end

if TYPE_CHECKING:
    from chassis.runtime import Runtime


class Gate:
    """One a process, shared by its services: the issuer's keys, the tokens remembered, and what was revoked."""

    def __init__(self, settings: Settings) -> None:
        """Read and poll nothing yet."""
        self.keys = Keys(settings)
        self.tokens = Tokens(self.keys, settings.issuer)
        self.revocations = Revocations()
        self._clock = Clock()
        self._loops: list[asyncio.Task[None]] = []
        self._runtime: Runtime | None = None

    @property
    def ready(self) -> bool:
        """Whether a token could be judged now."""
        return self.keys.loaded and self.revocations.fresh

    async def authenticate(self, authorization: str | None) -> Principal:
        """Say who the header `Authorization` proves; a token seen before costs a digest and two look-ups.

        Raises:
            Unauthenticated: there is no bearer token, or it is not good, or it was revoked.
            Unavailable: keys or revocations are out of reach.
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("token_missing", "Send a bearer token in the header Authorization.")
        now = self._clock.wall().timestamp()
        principal = self.tokens.recall(token, now) or await self.tokens.verify(token, now)
        if not self.revocations.fresh and self._runtime is not None:
            await self.revocations.catch_up(self._runtime)
        if self.revocations.refuses(principal):
            raise Unauthenticated("token_revoked", "The token was revoked; ask an operator.")
        return principal

    async def start(self, runtime: "Runtime") -> None:
        """Poll revocations through this service's database role, and the issuer's keys, until `stop`; the first poll is waited for."""
        self._runtime = runtime
        with contextlib.suppress(Exception):
            await self.keys.refresh()
            await self.revocations.read(runtime)
        self._loops = [asyncio.create_task(self.revocations.poll(runtime)), asyncio.create_task(self._keep_keys())]

    async def stop(self) -> None:
        """End the polling."""
        await end(*self._loops)
        self._loops = []

    async def _keep_keys(self) -> None:
        while True:
            # Out of reach is no reason to stop asking: each request that needs a key says 503 by itself.
            with contextlib.suppress(Exception):
                if self.keys.stale or not self.keys.loaded:
                    await self.keys.refresh()
            await asyncio.sleep(1)


def role_for(principal: Principal, roles: Sequence[Role]) -> Role:
    """Give the first of the operation's roles that the token holds.

    Raises:
        NotAllowed: it holds none of them.
    """
    for role in roles:
        if role in principal.actor.roles:
            return role
    raise NotAllowed("role_missing", f"This takes one of the roles {', '.join(roles)}; the token has none of them.", "R91")
