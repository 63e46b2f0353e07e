"""A load generator in a process of its own: raw HTTP/1.1 over kept connections, far cheaper than what it measures.

`python -m office.bench.load` reads one `Plan` as JSON from stdin and writes how many answers a second each target gave.
"""

import asyncio
import base64
import itertools
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

WARM_UP = 0.3
PATIENCE = 30.0
SERIAL = b"0123456789SERIAL"
"""Stands in a request where each call needs a number of its own, such as an Idempotency-Key; replaced by as many letters."""

_LENGTH = re.compile(rb"\ncontent-length: *(\d+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A server on loopback and what it is asked, over and over; any status but `status` ends the run."""

    port: int
    requests: Sequence[str]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """Slices of `seconds` each, in this order of targets, over this many connections.

    Without `a_second` every connection asks again as soon as it is answered; with it, all together ask so often and no more.
    """

    targets: Mapping[str, Target]
    order: Sequence[str]
    connections: int
    seconds: float
    a_second: float | None = None


def request(method: str, path: str, *, token: str = "", body: bytes = b"", headers: Mapping[str, str] | None = None) -> str:
    """Write a whole request, in base64."""
    given = {"Host": "127.0.0.1", **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    if body:
        given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return base64.b64encode(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body).decode()


async def rates(plan: Plan) -> dict[str, float]:
    """Run a plan in a process of its own; give answers a second for each target.

    Raises:
        RuntimeError: a server answered something else than it should, or broke off.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "office.bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await process.communicate(json.dumps(asdict(plan)).encode())
    if process.returncode:
        raise RuntimeError(said.decode().strip().rpartition("\n")[2])
    found: dict[str, float] = json.loads(out)
    return found


async def times(port: int, requests: Sequence[str]) -> list[float]:
    """Ask one after the other, on one connection of this process; give the seconds that each answer took.

    Raises:
        RuntimeError: the server answered something else than 200.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for one in map(base64.b64decode, requests):
        begun = time.perf_counter()
        writer.write(one)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        took.append(time.perf_counter() - begun)
        if head[9:12] != b"200":
            raise RuntimeError(f"answered {head[9:12].decode()}: {body[-200:].decode(errors='replace')}")
    writer.close()
    return took


class Slice:
    """One target for one slice: what its connections share."""

    def __init__(self, target: Target, a_second: float | None) -> None:
        self._pause = 1 / a_second if a_second else 0.0
        self._next = 0.0
        self.status = str(target.status).encode()
        self.requests = _endless([base64.b64decode(one) for one in target.requests])
        self.answers = 0
        self.over = False
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wait(self) -> float:
        """Take the next moment at which something is asked, and tell how far off it is."""
        now = asyncio.get_running_loop().time()
        due = max(self._next, now)
        self._next = due + self._pause
        return due - now

    def fail(self, says: str) -> None:
        """End the run."""
        if not self.failed.done() and not self.over:
            self.failed.set_exception(RuntimeError(says))


class Connection(asyncio.Protocol):
    """One kept connection: asks, reads the answer whole, asks again."""

    def __init__(self, slice_: Slice) -> None:
        self._slice = slice_
        self._head = b""
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # asyncio types what it hands in too widely
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        if self._wanted:
            self._wanted -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, rest = self._head[:end].lower(), len(self._head) - end - 4
            self._head = b""
            length = _LENGTH.search(head)
            if head[9:12] != self._slice.status or length is None:
                self._slice.fail(f"answered {head[9:12].decode()}: {data[-200:].decode(errors='replace').splitlines()[-1]}")
                return
            self._wanted = int(length[1]) - rest
        if self._wanted == 0:
            self._slice.answers += 1
            self._ask()

    def _ask(self) -> None:
        wait = self._slice.wait()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._write)
        else:
            self._write()

    def _write(self) -> None:
        if not self._slice.over:
            self._transport.write(next(self._slice.requests))

    def connection_lost(self, _error: Exception | None) -> None:
        """Only the end of the slice may end a connection."""
        self._slice.fail("the server closed a connection")

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


async def _for(slice_: Slice, seconds: float) -> tuple[int, float]:
    """Let a slice go on so long, and until it had an answer: beside other work a server may take longer for its first than a slice lasts.

    Gives how many answers came in how many seconds.
    """
    loop = asyncio.get_running_loop()
    before, begin = slice_.answers, loop.time()
    await asyncio.wait([slice_.failed], timeout=seconds)
    while slice_.answers == before and not slice_.failed.done() and loop.time() - begin < PATIENCE:
        await asyncio.wait([slice_.failed], timeout=seconds)
    return slice_.answers - before, loop.time() - begin


async def _run(target: Target, plan: Plan) -> tuple[int, float]:
    loop = asyncio.get_running_loop()
    slice_ = Slice(target, plan.a_second)
    opened = [(await loop.create_connection(lambda: Connection(slice_), "127.0.0.1", target.port))[1] for _ in range(plan.connections)]
    await _for(slice_, WARM_UP)
    count, took = await _for(slice_, plan.seconds)
    if slice_.failed.done():
        slice_.failed.result()
    slice_.over = True
    # What is still under way may end, so that the next slice meets an idle server.
    await asyncio.sleep(0.05)
    for one in opened:
        one.close()
    return count, took


async def _measure(plan: Plan) -> dict[str, float]:
    counts = dict.fromkeys(plan.targets, 0)
    times = dict.fromkeys(plan.targets, 0.0)
    for name in plan.order:
        count, took = await _run(plan.targets[name], plan)
        counts[name] += count
        times[name] += took
    return {name: counts[name] / times[name] for name in plan.targets}


def _endless(requests: Sequence[bytes]) -> Iterator[bytes]:
    mine = uuid.uuid4().hex[:6]
    for serial, one in zip(itertools.count(), itertools.cycle(requests)):
        yield one.replace(SERIAL, f"{mine}{serial:010}".encode()) if SERIAL in one else one


def _main() -> None:
    import uvloop

    read = json.loads(sys.stdin.read())
    plan = Plan(**read | {"targets": {name: Target(**one) for name, one in read["targets"].items()}})
    print(json.dumps(uvloop.run(_measure(plan))))


if __name__ == "__main__":
    _main()
