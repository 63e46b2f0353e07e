"""The base of this service's rows and the types of their columns."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

INSERT_ONLY = {"info": {"grants": ("SELECT", "INSERT")}}


class Base(SQLModel, registry=registry()):
    """Keeps this service's tables apart from those of the others in one process."""


def moment(**options: Any) -> Any:
    """A time in UTC."""
    return Field(sa_type=DateTime(timezone=True), **options)


def texts() -> Any:
    """A list of codes."""
    return Field(default_factory=list, sa_type=ARRAY(Text))


def ids() -> Any:
    """A list of ids."""
    return Field(default_factory=list, sa_type=ARRAY(Uuid))


def of(table: str, *, primary: bool = False, nullable: bool = False) -> Any:
    """An id of a row of another table."""
    column = Column(Uuid, ForeignKey(f"{table}.id"), nullable=nullable, primary_key=primary)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Take only these words in a column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
