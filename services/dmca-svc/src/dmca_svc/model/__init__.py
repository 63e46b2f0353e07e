"""The words of a notice: states, legal moves and the frozen facts that a rule asks about (pure)."""

from dmca_svc.model.counter_notice import COUNTER_MOVES, OPEN_COUNTER_NOTICES, CounterFacts, CounterState
from dmca_svc.model.court_action import CourtActionFacts, Forum, ToldBy
from dmca_svc.model.notice import DOWN, MOVES, Channel, Course, NoticeFacts, PageFacts, PageState, State

__all__ = [
    "COUNTER_MOVES",
    "DOWN",
    "MOVES",
    "OPEN_COUNTER_NOTICES",
    "Channel",
    "CounterFacts",
    "CounterState",
    "Course",
    "CourtActionFacts",
    "Forum",
    "NoticeFacts",
    "PageFacts",
    "PageState",
    "State",
    "ToldBy",
]
