"""What a message says: of public measures alone, and of them only what is listed here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from notify_svc.model import Change
from notify_svc.rules.matrix import PUBLIC_MEASURES

CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "enacted": "action.enacted",
        "modified": "action.modified",
        "expired": "action.expired",
        "lifted": "action.lifted",
        "overturned": "action.overturned",
        "recorded": "action.recorded",
    }
)
"""The changes of an action that others are told, and the type of their message."""

_TIMES = ("enacted_at", "expires_at", "ended_at")


def announced(change: Change, *, reference: str) -> dict[str, Any] | None:
    """Give the message for a change of a public measure, or None: nobody outside is told (D17, R112).

    The narrower of kind and disclosure wins, and a decision not to act is nobody's. Page protection shows by its template alone. A message
    has the kind, what happened, when, and `reference`, a name of its own: no person, account, case, request, action or ground.
    """
    public = change.matter in PUBLIC_MEASURES and change.state.get("disclosure") == "public" and change.state.get("course") == "act"
    if change.aggregate != "action" or change.kind not in CHANGES or not public:
        return None
    times = {name: change.state[name] for name in _TIMES if change.state.get(name) is not None}
    return {
        "type": CHANGES[change.kind],
        "timestamp": change.dt.isoformat().replace("+00:00", "Z"),
        "data": {"reference": reference, "kind": change.matter, **times},
    }
