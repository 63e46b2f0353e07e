"""The rows of the pages that a notice names, with the receipts by which they came down and went back (R42, R113, D10)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from dmca_svc.model import PageFacts, PageState
from dmca_svc.model.uploader import ActingAccount
from dmca_svc.tables.columns import INSERT_ONLY, Base, moment, of, one_of


class NoticePage(Base, table=True):
    """A page that an assessment named. The title is sealed and found by its keyed hash; one no longer named stays as the record.

    `down_elsewhere` is the other notice for which it was down when it was named; `withdrawn_at` is the complainant's word for this page.
    """

    __tablename__: ClassVar[Any] = "page"
    __table_args__ = (
        one_of("state", PageState),
        UniqueConstraint("notice_id", "place_hash", name="page_once"),
        Index("page_place", "place_hash"),
        CheckConstraint("(state = 'up') = (removed_at IS NULL)", name="removed_when"),
        CheckConstraint("state <> 'restored' OR restored_at IS NOT NULL", name="restored_when"),
        CheckConstraint("num_nonnulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="withdrawn_by_somebody"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    position: int
    wiki: str = Field(sa_type=Text)
    title: Sealed = Field(sa_type=SealedText)
    place_hash: bytes = Field(sa_type=LargeBinary)
    page_revision: int | None = Field(default=None, sa_type=BigInteger)
    named: bool = True
    down_elsewhere: UUID | None = of("notice", nullable=True)
    withdrawn_at: datetime | None = moment(default=None)
    withdrawn_by: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    removed_at: datetime | None = moment(default=None)
    restored_at: datetime | None = moment(default=None)
    wrongly_restored_at: datetime | None = moment(default=None)

    def facts(
        self, *, held: bool = False, hold_ended: bool = False, kept: bool = False, ordered: bool = False, measured: bool = False
    ) -> PageFacts:
        """Give what a rule asks about; what holds it is known to the counter-notice that asks for it back, what keeps it to others."""
        back = self.state == PageState.RESTORED
        wrongly = back and self.wrongly_restored_at is not None
        taken_back = self.withdrawn_at is not None
        restored_at = self.restored_at if back else None
        return PageFacts(PageState(self.state), held, restored_at, wrongly, hold_ended, kept, ordered, taken_back, measured)


class PageReceipt(Base, table=True):
    """The proof that a page came down or went back; an address is case text and lies in a note.

    `other_page_id` is the page of another notice that had been taken down before: nothing was removed a second time.
    """

    __tablename__: ClassVar[Any] = "page_receipt"
    __table_args__ = (
        CheckConstraint("effect IN ('removed', 'restored')", name="effect_known"),
        CheckConstraint("num_nonnulls(log_id, revision_id, note_id, other_page_id) = 1", name="one_proof"),
        CheckConstraint("other_page_id IS NULL OR (effect = 'removed' AND other_page_id <> page_id)", name="down_already"),
        one_of("acting_account", ActingAccount),
        Index("page_receipt_page", "page_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    page_id: UUID = of("page")
    effect: str = Field(sa_type=Text)
    log_id: int | None = Field(default=None, sa_type=BigInteger)
    revision_id: int | None = Field(default=None, sa_type=BigInteger)
    note_id: UUID | None = of("note", nullable=True)
    other_page_id: UUID | None = of("page", nullable=True)
    acting_account: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
