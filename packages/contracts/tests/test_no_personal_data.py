"""No personal data on the bus: no field can hold a name, an address or a text, whatever a service puts into it (DESIGN 4)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

Schema = dict[str, Any]

# Whole words of a field's name. An enum may be called as it likes: what it can say is listed.
FORBIDDEN = frozenset(
    [
        "account",
        "accounts",
        "address",
        "addresses",
        "body",
        "comment",
        "content",
        "description",
        "email",
        "evidence",
        "ip",
        "link",
        "mail",
        "message",
        "name",
        "names",
        "note",
        "notes",
        "phone",
        "rationale",
        "reasons",
        "signature",
        "statement",
        "summary",
        "text",
        "title",
        "uri",
        "url",
        "urls",
        "user",
        "username",
        "users",
    ]
)
SPOKEN = ("Ada Example", "ada@example.org", "192.0.2.7", "2001:db8::7", "https://example.org/wiki/Ada", "User:Ada", "Zoë", "a\nb", "")


def strings(node: Schema, place: str = "") -> Iterator[tuple[str, Schema]]:
    for name, part in node.get("properties", {}).items():
        yield from strings(part, f"{place}.{name}" if place else name)
    if "items" in node:
        yield from strings(node["items"], place)
    if node["type"] not in ("object", "array", "boolean", "integer"):
        yield place, node


def leaks(schema: Schema) -> list[str]:
    return [f"{place}: {why}" for place, node in strings(schema) for why in _leaks_of(place, node)]


def _leaks_of(place: str, node: Schema) -> Iterator[str]:
    if "enum" in node:
        return
    last = place.rpartition(".")[2]
    if FORBIDDEN & set(last.split("_")):
        yield "is named like personal data"
    if node["type"] != "string":
        yield f"has type {node['type']}"
    elif node.get("format") in ("uuid", "date-time"):
        return
    elif "pattern" not in node:
        yield "can hold any text"
    else:
        held = [text for text in SPOKEN if re.search(node["pattern"], text) and len(text) <= node["maxLength"]]
        yield from (f"can hold {text!r}" for text in held)


def test_no_field_can_carry_personal_data(schema: Schema) -> None:
    if schema["title"].startswith("office_actions/"):
        assert leaks(schema) == []


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("remark", {"type": "string"}),
        ("remark", {"type": "string", "maxLength": 10}),
        ("remark", {"type": "string", "pattern": "^.+$", "maxLength": 99}),
        ("remark", {"type": "string", "pattern": "[a-z]+", "maxLength": 99}),
        ("place", {"type": "string", "format": "uri", "maxLength": 99}),
        ("amount", {"type": "number"}),
        ("nothing", {"type": "null"}),
        ("user_name", {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9}),
        ("email", {"type": "string", "format": "uuid", "maxLength": 36}),
        ("remarks", {"type": "array", "items": {"type": "string"}}),
        ("inner", {"type": "object", "properties": {"summary": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9}}}),
    ],
)
def test_the_walk_finds_a_field_that_could(name: str, node: Schema) -> None:
    assert leaks({"type": "object", "properties": {name: node}}) != []
