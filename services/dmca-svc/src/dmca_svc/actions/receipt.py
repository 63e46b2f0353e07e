"""A letter arrives: as a notice, or under a notice as a counter-notice (R39, R45, R87, R96, D8, D10, D20)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.crypto import DataKey, data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.ticker import schedule
from kernel.deadline import ClockState, target
from kernel.decision import Reason
from kernel.kinds import Kind

from dmca_svc.actions.contact import plan_contact
from dmca_svc.actions.duplicates import first_of, letter_hash, sender_hash
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import LETTER, READING, SENDER, keep_note, keep_party, seal_json
from dmca_svc.model import Channel, CounterState, State
from dmca_svc.model.letter import Incoming, ReadLetter
from dmca_svc.model.notice import DOWN
from dmca_svc.rules import counter_notice, receipt
from dmca_svc.tables import CounterNotice, Notice

AT_RISK, BREACHED = "notice.at_risk", "notice.breached"
AUTOMATIC = Reason("automatic_letter", "By its headers no person wrote this mail; it is kept and gets no answer.", "R39")


def incoming(
    edge: Edge, letter: ReadLetter, channel: Channel, *, received_at: datetime | None, evidence: str | None, by_legal: bool
) -> Incoming:
    """Date a letter that was handed in.

    Raises:
        Refused: an earlier receipt is Legal's to record, with evidence.
    """
    receipt.may_be_received_at(received_at, now=edge.now, by_legal=by_legal, evidence=evidence).or_refuse()
    first = received_at or edge.now
    agent = receipt.received_by_agent(channel, received_at=first, now=edge.now, passed_on_at=None)
    return Incoming(letter, channel, first, agent, evidence=evidence)


async def receive(edge: Edge, arrived: Incoming) -> Matter:
    """Make a notice of a letter, whatever it was read as; its clock runs from first receipt (R96, D5).

    The same letter of the same sender is linked to the one that is still to be answered. What no person wrote is kept, but said to
    nobody, so that two machines never answer each other; its clock runs once a person takes it up.
    """
    automatic = arrived.letter.automatic
    words, sender = letter_hash(edge, arrived.letter.text), sender_hash(edge, arrived)
    first = None if automatic else await first_of(edge, words, sender)
    notice_id = new_id()
    key = new_data_key(edge, notice_id)
    due = target(Kind.DMCA, arrived.received_at)
    if due is None:
        raise AssertionError("the policy has a clock for notices")
    pages = arrived.letter.reading["pages"]
    notice = Notice(
        **letter_columns(edge, key, arrived),
        id=notice_id,
        state=State.RECEIVED,
        automatic=automatic,
        letter_hash=words,
        sender_hash=sender,
        duplicate_of=first,
        read_pages=len(pages),
        read_wikis=sorted({page["wiki"] for page in pages}),
        target_at=due.target_at,
        at_risk_at=due.at_risk_at,
        clock_state=ClockState.STOPPED if automatic else ClockState.RUNNING,
        stopped_at=edge.now if automatic else None,
        version=0,
    )
    edge.session.add(notice)
    # The rows that hang on it are written after it.
    await edge.session.flush()
    matter = Matter(edge, notice)
    keep_party(matter, arrived)
    if arrived.evidence:
        await keep_note(matter, "receipt", arrived.evidence)
    why = [arrived.letter.failed] if arrived.letter.failed else []
    if automatic:
        matter.note("received", reasons=[*why, AUTOMATIC])
        return matter
    schedule(edge, aggregate_id=notice.id, kind=AT_RISK, due_at=due.at_risk_at)
    schedule(edge, aggregate_id=notice.id, kind=BREACHED, due_at=due.target_at)
    if first is None:
        await plan_contact(matter)
    await matter.say("received", reasons=why)
    return matter


async def receive_counter_notice(edge: Edge, notice_id: UUID, arrived: Incoming) -> tuple[Matter, CounterNotice]:
    """Keep a counter-notice against a notice that was complied with (R45).

    Raises:
        Refused: nothing of the notice is down.
    """
    matter = await matter_of(edge, notice_id)
    counter_notice.may_file(matter.facts()).or_refuse()
    key = await data_key(edge, notice_id)
    counter = CounterNotice(**letter_columns(edge, key, arrived), id=new_id(), notice_id=notice_id, state=CounterState.RECEIVED)
    edge.session.add(counter)
    await edge.session.flush()
    matter.counters.append(counter)
    keep_party(matter, arrived, counter_notice_id=counter.id)
    if arrived.evidence:
        await keep_note(matter, "receipt", arrived.evidence)
    matter.notice.counter_notice_id = counter.id
    if matter.notice.state in DOWN - {State.HELD}:
        matter.notice.state = State.COUNTER_NOTICED
    await matter.say("counter_noticed", reasons=[arrived.letter.failed] if arrived.letter.failed else [])
    return matter, counter


def letter_columns(edge: Edge, key: DataKey, arrived: Incoming) -> dict[str, Any]:
    """Give the columns that every letter has."""
    letter = arrived.letter
    sender = {**({"email": letter.sender} if letter.sender else {}), **arrived.sender}
    return {
        "request_id": arrived.request_id,
        "channel": arrived.channel,
        "document": letter.reading["document"],
        "filed_by": edge.by.id,
        "received_at": arrived.received_at,
        "received_by_agent_at": arrived.received_by_agent_at,
        "letter": key.seal(letter.text, place=LETTER),
        "reading": seal_json(key, letter.reading, place=READING),
        "sender": seal_json(key, sender, place=SENDER),
        "unread": letter.failed.code if letter.failed else None,
        "attachments": dict(letter.attachments),
        "read_elements": {name: one["present"] for name, one in letter.reading["elements"].items()},
    }
