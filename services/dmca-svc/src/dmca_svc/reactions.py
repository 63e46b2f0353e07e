"""What dmca-svc does when others speak: a forwarded letter becomes a notice, announcements and measures are followed (R43, R87, D10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.edge import Edge
from chassis.peers import PeerFailed
from chassis.runtime import Runtime
from chassis.service import Permanent, Reaction
from contracts.action import ActionChange
from contracts.dmca_notice import DmcaNoticeChange
from contracts.notification import NotificationChange
from contracts.request import RequestChange

from dmca_svc.actions import ledger, measures, persons, receipt
from dmca_svc.actions.announcements import follow_announcement
from dmca_svc.actions.assessment import Place
from dmca_svc.actions.cures import follow_cure_letter
from dmca_svc.actions.uploaders import follow_letter
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import Channel
from dmca_svc.model.individual import INDIVIDUALS, Told
from dmca_svc.model.letter import Incoming, ReadLetter
from dmca_svc.rules import measure

REMOVAL_LETTER, CURE_LETTER = "dmca_taken_down", "dmca_cure_requested"


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
    """Take over how far an announcement is, the letter to whoever gave the material, and the one that asks for a cure (R43, R49, D8)."""
    del facts
    told = event.notification
    if told.about.aggregate == "dmca_notice" and told.party == "community" and told.channel == "wiki_page":
        await follow_announcement(edge, told.about.id, event)
    elif told.about.aggregate == "dmca_notice" and told.party == "uploader" and told.template == REMOVAL_LETTER:
        await follow_letter(edge, told.about.id, event)
        # Only what is reverted after the letter's receipt counts (R49): with the receipt, the rule is asked again.
        await ledger.refresh_all(edge, told.about.id)
    elif told.about.aggregate == "dmca_notice" and told.party == "complainant" and told.template == CURE_LETTER:
        await follow_cure_letter(edge, told.about.id, event)


async def ask_whose(runtime: Runtime, event: DmcaNoticeChange) -> tuple[Told, ...] | None:
    """Ask ban-svc whose the accounts are that gave what came down; when it cannot say, the ledger says that first.

    Raises:
        PeerFailed: ban-svc is out of reach; the same event asks again later.
    """
    if event.dmca_notice.taken_down_at is None:
        return None
    notice_id, reason = event.dmca_notice.notice_id, f"event {event.meta.id}"
    async with runtime.edge("event:notice:givers_read", access_reason=reason) as edge:
        names = await persons.givers(edge, notice_id)
    try:
        return tuple([await _whose(runtime, name, event) for name in names])
    except (PeerFailed, Permanent):
        async with runtime.edge("event:infringer:links_unreachable", access_reason=reason) as edge:
            await persons.unreachable(edge, await persons.enrol(edge, names))
            await ledger.refresh_all(edge, notice_id)
        raise


async def _whose(runtime: Runtime, name: str, event: DmcaNoticeChange) -> Told:
    asked: dict[str, Any] = {"reason": f"event {event.meta.id}", "request_id": event.meta.request_id}
    said = await runtime.peers.get("ban", INDIVIDUALS, params={"account": name}, **asked)
    try:
        return Told.of(name, said)
    except ValueError as error:
        # What it says are names: its class is enough.
        raise Permanent(f"whose an account is cannot be read: {type(error).__name__}") from None


async def keep_ledger(edge: Edge, event: DmcaNoticeChange, told: tuple[Told, ...] | None) -> None:
    """Ask the rules anew about everybody whom a notice concerns: strikes come and go with what becomes of it (D11)."""
    if event.dmca_notice.taken_down_at is None:
        return
    if told is not None:
        await persons.enrol(edge, [one.account for one in told])
        await persons.link(edge, told)
    await ledger.refresh_all(edge, event.dmca_notice.notice_id)


async def ask_pages(runtime: Runtime, event: ActionChange) -> list[Place] | None:
    """Ask ban-svc which pages a measure names; of child protection nobody is asked, for no action says where that is (D20).

    Raises:
        Permanent: what it answers cannot be read.
        PeerFailed: ban-svc is out of reach.
    """
    if not measure.names_pages(event.action.kind):
        return None
    path = f"/bans/v1/actions/{event.action.action_id}/subject"
    said = await runtime.peers.get("ban", path, reason=f"event {event.meta.id}", request_id=event.meta.request_id)
    try:
        return [Place(one["wiki"], one["title"]) for one in said.get("pages", ())]
    except (KeyError, TypeError):
        raise Permanent("the pages of a measure cannot be read") from None


async def follow_measure(edge: Edge, event: ActionChange, pages: list[Place] | None) -> None:
    """Keep down what a measure on pages or of child protection is about, as long as it is in force (D4, D10)."""
    if measure.is_followed(event.action.kind):
        await measures.begin(edge, event.action.action_id, pages)


async def let_go(edge: Edge, event: ActionChange, facts: None) -> None:
    """A measure that is over keeps nothing down; one that its chain declined was in force until then (D4)."""
    del facts
    if measure.is_followed(event.action.kind):
        await measures.end(edge, event.action.action_id)


_ANNOUNCEMENT = Reaction(apply=follow)
_WHO_GAVE_IT = Reaction(fetch=ask_whose, apply=keep_ledger)
_STRIKES = Reaction(apply=keep_ledger)
REACTIONS = {
    "office_actions.request_change.v1": {"forwarded": Reaction(fetch=fetch_letter, apply=take_letter)},
    "office_actions.action_change.v1": {
        **dict.fromkeys(("enacted", "modified"), Reaction(fetch=ask_pages, apply=follow_measure)),
        **dict.fromkeys(("declined", "lifted", "overturned", "expired"), Reaction(apply=let_go)),
    },
    "office_actions.notification_change.v1": dict.fromkeys(
        ("queued", "delivered", "failed", "uncertain", "suppressed", "published"), _ANNOUNCEMENT
    ),
    # What we say ourselves: the ledger follows it as anybody's would, and asks ban-svc with no transaction open.
    "office_actions.dmca_notice_change.v1": {
        **dict.fromkeys(("taken_down", "assessed"), _WHO_GAVE_IT),
        **dict.fromkeys(
            ("counter_noticed", "window_opened", "court_action_received", "held", "hold_ended", "restored", "withdrawn"), _STRIKES
        ),
    },
}
