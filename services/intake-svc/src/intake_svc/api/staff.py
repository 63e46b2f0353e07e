"""Routes of the staff directory: entered by an operator, read one person at a time with a reason (R94)."""

from datetime import datetime
from typing import Annotated, Self

from chassis.http import After, Limit, OpenEdge, Page, Router, page
from chassis.http.paging import DEFAULT_LIMIT
from fastapi import Path, Query
from kernel.actor import Role
from kernel.review import Level
from pydantic import BaseModel, StringConstraints
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import staff as directory
from intake_svc.api.forms import Email, Moment, Person
from intake_svc.model.shapes import Shape
from intake_svc.tables import Staff

staff = Router(prefix="/intake/v1", tags=["intake"])
READERS = (
    Role.REQUESTER_DESK,
    Role.EVALUATOR,
    *(level.role for level in Level),
    Role.ENFORCER,
    Role.CHILD_PROTECTION,
    Role.FACILITATOR,
    Role.AUDITOR,
    Role.OPERATOR,
    Role.SERVICE,
)
"""Whoever answers the community's questions about an action, or has some of their own."""
EXAMPLE = {"contact": "questions-about-actions@example.org", "line_manager": "person-2", "team": "trust_and_safety"}
Sub = Annotated[Person, Path(description="the person, as in their tokens")]


class StaffForm(Shape):
    """Where questions about somebody's actions go, and who leads them."""

    contact: Email
    line_manager: Person | None = None
    team: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    since: Moment | None = None


class StaffLine(BaseModel):
    """A member of staff in the list, without their contact."""

    sub: str
    line_manager: str | None = None
    team: str
    since: datetime
    version: int

    @classmethod
    def of(cls, row: Staff) -> Self:
        """Show a row."""
        return cls(sub=row.sub, line_manager=row.line_manager, team=row.team, since=row.since, version=row.version)


class StaffView(StaffLine):
    """What the directory says of somebody; `until` is there when another entry took its place."""

    contact: str
    until: datetime | None = None


@staff.put(
    "/staff/{sub}",
    roles=(Role.OPERATOR,),
    refuses=("leads_oneself", "since_in_future", "since_before_last"),
    example=EXAMPLE,
)
async def enter_staff_member(edge: OpenEdge, sub: Sub, form: StaffForm) -> StaffView:
    """Enter a member of staff, or what is so of them from now on; what was so before is kept.

    Without `since` it holds from now on. The same entry sent again is one entry.
    """
    entry = directory.Entry(form.contact, form.line_manager, form.team, form.since)
    return _shown(await directory.enter_staff(edge, sub, entry))


@staff.get("/staff/{sub}", roles=READERS, reads="a person")
async def read_staff_member(
    edge: OpenEdge,
    sub: Sub,
    at: Annotated[Moment | None, Query(description="what was so then; what is so now when left out")] = None,
) -> StaffView:
    """Read where questions about somebody's actions go, and who leads them, now or at an earlier time; the look is logged."""
    return _shown(await directory.read_staff(edge, sub, at=at))


@staff.get("/staff", roles=(Role.OPERATOR,))
async def list_staff(edge: OpenEdge, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[StaffLine]:
    """List who is in the directory, in the order in which they were entered; contacts are read one by one."""
    return await page(edge, select(Staff).order_by(col(Staff.id)), StaffLine.of, after=after, limit=limit)


def _shown(found: directory.Found) -> StaffView:
    return StaffView(
        sub=found.sub,
        line_manager=found.line_manager,
        team=found.team,
        since=found.since,
        version=found.version,
        contact=found.contact,
        until=found.until,
    )
