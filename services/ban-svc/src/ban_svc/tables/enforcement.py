"""What must be done on wikis, and the receipt that shows it was (R84, R91, R92)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from ban_svc.tables.columns import INSERT_ONLY, Base, Moment


class Enforcement(Base, table=True):
    """One effect on one wiki; done when, and only when, it has its receipt. An address of a page may name a person: it is sealed.

    `failed` says why in a note; `drifted` was done and is undone since (R93). `seen_by` looked a second time. From `over_at` on nothing is
    owed any more: the decision ended before it was done, or the same is owed anew. What was undone and is done again is a row of its own,
    `again_of` the first, whose receipt stays as it was. `bars` and `marked` are what the receipt says of a block and of the mark as an
    office action, `still_marked` what the second look says (R84, R92); absent where it does not say.
    """

    __tablename__ = "enforcement"
    __table_args__ = (
        Index("enforcement_once", "action_id", "wiki", "effect", unique=True, postgresql_where="over_at IS NULL"),
        Index("enforcement_open", "state", "id", postgresql_where="over_at IS NULL"),
        Index("enforcement_wiki", "wiki", "id", postgresql_where="over_at IS NULL"),
        Index("enforcement_wiki_state", "wiki", "state", "id", postgresql_where="over_at IS NULL"),
        Index("enforcement_again_once", "again_of", unique=True, postgresql_where="again_of IS NOT NULL"),
        CheckConstraint("state IN ('done', 'drifted') OR (bars IS NULL AND marked IS NULL)", name="enforcement_said_by_receipt"),
        CheckConstraint("seen_by IS NOT NULL OR still_marked IS NULL", name="enforcement_said_by_look"),
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
    bars: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    marked: bool | None = None
    still_marked: bool | None = None
    again_of: UUID | None = Field(default=None, foreign_key="enforcement.id")


class Reversal(Base, table=True):
    """Somebody undid what was done for a decision, as a second look found: ground for a sanction, and what is done again (R93).

    Who it was, as far as known, and what was seen are notes to the action, sealed.
    """

    __tablename__ = "reversal"
    __table_args__ = (Index("reversal_action", "action_id", "at"), {"info": INSERT_ONLY})

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    enforcement_id: UUID = Field(foreign_key="enforcement.id")
    by: str
    at: datetime = Field(sa_type=Moment)
    note_id: UUID
    undone_by_id: UUID | None = None
