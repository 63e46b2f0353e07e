"""The routes of the infringer ledger: who is looked at and why, what Legal decides, and what is recorded of a takedown (R48, R49, D11)."""

from typing import Annotated, Any
from uuid import UUID

from chassis.errors import Malformed, Unavailable
from chassis.http import After, Limit, OpenEdge, Page, Prepared, Received, Router, page
from chassis.peers import PeerFailed
from chassis.runtime import Runtime
from chassis.service import Permanent
from fastapi import Query
from kernel.actor import Role
from pydantic import Field, model_validator
from sqlmodel import col, select
from starlette.requests import Request

from dmca_svc.actions import infringers as actions
from dmca_svc.actions import ledger, persons
from dmca_svc.actions.infringers import Undoing
from dmca_svc.api.forms import Form, Name, Number, PageForm, Text, When
from dmca_svc.api.infringer_views import DecisionSaid, InfringerLine, InfringerView, ReversalView, show_infringer, show_reversal
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice
from dmca_svc.model.individual import INDIVIDUALS, Told
from dmca_svc.tables import Infringer

infringers = Router(prefix="/dmca/v1", tags=["dmca"])
READERS = (Role.LEGAL, Role.EVALUATOR, Role.AUDITOR)
_EXAMPLE_REVERSAL = {
    "page": {"wiki": "examplewiki", "title": "Harbour"},
    "by": "Quay walker",
    "at": "2026-11-02T09:00:00Z",
    "revision_id": 4711,
}


class InfringerDecisionForm(Form):
    """What Legal decides, with the reasons either way."""

    terminate: Annotated[bool, Field(strict=True)]
    note: Annotated[str, Field(min_length=1, max_length=10_000)]


class ReversalForm(Form):
    """An edit that brought a removed page back: which account, when, and exactly one of `revision_id` and `url` that shows it."""

    page: PageForm
    by: Name
    at: When
    revision_id: Number | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ReversalForm":
        if (self.revision_id is None) == (self.url is None):
            raise ValueError("give exactly one of revision_id and url")
        return self

    def undoing(self) -> Undoing:
        """Give it to an action."""
        return Undoing(self.page.place(), self.by, self.at, self.revision_id, self.url)


class MisrepresentationForm(Form):
    """Why Legal finds that the notice misrepresents."""

    note: Text


async def ask_links(request: Request, received: Received) -> tuple[Told, ...]:
    """Ask ban-svc which accounts are this person's now; without its answer nothing is decided."""
    received.form(InfringerDecisionForm)
    runtime: Runtime = request.app.state.runtime
    try:
        infringer_id = UUID(str(request.path_params["infringer_id"]))
    except ValueError as error:
        raise Malformed("malformed", "path.infringer_id: It must be a UUID.") from error
    async with runtime.edge("http:decide_on_infringer", access_reason="which accounts are one person's") as edge:
        person = await ledger.present(edge, infringer_id)
        gave = [account for account in await ledger.accounts_of(edge, person) if account.gave]
        names = list((await persons.open_names(edge, gave)).values())
    request_id: str | None = request.scope.get("office.request_id")
    try:
        return tuple([await _whose(runtime, name, request_id) for name in names])
    except (PeerFailed, Permanent, ValueError) as error:
        async with runtime.edge("http:decide_on_infringer") as edge:
            await persons.unreachable(edge, [await ledger.present(edge, infringer_id, lock=True)])
        # An error is never an absence: without the answer nobody's other accounts are overlooked, and nothing is decided.
        raise Unavailable("The service that knows whose an account is could not say; nothing was decided, try again.") from error


async def _whose(runtime: Runtime, name: str, request_id: str | None) -> Told:
    reason = "infringer: which accounts are one person's"
    return Told.of(name, await runtime.peers.get("ban", INDIVIDUALS, params={"account": name}, reason=reason, request_id=request_id))


@infringers.get("/infringers", roles=READERS)
async def list_infringers(edge: OpenEdge, after: After = None, limit: Limit = 50) -> Page[InfringerLine]:
    """List the persons whose material came down, those with an open review task first; a list names nobody."""
    people = select(Infringer).where(col(Infringer.merged_into).is_(None)).order_by(col(Infringer.waits).desc(), col(Infringer.id))
    return await page(edge, people, InfringerLine.of, after=after, limit=limit)


@infringers.get("/infringers/{infringer_id}", roles=READERS, reads="a person's record")
async def get_infringer(edge: OpenEdge, infringer_id: UUID) -> InfringerView:
    """Read a person's record: the notices, what counts as a strike and why or why not, what is proposed and what was decided.

    Strikes are counted anew at each reading: a counter-notice or a withdrawal takes them back by itself.
    """
    return await show_infringer(edge, await ledger.standing_of(edge, await ledger.present(edge, infringer_id)))


@infringers.post(
    "/infringers/{infringer_id}/decision",
    roles=(Role.LEGAL,),
    prepares=ask_links,
    refuses=("no_review_open",),
    example={"terminate": True, "note": "The removal was reverted two days after the letter was delivered."},
)
async def decide_on_infringer(
    edge: OpenEdge, infringer_id: UUID, form: InfringerDecisionForm, told: Annotated[tuple[Told, ...], Prepared]
) -> InfringerView:
    """Decide on an open review task, with reasons either way.

    A decision to terminate is carried out nowhere here: it becomes an action that peer, manager and Legal sign, and whoever decided signs
    none of it.
    """
    edge.access_reason = edge.access_reason or edge.operation
    standing = await actions.decide(edge, infringer_id, terminate=form.terminate, note=form.note, told=told)
    return await show_infringer(edge, standing)


@infringers.get("/infringers/{infringer_id}/decision", roles=(Role.SERVICE,), reads="a person's record")
async def get_infringer_decision(
    edge: OpenEdge,
    infringer_id: UUID,
    digest: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="the decision meant; the last one when left out")] = None,
) -> DecisionSaid:
    """Read what Legal decided, as its digest covers it: everything but the digest itself."""
    said: dict[str, Any] = await actions.decision_of(edge, infringer_id, digest)
    return DecisionSaid.model_validate(said)


@infringers.post(
    "/notices/{notice_id}/reversals",
    roles=(Role.EVALUATOR, Role.ENFORCER, Role.LEGAL),
    creates=True,
    refuses=("page_not_taken_down", "reversed_in_future", "reversed_before_removal"),
    example=_EXAMPLE_REVERSAL,
)
async def record_reversal(edge: OpenEdge, notice_id: UUID, form: ReversalForm) -> ReversalView:
    """Record that somebody reverted a takedown.

    It counts against a person only when the letter of the removal was provably delivered to them before, and the page is their
    contribution.
    """
    matter, reversal = await actions.record_reversal(edge, notice_id, form.undoing())
    return await show_reversal(matter, reversal)


@infringers.post(
    "/notices/{notice_id}/misrepresentation",
    roles=(Role.LEGAL,),
    refuses=("nothing_taken_down", "found_already"),
    example={"note": "The sender never owned the work; see the register of the Copyright Office."},
)
async def find_misrepresentation(edge: OpenEdge, notice_id: UUID, form: MisrepresentationForm) -> NoticeView:
    """Record that a notice that was complied with misrepresents; no strike rests on it any more."""
    return await show_notice(await actions.find_misrepresentation(edge, notice_id, form.note))
