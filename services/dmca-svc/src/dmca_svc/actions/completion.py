"""What comes after a counter-notice: the text that completes it, counsel's word on its signer, its withdrawal (R45, D10)."""

from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from sqlmodel import col, select

from dmca_svc.actions.clocks import plan_windows
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.receipt import letter_columns
from dmca_svc.actions.standing import settle
from dmca_svc.actions.text import keep_note
from dmca_svc.model import CounterState
from dmca_svc.model.letter import Incoming
from dmca_svc.rules import counter_notice
from dmca_svc.tables import Completion, CounterNotice


async def complete(edge: Edge, notice_id: UUID, counter_id: UUID, arrived: Incoming) -> tuple[Matter, CounterNotice]:
    """Keep a text that completes a counter-notice; judged complete with it, its window counts from when the agent had this text (D10).

    Raises:
        Refused: it was not found incomplete, or an earlier such text is not judged yet.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id)
    counter_notice.may_complete(counter.facts(())).or_refuse()
    key = await data_key(edge, notice_id)
    edge.session.add(Completion(**letter_columns(edge, key, arrived), id=new_id(), notice_id=notice_id, counter_notice_id=counter.id))
    if arrived.evidence:
        await keep_note(matter, "receipt", arrived.evidence)
    counter.completed_at, counter.completed_by_agent_at = arrived.received_at, arrived.received_by_agent_at
    counter.completion_judged = False
    matter.notice.counter_notice_id = counter.id
    await edge.session.flush()
    matter.note("counter_notice_completed", reasons=[arrived.letter.failed] if arrived.letter.failed else [])
    return matter, counter


async def allow_agent(edge: Edge, notice_id: UUID, counter_id: UUID, note: str) -> tuple[Matter, CounterNotice]:
    """Take counsel's word that whoever signed may speak for the account that gave the material (D10, D23).

    Raises:
        Refused: the counter-notice is judged, or counsel has said so already.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id)
    counter_notice.may_speak_for(counter.facts(()), allowed=counter.agent_by is not None).or_refuse()
    kept = await keep_note(matter, "signer_allowed", note)
    counter.agent_by, counter.agent_at, counter.agent_note = edge.by.id, edge.now, kept.id
    matter.note("signer_allowed")
    return matter, counter


async def withdraw_counter_notice(edge: Edge, notice_id: UUID, counter_id: UUID, text: str) -> tuple[Matter, CounterNotice]:
    """Take a counter-notice back: its window ends, and its pages may be asked back by another (D10).

    Raises:
        Refused: it was rejected or taken back, or its material is back.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id)
    counter_notice.may_withdraw(counter.facts(matter.page_facts(counter))).or_refuse()
    await keep_note(matter, "counter_notice_withdrawal", text)
    counter.state, counter.withdrawn_at, counter.restoring = CounterState.WITHDRAWN, edge.now, False
    matter.notice.counter_notice_id = counter.id
    settle(matter)
    await plan_windows(matter)
    await matter.say("assessed", reasons=[counter_notice.TAKEN_BACK])
    return matter, counter


async def completions(matter: Matter, counter: CounterNotice) -> list[Completion]:
    """Give the texts that came to complete a counter-notice, in the order in which they came."""
    mine = select(Completion).where(Completion.counter_notice_id == counter.id).order_by(col(Completion.id))
    return list(await matter.edge.session.scalars(mine))
