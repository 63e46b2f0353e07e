"""Migrations and tables: do they agree (`make check`), and what is the next migration (`make migration`)."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Annotated

from chassis import embedded
from chassis.migrations import begin_schema, differences, migrate
from chassis.migrations import revise as write_revision
from chassis.settings import SERVICES, Settings
from cyclopts import App, Parameter

from office.services import load

app = App(help="Compare every service's tables with its migrations, or write a service's next migration.")


@app.default
def main(*, revise: Annotated[str | None, Parameter(name="--revise")] = None, message: str = "changed") -> int:
    """Migrate an empty database and compare; with --revise write the next migration of a service.

    Parameters
    ----------
    revise:
        intake, ban, dmca, appeals or notify.
    message:
        What changed, for the file's name.
    """
    if revise is not None and revise not in SERVICES:
        print(f"There is no service {revise!r}. The services are {', '.join(SERVICES)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        return asyncio.run(_with_server(Path(folder) / "home", revise, message))


async def _with_server(home: Path, service: str | None, message: str) -> int:
    servers = await embedded.start(home, kafka=False, durable=False)
    try:
        settings = Settings(home=home, secrets=home / "secrets", database_url=servers.postgres.admin_dsn, kafka="local")
        if service is not None:
            await _revise(service, settings, message)
            return 0
        services = load()
        await migrate(services, settings)
        found = [f"{one.name}: {said}" for one in services for said in await differences(one, settings)]
        print("\n".join(found) or "Migrations and tables agree.")
        return 1 if found else 0
    finally:
        await servers.leave()


async def _revise(name: str, settings: Settings, message: str) -> None:
    service = load((name,))[0]
    if any((service.migrations / "versions").glob("*.py")):
        await migrate([service], settings)
    else:
        await begin_schema(service, settings)
    await asyncio.to_thread(write_revision, service, settings, message)


if __name__ == "__main__":
    sys.exit(app())
