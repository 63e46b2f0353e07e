"""How columns are declared here, and the base of all tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chassis.crypto import SealedText
from sqlalchemy import Column, DateTime, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

KEPT = {"info": {"grants": ("SELECT", "INSERT")}}
"""Rows of such a table are added, never changed."""


class Base(SQLModel, registry=registry()):
    """The tables of appeals-svc."""


def moment(*, nullable: bool = True) -> Any:
    """Declare a time with its zone, absent unless `nullable` is False."""
    column = Column(DateTime(timezone=True), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def ids() -> Any:
    """Declare a list of ids, empty unless said."""
    return Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))


def digest(*, nullable: bool = True) -> Any:
    """Declare a keyed hash or other bytes."""
    column = Column(LargeBinary, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def sealed(*, nullable: bool = True) -> Any:
    """Declare a text under a data key."""
    column = Column(SealedText, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def listed(words: Iterable[str]) -> str:
    """Write words as SQL lists them."""
    return ", ".join(f"'{word}'" for word in sorted(words))
