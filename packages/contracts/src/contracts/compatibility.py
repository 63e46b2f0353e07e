"""What a new version of a schema may change inside its major version: it may only add (Event Platform, jsonschema-tools)."""

from collections.abc import Iterator
from typing import Any

_FREE = frozenset({"$id", "description", "examples"})


def breaks(older: dict[str, Any], newer: dict[str, Any], place: str = "schema") -> Iterator[str]:
    """Say each way in which `newer` is not merely `older` with optional fields, enum values or better words added."""
    for word in sorted((older.keys() | newer.keys()) - _FREE):
        was, is_now = older.get(word), newer.get(word)
        if word == "properties":
            yield from _broken_fields(was or {}, is_now or {}, place)
        elif word == "enum" and was is not None and is_now is not None:
            yield from (f"{place}: enum lost {value!r}" for value in was if value not in is_now)
        elif word == "required":
            if set(was or ()) != set(is_now or ()):
                yield f"{place}: required changed"
        elif isinstance(was, dict) and isinstance(is_now, dict):
            yield from breaks(was, is_now, f"{place}.{word}")
        elif was != is_now:
            yield f"{place}: {word} changed from {was!r} to {is_now!r}"


def _broken_fields(was: dict[str, Any], is_now: dict[str, Any], place: str) -> Iterator[str]:
    for name, schema in was.items():
        if name in is_now:
            yield from breaks(schema, is_now[name], f"{place}.{name}")
        else:
            yield f"{place}: field {name} was removed"
