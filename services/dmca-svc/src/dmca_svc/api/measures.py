"""The route by which the named group says what a measure of child protection keeps down (D4, D10, D20)."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, Field

from dmca_svc.actions import measures as actions
from dmca_svc.api.forms import MOST_PAGES, Form, PageForm

measures = Router(prefix="/dmca/v1", tags=["dmca"])


class MeasurePagesForm(Form):
    """Every page that the measure keeps down; what was said before and is not said now is kept no longer."""

    pages: Annotated[list[PageForm], Field(max_length=MOST_PAGES)]


class MeasureView(BaseModel):
    """That it is kept so: nothing comes back of what was said."""

    kept: Literal[True] = True


@measures.post(
    "/measures/{action_id}/pages",
    roles=(Role.CHILD_PROTECTION,),
    refuses=("measure_not_in_force",),
    example={"pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}]},
)
async def say_measure_pages(edge: OpenEdge, action_id: UUID, form: MeasurePagesForm) -> MeasureView:
    """Say which pages a measure in force keeps down, under whatever notice.

    Only keyed hashes are kept, and who reads a notice learns that a measure keeps its page down, not which. It ends with the measure.
    """
    await actions.say_pages(edge, action_id, [one.place() for one in form.pages])
    return MeasureView()
