"""What a rule was asked and answered, with the date of the policy it was asked under, so that it can be asked again (DESIGN 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from appeals_svc.tables.columns import KEPT, Base, moment


def _kept() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


class Ruling(Base, table=True):
    """One answer of the law about an appeal: ids, kinds, dates and codes; never changed."""

    __table_args__ = (
        CheckConstraint("what IN ('eligibility', 'gate', 'draw', 'outcome')", name="ruling_what"),
        Index("ruling_appeal", "appeal_id", "id"),
        KEPT,
    )

    id: UUID = Field(primary_key=True)
    appeal_id: UUID
    at: datetime = moment(nullable=False)
    what: str
    policy_date: date = Field(sa_column=Column(Date, nullable=False))
    facts: dict[str, Any] = _kept()
    answer: dict[str, Any] = _kept()
