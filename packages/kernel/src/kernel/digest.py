"""What a signature covers: the digest of exactly what was recommended (D1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def digest(value: object) -> str:
    """Return the sha-256, as 64 hex digits, of the value's canonical JSON: sorted keys, no spaces, UTF-8.

    Takes what JSON knows: objects with text keys, lists, text, whole and finite numbers, booleans; times come as text.
    Absent is never null: a null would let two readings of one recommendation differ, so it is an error and not dropped.

    Raises:
        ValueError: a null, NaN or infinity, a key that is no text, text that UTF-8 cannot hold.
        TypeError: a value that JSON does not know.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: object) -> bytes:
    """Return the canonical JSON that `digest` hashes; raises as `digest` does."""
    _refuse_what_json_would_bend(value, "value")
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _refuse_what_json_would_bend(value: object, where: str) -> None:
    """Refuse what `json` would write without a word though it reads back as something else."""
    if value is None:
        raise ValueError(f"{where} is null: leave out what is absent")
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{where} has a key that is no text: {key!r}")  # noqa: TRY004 - one error for every bent document
            _refuse_what_json_would_bend(part, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            _refuse_what_json_would_bend(part, f"{where}[{index}]")
