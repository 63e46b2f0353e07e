"""The hash chain: `audit export` writes it, `audit checkpoint` signs its length and root, `audit verify` checks a file offline."""

import json as encode
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from chassis.settings import SERVICES
from cyclopts import Parameter

from office.cli import DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import opened

if TYPE_CHECKING:
    from chassis.seal import Checkpoint


async def export_(*, service: Annotated[list[str] | None, Parameter(negative="")] = None) -> None:
    """Print the chain of audit, access log and outbox as JSON lines: ids, times, codes and digests, no personal data.

    Parameters
    ----------
    service:
        Only these services.
    """
    from chassis.db import Database
    from chassis.seal import export

    async with opened(_known(service)) as runtimes:
        reader = Database(runtimes[0].settings, "office_reader")
        try:
            for runtime in runtimes:
                async with reader.engine.connect() as connection, aclosing(export(connection, runtime.service.name)) as lines:
                    async for line in lines:
                        sys.stdout.write(line + "\n")
        finally:
            await reader.close()


async def checkpoint_(*, service: Annotated[list[str] | None, Parameter(negative="")] = None) -> None:
    """Print a signed line for each service: how many rows are sealed, and the root that they hang on.

    Give it to a witness outside the house, such as a wiki page whose history nobody here can change: a tail that is cut off the chain
    later shows against it, and against nothing else. It holds no personal data.

    Parameters
    ----------
    service:
        Only these services.
    """
    from dataclasses import asdict

    from chassis.seal import checkpoint

    async with opened(_known(service)) as runtimes:
        for runtime in runtimes:
            signed = asdict(await checkpoint(runtime))
            print(encode.dumps({**signed, "public_key": runtime.keyring.public_key.hex()}))


def verify_(file: Path, *, witness: Path | None = None, json: Json = False) -> int:
    """Check an export, without a server, and name the first bad row of each service's chain.

    Parameters
    ----------
    file:
        What `office audit export` printed.
    witness:
        What `office audit checkpoint` printed earlier and a witness kept; without it a tail that was cut off cannot be seen.
    """
    from chassis.seal import Verifier

    verifiers: list[Verifier] = []
    kept = _kept(witness)
    try:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith('{"chain"') or not verifiers:
                    verifiers.append(Verifier(*kept.get(_chain_of(line), ())))
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


def _known(service: list[str] | None) -> tuple[str, ...]:
    names = tuple(service or SERVICES)
    if unknown := [name for name in names if name not in SERVICES]:
        raise BadInput(f"There is no service {unknown[0]!r}. The services are {', '.join(SERVICES)}.")
    return names


def _kept(file: Path | None) -> dict[str, tuple["Checkpoint", bytes]]:
    """Read a witness's checkpoints by service, the longest of each; their key is taken from the line, so keep the file out of reach."""
    from chassis.seal import Checkpoint

    found: dict[str, tuple[Checkpoint, bytes]] = {}
    if file is None:
        return found
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            document = encode.loads(line)
            one = Checkpoint.read(document)
            if one.service not in found or found[one.service][0].size < one.size:
                found[one.service] = one, bytes.fromhex(document["public_key"])
    except OSError as error:
        raise BadInput(f"The witness's file cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("The witness's file is not what `office audit checkpoint` prints.") from error
    return found


def _chain_of(line: str) -> str:
    """Name the service that an export's heading is of; what is no heading is the verifier's to say."""
    try:
        return str(encode.loads(line)["chain"])
    except (ValueError, KeyError, TypeError):
        return ""
