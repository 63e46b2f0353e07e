"""A notice with everything that hangs on it, as one edge holds it, and what it says to others (DESIGN 3, D17)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.outbox import record
from contracts.dmca_notice import DmcaNoticeChange, DmcaNoticeChangeKind, DmcaNoticeState
from contracts.envelope import Clock
from kernel.decision import Reason
from kernel.review import Review, open_level, state_of
from kernel.workdays import calendar_day
from sqlmodel import col, select

from dmca_svc.actions import said
from dmca_svc.actions.kept import measured
from dmca_svc.model import ActionState, Course, NoticeFacts, PageFacts, PageState, State
from dmca_svc.tables import (
    Announcement,
    AskedPage,
    Assessment,
    Concern,
    CounterNotice,
    CourtAction,
    Cure,
    CureRequest,
    Joining,
    Letter,
    Notice,
    NoticePage,
    PageHold,
    Recommendation,
    SignatureRow,
    Uploader,
    Withdrawal,
)
from dmca_svc.tables.notice import found

Row = TypeVar("Row")


@dataclass
class Matter:
    """A notice, its pages, counter-notices and signatures. `before` is what others were told last.

    `measured` are the pages that a measure of the house keeps down, `joined` the letters that became something under it.
    What other notices say of the same pages is known once `look_elsewhere` has asked: `kept` down, `ordered_elsewhere`, and
    `down_elsewhere` with the page that shows it.
    """

    edge: Edge
    notice: Notice
    pages: list[NoticePage] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    recommendations: list[Recommendation] = field(default_factory=list)
    signatures: list[SignatureRow] = field(default_factory=list)
    counters: list[CounterNotice] = field(default_factory=list)
    asked: list[AskedPage] = field(default_factory=list)
    actions: list[CourtAction] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    cure_requests: list[CureRequest] = field(default_factory=list)
    cures: list[Cure] = field(default_factory=list)
    uploaders: list[Uploader] = field(default_factory=list)
    holds: list[PageHold] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    joined: list[Joining] = field(default_factory=list)
    measured: set[UUID] = field(default_factory=set)
    kept: set[UUID] = field(default_factory=set)
    ordered_elsewhere: set[UUID] = field(default_factory=set)
    down_elsewhere: dict[UUID, UUID] = field(default_factory=dict)
    before: DmcaNoticeState | None = None

    @property
    def named(self) -> list[NoticePage]:
        """The pages that the latest assessment names."""
        return [page for page in self.pages if page.named]

    @property
    def recommendation(self) -> Recommendation | None:
        """What is under review or was decided."""
        return next((one for one in self.recommendations if one.id == self.notice.recommendation_id), None)

    @property
    def review(self) -> Review | None:
        """The review of what is recommended."""
        return self.recommendation.review(self.signatures) if self.recommendation else None

    @property
    def latest(self) -> Letter:
        """The letter with what completed it last: its reading is of all of them together."""
        return self.cures[-1] if self.cures else self.notice

    def facts(self) -> NoticeFacts:
        """Give what a rule asks about."""
        recommended = self.recommendation
        return NoticeFacts(
            state=State(self.notice.state),
            verdict=found(self.notice.verdict),
            pages=tuple(PageState(page.state) for page in self.named),
            assessed_by=frozenset(one.by for one in self.assessments if one.counter_notice_id is None),
            evaluator=recommended.evaluator if recommended else None,
            course=Course(recommended.course) if recommended else None,
            taking_down=self.notice.takedown_at is not None,
            cure_open=self.notice.cure_lapses_at is not None,
            cure_lapsed=self.notice.cure_lapses_at is not None and self.edge.now >= self.notice.cure_lapses_at,
        )

    def counter(self, counter_notice_id: UUID) -> CounterNotice:
        """Find a counter-notice of this notice.

        Raises:
            NotFound: it has no such counter-notice.
        """
        one = next((one for one in self.counters if one.id == counter_notice_id), None)
        if one is None:
            raise NotFound("counter-notice")
        return one

    def asked_by(self, counter: CounterNotice) -> list[tuple[NoticePage, AskedPage]]:
        """Give the pages that an accepted counter-notice asks back, in the notice's order."""
        mine = {one.page_id: one for one in self.asked if one.counter_notice_id == counter.id}
        return [(page, mine[page.id]) for page in self.pages if page.id in mine]

    def page_facts(self, counter: CounterNotice) -> tuple[PageFacts, ...]:
        """Give the pages of an accepted counter-notice as a rule asks about them."""
        return tuple(self.fact_of(page, asked) for page, asked in self.asked_by(counter))

    def fact_of(self, page: NoticePage, asked: AskedPage | None = None) -> PageFacts:
        """Give a page as a rule asks about it; `asked` is its row in the counter-notice that it is asked back by."""
        over = {one.id: one.state == ActionState.ENDED for one in self.actions}
        held_by = asked.held_by if asked else None
        return page.facts(
            held=held_by is not None,
            hold_ended=held_by is not None and over[held_by],
            kept=page.id in self.kept,
            ordered=page.id in self.ordered_elsewhere | self.ordered,
            measured=page.id in self.measured,
        )

    @property
    def ordered(self) -> set[UUID]:
        """The pages that an order or a measure keeps down, as this notice knows it."""
        ended = {page_id for one in self.actions if one.stays_down for page_id in one.page_ids}
        return ended | {page_id for one in self.holds if one.ended_at is None for page_id in one.page_ids}

    def givers(self, page: NoticePage) -> frozenset[bytes]:
        """Give the accounts that are known to have given a page, as keyed hashes."""
        return frozenset(one.account_hash for one in self.uploaders if page.id in one.page_ids)

    def at(self, place_hash: bytes) -> NoticePage | None:
        """Find a named page by the keyed hash of its place."""
        return next((page for page in self.named if page.place_hash == place_hash), None)

    def public(self, clock: Clock | None = None) -> DmcaNoticeState:
        """Give what others may know: ids, codes, counts and dates (DESIGN 4)."""
        notice, recommended, review = self.notice, self.recommendation, self.review
        last = [one for one in self.signatures if one.recommendation_id == notice.recommendation_id][-1:]
        turn = open_level(review) if review else None
        assessed = notice.verdict is not None
        wikis = {page.wiki for page in self.named} if assessed else notice.read_wikis
        return DmcaNoticeState(
            notice_id=notice.id,
            request_id=notice.request_id,
            state=notice.state,
            channel=notice.channel,
            received_at=notice.received_at,
            statutory_at=notice.statutory_at,
            verdict=notice.verdict,
            missing=tuple(notice.missing),
            course=recommended.course if recommended else None,
            digest=recommended.digest if recommended else None,
            review_state=state_of(review).value if review else None,
            open_level=turn.value if turn else None,
            reviewed_level=last[0].level if last else None,
            review_verdict=last[0].verdict if last else None,
            rejection=tuple(said.rejection_codes(notice, recommended)),
            decided_at=notice.decided_at,
            wikis=tuple(sorted(wikis)),
            pages=len(self.named) if assessed else notice.read_pages,
            pages_removed=sum(page.state == PageState.REMOVED for page in self.named),
            pages_restored=sum(page.state == PageState.RESTORED for page in self.named),
            taken_down_at=notice.taken_down_at,
            announce=notice.unannounced_at is None,
            announced_at=notice.announced_at,
            counter_notices=tuple(said.counter_notice(one) for one in self.counters),
            counter_notice_id=notice.counter_notice_id,
            court_actions=tuple(said.court_action(one) for one in self.actions),
            court_action_id=notice.court_action_id,
            restored_at=notice.restored_at,
            infringer_id=notice.infringer_id,
            infringer_decision_digest=notice.infringer_decision_digest,
            clock=clock or said.clock(notice),
        )

    async def say(
        self,
        kind: DmcaNoticeChangeKind,
        *,
        reasons: Iterable[Reason] = (),
        clock: Clock | None = None,
        about: Iterable[NoticePage] | None = None,
    ) -> None:
        """Say what became of the notice, with its row in the trail; `about` are the pages that it concerns, where it is not all of them."""
        # What the database forbids is refused at the state in which it was said, not at a later one.
        await self.edge.session.flush()
        self.notice.version += 1
        self.notice.event_version += 1
        state = self.public(clock)
        event = DmcaNoticeChange.of(kind, state=state, prior=self.before, version=self.notice.event_version, **self.edge.stamp())
        record(self.edge, event)
        if about is not None:
            self._concern(kind, about)
        self._trail(kind, prior=self.before.state if self.before else None, reasons=reasons, event_id=event.meta.id)
        self.before = state

    def _concern(self, kind: DmcaNoticeChangeKind, about: Iterable[NoticePage]) -> None:
        row = Concern(
            notice_id=self.notice.id,
            event_version=self.notice.event_version,
            kind=kind,
            page_ids=[page.id for page in about],
            at=self.edge.now,
        )
        self.edge.session.add(row)

    def note(self, what: str, *, reasons: Iterable[Reason] = ()) -> None:
        """Put a step into the trail that can be seen here and that nobody else acts on."""
        self.notice.version += 1
        self._trail(what, prior=self.notice.state, reasons=reasons, event_id=None)

    def _trail(self, what: str, *, prior: str | None, reasons: Iterable[Reason], event_id: UUID | None) -> None:
        source = self.edge.operation.partition(":")[0]
        write_audit(
            self.edge,
            aggregate="notice",
            aggregate_id=self.notice.id,
            operation=f"{source if source in ('http', 'deadline') else 'event'}:notice:{what}",
            prior_state=prior,
            state=self.notice.state,
            digest=self.recommendation.digest if self.recommendation else None,
            policy_date=calendar_day(self.edge.now),
            reasons=reasons,
            event_id=event_id,
        )


async def matter_of(edge: Edge, notice_id: UUID) -> Matter:
    """Lock a notice and load what hangs on it.

    Raises:
        NotFound: there is none.
        Conflict: the caller's `If-Match` is stale.
    """
    return await load(edge, await edge.lock(Notice, notice_id, "notice"))


async def load(edge: Edge, notice: Notice) -> Matter:
    """Load what hangs on a notice; its lock, where there is one, holds for all of it."""

    async def mine(table: type[Row], *order: Any) -> Sequence[Row]:
        rows = select(table).where(table.notice_id == notice.id).order_by(*order, table.id)  # type: ignore[attr-defined]  # every child has both
        return list(await edge.session.scalars(rows))

    counters = await mine(CounterNotice)
    pages = list(await mine(NoticePage, col(NoticePage.position)))
    asked = select(AskedPage).where(col(AskedPage.counter_notice_id).in_([one.id for one in counters]))
    matter = Matter(
        edge=edge,
        notice=notice,
        pages=pages,
        assessments=list(await mine(Assessment)),
        recommendations=list(await mine(Recommendation)),
        signatures=list(await mine(SignatureRow)),
        counters=list(counters),
        asked=list(await edge.session.scalars(asked)) if counters else [],
        actions=list(await mine(CourtAction)),
        announcements=list(await mine(Announcement, col(Announcement.place).desc())),
        uploaders=list(await mine(Uploader)),
        holds=list(await mine(PageHold)),
        withdrawals=list(await mine(Withdrawal)),
        joined=list(await mine(Joining)),
        measured=await measured(edge, pages),
        cure_requests=list(await mine(CureRequest)),
        cures=list(await mine(Cure)),
    )
    matter.before = matter.public()
    return matter
