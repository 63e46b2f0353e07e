"""The words of an appeal and the facts its rules ask about (R32, R33, R101-R109, D7, D13, D14)."""

from appeals_svc.model.appeal import HOLDS_NO_PLACE, MOVES, PENDING, Channel, Route, State, Verdict
from appeals_svc.model.decision import (
    HAD_NO_PART,
    AppellantRole,
    DecisionFacts,
    DecisionKind,
    GlobalBan,
    Letter,
    Nature,
    Participation,
    Standing,
    Term,
    Window,
)

__all__ = [
    "HAD_NO_PART",
    "HOLDS_NO_PLACE",
    "MOVES",
    "PENDING",
    "AppellantRole",
    "Channel",
    "DecisionFacts",
    "DecisionKind",
    "GlobalBan",
    "Letter",
    "Nature",
    "Participation",
    "Route",
    "Standing",
    "State",
    "Term",
    "Verdict",
    "Window",
]
