"""Draft-07 schemas, materialised once per version and never changed after: `python -m contracts.schema [--check]`.

Layout as in jsonschema-tools: `<title>/current.yaml` refers to the common fragment, `X.Y.Z.yaml` and `.json` stand alone.
"""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from contracts.compatibility import breaks
from contracts.envelope import AnyChange
from contracts.examples import examples
from contracts.streams import STREAMS
from contracts.yaml_text import yaml_text

ROOT: Final = Path(__file__).parent / "schemas"
DRAFT: Final = "https://json-schema.org/draft-07/schema#"
FRAGMENT_TITLE: Final = "fragment/common"
FRAGMENT_VERSION: Final = "2.0.0"

Schema = dict[str, Any]


def fragment() -> Schema:
    """Build `/fragment/common/2.0.0`: the fields that Wikimedia's Event Platform asks of every event.

    Its optional `meta.uri` is left out: a link can name a page or a person, and merging would bring it into our events.
    """
    return {
        "title": FRAGMENT_TITLE,
        "description": "Fields that the Event Platform asks of every event.",
        "$id": f"/{FRAGMENT_TITLE}/{FRAGMENT_VERSION}",
        "$schema": DRAFT,
        "type": "object",
        "properties": {
            "$schema": {"type": "string", "description": "The `$id` of the schema of this event."},
            "meta": {
                "type": "object",
                "properties": {
                    "stream": {"type": "string", "minLength": 1, "description": "Stream of this event."},
                    "id": {"type": "string", "description": "Unique id of this event."},
                    "dt": {"type": "string", "format": "date-time", "maxLength": 128, "description": "When the event was received, UTC."},
                    "request_id": {"type": "string", "description": "X-Request-ID of the call that caused the event."},
                    "domain": {"type": "string", "minLength": 1, "description": "Domain the event is about."},
                },
                "required": ["stream"],
            },
            "dt": {"type": "string", "format": "date-time", "maxLength": 128, "description": "When it happened, UTC."},
        },
        "required": ["$schema", "dt", "meta"],
    }


def current(change: type[AnyChange]) -> Schema:
    """Build the schema of a stream's events as it is written: the common fragment, and our fields narrowed to what we say."""
    said = materialised(change)
    return {
        **{name: said[name] for name in ("title", "description", "$id", "$schema", "type")},
        "allOf": [
            {name: said[name] for name in ("properties", "required", "additionalProperties")},  # first: its descriptions win a merge
            {"$ref": f"/{FRAGMENT_TITLE}/{FRAGMENT_VERSION}#"},
        ],
        "examples": said["examples"],
    }


def materialised(change: type[AnyChange]) -> Schema:
    """Build the schema that stands alone. Ours restates each field of the fragment more narrowly, so that merging leaves ours."""
    raw = change.model_json_schema(by_alias=True)
    own = _plain(raw, raw.get("$defs", {}))
    common = fragment()
    return {
        "title": change.title(),
        "description": own["description"].splitlines()[0],
        "$id": change.schema_id(),
        "$schema": DRAFT,
        "type": "object",
        "properties": own["properties"],
        "required": sorted({*own["required"], *common["required"]}),
        "additionalProperties": False,
        "examples": [json.loads(examples()[change.aggregate].to_bytes())],
    }


def _plain(node: Any, definitions: Schema) -> Any:
    """Resolve references, and drop what draft-07 readers of the platform do not want: unions with null, defaults, titles."""
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        said = {name: value for name, value in node.items() if name != "$ref"}
        return _plain({**definitions[node["$ref"].rpartition("/")[2]], **said}, definitions)
    if "anyOf" in node:
        (only,) = (option for option in node["anyOf"] if option.get("type") != "null")
        return _plain({**only, **{name: value for name, value in node.items() if name not in ("anyOf", "default")}}, definitions)
    kept = sorted(node.keys() - {"default", "title", "$defs", "properties"})  # sorted: a newer pydantic may write another order
    plain = {name: _plain(node[name], definitions) for name in kept}
    if "properties" in node:
        plain["properties"] = {name: _plain(value, definitions) for name, value in node["properties"].items()}
    if "required" in plain:
        plain["required"] = sorted(plain["required"])
    return plain


def files() -> Iterator[tuple[str, str, bool]]:
    """Name each file below `schemas/`, its text, and whether it is fixed for ever once written."""
    yield from _versions(fragment(), fragment())
    for stream in STREAMS.values():
        yield from _versions(current(stream.change), materialised(stream.change))


def _versions(written: Schema, standing_alone: Schema) -> Iterator[tuple[str, str, bool]]:
    folder, _, version = str(written["$id"]).lstrip("/").rpartition("/")
    yield f"{folder}/current.yaml", yaml_text(written), False
    yield f"{folder}/{version}.yaml", yaml_text(standing_alone), True
    yield f"{folder}/{version}.json", json.dumps(standing_alone, indent=2, ensure_ascii=False) + "\n", True


def stale(root: Path = ROOT) -> list[tuple[str, str, bool]]:
    """List the files below `root` that are missing or say something else than the classes."""
    return [(name, text, fixed) for name, text, fixed in files() if not (root / name).is_file() or (root / name).read_text("utf-8") != text]


def broken(root: Path = ROOT) -> list[str]:
    """Say where a version below `root`, or the one the classes now describe, does more than add to the version before it."""
    sayings: list[str] = []
    for stream in STREAMS.values():
        versions = {_number(path.stem): json.loads(path.read_text("utf-8")) for path in (root / stream.title).glob("*.json")}
        versions.setdefault(_number(stream.change.schema_version), materialised(stream.change))
        for older, newer in pairwise(sorted(versions)):
            if older[0] == newer[0]:
                sayings += breaks(versions[older], versions[newer], versions[newer]["$id"])
    return sayings


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def write(root: Path = ROOT) -> list[str]:
    """Write what is missing and return the names; SystemExit when a version that exists, or what it promised, would change."""
    wanted = stale(root)
    refused = [name for name, _, fixed in wanted if fixed and (root / name).exists()]
    if refused:
        raise SystemExit(f"never changed once written, give the class a new schema_version: {', '.join(refused)}")
    if sayings := broken(root):
        raise SystemExit(f"only a new stream may change this: {'; '.join(sayings)}")
    for name, text, _ in wanted:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return [name for name, _, _ in wanted]


def main(arguments: list[str]) -> int:
    """Write missing versions, or with `--check` only say what is stale (exit 1)."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m contracts.schema [--check]\n")
        return 2
    names = [name for name, _, _ in stale()] if arguments else write()
    for name in names:
        sys.stdout.write(f"{'stale' if arguments else 'written'}: schemas/{name}\n")
    return 1 if arguments and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
