"""What the check answers from: which account or range is covered, by which action, until when (R14, R18, R83, R84)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, CIDR, JSONB
from sqlmodel import Field

from ban_svc.tables.columns import Base, Moment


class Cover(Base, table=True):
    """One account, by its keyed hash, or one range of an action in force, between two moments; an account that is linked later has its own.

    A range is plain: the check must find the ranges that contain an address, which no hash allows, and a blocked range is on public
    show in the block list of every wiki. It lies here without a name, a ground or a person, and an address that a ban names is deleted
    when its time is over (D23). `changed` is the transaction that wrote the row last, set by a trigger: the index reads on from the
    oldest transaction that was still running, so that a late commit is never lost. `permitted` are the exceptions to this action's ban of
    this account, set by a trigger from the confirmed permissions: wiki to the seconds since 1970 until which it holds (R16).
    `named` and `proofs` show which range of each text that must hold this one does: with them the database finds its hash beside that text.
    `scope` says where an event ban holds, places as keyed hashes; they answer about events alone, and no index reads them (R28, R37).
    """

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("(name_hash IS NULL) <> (network IS NULL)", name="cover_one_thing"),
        CheckConstraint("kind IN ('global_ban', 'event_ban', 'range_block')", name="cover_kind"),
        CheckConstraint("(kind = 'event_ban') = (scope IS NOT NULL)", name="cover_scope"),
        Index("cover_changed", "changed"),
        Index("cover_name", "name_hash", postgresql_where="name_hash IS NOT NULL"),
        Index("cover_network", "network", postgresql_using="gist", postgresql_ops={"network": "inet_ops"}),
        Index("cover_action", "action_id"),
        Index("cover_permitted", "name_hash", postgresql_where="permitted IS NOT NULL"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE", "DELETE"), "import_role": ("SELECT", "INSERT", "UPDATE (ends_at)")}},
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    action_id: UUID = Field(foreign_key="action.id")
    kind: str
    name_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    network: Any = Field(default=None, sa_column=Column(CIDR))
    named: Any = Field(default=None, sa_column=Column(ARRAY(CIDR)))
    proofs: list[bytes] | None = Field(default=None, sa_column=Column(ARRAY(LargeBinary)))
    starts_at: datetime = Field(sa_type=Moment)
    ends_at: datetime | None = Field(default=None, sa_type=Moment)
    scope: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    permitted: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    changed: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
