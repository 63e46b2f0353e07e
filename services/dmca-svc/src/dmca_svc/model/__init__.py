"""The words of a notice: states, legal moves and the frozen facts that a rule asks about (pure)."""

from dmca_svc.model.counter_notice import COUNTER_MOVES, OPEN_COUNTER_NOTICES, OVER, CounterFacts, CounterState
from dmca_svc.model.court_action import ActionState, CourtActionFacts, Forum, ToldBy
from dmca_svc.model.notice import DOWN, MOVES, UNDECIDED, AnsweredAs, Channel, ClaimFacts, Course, NoticeFacts, PageFacts, PageState, State

__all__ = [
    "COUNTER_MOVES",
    "DOWN",
    "MOVES",
    "OPEN_COUNTER_NOTICES",
    "OVER",
    "UNDECIDED",
    "ActionState",
    "AnsweredAs",
    "Channel",
    "ClaimFacts",
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
