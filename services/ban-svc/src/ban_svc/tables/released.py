"""Who was released: an account that a modification took out of a decision, and that nothing says any more is the person's (D23, D26)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import Index
from sqlmodel import Field

from ban_svc.tables.columns import INSERT_ONLY, Base, Moment


class ReleasedAccount(Base, table=True):
    """An account that a modification released, as the text before named it, sealed under the action's key: whoever has it is told."""

    __tablename__ = "released_account"
    __table_args__ = (Index("released_account_action", "action_id", "id"), {"info": INSERT_ONLY})

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    modification_id: UUID = Field(foreign_key="modification.id")
    account: Sealed = Field(sa_type=SealedText)
    at: datetime = Field(sa_type=Moment)
