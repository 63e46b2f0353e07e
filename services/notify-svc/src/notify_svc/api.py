"""HTTP of notify-svc: who was told what, taking back, receipts by hand, and letters tried beforehand."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.audit import log_access
from chassis.errors import Malformed, Unavailable
from chassis.http import OpenEdge, Prepared, Received, Router
from chassis.http.paging import DEFAULT_LIMIT, After, Limit, Page, page
from chassis.peers import NotThere
from chassis.runtime import Runtime
from chassis.service import Permanent
from contracts import ActionState
from fastapi import Query, Request
from kernel.actor import Role
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import select

from notify_svc import actions, rules
from notify_svc.letters import LetterError, facts_for, foresee, parties_of, render, subject_in
from notify_svc.model import Change, Channel, Found, Party, State
from notify_svc.tables import Notification

api = Router(prefix="/notify/v1", tags=["notify"])

STAFF = (
    Role.EVALUATOR,
    Role.TEAM_PEER,
    Role.TEAM_MANAGER,
    Role.DIRECTOR,
    Role.CHIEF,
    Role.LEGAL,
    Role.COMMUNICATIONS,
    Role.EXECUTIVE_DIRECTOR,
    Role.ENFORCER,
    Role.FACILITATOR,
    Role.CHILD_PROTECTION,
    Role.AUDITOR,
)
BY_HAND = (Role.ENFORCER, Role.COMMUNICATIONS)
TAKE_BACK = (Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.COMMUNICATIONS, Role.ENFORCER, Role.FACILITATOR, Role.CHILD_PROTECTION)
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[!-~]+$", max_length=2000)]


class Form(BaseModel):
    """What every form shares."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CancelForm(Form):
    """Why a letter is taken back."""

    why: Words


class ReceiptForm(Form):
    """What proves that a person delivered it: one of a page's revision, an entry of a wiki's log, or an address to look at."""

    revision_id: Annotated[int, Field(ge=1)] | None = None
    log_id: Annotated[int, Field(ge=1)] | None = None
    url: Url | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "ReceiptForm":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("Name exactly one of revision_id, log_id and url.")
        return self


class PreviewForm(Form):
    """A letter's template, its language, and the facts that it tells."""

    template: Name
    locale: Name = "en"
    facts: dict[str, Any]


def _in_words(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("It must be a time with its zone, such as 2026-11-02T09:30:00Z")  # noqa: TRY004 - pydantic tells a ValueError
    return value


class ForesightForm(BaseModel):
    """An action as it would be once it is enacted, in the words of `action_change`, and when that would be."""

    model_config = ConfigDict(extra="forbid")

    action: ActionState
    at: Annotated[AwareDatetime, BeforeValidator(_in_words)]
    locale: Name = "en"

    def change(self) -> Change:
        """See the enactment as the matrix asks about it; it has no event yet."""
        state = self.action.model_dump(mode="json", exclude_none=True)
        about = self.action.action_id
        return Change(about, "action", about, 1, "enacted", self.action.kind, self.at, state)


class NotificationView(BaseModel):
    """A notification as staff see it: a party and a template, never an address or a word of the letter."""

    id: UUID
    about: UUID
    event_id: UUID
    party: str
    channel: str
    template: str
    locale: str
    state: str
    why: str | None = None
    receipt: dict[str, Any] | None = None
    at: datetime
    version: int

    @classmethod
    def of(cls, row: Notification) -> "NotificationView":
        """Show a row."""
        return cls(
            id=row.id,
            about=row.about_id,
            event_id=row.event_id,
            party=row.party,
            channel=Channel(row.channel).on_wire,
            template=row.template,
            locale=row.locale,
            state=row.state,
            why=row.reason_code,
            receipt=row.receipt,
            at=row.at,
            version=row.version,
        )


class LetterView(BaseModel):
    """A letter for whoever delivers it by hand; a repeat by mail carries the same Message-ID."""

    notification_id: UUID
    channel: str
    to: str
    subject: str
    text: str
    message_id: str


class PreviewView(BaseModel):
    """A letter as it would be written."""

    subject: str
    text: str


class ForeseenView(PreviewView):
    """A letter that an enactment would bring; `withheld` says under which code it would be kept and not sent."""

    party: str
    template: str
    withheld: str | None = None


class ForesightView(BaseModel):
    """Every letter that an enactment would bring."""

    letters: list[ForeseenView]


@api.get("/notifications", roles=STAFF)
async def list_notifications(
    edge: OpenEdge,
    about: Annotated[UUID | None, Query(description="the request, case, action, notice or appeal that they tell of")] = None,
    state: Annotated[State | None, Query(description="where they stand")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[NotificationView]:
    """List who was told what, oldest first, in the caller's lanes.

    A cancelled one is `suppressed`. Child protection is seen by its named group alone, an appeal by those who carry it.
    """
    lanes = rules.lanes_of(edge.actor.roles if edge.actor else ())
    query = select(Notification).where(Notification.lane.in_(lanes))  # type: ignore[attr-defined]  # a column of a mapped class
    if about is not None:
        query = query.where(Notification.about_id == about)  # type: ignore[arg-type]  # as above
    if state is not None:
        query = query.where(Notification.state == state)  # type: ignore[arg-type]  # as above
    return await page(edge, query.order_by(Notification.id), NotificationView.of, after=after, limit=limit)  # type: ignore[arg-type]  # as above


@api.get("/notifications/{notification_id}/letter", roles=TAKE_BACK, reads="a letter")
async def read_letter(edge: OpenEdge, notification_id: UUID) -> LetterView:
    """Read a letter or announcement, to deliver it by hand.

    Wiki pages, and wiki letters where none can be sent from here, are delivered by a person, whose receipt then counts.
    """
    return LetterView.model_validate(await actions.read_letter(edge, notification_id))


@api.post("/notifications/{notification_id}/cancel", roles=TAKE_BACK, refuses=("not_queued",), example={"why": "wrong recipient"})
async def cancel_notification(edge: OpenEdge, notification_id: UUID, form: CancelForm) -> NotificationView:
    """Take back a letter that still waits.

    Letters wait a minute before they go out. What was attempted can no longer be taken back.
    """
    return NotificationView.of(await actions.cancel(edge, notification_id, form.why))


@api.post(
    "/notifications/{notification_id}/receipts",
    roles=BY_HAND,
    refuses=("already_over", "delivers_itself", "not_public"),
    example={"revision_id": 123456789},
)
async def record_receipt(edge: OpenEdge, notification_id: UUID, form: ReceiptForm) -> NotificationView:
    """Record that a person delivered it by hand.

    For announcements on wiki pages, for wiki letters, and for what failed or is uncertain. A revision can be read by everybody, so it
    is taken only where the measure is public.
    """
    return NotificationView.of(await actions.receive_by_hand(edge, notification_id, form.model_dump(exclude_none=True)))


@api.post(
    "/letters/preview",
    roles=(Role.EVALUATOR, Role.COMMUNICATIONS),
    example={"template": "request_deferred", "locale": "en", "facts": {"reference": "0195", "decided_on": "2026-03-02"}},
)
async def preview_letter(edge: OpenEdge, form: PreviewForm) -> PreviewView:
    """Write a letter with made-up facts; nothing is sent or stored."""
    del edge
    try:
        rendered = render(form.template, form.locale, facts_for(form.template, form.facts))
    except LetterError as error:
        raise Malformed("letter_unknown", f"This letter cannot be written: {error}.") from error
    return PreviewView(subject=rendered.subject, text=rendered.text)


async def ask_subject(request: Request, received: Received) -> Found:
    """Ask ban-svc whom an action is against, as for the letter itself, and only where one would be written."""
    change = received.form(ForesightForm).change()
    if Party.SUBJECT not in parties_of(change):
        return Found()
    runtime: Runtime = request.app.state.runtime
    path, reason = f"/bans/v1/actions/{change.about_id}/subject", "letters, before they are signed for"
    try:
        answer = await runtime.peers.get("ban", path, reason=reason, request_id=request.scope.get("office.request_id"))
    except NotThere as error:
        raise Malformed("malformed", "body.action.action_id: There is no such action.") from error
    except Permanent as error:
        raise Unavailable("ban-svc did not say whom the action is against; nothing was written, try again.") from error
    return subject_in(answer)


@api.post(
    "/letters/foreseen",
    roles=(Role.SERVICE,),
    reads="a letter",
    limited=False,
    prepares=ask_subject,
    example={
        "action": {
            "action_id": "0195a0c2-0000-7000-8000-000000000005",
            "kind": "page_protection",
            "state": "enacted",
            "course": "act",
            "disclosure": "public",
        },
        "at": "2026-03-02T09:30:00Z",
    },
)
async def foresee_letters(edge: OpenEdge, form: ForesightForm, found: Annotated[Found, Prepared]) -> ForesightView:
    """Write every letter that enacting an action would bring, exactly as it would be sent; nothing is sent or stored.

    Whom the letters would reach is not looked up: only the subject's names its reader.
    """
    await log_access(edge, "action", form.action.action_id)
    try:
        foreseen = list(foresee(form.change(), found, locale=form.locale, told_at=form.at))
    except LetterError as error:
        raise Malformed("letter_unknown", f"This letter cannot be written: {error}.") from error
    except (ValueError, OverflowError) as error:
        # Dates before the first policy or after the last calendar: no letter has them.
        raise Malformed("malformed", "No letter was or will be written at these dates.") from error
    return ForesightView(
        letters=[
            ForeseenView(
                party=one.party, template=one.template, subject=one.rendered.subject, text=one.rendered.text, withheld=one.withheld
            )
            for one in foreseen
        ]
    )
