"""What this service does when another says something: every word about a decision teaches who took part and where it stands (R106, D13)."""

from __future__ import annotations

from typing import Any

from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.service import Permanent, Reaction
from contracts.action import ActionChange
from contracts.case import CaseChange
from contracts.dmca_notice import DmcaNoticeChange
from contracts.envelope import OutcomeRefusal
from contracts.notification import NotificationChange
from contracts.request import RequestChange

from appeals_svc.actions import decisions, outcome


async def learn_action(edge: Edge, event: ActionChange, _facts: Any) -> None:
    """Take in what ban-svc says of an action."""
    await decisions.learn_action(edge, event)
    await _refused(edge, event.action.outcome_refusal, event.kind)


async def learn_request(edge: Edge, event: RequestChange, _facts: Any) -> None:
    """Take in what intake-svc says of a request."""
    await decisions.learn_request(edge, event)


async def learn_notice(edge: Edge, event: DmcaNoticeChange, _facts: Any) -> None:
    """Take in what dmca-svc says of a notice."""
    await decisions.learn_notice(edge, event)
    await _refused(edge, event.dmca_notice.outcome_refusal, event.kind)


async def learn_case(edge: Edge, event: CaseChange, _facts: Any) -> None:
    """Take in what intake-svc says of a case."""
    await decisions.learn_case(edge, event)
    await _refused(edge, event.case.outcome_refusal, event.kind)


async def learn_receipt(edge: Edge, event: NotificationChange, _facts: Any) -> None:
    """Take in that a party was informed."""
    await decisions.learn_receipt(edge, event)


async def _refused(edge: Edge, refusal: OutcomeRefusal | None, kind: str) -> None:
    """Take in that an outcome could not be carried out."""
    if kind != "outcome_refused" or refusal is None:
        return
    try:
        await outcome.note_refusal(edge, refusal.appeal_id, refusal.codes)
    except NotFound:
        raise Permanent("what was refused names an appeal that is not here") from None


REACTIONS: dict[str, dict[str, Reaction]] = {
    ActionChange.stream_name(): dict.fromkeys(ActionChange.kinds, Reaction(apply=learn_action)),
    RequestChange.stream_name(): dict.fromkeys(RequestChange.kinds, Reaction(apply=learn_request)),
    DmcaNoticeChange.stream_name(): dict.fromkeys(DmcaNoticeChange.kinds, Reaction(apply=learn_notice)),
    CaseChange.stream_name(): dict.fromkeys(CaseChange.kinds, Reaction(apply=learn_case)),
    NotificationChange.stream_name(): {"delivered": Reaction(apply=learn_receipt)},
}
