"""When more actions than usual were enacted, from when until when it was so: staff are told once for each such time (R110)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from ban_svc.tables.columns import Base, Moment


class UnusualTime(Base, table=True):
    """A time of more actions than usual, begun by the action whose enactment was one too many; at most one runs."""

    __tablename__ = "unusual_time"
    __table_args__ = (
        CheckConstraint("ended_at >= since", name="unusual_time_ends_after"),
        Index("unusual_time_running", text("(ended_at IS NULL)"), unique=True, postgresql_where="ended_at IS NULL"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (ended_at)")}},
    )

    action_id: UUID = Field(primary_key=True, foreign_key="action.id")
    since: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
