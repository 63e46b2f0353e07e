"""The law of telling: may this fact go to this reader, by this way, and until when may they appeal."""

from notify_svc.rules.appeal import POLICY, appeal_right
from notify_svc.rules.condition import CONDITIONS, team_of
from notify_svc.rules.language import Language, language_for
from notify_svc.rules.matrix import MATRIX, Matrix, MatrixError, Outcome, Row, Telling, outcomes, tellings
from notify_svc.rules.notification import (
    NOBODY,
    choose_channel,
    lane_of,
    lanes_of,
    may_be_public,
    may_cancel,
    may_correct,
    may_take_receipt,
    may_use,
    unreached,
)
from notify_svc.rules.reader import may_tell

__all__ = [
    "CONDITIONS",
    "MATRIX",
    "NOBODY",
    "POLICY",
    "Language",
    "Matrix",
    "MatrixError",
    "Outcome",
    "Row",
    "Telling",
    "appeal_right",
    "choose_channel",
    "lane_of",
    "lanes_of",
    "language_for",
    "may_be_public",
    "may_cancel",
    "may_correct",
    "may_take_receipt",
    "may_tell",
    "may_use",
    "outcomes",
    "team_of",
    "tellings",
    "unreached",
]
