"""What a signature covers (D1)."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.digest import canonical, digest

JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), parts),
    max_leaves=4,
)


def test_keys_are_sorted_nothing_is_spaced_and_letters_stay_letters() -> None:
    assert canonical({"b": [1, True], "a": {"d": "é", "c": 1.5}}) == '{"a":{"c":1.5,"d":"é"},"b":[1,true]}'.encode()


def test_the_digest_is_sha_256_in_hex() -> None:
    assert digest({"case": "1"}) == hashlib.sha256(b'{"case":"1"}').hexdigest()


@settings(max_examples=50)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, min_size=2))
def test_the_order_in_which_a_spec_was_written_does_not_count(spec: dict[str, object]) -> None:
    assert digest(dict(reversed(spec.items()))) == digest(spec)


def test_every_change_changes_it() -> None:
    assert len({digest(value) for value in ({"a": 1}, {"a": "1"}, {"a": [1]}, {"b": 1}, {"a": 1, "b": 1}, {"a": True})}) == 6


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "value is null"),
        ({"spec": {"scope": None}}, "value.spec.scope is null"),
        ({"pages": ["a", None]}, r"value.pages\[1\] is null"),
        ({"a": (1, None)}, r"value.a\[1\] is null"),
        ({1: "a"}, "no text: 1"),
        ({"a": float("nan")}, "not JSON compliant"),
        ({"a": float("inf")}, "not JSON compliant"),
        ({"a": "\ud800"}, "surrogates not allowed"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(value: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        digest(value)


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="datetime"):
        digest({"at": datetime(2026, 1, 1, tzinfo=UTC)})
