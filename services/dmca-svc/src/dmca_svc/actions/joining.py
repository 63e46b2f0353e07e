"""One act of a person makes a counter-notice, a withdrawal, a court action or a cure of a letter that came by itself (R87, D8, D10)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from chassis.edge import Edge
from kernel.actor import Role
from kernel.decision import Reason

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.completion import complete, completions
from dmca_svc.actions.court_actions import Told, record_court_action
from dmca_svc.actions.cures import take_cure
from dmca_svc.actions.joined import put_under
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.receipt import receive_counter_notice
from dmca_svc.actions.text import LETTER, READING, SENDER, open_access, open_json, open_text, place_hash
from dmca_svc.actions.withdrawal import withdraw
from dmca_svc.model import Channel, Forum, ToldBy
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.letter import Incoming, ReadLetter
from dmca_svc.rules import joining as rules
from dmca_svc.tables import Notice


@dataclass(frozen=True, slots=True)
class Papers:
    """What only a person can say of a court paper: where it was filed, who tells us of it, and its docket as far as it is known."""

    forum: Forum
    told_by: ToldBy
    filed_at: datetime | None = None
    content: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joins:
    """To which notice a letter belongs and as what.

    `pages` are those that it is about, None where the letter's own words say; `completes` is the counter-notice that it completes;
    `read_together` is a cure read with the notice that it mends; `confirmed` is how a person made sure of a retraction's sender.
    """

    notice_id: UUID
    joined_as: JoinedAs
    note: str
    pages: Sequence[Place] | None = None
    completes: UUID | None = None
    papers: Papers | None = None
    read_together: ReadLetter | None = None
    confirmed: str | None = None


async def join(edge: Edge, letter_id: UUID, joins: Joins) -> Matter:
    """Make of a letter what it is under the notice that it belongs to, with its own receipt dates, and put the letter away.

    Raises:
        Refused: the letter is decided or is a notice itself, or the notice does not take what it would become.
        NotFound: there is no such letter, notice or counter-notice.
    """
    locked = {one: await edge.lock(Notice, one, "notice") for one in sorted({letter_id, joins.notice_id})}
    letter = await load(edge, locked[letter_id])
    by_legal = edge.actor is not None and edge.actor.holds(Role.LEGAL)
    itself = letter_id == joins.notice_id
    rules.may_join(letter.facts(), joins.joined_as, joins_itself=itself, by_legal=by_legal).or_refuse()
    await open_access(letter)
    arrived = await _arrived(letter)
    if joins.joined_as is JoinedAs.RETRACTION:
        target = await load(edge, locked[joins.notice_id])
        pages = await _meant(letter, target, joins.pages)
        became = (await withdraw(target, arrived.letter.text, pages, letter=letter, confirmed=joins.confirmed)).id
    else:
        target, became = await _made_of(edge, arrived, joins)
    await put_under(letter, target, joins.joined_as, became, joins.note)
    return letter


async def _made_of(edge: Edge, arrived: Incoming, joins: Joins) -> tuple[Matter, UUID]:
    """Make the thing itself, by the action that makes it of any letter; its rule is asked there."""
    if joins.joined_as is JoinedAs.COURT_ACTION and joins.papers is not None:
        papers = joins.papers
        # A letter counts from when the agent has it; passed on by a person who is not the agent, that is now (D10).
        received = arrived.received_by_agent_at or edge.now
        content = {**papers.content, "text": arrived.letter.text}
        told = Told(papers.forum, papers.told_by, received, papers.filed_at, joins.pages or (), content)
        target, action = await record_court_action(edge, joins.notice_id, told)
        return target, action.id
    if joins.joined_as is JoinedAs.CURE and joins.read_together is not None:
        whole = replace(arrived.letter, reading=joins.read_together.reading, failed=arrived.letter.failed or joins.read_together.failed)
        target = await take_cure(edge, joins.notice_id, replace(arrived, letter=whole))
        return target, target.cures[-1].id
    if joins.completes is not None:
        target, counter = await complete(edge, joins.notice_id, joins.completes, arrived)
        return target, (await completions(target, counter))[-1].id
    target, counter = await receive_counter_notice(edge, joins.notice_id, arrived)
    return target, counter.id


async def _arrived(letter: Matter) -> Incoming:
    """Open a letter as it arrived; what becomes of it is sealed anew under the notice that it joins."""
    row = letter.notice
    failed = (
        Reason(row.unread, "The letter could not be read by the machine; a person reads it.", "docs/security.md") if row.unread else None
    )
    read = ReadLetter(
        text=await open_text(letter, row.letter, place=LETTER),
        reading=await open_json(letter, row.reading, place=READING),
        attachments=row.attachments,
        failed=failed,
        automatic=row.automatic,
    )
    sender = await open_json(letter, row.sender, place=SENDER)
    return Incoming(read, Channel(row.channel), row.received_at, row.received_by_agent_at, row.request_id, sender)


async def _meant(letter: Matter, target: Matter, said: Sequence[Place] | None) -> list[Place]:
    """Give the pages that a retraction is about: those said, or those of the notice that the letter names; none means all."""
    reading = await open_json(letter, letter.notice.reading, place=READING)
    read = [Place(one["wiki"], one["title"]) for one in reading["pages"]]
    ours: Collection[bytes] = {page.place_hash for page in target.named}
    named = [place for place in read if place_hash(letter.edge, place.wiki, place.title) in ours]
    return rules.pages_meant(said, read=named)
