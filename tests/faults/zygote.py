"""Starts `office` again and again without importing everything anew: reads a line of JSON, forks, answers the child's pid.

    {"arguments": ["up", "--dev", ...], "environment": {...}, "log": "/a/file", "orders": "/another",
     "fault": {"point", "kind", "of", "after"}}

The child breaks at `fault` from its start on when one is named; at SIGUSR1 it takes the fault that lies in `orders`, and takes the file
away. A crash is a real `kill -9` of itself at that point, and the last thing that the log says is where.
"""

import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from chassis import fault
from chassis.settings import SERVICES
from chassis.testing import broken_at
from office.cli import main
from office.services import load

load(SERVICES)
import office.home  # noqa: E402  # imported here so that no child has to
import office.house  # noqa: E402, F401  # as above

broken = ExitStack()


def arm(order: dict[str, Any]) -> None:
    broken.close()
    broken.enter_context(broken_at(order["point"], order["kind"], of=order.get("of", ""), after=order.get("after", 0)))
    breaking = fault._hook
    assert breaking is not None

    async def said(name: str, of: str) -> None:
        if name == order["point"] and order.get("of", "") in {"", of}:
            os.write(2, f"reached {name}\n".encode())
        await breaking(name, of)

    fault._hook = said


def child(order: dict[str, Any]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order.get("environment", {}))
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((null, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)

    def take(_number: int, _frame: FrameType | None) -> None:
        orders = Path(order["orders"])
        arm(json.loads(orders.read_text()))
        orders.unlink()

    signal.signal(signal.SIGUSR1, take)
    if "fault" in order:
        arm(order["fault"])
    return main(order["arguments"])


# Whoever ends is reaped at once, so that its pid tells that it has ended.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
sys.stdout.write("ready\n")
sys.stdout.flush()
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os._exit(child(json.loads(line)))
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()
