"""How a person stands in the ledger, out of the notices each time it is asked (R48, R49, D11); nothing of it is kept but the open task."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.errors import NotFound
from kernel.decision import Decision
from kernel.workdays import calendar_day
from sqlalchemy import text
from sqlmodel import col, or_, select

from dmca_svc.actions.matter import Matter, load
from dmca_svc.model import ActionState, CounterState, PageState
from dmca_svc.model.infringer import Counted, GivenPage, Ground, ReversalFacts, TakedownFacts, Task
from dmca_svc.rules import infringer as rules
from dmca_svc.tables import (
    Infringer,
    InfringerAccount,
    InfringerDecision,
    Misrepresentation,
    Notice,
    NoticePage,
    PageReceipt,
    Reversal,
    Uploader,
)

# Persons are few, and two accounts that turn out to be one person's must not pass each other. Taken after the notice's lock, never before.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('dmca.ledger', 0))")
_SUSPENDS = frozenset({CounterState.RECEIVED, CounterState.ACCEPTED, CounterState.HOLD_ENDED})


@dataclass(slots=True)
class Struck:
    """A notice against the person's material, the pages that are theirs, and whether it is a strike."""

    matter: Matter
    pages: list[NoticePage]
    informed: dict[UUID, datetime]
    given: dict[UUID, GivenPage]
    misrepresented: bool
    counts: Decision = field(default_factory=Decision)


@dataclass(slots=True)
class Undone:
    """A reversal by one of the person's accounts, and whether it counts."""

    reversal: Reversal
    counts: Decision


@dataclass(slots=True)
class Standing:
    """Everything that is known of a person here."""

    infringer: Infringer
    accounts: list[InfringerAccount]
    decisions: list[InfringerDecision]
    on: date
    takedowns: list[Struck] = field(default_factory=list)
    reversals: list[Undone] = field(default_factory=list)

    @property
    def counted(self) -> Counted:
        """What counts now, and what was decided on."""
        return Counted(
            frozenset(one.matter.notice.id for one in self.takedowns if one.counts),
            frozenset(one.reversal.id for one in self.reversals if one.counts),
            frozenset(covered for decision in self.decisions for covered in decision.covers),
        )

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """On which grounds a review is open."""
        return rules.grounds_of(self.counted, on=self.on)

    @property
    def task(self) -> Task:
        """Whether there is something to decide."""
        return rules.task_of(self.counted, on=self.on)

    @property
    def rests_on(self) -> UUID:
        """The notice that a decision now would rest on: of the last reversal that counts, else of the last strike."""
        undone = [one.reversal.notice_id for one in self.reversals if one.counts and one.reversal.id not in self.counted.decided]
        struck = [one.matter.notice.id for one in self.takedowns if one.counts]
        return (undone or struck)[-1]


async def lock_ledger(edge: Edge) -> None:
    """Let no two edges change who is who at once; a notice is locked before, never after."""
    await edge.session.execute(_ONE_AT_A_TIME)


async def present(edge: Edge, infringer_id: UUID, *, lock: bool = False) -> Infringer:
    """Find a person; one that turned out to be another is that other.

    Raises:
        NotFound: there is none.
    """
    row = await edge.get(Infringer, infringer_id, "infringer")
    while row.merged_into is not None:
        row = await edge.get(Infringer, row.merged_into, "infringer")
    return await locked(edge, row.id) if lock else row


async def locked(edge: Edge, infringer_id: UUID) -> Infringer:
    """Lock a person and read it fresh, after what this edge has changed of it."""
    await edge.session.flush()
    return await edge.lock(Infringer, infringer_id, "infringer")


async def persons_of(edge: Edge, notice_id: UUID) -> list[Infringer]:
    """Find the persons whom a notice concerns: who gave its pages, and who brought one back; in the order in which they are locked."""
    given = select(Uploader.account_hash).where(Uploader.notice_id == notice_id)
    undone = select(Reversal.account_hash).where(Reversal.notice_id == notice_id)
    mine = select(InfringerAccount.infringer_id).where(
        or_(col(InfringerAccount.account_hash).in_(given), col(InfringerAccount.account_hash).in_(undone))
    )
    return list(await edge.session.scalars(select(Infringer).where(col(Infringer.id).in_(mine)).order_by(col(Infringer.id))))


async def accounts_of(edge: Edge, infringer: Infringer) -> list[InfringerAccount]:
    """Give the accounts that are the person's as things are known now."""
    mine = select(InfringerAccount).where(InfringerAccount.infringer_id == infringer.id, col(InfringerAccount.unlinked_at).is_(None))
    return list(await edge.session.scalars(mine.order_by(col(InfringerAccount.id))))


async def standing_of(edge: Edge, infringer: Infringer) -> Standing:
    """Ask the rules what counts against a person, from the notices as they stand now."""
    accounts = await accounts_of(edge, infringer)
    hashes = [account.account_hash for account in accounts]
    decided = select(InfringerDecision).where(InfringerDecision.infringer_id.in_(await _ever(edge, infringer)))  # type: ignore[attr-defined]  # a column
    decisions = list(await edge.session.scalars(decided.order_by(col(InfringerDecision.at), col(InfringerDecision.id))))
    standing = Standing(infringer, accounts, decisions, calendar_day(edge.now))
    rows = list(await edge.session.scalars(select(Uploader).where(col(Uploader.account_hash).in_(hashes))))
    undone = await edge.session.scalars(
        select(Reversal).where(col(Reversal.account_hash).in_(hashes)).order_by(col(Reversal.at), col(Reversal.id))
    )
    reversals = list(undone)
    struck = {one: await _struck(edge, one, rows) for one in {row.notice_id for row in rows if row.page_ids}}
    await _mark_counted_before(edge, list(struck.values()))
    for one in struck.values():
        one.counts = rules.is_strike(TakedownFacts(tuple(one.given.values()), one.misrepresented))
    standing.takedowns = sorted(struck.values(), key=lambda one: (one.matter.notice.taken_down_at or edge.now, one.matter.notice.id))
    standing.reversals = [Undone(one, rules.is_reversal(await _reversal_facts(edge, one, struck))) for one in reversals]
    return standing


async def refresh(edge: Edge, infringer: Infringer) -> Standing:
    """Open or close the review task of a person as the rules have it now; the trail says when and why."""
    standing = await standing_of(edge, infringer)
    task, grounds = standing.task, [ground.value for ground in standing.grounds]
    if (infringer.task, infringer.task_grounds) == (task, grounds):
        return standing
    prior, infringer.task, infringer.task_grounds = infringer.task, task, grounds
    if task is Task.OPEN and prior != Task.OPEN:
        infringer.task_since = edge.now
    infringer.waits = task is Task.OPEN
    if infringer.waits:
        say(edge, infringer, "review_opened", prior=prior)
    else:
        say(edge, infringer, "review_closed", prior=prior)
    return standing


async def refresh_all(edge: Edge, notice_id: UUID) -> None:
    """Ask anew about everybody whom a notice concerns."""
    await lock_ledger(edge)
    for person in await persons_of(edge, notice_id):
        await refresh(edge, await locked(edge, person.id))


def say(edge: Edge, infringer: Infringer, what: str, *, prior: str | None) -> None:
    """Put a step into the trail of a person; ids and codes alone."""
    infringer.version += 1
    source = edge.operation.partition(":")[0]
    write_audit(
        edge,
        aggregate="infringer",
        aggregate_id=infringer.id,
        operation=f"{source if source in ('http', 'deadline') else 'event'}:infringer:{what}",
        prior_state=prior,
        state=infringer.task,
        policy_date=calendar_day(edge.now),
    )


async def _ever(edge: Edge, infringer: Infringer) -> list[UUID]:
    """Give the ids under which the person was known: those that were merged into this one, however deep."""
    found, fresh = [infringer.id], [infringer.id]
    while fresh:
        merged = select(Infringer.id).where(col(Infringer.merged_into).in_(fresh))
        fresh = list(await edge.session.scalars(merged))
        found += fresh
    return found


async def _struck(edge: Edge, notice_id: UUID, uploads: Sequence[Uploader]) -> Struck:
    notice = await edge.session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("notice")
    matter = await load(edge, notice)
    mine = [upload for upload in uploads if upload.notice_id == notice_id]
    theirs = {page_id for upload in mine for page_id in upload.page_ids}
    informed: dict[UUID, datetime] = {}
    for upload in mine:
        if (told := upload.informed_at) is not None:
            informed |= {page_id: min(informed.get(page_id, told), told) for page_id in upload.page_ids}
    pages = [page for page in matter.pages if page.id in theirs]
    found = await edge.session.get(Misrepresentation, notice_id)
    return Struck(matter, pages, informed, {page.id: given_page(matter, page) for page in pages}, found is not None)


def given_page(matter: Matter, page: NoticePage) -> GivenPage:
    """Give a page as the rules of the ledger ask about it."""
    asked = {one.counter_notice_id: one for one in matter.asked if one.page_id == page.id}
    open_actions = {one.id for one in matter.actions if one.state == ActionState.HOLDING}
    return GivenPage(
        PageState(page.state),
        asked_back=any(
            counter.state in _SUSPENDS and (page.id in counter.page_ids or not counter.page_ids or counter.id in asked)
            for counter in matter.counters
        ),
        held=any(one.held_by in open_actions for one in asked.values()),
        withdrawn=page.withdrawn_at is not None,
    )


async def _mark_counted_before(edge: Edge, struck: Sequence[Struck]) -> None:
    """A page that was down already when its notice was complied with counts once: for the earliest notice that is upheld."""
    ids = [page.id for one in struck for page in one.pages]
    shared = select(PageReceipt.page_id).where(col(PageReceipt.page_id).in_(ids), col(PageReceipt.other_page_id).is_not(None))
    down_already = set(await edge.session.scalars(shared))
    upheld = {
        page.id: (page.removed_at or edge.now, page.id, page.place_hash)
        for one in struck
        for page in one.pages
        if not one.misrepresented and rules.is_upheld(one.given[page.id])
    }
    for one in struck:
        for page in one.pages:
            mine = upheld.get(page.id)
            if mine is not None and page.id in down_already:
                before = any(other[2] == mine[2] and other[:2] < mine[:2] for other in upheld.values())
                one.given[page.id] = replace(one.given[page.id], counted_before=before)


async def _reversal_facts(edge: Edge, reversal: Reversal, struck: dict[UUID, Struck]) -> ReversalFacts:
    about = struck.get(reversal.notice_id)
    given = about.given.get(reversal.page_id) if about else None
    page = await edge.session.get(NoticePage, reversal.page_id)
    # What was down already counts as a reversal all the same: the person was told of this removal too.
    pages = (replace(given, counted_before=False),) if given else ()
    return ReversalFacts(
        at=reversal.at,
        removed_at=page.removed_at if page else None,
        theirs=given is not None,
        told_at=about.informed.get(reversal.page_id) if about else None,
        takedown=TakedownFacts(pages, about.misrepresented if about else False),
    )
