"""The rows of those who gave the material, and what is proved of the letter to them (R49, D10, D23)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from dmca_svc.model.uploader import UploaderFacts
from dmca_svc.tables.columns import Base, ids, moment, of


class Uploader(Base, table=True):
    """An account that gave pages of a notice, by a person's word; its name is sealed and found by its keyed hash.

    `page_ids` are the pages as the last word has them: none when it was taken back. `informed_at` is the receipt of the letter.
    """

    __tablename__: ClassVar[Any] = "uploader"
    __table_args__ = (
        UniqueConstraint("notice_id", "account_hash", name="uploader_once"),
        CheckConstraint("num_nonnulls(informed_at, informed_channel) IN (0, 2)", name="informed_whole"),
        CheckConstraint("informed_at IS NULL OR notification_id IS NOT NULL", name="informed_by_a_letter"),
        CheckConstraint("letter IN ('queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name="letter_known"),
        Index("uploader_account", "account_hash"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    account_hash: bytes = Field(sa_type=LargeBinary)
    person: Sealed = Field(sa_type=SealedText)
    page_ids: list[UUID] = ids()
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment()
    notification_id: UUID | None = None
    letter: str | None = Field(default=None, sa_type=Text)
    informed_at: datetime | None = moment(default=None)
    informed_channel: str | None = Field(default=None, sa_type=Text)

    def facts(self) -> UploaderFacts:
        """Give what a rule asks about."""
        return UploaderFacts(self.account_hash, frozenset(self.page_ids), self.letter, self.informed_at is not None)
