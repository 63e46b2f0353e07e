"""The base of this service's rows and the types of their columns."""

from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Base(SQLModel, registry=registry()):
    """The tables of this service."""


def moment(*, nullable: bool = True) -> Any:
    """Give a column for a moment."""
    return Column(DateTime(timezone=True), nullable=nullable)
