"""Another process that uses the servers of a home: run as a script, it says one line of JSON and leaves when its standard input closes."""

import asyncio
import json
import sys
from pathlib import Path

from chassis.embedded import start


async def main(home: Path, *, kafka: bool) -> None:
    """Start or join, say where the servers are, wait for the end of the input, leave."""
    servers = await start(home, kafka=kafka, durable=False)
    sys.stdout.write(json.dumps({"postgres": servers.postgres.port, "bootstrap": servers.kafka.bootstrap if kafka else None}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await servers.leave()


asyncio.run(main(Path(sys.argv[1]), kafka=sys.argv[2] == "both"))
