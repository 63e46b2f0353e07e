"""What intake does when ban-svc or notify-svc says something: its cases follow their actions, its requests their letters (D2, R101)."""

from collections.abc import Mapping

from chassis.edge import Edge
from chassis.service import Reaction
from contracts.action import ActionChange
from contracts.appeal import AppealChange
from contracts.notification import NotificationChange

from intake_svc.actions import filing, heard, mail, recommendation, sender

ACKNOWLEDGEMENT = "request_received"
"""The letter of notify-svc that tells a sender that the request arrived (matrix row 2)."""
WARNING = "sender_warned"
"""The letter of notify-svc that warns a sender; its receipt is the proof (R118)."""
PARTIES = frozenset({"requester", "subject"})
ENDINGS = frozenset({"deferred", "refused", "resolved"})
"""Whose being told counts for the last date of an appeal, and of which endings of a request (D7)."""
APPEALS = ("filed", "reasons_requested", "ineligible", "refused_by_counsel", "accepted", "decided", "moot", "withdrawn")
"""What opens an appeal or ends it; what lies between asks nothing of intake."""


async def _proposed(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.note_action(edge, action.case_id, action.action_id)


async def _returned(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.take_back(edge, action.case_id, action.action_id, "returned")


async def _withdrawn(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.take_back(edge, action.case_id, action.action_id, "withdrawn")


async def _enacted(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.decide(edge, action.case_id, action.action_id, "act", action.enacted_at or event.dt)
    await heard.hear_action(edge, action, acts=True, at=event.dt)


async def _declined(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.decide(edge, action.case_id, action.action_id, "no_action", action.decided_at or event.dt)
    await heard.hear_action(edge, action, acts=False, at=event.dt)


async def _went_on(edge: Edge, event: ActionChange, _facts: None) -> None:
    await heard.hear_action(edge, event.action, acts=True, at=event.dt)


async def _appealed(edge: Edge, event: AppealChange, _facts: None) -> None:
    await heard.hear_appeal(edge, event.appeal, event.dt)


async def _delivered(edge: Edge, event: NotificationChange, _facts: None) -> None:
    about, at = event.notification.about, event.notification.delivered_at or event.dt
    if about.aggregate == "request" and event.notification.party == "requester" and event.notification.channel == "mail":
        await mail.remember_letter(edge, event.notification.notification_id, about.id, at)
    if about.aggregate == "action" and event.notification.party in PARTIES:
        await heard.hear_informed_of_action(edge, about.id, at)
    if about.aggregate == "request" and about.change_kind in ENDINGS:
        await heard.hear_informed_of_ending(edge, about.id, at)
    if about.aggregate == "request" and event.notification.template == ACKNOWLEDGEMENT:
        await filing.acknowledge(edge, about.id)
    if about.aggregate == "request" and event.notification.template == WARNING:
        await sender.warning_received(edge, event.notification.event_id, at)


REACTIONS: Mapping[str, Mapping[str, Reaction]] = {
    ActionChange.stream_name(): {
        "proposed": Reaction(apply=_proposed),
        "returned": Reaction(apply=_returned),
        "withdrawn": Reaction(apply=_withdrawn),
        "enacted": Reaction(apply=_enacted),
        "declined": Reaction(apply=_declined),
        **dict.fromkeys(("modified", "lifted", "expired", "overturned"), Reaction(apply=_went_on)),
    },
    AppealChange.stream_name(): dict.fromkeys(APPEALS, Reaction(apply=_appealed)),
    NotificationChange.stream_name(): {"delivered": Reaction(apply=_delivered)},
}
