"""Starting and ending: `up`, `down`, `demo`, `doctor`."""

import json as encode
import sys
from typing import Annotated, Literal

from chassis.settings import SERVICES, Settings
from cyclopts import Parameter

from office.cli import CANNOT_REACH, DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import progress

Services = Annotated[list[str] | None, Parameter(negative="")]


def up(
    *,
    service: Services = None,
    role: Literal["api", "worker"] | None = None,
    port: int | None = None,
    host: str = "127.0.0.1",
    dev: bool = False,
) -> int:
    """Start the services and stay up; ready when GET /readyz says 200, drained on SIGTERM.

    Parameters
    ----------
    service:
        One of intake, ban, dmca, appeals, notify; several times for several; left out: all in one process.
    role:
        Only the API or only the worker; left out: both.
    port:
        Port for all services of this process (OFFICE_PORT, 8080).
    host:
        Address to listen on.
    dev:
        Local token issuer, movable clock, mail into a folder, no rate limits.
    """
    from chassis.http.application import run as on_loop

    from office.home import open_home
    from office.house import at_work, take_port
    from office.house import run as serve
    from office.services import load

    names = tuple(service or SERVICES)
    if unknown := [name for name in names if name not in SERVICES]:
        raise BadInput(f"There is no service {unknown[0]!r}. The services are {', '.join(SERVICES)}.")
    settings = Settings()
    settings = settings.model_copy(update={"port": port or settings.port, "dev": dev or settings.dev})
    if settings.kafka == "local" and (service or role):
        raise BadInput("OFFICE_KAFKA=local carries events inside one process only: leave out --service and --role, or name a broker.")

    bound = take_port(host, settings.port)

    async def work() -> None:
        services = load(names)
        async with open_home(settings, services, say=progress) as home, at_work(home, services, part=role) as house:
            progress(f"Listening on http://{host}:{settings.port} (documentation under /docs). Ctrl-C ends it.")
            await serve(house, home, bound, part=role)

    with bound:
        on_loop(work)
    return DONE


def down(*, force: bool = False, json: Json = False) -> int:
    """End the servers that a crash left running in this home.

    Parameters
    ----------
    force:
        Also when living processes still use them.
    """
    from chassis import embedded
    from chassis.embedded.errors import StillInUseError

    try:
        ended = embedded.down(Settings().home, force=force)
    except StillInUseError as error:
        print(f"{error}.", file=sys.stderr)
        return REFUSED
    print(encode.dumps({"ended": ended}) if json else f"Ended: {', '.join(ended) or 'nothing was running'}.")
    return DONE


def demo(*, once: bool = False, port: int | None = None, json: Json = False) -> int:
    """Start everything, play the example matters, tell what happened and where to look, and stay up.

    Parameters
    ----------
    once:
        Play, print, stop; exit 1 when a journey failed.
    port:
        Port for all services (OFFICE_PORT, 8080).
    """
    from office.demo import play

    return play(once=once, port=port, json=json)


async def doctor(*, json: Json = False) -> int:
    """Say which settings are missing or wrong, and the line that mends each."""
    from office.diagnosis import examine

    found = await examine(Settings())
    for one in found:
        if json:
            print(encode.dumps({"what": one.what, "well": one.well, "says": one.says, **({"mend": one.mend} if one.mend else {})}))
        else:
            print(f"{'ok  ' if one.well else 'BAD '} {one.what}: {one.says}" + (f"\n     mend: {one.mend}" if one.mend else ""))
    return DONE if all(one.well for one in found) else CANNOT_REACH
