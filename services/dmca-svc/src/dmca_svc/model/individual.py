"""What ban-svc answers about whose an account is (R17, D23)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

INDIVIDUALS = "/bans/v1/individuals"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one account: whose it is, by ban-svc's id and every account confirmed to be theirs; nothing when nobody's."""

    account: str
    individual_id: UUID | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: str, said: Mapping[str, Any]) -> "Told":
        """Read an answer.

        Raises:
            ValueError: it cannot be read, or names several persons for one account; nobody's it is only when it says so.
        """
        found = _Individuals.model_validate(said).items
        if len(found) > 1:
            raise ValueError("several persons are named for one account")
        return cls(account, found[0].id, tuple(one.name for one in found[0].accounts)) if found else cls(account)


class _Answer(BaseModel):
    # A field that ban-svc adds later is no fault of its; what was said is in no error.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Account(_Answer):
    name: str


class _Individual(_Answer):
    id: UUID
    accounts: list[_Account]


class _Individuals(_Answer):
    items: list[_Individual]
