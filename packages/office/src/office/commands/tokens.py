"""Tokens: dev mode's own issuer, and revocation."""

import json as encode
from datetime import timedelta
from typing import Annotated

from chassis.settings import Settings
from cyclopts import Parameter

from office.cli import BadInput
from office.commands.law import Json, shown


def token(
    *,
    role: Annotated[list[str], Parameter(negative="")],
    sub: str | None = None,
    ttl: str = "PT1H",
    json: Json = False,
) -> None:
    """Print a token of this home's own issuer; only dev mode accepts it.

    Parameters
    ----------
    role:
        A role the token carries; give it several times for several roles.
    sub:
        The person, an opaque id; left out, it is named after the first role.
    ttl:
        How long it lives, ISO 8601, such as PT1H.
    """
    from chassis.auth import issue
    from chassis.clock import Clock
    from kernel.actor import Role

    unknown = [one for one in role if one not in set(Role)]
    if unknown:
        raise BadInput(f"There is no role {unknown[0]!r}. The roles are {', '.join(Role)}.")
    settings = Settings(dev=True)
    try:
        found = issue(settings.home, role, sub or f"{role[0]}-1", duration(ttl), Clock(), secrets=settings.secrets_dir)
    except ValueError as error:
        raise BadInput(f"{error}.") from error
    print(encode.dumps({"token": found}) if json else found)


async def revoke(*, why: str, sub: str | None = None, jti: str | None = None, by: str = "operator", json: Json = False) -> None:
    """Make a token, or all tokens of a person issued until now, worthless in every process within a second.

    Parameters
    ----------
    why:
        The reason; it is kept.
    sub:
        The person whose tokens are revoked.
    jti:
        The one token that is revoked.
    by:
        Who says so.
    """
    from chassis.auth.revocation import revoke as write

    from office.commands.opened import opened

    if (sub is None) == (jti is None):
        raise BadInput("Name either --sub or --jti.")
    async with opened(["intake"]) as runtimes, runtimes[0].edge("command:token:revoke") as edge:
        since = await write(edge, sub=sub, jti=jti, by=by, why=why)
    said = {"since": shown(since), **({"sub": sub} if sub else {"jti": jti})}
    print(encode.dumps(said) if json else f"Revoked. It counts from {shown(since)}.")


def duration(text: str) -> timedelta:
    """Read an ISO 8601 duration without months or years.

    Raises:
        BadInput: it is none.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(timedelta).validate_python(text)
    except ValidationError as error:
        raise BadInput("The duration must be ISO 8601, such as PT1H or P7D.") from error
