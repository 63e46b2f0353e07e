"""The base of this service's rows and the types of their columns."""

from sqlalchemy import DateTime
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

INSERT_ONLY = {"grants": ("SELECT", "INSERT")}
Moment = DateTime(timezone=True)
HASH_BYTES = 16
"""A keyed hash is kept to 128 bits: two names that meet by chance are out of reach, and the index stays small."""


class Base(SQLModel, registry=registry()):
    """Keeps this service's tables apart from those of the others in one process."""
