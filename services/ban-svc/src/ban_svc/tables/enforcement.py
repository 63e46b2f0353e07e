"""What must be done on wikis, and the receipt that shows it was (R84, R91, R92)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from ban_svc.tables.columns import Base, Moment


class Enforcement(Base, table=True):
    """One effect on one wiki; done when, and only when, it has its receipt. An address of a page may name a person: it is sealed."""

    __tablename__ = "enforcement"
    __table_args__ = (
        UniqueConstraint("action_id", "wiki", "effect", name="enforcement_once"),
        CheckConstraint("state IN ('waiting', 'done')", name="enforcement_state"),
        CheckConstraint(
            "(state = 'done') = (num_nonnulls(log_id, revision_id, url) = 1 AND by IS NOT NULL AND at IS NOT NULL)",
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
