"""The rows of the infringer ledger: a person, the accounts that are theirs, reversals, and what was decided (R48, R49, D11, D23).

No row counts strikes: they follow from the notices each time they are asked for.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from dmca_svc.model.infringer import Ground, Links, Task
from dmca_svc.tables.columns import INSERT_ONLY, Base, ids, moment, of, one_of, texts

_GROUNDS = ", ".join(f"'{ground}'" for ground in Ground)


class Infringer(Base, table=True):
    """A person by an opaque id. `individual_id` is ban-svc's, `waits` puts those with an open task first in a list."""

    __tablename__: ClassVar[Any] = "infringer"
    __table_args__ = (
        one_of("task", Task),
        one_of("links", Links),
        CheckConstraint("waits = (task = 'open')", name="open_waits"),
        CheckConstraint("(task = 'open') = (cardinality(task_grounds) > 0)", name="open_on_grounds"),
        CheckConstraint("merged_into IS NULL OR task <> 'open'", name="merged_waits_for_nothing"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint("(links = 'known') <= (asked_at IS NOT NULL)", name="known_when_asked"),
        UniqueConstraint("individual_id", name="individual_once"),
        Index("infringer_list", "waits", "id"),
    )

    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    individual_id: UUID | None = None
    merged_into: UUID | None = of("infringer", nullable=True)
    links: str = Field(default=Links.UNASKED, sa_type=Text)
    asked_at: datetime | None = moment(default=None)
    task: str = Field(default=Task.NONE, sa_type=Text)
    task_grounds: list[str] = texts()
    task_since: datetime | None = moment(default=None)
    waits: bool = False
    version: int = 0


class InfringerAccount(Base, table=True):
    """An account of a person: its name as keyed hash, to be found by, and sealed under a key of its own, for it may change persons (D23).

    `gave` tells that it gave material of a notice; another is there because ban-svc says it is the same person's.
    """

    __tablename__: ClassVar[Any] = "infringer_account"
    __table_args__ = (
        UniqueConstraint("account_hash", name="account_once"),
        Index("infringer_account_person", "infringer_id"),
    )

    id: UUID = Field(primary_key=True)
    infringer_id: UUID = of("infringer")
    account_hash: bytes = Field(sa_type=LargeBinary)
    name: Sealed = Field(sa_type=SealedText)
    gave: bool
    unlinked_at: datetime | None = moment(default=None)
    at: datetime = moment()


class Reversal(Base, table=True):
    """An edit that brought a removed page back, as somebody recorded it; its proof is a revision, or an address in a note (R49)."""

    __tablename__: ClassVar[Any] = "reversal"
    __table_args__ = (
        CheckConstraint("num_nonnulls(revision_id, note_id) = 1", name="one_proof"),
        Index("reversal_notice", "notice_id"),
        Index("reversal_account", "account_hash"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    page_id: UUID = of("page")
    account_hash: bytes = Field(sa_type=LargeBinary)
    at: datetime = moment()
    revision_id: int | None = Field(default=None, sa_type=BigInteger)
    note_id: UUID | None = of("note", nullable=True)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment()


class Misrepresentation(Base, table=True):
    """Legal found that a notice that was complied with misrepresents (17 U.S.C. 512(f)); no strike rests on it (D11)."""

    __tablename__: ClassVar[Any] = "misrepresentation"
    __table_args__ = (INSERT_ONLY,)

    notice_id: UUID = of("notice", primary=True)
    note_id: UUID = of("note")
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class InfringerDecision(Base, table=True):
    """What Legal decided about a person, on which grounds, and which strikes and reversals it covers; words and names lie in notes."""

    __tablename__: ClassVar[Any] = "infringer_decision"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_whole"),
        CheckConstraint("cardinality(grounds) > 0 AND cardinality(covers) > 0", name="decided_on_something"),
        CheckConstraint(f"grounds <@ ARRAY[{_GROUNDS}]", name="grounds_known"),
        UniqueConstraint("digest", name="decided_once"),
        Index("infringer_decision_person", "infringer_id", "at"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    infringer_id: UUID = of("infringer")
    notice_id: UUID = of("notice")
    terminate: bool
    proposed: bool
    grounds: list[str] = texts()
    covers: list[UUID] = ids()
    digest: str = Field(sa_type=Text)
    note_id: UUID = of("note")
    accounts_note_id: UUID = of("note")
    by: str = Field(sa_type=Text)
    at: datetime = moment()
