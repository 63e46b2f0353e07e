"""Routes of senders' standing: conduct and warnings at a request, lock-outs of two persons, the look at a sender (R117-R119, D12)."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.crypto import Keyring
from chassis.http import OpenEdge, Router
from fastapi import Query
from kernel.actor import Role
from kernel.names import UserNameError, canonical_user
from kernel.workdays import calendar_day
from pydantic import BaseModel, Field, StrictBool, StrictInt, StringConstraints

from intake_svc.actions import sender as actions
from intake_svc.actions import standing
from intake_svc.api.forms import Moment, NoteForm, Person, one_way
from intake_svc.api.requests import actor_of
from intake_svc.model.sender import LockOutState, SenderState
from intake_svc.model.shapes import Code, Line, Shape, Words
from intake_svc.rules.sender import points_of
from intake_svc.tables import ConductRow, LockOut, Sender, WarningRow

senders = Router(prefix="/intake/v1", tags=["intake"])
STAFF = (Role.EVALUATOR, Role.TEAM_MANAGER)
READERS = (*STAFF, Role.LEGAL, Role.AUDITOR)
COUNTS = ("reason_unknown", "seriousness_out_of_bounds", "lane_never_counts", "reporting_is_protected", "not_then", "nobody_to_warn")
LOCKS = ("locked_out_already", "not_warned", "not_continued", "too_few_points", "aimed_at_you")
NOTE = {"note": "It went on for three weeks after the warning."}
EXAMPLE = {"reason": "harassment", "seriousness": 2, "intended": True, "aimed_at": ["eva"], "note": "Insults in every line."}


class ConductForm(Shape):
    """What was observed at this request: how serious (1-3), whether apparently meant, at whom of the staff it was aimed."""

    reason: Code
    seriousness: Annotated[StrictInt, Field(ge=1, le=3)]
    intended: StrictBool = False
    aimed_at: Annotated[list[Person], Field(max_length=20, default_factory=list)]
    note: Annotated[Words, StringConstraints(min_length=1)]
    happened_at: Moment | None = None

    def observed(self) -> actions.Observed:
        """Give what the action takes."""
        return actions.Observed(self.reason, self.seriousness, self.intended, frozenset(self.aimed_at), self.note, self.happened_at)


class SenderLine(BaseModel):
    """Where a sender stands; who it is nobody can read from it."""

    id: UUID
    state: SenderState
    locked_out_until: datetime | None = None
    version: int

    @classmethod
    def of(cls, row: Sender) -> Self:
        """Show a row."""
        return cls(id=row.id, state=SenderState(row.state), locked_out_until=row.locked_out_until, version=row.version)


class ConductView(BaseModel):
    """What was observed once."""

    request_id: UUID
    reason: str
    seriousness: int
    intended: bool
    aimed_at: list[str]
    happened_at: datetime
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, row: ConductRow, note: str) -> Self:
        """Show a row."""
        return cls(**row.model_dump(exclude={"id", "sender_id", "note"}), note=note)


class WarningView(BaseModel):
    """A warning; it counts from its receipt on."""

    request_id: UUID
    by: str
    at: datetime
    delivered_at: datetime | None = None

    @classmethod
    def of(cls, row: WarningRow) -> Self:
        """Show a row."""
        return cls(request_id=row.request_id, by=row.by, at=row.at, delivered_at=row.delivered_at)


class LockOutView(BaseModel):
    """A lock-out, proposed, in force or over."""

    state: LockOutState
    points: int
    days: int
    by: str
    at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    until: datetime | None = None
    ended_at: datetime | None = None
    lifted_by: str | None = None

    @classmethod
    def of(cls, row: LockOut) -> Self:
        """Show a row."""
        return cls(**row.model_dump(include=set(cls.model_fields)))


class SenderView(SenderLine):
    """A sender's standing, whole."""

    points: int
    conducts: list[ConductView]
    warnings: list[WarningView]
    lock_outs: list[LockOutView]


class SenderList(BaseModel):
    """The senders that were found."""

    items: list[SenderLine]


@senders.post("/requests/{request_id}/sender-conduct", roles=STAFF, refuses=COUNTS, example=EXAMPLE)
async def observe_sender(edge: OpenEdge, request_id: UUID, form: ConductForm) -> SenderLine:
    """Put on record how the sender of a request treats staff; nothing follows from it by itself."""
    return SenderLine.of(await actions.observe(edge, request_id, form.observed(), warn=False, by=actor_of(edge)))


@senders.post("/requests/{request_id}/sender-warning", roles=STAFF, refuses=(*COUNTS, "locked_out_already"), example=EXAMPLE)
async def warn_sender(edge: OpenEdge, request_id: UUID, form: ConductForm) -> SenderLine:
    """Warn the sender of a request about how they treat staff. The warning counts once its receipt is known."""
    return SenderLine.of(await actions.observe(edge, request_id, form.observed(), warn=True, by=actor_of(edge)))


@senders.post("/senders/{sender_id}/lock-out", roles=(Role.EVALUATOR,), refuses=LOCKS, example=NOTE)
async def propose_lock_out(edge: OpenEdge, sender_id: UUID, form: NoteForm) -> SenderLine:
    """Propose not to hear a sender for as long as the points give; a second person confirms."""
    return SenderLine.of(await actions.propose(edge, sender_id, note=form.note, by=actor_of(edge)))


@senders.post(
    "/senders/{sender_id}/lock-out/confirmation",
    roles=STAFF,
    refuses=("nothing_proposed", "own_proposal", "points_have_fallen", *LOCKS),
    example=NOTE,
)
async def confirm_lock_out(edge: OpenEdge, sender_id: UUID, form: NoteForm) -> SenderLine:
    """Confirm a lock-out as a second person. It ends by the clock; what always comes in still does."""
    return SenderLine.of(await actions.confirm(edge, sender_id, note=form.note, by=actor_of(edge)))


@senders.post("/senders/{sender_id}/lifting", roles=(Role.TEAM_MANAGER,), refuses=("not_locked_out",), example=NOTE)
async def lift_lock_out(edge: OpenEdge, sender_id: UUID, form: NoteForm) -> SenderLine:
    """Hear a sender again before the time is over; the note says why."""
    return SenderLine.of(await actions.lift(edge, sender_id, reason=form.note, by=actor_of(edge)))


@senders.get("/senders/{sender_id}", roles=READERS, reads="a sender's standing")
async def read_sender(edge: OpenEdge, sender_id: UUID) -> SenderView:
    """Read what is known of a sender's standing, with the notes; the look is logged."""
    known = await standing.show(edge, sender_id)
    facts = [one.facts() for one in known.conducts]
    return SenderView(
        **SenderLine.of(known.row).model_dump(),
        points=points_of(facts, now=edge.now, on=calendar_day(edge.now)),
        conducts=[ConductView.of(row, note) for row, note in zip(known.conducts, known.notes, strict=True)],
        warnings=[WarningView.of(row) for row in known.warnings],
        lock_outs=[LockOutView.of(row) for row in known.lock_outs],
    )


@senders.get("/senders", roles=READERS, reads="a sender's standing")
async def find_senders(edge: OpenEdge, name: Annotated[Line, Query(description="an address or an account")]) -> SenderList:
    """Find a sender by address or account, which are compared by keyed hashes; that it was asked is logged."""
    return SenderList(items=[SenderLine.of(row) for row in await standing.find(edge, _mark(edge.runtime.keyring, name))])


def _mark(keyring: Keyring, name: str) -> bytes:
    """Give the mark of an address or an account; a name that no account can have is nobody's."""
    if "@" in name:
        return keyring.hash("intake.email", one_way(name) or "")
    with suppress(UserNameError):
        name = canonical_user(name)
    return keyring.hash("intake.wiki_user", name)
