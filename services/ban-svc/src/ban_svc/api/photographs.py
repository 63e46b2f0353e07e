"""Photographs over HTTP: kept by an evaluator, seen one by one under the grant of an event's list (R38, D18)."""

import base64
import binascii
from typing import Annotated, Literal
from uuid import UUID

from chassis.errors import Malformed
from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, StringConstraints

from ban_svc.actions import photographs as kept
from ban_svc.api.forms import Form, Note
from ban_svc.api.shapes import Moment
from ban_svc.tables import Photograph

photographs = Router(prefix="/bans/v1", tags=["individuals"])

MOST = 1_000_000
"""Bytes of a body: the largest photograph in base64, and its source."""
_PIXEL = "/9j/2Q=="


class PhotographForm(Form):
    """A photograph in base64, and where it is from."""

    media_type: Literal["image/jpeg", "image/png"]
    content: Annotated[str, StringConstraints(min_length=4, max_length=MOST)]
    source: Note

    def image(self) -> bytes:
        """Read the image.

        Raises:
            Malformed: it is no base64.
        """
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("malformed", "body.content: It must be an image in base64.") from None


class PhotographView(BaseModel):
    """That a photograph is kept; the image itself is seen under a grant alone."""

    id: UUID
    individual_id: UUID
    media_type: str
    by: str
    at: Moment


class SeenView(BaseModel):
    """One photograph for one reader, marked with who that is, visibly in `notice` and in the image's bytes."""

    id: UUID
    media_type: str
    content: str
    notice: str
    copy_number: str


@photographs.post(
    "/individuals/{individual_id}/photographs",
    roles=(Role.EVALUATOR,),
    creates=True,
    body_limit=MOST + 50_000,
    refuses=("not_an_image", "photograph_too_large", "photographs_enough"),
    example={"media_type": "image/jpeg", "content": _PIXEL, "source": "From the badge of the event before."},
)
async def keep_photograph(edge: OpenEdge, individual_id: UUID, form: PhotographForm) -> PhotographView:
    """Keep a photograph of an individual, sealed; it is seen under the grant of an event's list alone."""
    row = await kept.keep_photograph(edge, individual_id, media_type=form.media_type, content=form.image(), source=form.source)
    return _view(row)


@photographs.delete("/individuals/{individual_id}/photographs/{photograph_id}", roles=(Role.EVALUATOR, Role.TEAM_MANAGER))
async def remove_photograph(edge: OpenEdge, individual_id: UUID, photograph_id: UUID) -> PhotographView:
    """Delete a photograph."""
    return _view(await kept.remove_photograph(edge, individual_id, photograph_id))


@photographs.get(
    "/event-lists/{list_id}/photographs/{photograph_id}",
    roles=(Role.EVENT_STEWARD,),
    reads="the person",
    refuses=("photograph_not_covered", "not_a_recipient", "grant_not_confirmed", "list_over"),
)
async def see_photograph(edge: OpenEdge, list_id: UUID, photograph_id: UUID) -> SeenView:
    """See one photograph of a person on the list of an event, marked with you; the look is logged with your reason."""
    seen = await kept.see_photograph(edge, list_id, photograph_id)
    return SeenView(
        id=seen.photograph.id,
        media_type=seen.photograph.media_type,
        content=base64.b64encode(seen.content).decode(),
        notice=f"Confidential. Copy {seen.number}, made for {edge.by.id} alone. Pass it on to nobody, destroy it after the event.",
        copy_number=seen.number,
    )


def _view(row: Photograph) -> PhotographView:
    return PhotographView.model_validate({name: getattr(row, name) for name in PhotographView.model_fields})
