"""What a CheckUser found, each under a key of its own, until its ninety days are over; and the holds that keep it longer (D19)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from ban_svc.model import CheckResultFacts
from ban_svc.tables.columns import Base, Moment

_NO_DELETE = {"grants": ("SELECT", "INSERT", "UPDATE")}


class CheckResult(Base, table=True):
    """One result of a check, as whoever ran it wrote it down. Its data key has its id: destroying it is the deletion, and the sealed bytes
    go with it. The row stays as the record that there was something, until when, and that it is gone.
    """  # noqa: D205 - two sentences

    __tablename__ = "check_result"
    __table_args__ = (
        CheckConstraint("(text IS NULL) = (destroyed_at IS NOT NULL)", name="check_result_destroyed"),
        # In hours: days would depend on the zone of the session.
        CheckConstraint("collected_at < until AND until <= collected_at + interval '2160 hours'", name="check_result_ninety_days"),
        CheckConstraint("collected_at <= at AND at < until", name="check_result_kept_in_time"),
        Index("check_result_action", "action_id", "id"),
        Index("check_result_until", "until", postgresql_where="destroyed_at IS NULL"),
        {"info": _NO_DELETE},
    )

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    by: str
    collected_at: datetime = Field(sa_type=Moment)
    at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    text: Sealed | None = Field(default=None, sa_type=SealedText)
    destroyed_at: datetime | None = Field(default=None, sa_type=Moment)

    def facts(self, *, held: bool) -> CheckResultFacts:
        """What a rule may ask."""
        return CheckResultFacts(self.by, self.until, held=held, destroyed=self.destroyed_at is not None)


class CheckResultHold(Base, table=True):
    """Why a result is kept beyond its ninety days, and why no more; the reasons are notes to the action. One stands at a time."""

    __tablename__ = "check_result_hold"
    __table_args__ = (
        CheckConstraint("num_nonnulls(released_by, released_at, release_id) IN (0, 3)", name="check_result_hold_released"),
        Index("check_result_hold_stands", "result_id", unique=True, postgresql_where="released_at IS NULL"),
        {"info": _NO_DELETE},
    )

    id: UUID = Field(primary_key=True)
    result_id: UUID = Field(foreign_key="check_result.id")
    by: str
    at: datetime = Field(sa_type=Moment)
    reason_id: UUID
    released_by: str | None = None
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    release_id: UUID | None = None
