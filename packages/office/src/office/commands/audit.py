"""The hash chain: `audit export` writes it, `audit verify` checks a file offline."""

import json as encode
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

from chassis.settings import SERVICES
from cyclopts import Parameter

from office.cli import DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import opened


async def export_(*, service: Annotated[list[str] | None, Parameter(negative="")] = None) -> None:
    """Print the chain of audit, access log and outbox as JSON lines: ids, times, codes and digests, no personal data.

    Parameters
    ----------
    service:
        Only these services.
    """
    from chassis.db import Database
    from chassis.seal import export

    names = tuple(service or SERVICES)
    if unknown := [name for name in names if name not in SERVICES]:
        raise BadInput(f"There is no service {unknown[0]!r}. The services are {', '.join(SERVICES)}.")
    async with opened(names) as runtimes:
        reader = Database(runtimes[0].settings, "office_reader")
        try:
            for runtime in runtimes:
                async with reader.engine.connect() as connection, aclosing(export(connection, runtime.service.name)) as lines:
                    async for line in lines:
                        sys.stdout.write(line + "\n")
        finally:
            await reader.close()


def verify_(file: Path, *, json: Json = False) -> int:
    """Check an export, without a server, and name the first bad row of each service's chain.

    Parameters
    ----------
    file:
        What `office audit export` printed.
    """
    from chassis.seal import Verifier

    verifiers: list[Verifier] = []
    try:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith('{"chain"') or not verifiers:
                    verifiers.append(Verifier())
                verifiers[-1].feed(line)
    except OSError as error:
        raise BadInput(f"The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput("The file is not what `office audit export` prints.") from error
    results = [verifier.result() for verifier in verifiers]
    if not results:
        raise BadInput("The file is empty: not what `office audit export` prints.")
    for result in results:
        bad = result.bad
        if json:
            print(
                encode.dumps(
                    {
                        "service": result.service,
                        "size": result.size,
                        "good": bad is None,
                        **({"says": bad.says, "kind": bad.kind} if bad else {}),
                    }
                )
            )
        else:
            print(f"{result.service}: {result.size} rows sealed, " + (f"BROKEN: {bad.says}" if bad else "all as they were written."))
    return DONE if all(result.bad is None for result in results) else REFUSED
