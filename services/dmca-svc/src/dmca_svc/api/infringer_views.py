"""How a person's record is shown: each notice with what counts and why, what is proposed, what was decided (R48, R49, D11)."""

from typing import Literal
from uuid import UUID

from chassis.edge import Edge
from kernel.decision import Decision
from pydantic import BaseModel

from dmca_svc.actions.ledger import Standing
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.persons import open_names
from dmca_svc.actions.text import open_access, open_notes
from dmca_svc.api.parts import Moment, ReasonView
from dmca_svc.model import PageState, State
from dmca_svc.model.infringer import Ground, Task
from dmca_svc.rules import infringer as rules
from dmca_svc.tables import Infringer, InfringerDecision, Notice, Reversal


class TaskView(BaseModel):
    """Whether Legal has something to decide, since when, on which grounds, and what is proposed by default."""

    state: Task
    since: Moment | None = None
    grounds: list[Ground] | None = None
    proposal: Literal["terminate", "none"] | None = None


class LinksView(BaseModel):
    """Whether ban-svc has said which accounts are one person's, and when; `unreachable` and `unasked` say that there may be more."""

    state: Literal["unasked", "known", "unreachable"]
    asked_at: Moment | None = None


class InfringerLine(BaseModel):
    """A person in a list: no name, no notice."""

    id: UUID
    task: TaskView
    links: LinksView
    version: int

    @classmethod
    def of(cls, infringer: Infringer) -> "InfringerLine":
        """Show a row."""
        return cls(id=infringer.id, task=_task(infringer), links=_links(infringer), version=infringer.version)


class AccountView(BaseModel):
    """An account of the person; `gave` says that it gave material of a notice."""

    name: str
    gave: bool


class CountView(BaseModel):
    """Whether something counts, and if not, why."""

    counts: bool
    reasons: list[ReasonView] | None = None

    @classmethod
    def of(cls, decision: Decision) -> "CountView":
        """Show a rule's answer."""
        return cls(counts=decision.granted, reasons=[ReasonView.of(one) for one in decision.reasons] or None)


class StruckView(BaseModel):
    """A notice against the person's material, and whether it is a strike."""

    notice_id: UUID
    state: State
    taken_down_at: Moment | None = None
    pages: list[PageState]
    informed_at: Moment | None = None
    strike: CountView


class ReversalView(BaseModel):
    """An edit that brought a removed page back; `account` and `counted` are there where it is shown in a person's record."""

    id: UUID
    notice_id: UUID
    at: Moment
    revision_id: int | None = None
    url: str | None = None
    account: str | None = None
    counted: CountView | None = None


class StrikesView(BaseModel):
    """How many strikes count now, of how many that open a review."""

    counted: int
    of: int


class DecisionView(BaseModel):
    """What Legal decided, with the reasons."""

    terminate: bool
    proposed: Literal["terminate", "none"]
    by: str
    at: Moment
    grounds: list[Ground]
    note: str
    notice_id: UUID
    digest: str


class InfringerView(BaseModel):
    """A person's record, whole."""

    id: UUID
    task: TaskView
    links: LinksView
    accounts: list[AccountView]
    strikes: StrikesView
    notices: list[StruckView]
    reversals: list[ReversalView]
    decisions: list[DecisionView]
    version: int


class AccountSaid(BaseModel):
    """An account by its name."""

    name: str


class DecisionSaid(BaseModel):
    """A decision as ban-svc fetches it; `at` is the text that the digest covers."""

    infringer_id: UUID
    notice_id: UUID
    decided_by: str
    terminate: bool
    accounts: list[AccountSaid]
    grounds: list[Ground]
    note: str
    digest: str
    at: str


async def show_infringer(edge: Edge, standing: Standing) -> InfringerView:
    """Show a person to somebody who may read it; every read is logged first."""
    infringer = standing.infringer
    names = await open_names(edge, standing.accounts)
    by_hash = {account.account_hash: names[account.id] for account in standing.accounts}
    return InfringerView(
        id=infringer.id,
        task=_task(infringer),
        links=_links(infringer),
        accounts=[AccountView(name=names[account.id], gave=account.gave) for account in standing.accounts],
        strikes=StrikesView(counted=len(standing.counted.strikes), of=rules.strikes_needed(standing.on)),
        notices=[
            StruckView(
                notice_id=one.matter.notice.id,
                state=State(one.matter.notice.state),
                taken_down_at=one.matter.notice.taken_down_at,
                pages=[PageState(page.state) for page in one.pages],
                informed_at=min(one.informed.values(), default=None),
                strike=CountView.of(one.counts),
            )
            for one in standing.takedowns
        ],
        reversals=[
            _reversal(one.reversal, account=by_hash[one.reversal.account_hash], counted=CountView.of(one.counts))
            for one in standing.reversals
        ],
        decisions=[await _decision(edge, one) for one in standing.decisions],
        version=infringer.version,
    )


async def show_reversal(matter: Matter, reversal: Reversal) -> ReversalView:
    """Show what was recorded; the access is logged first."""
    await open_access(matter)
    notes = await open_notes(matter)
    return _reversal(reversal, url=notes[reversal.note_id] if reversal.note_id else None)


def _reversal(reversal: Reversal, *, url: str | None = None, account: str | None = None, counted: CountView | None = None) -> ReversalView:
    told = reversal.model_dump(include={"id", "notice_id", "at", "revision_id"})
    return ReversalView.model_validate({**told, "url": url, "account": account, "counted": counted})


def _task(infringer: Infringer) -> TaskView:
    grounds = tuple(Ground(ground) for ground in infringer.task_grounds)
    if not grounds:
        return TaskView(state=Task(infringer.task))
    proposal: Literal["terminate", "none"] = "terminate" if rules.proposes_termination(grounds) else "none"
    return TaskView(state=Task(infringer.task), since=infringer.task_since, grounds=list(grounds), proposal=proposal)


def _links(infringer: Infringer) -> LinksView:
    return LinksView.model_validate({"state": infringer.links, "asked_at": infringer.asked_at})


async def _decision(edge: Edge, decision: InfringerDecision) -> DecisionView:
    matter = await load(edge, await edge.get(Notice, decision.notice_id, "notice"))
    await open_access(matter)
    return DecisionView(
        terminate=decision.terminate,
        proposed="terminate" if decision.proposed else "none",
        by=decision.by,
        at=decision.at,
        grounds=[Ground(ground) for ground in decision.grounds],
        note=(await open_notes(matter))[decision.note_id],
        notice_id=decision.notice_id,
        digest=decision.digest,
    )
