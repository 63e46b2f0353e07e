"""Many requests at once, each with an answer of its own (API: bulk)."""

from typing import Annotated, Any

from chassis.edge import Edge
from chassis.errors import TooMany
from chassis.http import OpenEdge, Router
from chassis.http.problems import Answer, answer_to, body_of
from chassis.http.validation import reasons_of
from fastapi import Request as Asked
from kernel.actor import Role
from pydantic import BaseModel, Field, ValidationError

from intake_svc.actions.bulk import TOGETHER, file_many
from intake_svc.actions.rate import is_urgent, spend_sender
from intake_svc.api.forms import RequestForm
from intake_svc.api.requests import EXAMPLE
from intake_svc.api.views import RequestView
from intake_svc.model.filing import Filing
from intake_svc.model.shapes import Shape
from intake_svc.tables import Request

bulk = Router(prefix="/intake/v1", tags=["intake"])
MOST_ROWS = 1_000
LARGEST = 4 << 20
_SCHEMA = RequestForm.model_json_schema()
_KNOWN = frozenset({"requests"}).union(*(one.get("properties", {}) for one in (_SCHEMA, *_SCHEMA["$defs"].values())))


class BulkForm(Shape):
    """Requests, each shaped as a single one is; one that is not is answered alone."""

    requests: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS, json_schema_extra={"items": {"type": "object"}})]


class RowView(BaseModel):
    """What became of one: the request, or the problem that a single call would have been answered with."""

    index: int
    request: RequestView | None = None
    problem: dict[str, Any] | None = None


class BulkView(BaseModel):
    """An answer for each, in the order in which they were sent."""

    results: list[RowView]


@bulk.post(
    "/requests/bulk",
    roles=(Role.REQUESTER_DESK,),
    creates=True,
    body_limit=LARGEST,
    example={"requests": [EXAMPLE]},
)
async def file_requests(edge: OpenEdge, asked: Asked, form: BulkForm) -> BulkView:
    """File up to 1,000 requests.

    Each is judged alone: one that is broken is answered with its problem, and the others get in. All that got in got in together,
    so that a repeat with the same key is told the same and files nothing twice. What was too many is sent again under another key.
    """
    results: list[RowView] = []
    for start in range(0, len(form.requests), TOGETHER):
        results += await _file(edge, asked, start, form.requests[start : start + TOGETHER])
    return BulkView(results=results)


async def _file(edge: Edge, asked: Asked, start: int, rows: list[Any]) -> list[RowView]:
    found: dict[int, RowView] = {}
    sound: dict[int, Filing] = {}
    for index, row in enumerate(rows, start):
        try:
            sound[index] = _sound(edge, row)
        except (ValidationError, TooMany) as error:
            found[index] = _broken(asked, index, error)
    for index, stored in zip(sound, await file_many(edge, list(sound.values())), strict=True):
        if isinstance(stored, Request):
            found[index] = RowView(index=index, request=RequestView.of(stored))
        else:
            found[index] = _broken(asked, index, stored)
    return [found[index] for index in sorted(found)]


def _sound(edge: Edge, row: Any) -> Filing:
    """Read one, and count it against the limit of its sender; what is urgent never counts."""
    filing = RequestForm.model_validate(row).filing()
    if not is_urgent(edge, filing):
        spend_sender(edge, filing)
    return filing


def _broken(asked: Asked, index: int, error: Exception) -> RowView:
    if isinstance(error, ValidationError):
        said = [{**one, "loc": ("requests", index, *one["loc"])} for one in error.errors(include_input=False, include_url=False)]
        answer = Answer(422, reasons_of(said, _KNOWN))
    else:
        answer = answer_to(error, asked)
    return RowView(index=index, problem=body_of(answer, asked.scope["office.request_id"]))
