"""Starts `office up` again and again without importing everything anew: reads a line of JSON, forks, answers the child's pid.

    {"arguments": ["up", "--dev", ...], "point": "relay.sent.after", "kind": "crash", "log": "/a/file"}

The child arms the fault when one is named; a crash is a real `kill -9` of itself at that point.
"""

import json
import os
import signal
import sys
from contextlib import ExitStack

from chassis.settings import SERVICES
from chassis.testing import broken_at
from office.cli import main
from office.services import load

load(SERVICES)
import office.home  # noqa: E402  # imported here so that no child has to
import office.house  # noqa: E402, F401  # as above

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        with ExitStack() as stack:
            if "point" in order:
                stack.enter_context(broken_at(order["point"], order["kind"], after=order.get("after", 0)))
            os._exit(main(order["arguments"]))
    print(child, flush=True)
