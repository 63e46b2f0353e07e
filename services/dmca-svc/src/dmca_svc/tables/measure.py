"""The rows of the house's own measures that keep pages down: keyed hashes alone, no kind, no ground, no title (D4, D10, D20)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Uuid
from sqlmodel import Field

from dmca_svc.tables.columns import Base, moment


class Measure(Base, table=True):
    """A measure in force or over, by the keyed hash of its action: the row tells nobody which it is."""

    __tablename__: ClassVar[Any] = "measure"

    id: UUID = Field(primary_key=True)
    action_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    at: datetime = moment()
    ended_at: datetime | None = moment(default=None)


class MeasurePage(Base, table=True):
    """A page that a measure keeps down, whether or not a notice names it, by the keyed hash of its place."""

    __tablename__: ClassVar[Any] = "measure_page"
    __table_args__ = (Index("measure_page_place", "place_hash"),)

    measure_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("measure.id"), primary_key=True))
    place_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    ended_at: datetime | None = moment(default=None)
