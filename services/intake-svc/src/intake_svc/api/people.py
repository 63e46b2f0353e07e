"""The route of what is held about a person: one document, marked with who made it and why (R95, D27)."""

from datetime import datetime
from typing import Annotated, Any

from chassis.errors import Malformed
from chassis.http import OpenEdge, Router
from fastapi import Query
from kernel.actor import Role
from kernel.names import canonical_user
from pydantic import BaseModel

from intake_svc.actions.person import Sent, Stood, export
from intake_svc.actions.subjects import mark_of
from intake_svc.api.file import MarkView
from intake_svc.api.forms import Email, one_way
from intake_svc.api.requests import actor_of
from intake_svc.api.views import ReasonView, RequestView
from intake_svc.model.request import PartyHashes
from intake_svc.model.shapes import UserName
from intake_svc.rules.person import LEFT_OUT, may_ask
from intake_svc.tables import Case

people = Router(prefix="/intake/v1", tags=["intake"])


class SentView(RequestView):
    """A request that they sent, with its words, who they said they were, and what completed it."""

    content: dict[str, Any]
    requester: dict[str, str]
    later: list[dict[str, Any]]

    @classmethod
    def of_sent(cls, sent: Sent) -> "SentView":
        """Show a request as its sender may have it."""
        return cls(**RequestView.of(sent.row).model_dump(), content=sent.content, requester=sent.requester, later=list(sent.later))


class SeenView(BaseModel):
    """Conduct that was observed once."""

    reason: str
    seriousness: int
    happened_at: datetime


class WarnedView(BaseModel):
    """A warning, and when it reached them."""

    at: datetime
    delivered_at: datetime | None = None


class LockedOutView(BaseModel):
    """A lock-out that was confirmed."""

    days: int
    confirmed_at: datetime | None = None
    until: datetime | None = None
    ended_at: datetime | None = None


class StoodView(BaseModel):
    """How they stood as a sender."""

    state: str
    locked_out_until: datetime | None = None
    conducts: list[SeenView]
    warnings: list[WarnedView]
    lock_outs: list[LockedOutView]

    @classmethod
    def of(cls, stood: Stood) -> "StoodView":
        """Show a standing without what staff noted, at whom it was aimed, and what was only proposed."""
        return cls(
            state=stood.row.state,
            locked_out_until=stood.row.locked_out_until,
            conducts=[SeenView.model_validate(one, from_attributes=True) for one in stood.conducts],
            warnings=[WarnedView.model_validate(one, from_attributes=True) for one in stood.warnings],
            lock_outs=[LockedOutView.model_validate(one, from_attributes=True) for one in stood.lock_outs if one.confirmed_at is not None],
        )


class AboutView(BaseModel):
    """A case about them in which a measure was taken."""

    kind: str
    received_at: datetime
    decided_at: datetime | None = None

    @classmethod
    def of(cls, row: Case) -> "AboutView":
        """Show a row."""
        return cls(kind=row.kind, received_at=row.received_at, decided_at=row.decided_at)


class PersonView(BaseModel):
    """What is held about a person that may be told them; `left_out` is said whether there is any of it or not."""

    marked: MarkView
    requests: list[SentView]
    standing: list[StoodView]
    about: list[AboutView]
    left_out: list[ReasonView]


@people.get("/people/file", roles=(Role.LEGAL, Role.AUDITOR), reads="what is held about a person")
async def read_person_file(
    edge: OpenEdge,
    email: Annotated[Email | None, Query(description="their address, once they were shown to have it")] = None,
    wiki_user: Annotated[UserName | None, Query(description="their account, once they were shown to have it")] = None,
) -> PersonView:
    """Read what is held about a person, by address or account, to hand it to them: the copy names its reader, and the look is logged.

    Compared are keyed hashes. What must be left out is left out, and named.
    """
    for reason in may_ask(named=bool(email or wiki_user)).reasons:
        raise Malformed(reason.code, reason.says, reason.cite)
    actor, keyring = actor_of(edge), edge.runtime.keyring
    account, address = canonical_user(wiki_user) if wiki_user else None, one_way(email)
    who = PartyHashes(
        email=keyring.hash("intake.email", address) if address else None,
        wiki_user=keyring.hash("intake.wiki_user", account) if account else None,
    )
    held = await export(edge, who, mark_of(edge, ["user", account]) if account else None, reader=actor)
    return PersonView(
        marked=MarkView(
            reader=actor.sub, role=edge.by.role, at=edge.now, reason=(edge.access_reason or "").strip(), request_id=str(edge.request_id)
        ),
        requests=[SentView.of_sent(one) for one in held.sent],
        standing=[StoodView.of(one) for one in held.stood],
        about=[AboutView.of(one) for one in held.about],
        left_out=[ReasonView(code=one.code, says=one.says, cite=one.cite) for one in LEFT_OUT],
    )
