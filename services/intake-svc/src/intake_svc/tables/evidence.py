"""The rows of evidence that a person added to a case: bytes and words sealed, what was noted of them plain (D20, D27)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field

from intake_svc.model.evidence import RemovedAs
from intake_svc.tables.columns import Base, moment, one_of, row_of, texts

REPORTED = "removed_as IS NOT DISTINCT FROM 'reported_material'"


class Evidence(Base, table=True):
    """A file, a link or words. The bytes go when it is removed; of reported material hash, size, name and source go with them (D20).

    `content` is base64 under the case's key, `words` its name and where it came from; 45 bytes are what a sealed text has besides.
    `carried_from` is the piece of another case that a split carried here.
    """

    __tablename__: ClassVar[Any] = "evidence"
    __table_args__ = (
        one_of("removed_as", RemovedAs),
        CheckConstraint("num_nonnulls(removed_as, removed_at, removed_by) IN (0, 3)", name="removed_whole"),
        CheckConstraint("(content IS NULL) = (removed_at IS NOT NULL)", name="bytes_until_removed"),
        CheckConstraint(f"num_nonnulls(sha256, size, words) = CASE WHEN {REPORTED} THEN 0 ELSE 3 END", name="known_unless_reported"),
        CheckConstraint("(removed_note IS NOT NULL) = (coalesce(removed_as, '') = 'added_by_mistake')", name="mistake_explained"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="hash_whole"),
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("octet_length(content) = 45 + 4 * ((size + 2) / 3)", name="bytes_as_counted"),
        Index("evidence_case", "case_id", "id"),
        Index("evidence_once", "case_id", "sha256", unique=True, postgresql_where=text("removed_at IS NULL")),
        Index("evidence_hash", "sha256"),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    claimed_type: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    cautions: list[str] = texts()
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, sa_type=Text)
    words: Sealed | None = Field(default=None, sa_type=SealedText)
    content: Sealed | None = Field(default=None, sa_type=SealedText)
    carried_from: UUID | None = row_of("evidence", nullable=True)
    removed_as: str | None = Field(default=None, sa_type=Text)
    removed_by: str | None = Field(default=None, sa_type=Text)
    removed_at: datetime | None = moment(default=None)
    removed_note: Sealed | None = Field(default=None, sa_type=SealedText)

    @property
    def removed(self) -> RemovedAs | None:
        """Why it was removed; None while it is kept."""
        return None if self.removed_as is None else RemovedAs(self.removed_as)
