"""What must be done on wikis, and the receipt that shows it was (R84, R91, R92)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

from ban_svc.tables.columns import Base, Moment


class Enforcement(Base, table=True):
    """One effect on one wiki; done when, and only when, it has its receipt. An address of a page may name a person: it is sealed.

    `failed` says why in a note; `drifted` was done and is undone since (R93). `seen_by` looked a second time. From `over_at` on nothing is
    owed any more: the decision ended before it was done, or the same is owed anew.
    """

    __tablename__ = "enforcement"
    __table_args__ = (
        Index("enforcement_once", "action_id", "wiki", "effect", unique=True, postgresql_where="over_at IS NULL"),
        Index("enforcement_open", "state", "id", postgresql_where="over_at IS NULL"),
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'drifted')", name="enforcement_state"),
        CheckConstraint("seen_by IS NULL OR seen_by IS DISTINCT FROM by", name="enforcement_second_look"),
        CheckConstraint(
            "(state IN ('done', 'drifted')) = (num_nonnulls(log_id, revision_id, url) = 1 AND by IS NOT NULL AND at IS NOT NULL)",
            name="enforcement_receipt",
        ),
    )

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    wiki: str
    effect: str
    state: str = "waiting"
    log_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    revision_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    url: Sealed | None = Field(default=None, sa_type=SealedText)
    by: str | None = None
    at: datetime | None = Field(default=None, sa_type=Moment)
    seen_by: str | None = None
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    note_id: UUID | None = None
    over_at: datetime | None = Field(default=None, sa_type=Moment)
