"""The base of intake's rows and the types of their columns."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

INSERT_ONLY = {"info": {"grants": ("SELECT", "INSERT")}}


class Base(SQLModel, registry=registry()):
    """Intake's own rows, apart from those of the other services of a process."""


def moment(**options: Any) -> Any:
    """A time with its zone."""
    return Field(sa_type=DateTime(timezone=True), **options)


def ids() -> Any:
    """A list of ids."""
    return Field(default_factory=list, sa_type=ARRAY(Uuid))


def texts() -> Any:
    """A list of words."""
    return Field(default_factory=list, sa_type=ARRAY(Text))


def row_of(table: str, *, nullable: bool = False) -> Any:
    """Refer to a row that may be written later in the same transaction."""
    return Field(
        default=None if nullable else ...,
        sa_column=Column(Uuid, ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED"), nullable=nullable),
    )


def one_of(column: str, words: Any) -> CheckConstraint:
    """Keep a column to its words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
