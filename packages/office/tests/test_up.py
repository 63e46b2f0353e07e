"""`office up` as a person types it: ready, worked with, and drained on SIGTERM."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from chassis import embedded
from chassis.auth import issue
from chassis.clock import Clock
from chassis.testing import eventually

REQUEST = {
    "kind": "global_ban",
    "channel": "form",
    "summary": "An example.",
    "requester": {"name": "A. Asker", "email": "asker@example.invalid", "standing_as": "community"},
    "subjects": [{"user": "Example Troll"}],
    "pages": [],
    "grounds": ["harassment_multiple_projects"],
    "local_attempts": [{"url": "https://meta.example.invalid/wiki/Talk", "what": "asked for help"}],
    "evidence": [{"url": "https://meta.example.invalid/wiki/Diff"}],
}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def up(home: Path, *arguments: str, **environment: str) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.subprocess.Process]]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "office", "up", "--dev", "--port", str(port), *arguments,
        stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "OFFICE_HOME": str(home), **environment},
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:

            async def ready() -> bool:
                assert process.returncode is None, f"it ended with {process.returncode}"
                try:
                    return (await client.get("/readyz")).is_success
                except httpx.HTTPError:
                    return False

            await eventually(ready, within=60, what="readiness")
            yield client, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_everything_runs_on_the_local_hop_and_drains(tmp_path: Path) -> None:
    async with up(tmp_path, OFFICE_KAFKA="local") as (client, process):
        token = issue(tmp_path, ["requester_desk"], "desk-1", timedelta(hours=1), Clock())
        who = {"Authorization": f"Bearer {token}"}
        filed = await client.post("/intake/v1/requests", json=REQUEST, headers=who | {"Idempotency-Key": "one"})
        assert filed.status_code == 201, filed.text
        # Settled at every date on the way: what intake said was heard by all who listen.
        walked = await client.post("/dev/clock", json={"advance": "PT2M"}, headers=who)
        assert walked.status_code == 200, walked.text
        figures = (await client.get("/metrics")).text
        assert 'office_relay_sent_total{service="intake"}' in figures
        assert 'office_inbox_heard_total{service="notify"}' in figures
        assert list((tmp_path / "mail").glob("*.eml"))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    # Nothing of this home runs on: the last to leave has ended the servers.
    assert embedded.status(tmp_path).servers == {}
