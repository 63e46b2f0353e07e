"""Routes of mail: taken in as a mail system delivers it, listed and read with a reason, settled by a person (R87, D12, D20)."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from chassis.errors import Malformed
from chassis.http import After, Limit, OpenEdge, Page, Prepared, Received, Router
from chassis.http.paging import DEFAULT_LIMIT
from fastapi import Query, Response
from kernel.actor import Role
from kernel.kinds import Kind
from pydantic import BaseModel, Field, StringConstraints, model_validator
from starlette.requests import Request as Asked

from intake_svc.actions import mail as actions
from intake_svc.actions import settling
from intake_svc.actions.settling import MailFilter, Opened, Settlement
from intake_svc.api.forms import CompletionForm
from intake_svc.api.requests import actor_of
from intake_svc.api.views import RequestView
from intake_svc.mail.figures import count
from intake_svc.mail.reader import reader_of
from intake_svc.model.mail import Mailbox, MailState, Read, SettledAs, TakenAs
from intake_svc.model.shapes import RequestKind, Words
from intake_svc.rules import mail as rules
from intake_svc.settings import settings
from intake_svc.tables import Mail

mail = Router(prefix="/intake/v1", tags=["intake"])
LARGEST = 10 << 20
"""What is taken over HTTP at all (bytes): what is larger stays with the mail system, which is told so (413)."""
MAIL = "message/rfc822"
EXAMPLE = "From: A. Writer <writer@example.org>\r\nSubject: A request\r\nMessage-ID: <1@example.org>\r\n\r\nThe account harasses us.\r\n"
READERS = (Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.CHILD_PROTECTION, Role.AUDITOR)
SETTLERS = (Role.EVALUATOR, Role.LEGAL, Role.CHILD_PROTECTION)
NEEDS_REASON = {"description": "Missing: X-Access-Reason, for child protection."}
JOINED = {"model": RequestView, "description": "It had come before, or it answers a letter about this request, and joined it."}
SETTLEMENT = {
    "as": "request",
    "kind": "threat_of_harm",
    "evidence": [{"text": "The place and day that it names."}],
    "note": "Read.",
}
CaseOnlyKind = Literal["threat_of_harm", "enforcement_interference", "breach_report", "staff_complaint", "user_information"]


class PassedView(BaseModel):
    """A mail that opened no request of its own here: passed on, kept for a person, or a machine's."""

    id: UUID
    forwarded_to: Literal["dmca", "appeals"] | None = None
    taken_as: TakenAs


class MailView(BaseModel):
    """A mail: where it came in, what it was taken as, and what hung on it as counts by media type (D20)."""

    id: UUID
    mailbox: Mailbox
    taken_as: TakenAs
    state: MailState
    why: str | None = None
    received_at: datetime
    size: int
    attachments: dict[str, int]
    request_id: UUID | None = None
    settled_as: SettledAs | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    appeal_id: UUID | None = None
    version: int

    @classmethod
    def of(cls, row: Mail, **said: Any) -> Self:
        """Show a row."""
        shown = {name: getattr(row, name) for name in MailView.model_fields}
        return cls.model_validate(shown | said)


class MailWordsView(MailView):
    """A mail with its words and what its headers claim, as far as they are kept; of child protection they lie in the sealed record."""

    subject: str | None = None
    text: str | None = None
    email: str | None = None
    name: str | None = None
    message_id: str | None = None

    @classmethod
    def opened(cls, found: Opened) -> Self:
        """Show a mail that was opened."""
        return cls.of(found.row, **{name: value for name, value in found.said.items() if name in cls.model_fields})


class SettlementForm(CompletionForm):
    """What a mail is, by a person's word: a request with its kind and parts, an appeal that was filed, or nothing more."""

    settled_as: SettledAs = Field(alias="as")
    kind: (
        RequestKind | Literal["threat_of_harm", "enforcement_interference", "breach_report", "staff_complaint", "user_information"] | None
    ) = None
    appeal_id: UUID | None = None
    note: Annotated[Words, StringConstraints(min_length=1)]

    @model_validator(mode="after")
    def _only_what_fits(self) -> Self:
        if (self.appeal_id is not None) is not (self.settled_as is SettledAs.APPEAL):
            raise ValueError("Name `appeal_id` where an appeal was filed at appeals-svc, and only there")
        if self.settled_as is not SettledAs.REQUEST and (self.kind is not None or self.brought().content):
            raise ValueError("Kind and parts are given where it is a request")
        return self

    def settlement(self) -> Settlement:
        """Give what the action takes."""
        return Settlement(self.settled_as, self.note, Kind(self.kind) if self.kind else None, self.brought(), self.appeal_id)


async def read_it(request: Asked, body: Received) -> Read:
    """Read a mail in the reader's process, before the edge opens."""
    return await reader_of(request.app.state.runtime).read(body.content)


@mail.post(
    "/mail",
    roles=(Role.REQUESTER_DESK,),
    status=201,
    accepts=(MAIL,),
    body_limit=LARGEST,
    limited=False,
    prepares=read_it,
    openapi_extra={"requestBody": {"required": True, "content": {MAIL: {"schema": {"type": "string"}, "example": EXAMPLE}}}},
    responses={200: JOINED, 202: {"model": PassedView, "description": "It was passed on, waits for a person, or is a machine's."}},
)
async def take_mail(
    edge: OpenEdge,
    answer: Response,
    read: Annotated[Read, Prepared],
    recipient: Annotated[str | None, Query(max_length=320, description="the mailbox; else what the headers say")] = None,
) -> RequestView | PassedView:
    """Take a mail in as a mail system delivers it.

    It becomes a request in the lane of its mailbox; the same mail again, and an answer of its requester, give the request that there is
    (200). Notices and appeals are passed on, what nobody could read or a machine sent is on record (202).
    """
    mailbox = rules.mailbox_of([recipient] if recipient else read.recipients, settings().mail_domain)
    if mailbox is None:
        raise Malformed("unknown_mailbox", "Name one of the mailboxes in `recipient`: ca, legal, legal-reports, emergency, appeals, info.")
    arrived = await actions.arrive(edge, mailbox, read)
    row = arrived.row
    if not arrived.again:
        edge.after_commit.append(lambda: count(row.mailbox, row.taken_as))
    if arrived.request is not None and row.taken_as != TakenAs.NOTICE:
        answer.status_code = 200 if arrived.again or row.taken_as == TakenAs.REPLY else 201
        return RequestView.of(arrived.request)
    answer.status_code = 202
    passed_to = {TakenAs.NOTICE: "dmca", TakenAs.APPEAL: "appeals"}.get(TakenAs(row.taken_as))
    about = arrived.request.id if arrived.request is not None else row.id
    return PassedView.model_validate({"id": about, "forwarded_to": passed_to, "taken_as": row.taken_as})


@mail.get("/mail", roles=READERS, responses={400: NEEDS_REASON})
async def list_mail(
    edge: OpenEdge,
    *,
    state: Annotated[MailState | None, Query(description="where the mail stands")] = None,
    mailbox: Annotated[Mailbox | None, Query(description="where it came in")] = None,
    taken_as: Annotated[TakenAs | None, Query(description="what it was taken as")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MailView]:
    """List mail, oldest first: with `state=waiting` what a person has to look at.

    Mail to legal-reports@ is listed for the named group alone, with a reason.
    """
    wanted = MailFilter(state, mailbox, taken_as)
    found = await settling.list_mail(edge, wanted, actor_of(edge), after=after, limit=limit)
    return Page(items=[MailView.of(row) for row in found.items], next=found.next)


@mail.get("/mail/{mail_id}", roles=READERS, reads="a mail")
async def read_mail(edge: OpenEdge, mail_id: UUID) -> MailWordsView:
    """Read a mail: its words, and what its headers claim, which proves nothing."""
    return MailWordsView.opened(await settling.read_mail(edge, mail_id, actor_of(edge)))


@mail.post(
    "/mail/{mail_id}/settlement",
    roles=SETTLERS,
    reads="a mail",
    refuses=("mail_settled", "not_an_appeal", "request_has_all", "nothing_added", "sender_locked_out"),
    example=SETTLEMENT,
)
async def settle_mail(edge: OpenEdge, mail_id: UUID, form: SettlementForm) -> MailView:
    """Say what a mail is that waits for a person.

    `request`: with its kind and the parts that it brings, from its own receipt date; `appeal`: it was filed at appeals-svc under this id;
    `nothing`: nothing more is made of it than there is.
    """
    return MailView.of((await settling.settle(edge, mail_id, form.settlement(), by=actor_of(edge))).row)
