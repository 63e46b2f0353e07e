"""An appeal: where it comes in, who answers it, where it stands (R104-R108, D13, D14)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Route(StrEnum):
    """Who answers an appeal (D13, D14)."""

    COMMITTEE = "committee"
    STAFF = "staff"
    CA = "ca"
    COUNSEL = "counsel"


BY_PANEL: Final = frozenset({Route.COMMITTEE, Route.STAFF, Route.CA})
"""Routes on which several judge: a panel of the committee, or two reviewers; on the last counsel answers alone."""


class Channel(StrEnum):
    """Where an appeal came in: appeals@, ca@, or a form."""

    MAIL = "mail"
    CA = "ca"
    FORM = "form"


class Verdict(StrEnum):
    """What counsel says at the gate (R104)."""

    APPROVE = "approve"
    REFUSE = "refuse"


class State(StrEnum):
    """Where an appeal stands."""

    INCOMPLETE = "incomplete"
    FILED = "filed"
    INELIGIBLE = "ineligible"
    WITH_COUNSEL = "with_counsel"
    REFUSED_BY_COUNSEL = "refused_by_counsel"
    ACCEPTED = "accepted"
    IN_PANEL = "in_panel"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"


MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.INCOMPLETE: frozenset({State.INCOMPLETE, State.FILED, State.WITH_COUNSEL, State.INELIGIBLE, State.MOOT, State.WITHDRAWN}),
        State.FILED: frozenset({State.WITH_COUNSEL, State.INELIGIBLE, State.WITHDRAWN}),
        State.INELIGIBLE: frozenset(),
        State.WITH_COUNSEL: frozenset({State.ACCEPTED, State.REFUSED_BY_COUNSEL, State.MOOT, State.WITHDRAWN}),
        State.REFUSED_BY_COUNSEL: frozenset(),
        State.ACCEPTED: frozenset({State.IN_PANEL, State.DECIDED, State.MOOT, State.WITHDRAWN}),
        State.IN_PANEL: frozenset({State.DECIDED, State.MOOT, State.WITHDRAWN}),
        State.DECIDED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.MOOT: frozenset(),
    }
)
"""The legal moves of an appeal. `filed` waits for verification: until then nothing is said of it, not even that it is moot.

From `accepted` straight to `decided` goes only what counsel answers alone (D14).
"""

ANSWERABLE: Final = frozenset({State.ACCEPTED, State.IN_PANEL})
"""Appeals in these states wait for their answer, and their 28 days run."""

PENDING: Final = frozenset({State.INCOMPLETE, State.WITH_COUNSEL}) | ANSWERABLE
"""Verified appeals in these states end moot when what they are about no longer stands by itself (D14)."""

HOLDS_NO_PLACE: Final = frozenset({State.INELIGIBLE, State.MOOT})
"""Appeals in these states leave their person free to appeal the same issuance (D14)."""
