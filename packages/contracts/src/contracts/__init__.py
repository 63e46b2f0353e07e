"""What the services of Office Actions say to each other: six changelog streams, one module each."""

from contracts.action import ActionChange, ActionState
from contracts.appeal import AppealChange, AppealState
from contracts.case import CaseChange, CaseState
from contracts.dmca_notice import DmcaNoticeChange, DmcaNoticeState
from contracts.envelope import AnyChange, Cause, Change, Clock, OutcomeRefusal, Performer
from contracts.notification import NotificationChange, NotificationState
from contracts.request import RequestChange, RequestState
from contracts.streams import STREAMS, BadEvent, Stream, parse, stream_of
from contracts.words import code_of, opaque

__all__ = [
    "STREAMS",
    "ActionChange",
    "ActionState",
    "AnyChange",
    "AppealChange",
    "AppealState",
    "BadEvent",
    "CaseChange",
    "CaseState",
    "Cause",
    "Change",
    "Clock",
    "DmcaNoticeChange",
    "DmcaNoticeState",
    "NotificationChange",
    "NotificationState",
    "OutcomeRefusal",
    "Performer",
    "RequestChange",
    "RequestState",
    "Stream",
    "code_of",
    "opaque",
    "parse",
    "stream_of",
]
