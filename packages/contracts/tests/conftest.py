"""Strategies and schemas that several tests of the contracts use."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from contracts.schema import ROOT
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

FORMATS = FormatChecker(["uuid"])


def _is_utc(value: object) -> bool:
    return isinstance(value, str) and value.endswith("Z") and datetime.fromisoformat(value).utcoffset() is not None


FORMATS.checks("date-time", raises=ValueError)(_is_utc)


def schema_files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.json"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "schema" in metafunc.fixturenames:
        files = schema_files()
        metafunc.parametrize("schema", [json.loads((ROOT / file).read_text("utf-8")) for file in files], ids=files)


def values(schema: dict[str, Any], *, always: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Any value that the schema allows; the optional fields named in `always` are there."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "object":
        parts = {name: values(part) for name, part in schema["properties"].items()}
        sure = {*schema.get("required", ()), *always}
        return st.fixed_dictionaries(
            {name: part for name, part in parts.items() if name in sure},
            optional={name: part for name, part in parts.items() if name not in sure},
        )
    if schema["type"] == "array":
        return st.lists(values(schema["items"]), max_size=2)
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if schema["type"] == "boolean":
        return st.booleans()
    return _strings(schema)


def _strings(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("format") == "uuid":
        return st.uuids().map(str)
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
    pattern = re.compile(schema["pattern"][1:-1], re.ASCII)
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= schema["maxLength"])


@pytest.fixture
def valid() -> Callable[[dict[str, Any], Any], list[str]]:
    """Say what a schema has against a value."""
    return lambda schema, value: [error.message for error in Draft7Validator(schema, format_checker=FORMATS).iter_errors(value)]


@pytest.fixture
def any_value() -> Callable[..., st.SearchStrategy[Any]]:
    """Make values that a schema allows."""
    return values
