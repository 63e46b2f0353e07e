"""The generated pages: fresh, readable by others, complete."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from contracts import STREAMS, document
from contracts.yaml_text import yaml_text
from hypothesis import given, settings
from hypothesis import strategies as st

PLAIN = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12)
DATA = st.recursive(
    st.booleans() | st.integers() | PLAIN | st.sampled_from(["yes", "null", "~", "1.0", "- a", "a: b", "# c", "0x1", "Off", "a #b", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=12,
)


def test_pages_are_not_stale(capsys: pytest.CaptureFixture[str]) -> None:
    assert document.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_page_is_named_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "events.md").write_text("old")
    assert document.main(["--check", "--docs", str(tmp_path)]) == 1
    assert "stale: docs/events.md" in capsys.readouterr().out
    assert (tmp_path / "events.md").read_text() == "old"
    assert document.main(["--docs", str(tmp_path)]) == 0
    assert document.main(["--check", "--docs", str(tmp_path)]) == 0


def test_every_kind_of_every_stream_has_its_row() -> None:
    page = document.events_page()
    for stream in STREAMS.values():
        section = page.partition(f"## `{stream.name}`")[2].partition("\n## ")[0]
        assert all(f"| `{kind}` | {said.when} |" in section for kind, said in stream.kinds.items())


def test_asyncapi_references_lead_somewhere() -> None:
    text = document.pages()["asyncapi.yaml"]
    whole = yaml.safe_load(text)
    assert whole["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in whole["channels"].values()} == set(STREAMS)
    references = list(_references(whole))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            inner: Any = whole
            for step in reference[2:].split("/"):
                inner = inner[step]
        else:
            assert (document.DOCS / reference).is_file(), reference


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node["$ref"]] if "$ref" in node else [found for part in node.values() for found in _references(part)]
    return [found for part in node for found in _references(part)] if isinstance(node, list) else []


@settings(max_examples=150, deadline=None)
@given(DATA)
def test_yaml_reads_back_as_written(data: Any) -> None:
    assert yaml.safe_load(yaml_text(data)) == data
