"""Operations of the committee itself: its members under pseudonyms, and what it publishes (D13)."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, Field
from sqlmodel import col, select

from appeals_svc.actions import committee
from appeals_svc.api.forms import Email, Form, Line, User
from appeals_svc.api.views import Z
from appeals_svc.tables import Member

committee_api = Router(prefix="/appeals/v1", tags=["committee"])
EXAMPLE = {"pseudonym": "Reviewer 7", "sub": "person-77", "name": "Ada Example", "wiki_user": "Ada Example"}


class MemberForm(Form):
    """A new member; who it is is sealed, and open to counsel alone."""

    pseudonym: Annotated[Line, Field(min_length=1, max_length=100)]
    sub: Annotated[Line, Field(min_length=1, max_length=255)]
    name: Annotated[Line, Field(min_length=1, max_length=255)]
    email: Email | None = None
    wiki_user: User | None = None


class MemberView(BaseModel):
    """A member by pseudonym."""

    id: UUID
    pseudonym: str
    since: Z
    until: Z | None = None
    version: int

    @classmethod
    def of(cls, row: Member) -> Self:
        """Show a row, and nothing of who it is."""
        return cls(id=row.id, pseudonym=row.pseudonym, since=row.since, until=row.until, version=row.version)


class MembersView(BaseModel):
    """Who sits on the committee now."""

    items: list[MemberView]


class IdentityView(BaseModel):
    """Who a member is; each look is logged."""

    id: UUID
    pseudonym: str
    sub: str
    name: str
    email: str | None = None
    wiki_user: str | None = None


@committee_api.post(
    "/committee/members",
    roles=(Role.LEGAL,),
    status=201,
    creates=True,
    refuses=("committee_full", "pseudonym_used", "sits_already"),
    example=EXAMPLE,
)
async def enrol_member(edge: OpenEdge, form: MemberForm) -> MemberView:
    """Give somebody one of the ten chairs, under a pseudonym."""
    who = committee.Identity(form.sub, form.name, form.email, form.wiki_user)
    return MemberView.of(await committee.enrol(edge, form.pseudonym, who))


@committee_api.get("/committee/members", roles=(Role.LEGAL, Role.FACILITATOR))
async def list_members(edge: OpenEdge) -> MembersView:
    """List who sits on the committee, by pseudonym."""
    rows = await edge.session.scalars(select(Member).where(col(Member.until).is_(None)).order_by(col(Member.chair)))
    return MembersView(items=[MemberView.of(row) for row in rows])


@committee_api.get("/committee/members/{member_id}/identity", roles=(Role.LEGAL,), reads="who a member is")
async def read_identity(edge: OpenEdge, member_id: UUID) -> IdentityView:
    """Read who a member is, as counsel must to clear them."""
    member, who = await committee.identity_of(edge, member_id)
    return IdentityView(id=member.id, pseudonym=member.pseudonym, sub=who.sub, name=who.name, email=who.email, wiki_user=who.wiki_user)


@committee_api.post("/committee/members/{member_id}/departure", roles=(Role.LEGAL,), refuses=("left_already",))
async def end_membership(edge: OpenEdge, member_id: UUID) -> MemberView:
    """Free a member's chair."""
    return MemberView.of(await committee.depart(edge, member_id))
