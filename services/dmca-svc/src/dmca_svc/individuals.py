"""Asks ban-svc whose an account is, with no transaction open; what is not answered is said to be so, never taken as *nobody's* (D23)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.runtime import Runtime
from chassis.service import Permanent
from pydantic import BaseModel, ConfigDict, ValidationError

from dmca_svc.actions.persons import Told

PATH = "/bans/v1/individuals"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Account(_Answer):
    name: str


class _Individual(_Answer):
    id: UUID
    accounts: list[_Account]


class _Individuals(_Answer):
    items: list[_Individual]


async def whose(runtime: Runtime, names: Iterable[str], *, reason: str, request_id: str | None = None) -> tuple[Told, ...]:
    """Ask about each account; ban-svc logs each question under the reason.

    Raises:
        PeerFailed: ban-svc is out of reach.
        Permanent: what it answers cannot be read, or names several persons for one account.
    """
    return tuple([await _whose(runtime, name, reason, request_id) for name in names])


async def _whose(runtime: Runtime, name: str, reason: str, request_id: str | None) -> Told:
    said = await runtime.peers.get("ban", PATH, params={"account": name}, reason=reason, request_id=request_id)
    try:
        found = _Individuals.model_validate(said).items
    except ValidationError as error:
        # What it says are names: its class is enough.
        raise Permanent(f"whose the account is cannot be read: {type(error).__name__}") from None
    if len(found) > 1:
        raise Permanent("several persons are named for one account")
    if not found:
        return Told(name)
    return Told(name, found[0].id, tuple(account.name for account in found[0].accounts))
