"""The reader's process: letters in on stdin, words and readings out on stdout. It imports the standard library and the reader alone.

In: four bytes of length and a JSON head `{media_type, size, seconds}`, then `size` bytes of letter. Out, twice for each letter, four bytes
of length and JSON: the words that were found, then the reading, so that the words survive a letter that breaks the reader.
"""

from __future__ import annotations

import json
import math
import resource
import struct
import sys
from collections import Counter
from typing import Any, BinaryIO

from dmca_svc.reading import Letter, letter_text, read

LENGTH = struct.Struct(">I")


def main(megabytes: int) -> None:
    """Read letters until the parent closes the pipe."""
    limit = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    # Whatever prints may not end up between two answers.
    sys.stdout = sys.stderr
    while head := _frame(incoming):
        told = json.loads(head)
        raw = incoming.read(told["size"])
        _limit_time(told["seconds"])
        letter = letter_text(raw, told["media_type"])
        _answer(outgoing, _words(letter))
        _answer(outgoing, read(letter.text, letter.sender).as_json())


def _words(letter: Letter) -> dict[str, Any]:
    return {
        "text": letter.text,
        "attachments": dict(Counter(letter.attachments)),
        "sender": letter.sender,
        "automatic": letter.automatic,
    }


def _limit_time(seconds: float) -> None:
    """End a letter that outlives the parent's own patience, should the parent be gone."""
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


if __name__ == "__main__":
    main(int(sys.argv[1]))
