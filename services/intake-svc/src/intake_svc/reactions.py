"""What intake does when ban-svc or notify-svc says something: its cases follow their actions, its requests their letters (D2, R101)."""

from collections.abc import Mapping

from chassis.edge import Edge
from chassis.service import Reaction
from contracts.action import ActionChange
from contracts.notification import NotificationChange

from intake_svc.actions import filing, recommendation, sender

ACKNOWLEDGEMENT = "request_received"
"""The letter of notify-svc that tells a sender that the request arrived (matrix row 2)."""
WARNING = "sender_warned"
"""The letter of notify-svc that warns a sender; its receipt is the proof (R118)."""


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


async def _declined(edge: Edge, event: ActionChange, _facts: None) -> None:
    action = event.action
    if action.case_id is not None:
        await recommendation.decide(edge, action.case_id, action.action_id, "no_action", action.decided_at or event.dt)


async def _delivered(edge: Edge, event: NotificationChange, _facts: None) -> None:
    about = event.notification.about
    if about.aggregate == "request" and event.notification.template == ACKNOWLEDGEMENT:
        await filing.acknowledge(edge, about.id)
    if about.aggregate == "request" and event.notification.template == WARNING:
        await sender.warning_received(edge, event.notification.event_id, event.notification.delivered_at or event.dt)


REACTIONS: Mapping[str, Mapping[str, Reaction]] = {
    ActionChange.stream_name(): {
        "proposed": Reaction(apply=_proposed),
        "returned": Reaction(apply=_returned),
        "withdrawn": Reaction(apply=_withdrawn),
        "enacted": Reaction(apply=_enacted),
        "declined": Reaction(apply=_declined),
    },
    NotificationChange.stream_name(): {"delivered": Reaction(apply=_delivered)},
}
