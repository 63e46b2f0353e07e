"""Conventions of the Event Platform, on every schema that was ever materialised."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from contracts import STREAMS, schema
from contracts.compatibility import breaks
from contracts.envelope import AnyChange
from contracts.words import MAX_INT
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

Schema = dict[str, Any]


def nodes(node: Schema, place: str = "") -> Iterator[tuple[str, Schema]]:
    yield place, node
    for name, part in node.get("properties", {}).items():
        yield from nodes(part, f"{place}.{name}")
    if "items" in node:
        yield from nodes(node["items"], f"{place}[]")


def test_nothing_generated_is_stale_and_nothing_promised_is_broken() -> None:
    assert [name for name, _, _ in schema.stale()] == []
    assert schema.broken() == []


def test_a_schema_lies_where_its_title_and_version_say(schema: Schema) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft-07/schema#"
    assert schema["type"] == "object"
    assert schema["$id"].rpartition("/")[0] == f"/{schema['title']}"
    Draft7Validator.check_schema(schema)


def test_names_are_snake_case_and_required_ones_exist(schema: Schema) -> None:
    for place, node in nodes(schema):
        for name in node.get("properties", {}):
            assert re.fullmatch(r"[$a-z]+[a-z0-9_]*", name), place
        assert set(node.get("required", ())) <= set(node.get("properties", ())), place


def test_types_are_one_each_and_bounded(schema: Schema) -> None:
    for place, node in nodes(schema):
        assert isinstance(node["type"], str), f"{place}: no unions"
        assert node["type"] != "null", place
        assert not {"anyOf", "oneOf", "allOf", "not", "default"} & node.keys(), place
        if node["type"] == "array":
            assert isinstance(node["items"]["type"], str), place
        if node["type"] in ("integer", "number"):
            assert -MAX_INT <= node["minimum"] <= node["maximum"] <= MAX_INT, place
        if {"pattern", "format"} & node.keys():
            assert node["maxLength"] > 0, place


def test_objects_of_ours_are_closed(schema: Schema) -> None:
    if schema["title"].startswith("office_actions/"):
        for place, node in nodes(schema):
            assert node["type"] != "object" or node["additionalProperties"] is False, place


def test_examples_name_their_schema_and_validate(schema: Schema, valid: Callable[..., list[str]]) -> None:
    if schema["title"].startswith("office_actions/"):
        (example,) = schema["examples"]
        assert example["$schema"] == schema["$id"]
        assert valid(schema, example) == []
        example["meta"]["uri"] = "/wiki/Somewhere"
        assert valid(schema, example) != [], "the validator must bite"


def test_the_written_form_refers_to_the_fragment_and_says_the_same() -> None:
    registry: Registry[Schema] = Registry().with_resource("/fragment/common/2.0.0", DRAFT7.create_resource(schema.fragment()))
    for stream in STREAMS.values():
        folder = schema.ROOT / stream.title
        current = yaml.safe_load((folder / "current.yaml").read_text("utf-8"))
        newest = yaml.safe_load((folder / f"{stream.change.schema_version}.yaml").read_text("utf-8"))
        assert newest == json.loads((folder / f"{stream.change.schema_version}.json").read_text("utf-8"))
        assert {"$ref": "/fragment/common/2.0.0#"} in current["allOf"]
        (ours,) = (part for part in current["allOf"] if "$ref" not in part)
        assert newest == {name: part for name, part in current.items() if name != "allOf"} | ours
        validator = Draft7Validator(current, registry=registry)
        assert validator.is_valid(newest["examples"][0])
        assert not validator.is_valid({name: part for name, part in newest["examples"][0].items() if name != "dt"})
        common = schema.fragment()["properties"]
        assert set(common["meta"]["properties"]) == set(ours["properties"]["meta"]["properties"]), "else merging would let a field in"


def changed(place: str, value: Any) -> Schema:
    newer = copy.deepcopy(schema.materialised(STREAMS["office_actions.case_change.v1"].change))
    *path, last = place.split("/")
    inner: Any = newer
    for step in path:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return newer


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("$id", "/office_actions/case/change/1.1.0"),
        ("properties/case/description", "Better words."),
        ("properties/case/properties/novelty", {"type": "boolean"}),
        ("properties/case/properties/team/enum", ["legal", "trust_and_safety", "new_team"]),
        ("examples", []),
    ],
)
def test_adding_breaks_nothing(place: str, value: Any) -> None:
    assert list(breaks(changed("$id", "/office_actions/case/change/1.0.0"), changed(place, value))) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("properties/case/properties/assignee", None),
        ("properties/case/properties/version", {"type": "string"}),
        ("properties/version/type", "string"),
        ("properties/version/maximum", 10),
        ("properties/case/properties/team/enum", ["legal"]),
        ("properties/case/properties/team/enum", None),
        ("properties/case/required", ["case_id"]),
        ("properties/case/required", None),
        ("required", [*schema.materialised(STREAMS["office_actions.case_change.v1"].change)["required"], "cause"]),
        ("properties/case/properties/request_ids/items/type", "integer"),
        ("properties/case/properties/request_ids/items/format", None),
        ("properties/meta/properties/stream/pattern", "^.*$"),
        ("properties/case/additionalProperties", True),
        ("title", "office_actions/other/change"),
    ],
)
def test_anything_else_breaks(place: str, value: Any) -> None:
    older = changed("$id", "/office_actions/case/change/1.0.0")
    if place.endswith("/version"):
        older["properties"]["case"]["properties"]["version"] = {"type": "integer"}
    assert list(breaks(older, changed(place, value))) != []


def test_a_materialised_version_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema.write(tmp_path)
    assert schema.write(tmp_path) == []
    change: type[AnyChange] = STREAMS["office_actions.case_change.v1"].change
    now, later = change.schema_version, "1.99.0"
    path = tmp_path / change.title() / f"{now}.json"
    older = json.loads(path.read_text("utf-8"))
    del older["properties"]["case"]["properties"]["assignee"]
    path.write_text(json.dumps(older), "utf-8")
    with pytest.raises(SystemExit, match=rf"new schema_version: office_actions/case/change/{now}\.json"):
        schema.write(tmp_path)
    assert json.loads(path.read_text("utf-8")) == older, "refused means unchanged"

    monkeypatch.setattr(change, "schema_version", later)
    assert f"{change.title()}/{later}.json" in schema.write(tmp_path), "a field was added, so a new minor version may be written"

    older["properties"]["case"]["properties"]["mood"] = {"type": "boolean"}
    path.write_text(json.dumps(older), "utf-8")
    assert any("field mood was removed" in saying for saying in schema.broken(tmp_path))
    (tmp_path / change.title() / f"{later}.json").unlink()
    with pytest.raises(SystemExit, match="field mood was removed"):
        schema.write(tmp_path)
