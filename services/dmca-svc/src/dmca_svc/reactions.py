"""What dmca-svc does when others speak: a forwarded letter becomes a notice, an announcement is followed (R43, R87, D10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.edge import Edge
from chassis.runtime import Runtime
from chassis.service import Permanent, Reaction
from contracts.notification import NotificationChange
from contracts.request import RequestChange

from dmca_svc.actions import receipt
from dmca_svc.actions.announcements import follow_announcement
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import Channel
from dmca_svc.model.letter import Incoming, ReadLetter


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A letter as intake has it, read here, and its sender."""

    letter: ReadLetter
    received_at: datetime
    received_by_agent_at: datetime | None
    sender: dict[str, str]


async def fetch_letter(runtime: Runtime, event: RequestChange) -> Forwarded | None:
    """Ask intake for a letter that was passed on to us, and read it; both with no transaction open.

    Raises:
        Permanent: intake does not know the letter.
        PeerFailed: intake is out of reach.
    """
    if event.request.forwarded_to != "dmca":
        return None
    request_id = event.request.request_id
    asked: dict[str, Any] = {"reason": f"event {event.meta.id}", "request_id": event.meta.request_id}
    letter = await runtime.peers.get("intake", f"/intake/v1/requests/{request_id}/letter", **asked)
    sender = await runtime.peers.get("intake", f"/intake/v1/requests/{request_id}/requester", **asked)
    return Forwarded(
        letter=await reader_of(runtime).read(letter["text"].encode("utf-8", "replace"), "text/plain"),
        received_at=datetime.fromisoformat(letter["received_at"]),
        received_by_agent_at=datetime.fromisoformat(at) if (at := letter.get("received_by_agent_at")) else None,
        sender={name: sender[name] for name in ("name", "email", "wiki_user") if sender.get(name)},
    )


async def take_letter(edge: Edge, event: RequestChange, facts: Forwarded | None) -> None:
    """Make a notice of a forwarded letter; first receipt is intake's, and the agent has it from the forwarding at the latest (R87, D10)."""
    if event.request.forwarded_to != "dmca":
        return
    if facts is None:
        raise Permanent("the letter was not fetched")
    agent = facts.received_by_agent_at or event.request.received_by_agent_at or event.dt
    arrived = Incoming(facts.letter, Channel.FORWARDED, facts.received_at, agent, event.request.request_id, facts.sender)
    await receipt.receive(edge, arrived)


async def follow(edge: Edge, event: NotificationChange, facts: None) -> None:
    """Take over how far the announcement of a takedown is."""
    del facts
    told = event.notification
    if told.about.aggregate == "dmca_notice" and told.party == "community" and told.channel == "wiki_page":
        await follow_announcement(edge, told.about.id, event)


_ANNOUNCEMENT = Reaction(apply=follow)
REACTIONS = {
    "office_actions.request_change.v1": {"forwarded": Reaction(fetch=fetch_letter, apply=take_letter)},
    "office_actions.notification_change.v1": dict.fromkeys(
        ("queued", "delivered", "failed", "uncertain", "suppressed", "published"), _ANNOUNCEMENT
    ),
}
