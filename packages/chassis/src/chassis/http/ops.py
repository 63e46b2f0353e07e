"""What an operator does over HTTP: revoke tokens."""

from datetime import datetime
from typing import Annotated

from fastapi import Request
from kernel.actor import Role
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from chassis.auth.revocation import revoke
from chassis.http.route import OpenEdge
from chassis.http.router import Router

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class RevocationForm(BaseModel):
    """One token by its `jti`, or all tokens of a `sub` issued until now."""

    model_config = ConfigDict(extra="forbid")

    sub: _Name | None = None
    jti: _Name | None = None
    why: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]

    @model_validator(mode="after")
    def _names_one(self) -> "RevocationForm":
        if (self.sub is None) == (self.jti is None):
            raise ValueError("Name either a sub or a jti.")
        return self


class RevocationView(BaseModel):
    """A revocation as stored; every process knows of it within a second."""

    sub: str | None = None
    jti: str | None = None
    since: datetime
    why: str


ops = Router(prefix="/ops", tags=["operations"])


@ops.post("/revocations", roles=(Role.OPERATOR,), status=201, creates=True, example={"jti": "k3Jm0Qe1", "why": "a laptop was lost"})
async def revoke_tokens(request: Request, edge: OpenEdge, form: RevocationForm) -> RevocationView:
    """Revoke a token, or all tokens of a person.

    A person's tokens issued after this moment count again; one token by `jti` never does.
    """
    since = await revoke(edge, sub=form.sub, jti=form.jti, by=edge.by.id, why=form.why)
    edge.after_commit.append(request.app.state.gate.revocations.wake)
    return RevocationView(sub=form.sub, jti=form.jti, since=since, why=form.why)
