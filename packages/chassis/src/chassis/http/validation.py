"""What pydantic found wrong, told without repeating it: the place by our own names, and what is wanted there."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.decision import Reason

MOST = 20
# Their messages follow from the schema alone. Any other may quote the input, and is told in general words.
TOLD_AS_THEY_ARE = frozenset({"missing", "enum", "literal_error", "model_attributes_type", "model_type", "none_required", "multiple_of"})
SAFE_ENDINGS = ("_type", "_than", "_than_equal", "_too_short", "_too_long", "_not_finite")


def reasons_of(errors: Sequence[Mapping[str, Any]], known: frozenset[str]) -> tuple[Reason, ...]:
    """Give a reason for each error, twenty at most; `known` are the names our forms use, any other part of a place is the caller's."""
    found = [Reason("malformed", f"{_place(error, known)}: {_wanted(error)}", "docs/decisions/0017") for error in errors[:MOST]]
    return tuple(dict.fromkeys(found)) or (Reason("malformed", "The request cannot be read.", "docs/decisions/0017"),)


def _place(error: Mapping[str, Any], known: frozenset[str]) -> str:
    parts = list(error.get("loc", ()))
    if error.get("type") in {"extra_forbidden", "json_invalid"}:
        parts = parts[:-1]
    shown = [str(part) if isinstance(part, int) or part in known or part in {"body", "query", "path", "header"} else "…" for part in parts]
    return ".".join(shown) or "body"


def _wanted(error: Mapping[str, Any]) -> str:
    kind, message = str(error.get("type", "")), str(error.get("msg", ""))
    match kind:
        case "extra_forbidden":
            return "There is a field that is not known here."
        case "json_invalid":
            return "The body is not valid JSON."
        case "string_pattern_mismatch":
            return f"It must match {error.get('ctx', {}).get('pattern', 'the pattern')}."
        case "union_tag_invalid" | "union_tag_not_found":
            return f"It must be one of {error.get('ctx', {}).get('expected_tags', 'the known kinds')}."
        case "value_error" | "assertion_error":
            # Written by ourselves in a form's validator, which never quotes its value.
            said = message.partition(", ")[2].rstrip(".") or "It is not what is wanted here"
            return f"{said}."
    if kind in TOLD_AS_THEY_ARE or kind.endswith(SAFE_ENDINGS):
        return message + "."
    if "_parsing" in kind or "_from_" in kind:
        # "…, found `z` at 1" follows the comma.
        return message.partition(",")[0] + "."
    return "It is not what is wanted here."
