"""Services opened for one command: connections, no loops."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from chassis.bus import Consumer
from chassis.crypto import Keyring
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.settings import SERVICES, Settings

from office.home import CannotReach, open_home
from office.services import load


def progress(sentence: str) -> None:
    """Tell what goes on, on stderr and only to a person."""
    if sys.stderr.isatty():
        # Imported here: a command that tells nothing does not wait for it.
        from rich.console import Console

        Console(stderr=True, markup=False, highlight=False).print(sentence, style="dim")


@asynccontextmanager
async def opened(names: Sequence[str] = SERVICES, *, kafka: bool = False) -> AsyncIterator[list[Runtime]]:
    """Open these services on this home's servers, which are started when nobody runs them.

    Raises:
        CannotReach: a server or the keyring is missing.
    """
    services = load(names)
    async with open_home(Settings(), services, say=progress, kafka=kafka) as home, AsyncExitStack() as stack:
        try:
            keyring = Keyring.load(home.settings.secrets_dir / "keyring.json")
        except FileNotFoundError as error:
            raise CannotReach("There is no keyring in the secrets folder: run `office migrate` first.") from error
        runtimes = []
        for service in services:
            bus = home.bus_for(service.name) if kafka else NoBus()
            runtime = Runtime(service, home.settings, bus=bus, keyring=keyring, peers=Peers(home.settings, service.name))
            stack.push_async_callback(bus.close)
            stack.push_async_callback(runtime.close)
            runtimes.append(runtime)
        yield runtimes


class NoBus:
    """For commands that send nothing: what they record waits in the outbox for the service's relay."""

    async def send(self, records: object) -> list[Exception | None]:
        """Refuse: nothing is lost, but nothing may be taken for sent."""
        raise CannotReach(f"this command has no broker for {records!r}")

    async def consumer(self, group: str, member: str, topics: object) -> Consumer:
        """Refuse, as `send` does."""
        raise CannotReach(f"this command has no broker for {group} {member} {topics!r}")

    async def close(self) -> None:
        """Keep nothing open."""
