"""The rows of a cure: what was asked for, how far the letter is, and what came (D8, 17 U.S.C. 512(c)(3)(B)(ii))."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from dmca_svc.model import Channel
from dmca_svc.reading import Document
from dmca_svc.tables.columns import INSERT_ONLY, Base, moment, of, one_of, texts
from dmca_svc.tables.notice import Letter


class CureRequest(Base, table=True):
    """An attempt to contact the complainant. `letter` is notify's last word on the letter, `letter_at` when it was said."""

    __tablename__: ClassVar[Any] = "cure_request"
    __table_args__ = (
        CheckConstraint("letter IN ('queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name="letter_known"),
        CheckConstraint("num_nonnulls(letter, letter_at) IN (0, 2)", name="letter_whole"),
        Index("cure_request_notice", "notice_id"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    missing: list[str] = texts()
    lapses_at: datetime = moment()
    letter: str | None = Field(default=None, sa_type=Text)
    letter_at: datetime | None = moment(default=None)


class Cure(Letter, table=True):
    """What the complainant sent to complete the notice; its reading is of the letter and every cure so far, read together."""

    __tablename__: ClassVar[Any] = "cure"
    __table_args__ = (one_of("channel", Channel), one_of("document", Document), Index("cure_notice", "notice_id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    at: datetime = moment()
