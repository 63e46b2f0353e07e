"""The child's side: things to read in on stdin, answers out on stdout. It imports the standard library alone.

In: four bytes of length and a JSON head `{size, seconds, …}`, then `size` bytes. Out, as often as the reader answers: four bytes of length
and JSON. What has been answered survives a thing that breaks the reader later.
"""

from __future__ import annotations

import json
import math
import resource
import struct
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTH = struct.Struct(">I")


def answer_all(read: Callable[[dict[str, Any], bytes], Iterator[dict[str, Any]]], megabytes: int) -> None:
    """Read until the parent closes the pipe: `read(head, content)` yields the answers."""
    limit = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    # Whatever prints may not end up between two answers.
    sys.stdout = sys.stderr
    while head := _frame(incoming):
        told = json.loads(head)
        content = incoming.read(told["size"])
        _limit_time(told["seconds"])
        for answer in read(told, content):
            _answer(outgoing, answer)


def _limit_time(seconds: float) -> None:
    """End a thing that outlives the parent's own patience, should the parent be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + seconds) + 2, resource.RLIM_INFINITY))


def _frame(incoming: BinaryIO) -> bytes:
    head = incoming.read(LENGTH.size)
    return incoming.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _answer(outgoing: BinaryIO, value: dict[str, Any]) -> None:
    # Half a surrogate pair cannot be UTF-8: JSON's own escapes carry it, and the parent puts a mark in its place.
    content = json.dumps(value).encode("ascii")
    outgoing.write(LENGTH.pack(len(content)) + content)
    outgoing.flush()
