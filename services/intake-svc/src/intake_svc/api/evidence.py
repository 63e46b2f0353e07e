"""Evidence of a case over HTTP: brought as bare bytes, given out as bare bytes, shown by nothing (D20)."""

import re
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from chassis.errors import Malformed
from chassis.http import OpenEdge, ReceivedBody, Router
from chassis.http.body import ANY
from fastapi import Query, Response
from kernel.actor import Role
from kernel.media_type import UNKNOWN, Caution
from pydantic import BaseModel, StringConstraints, model_validator

from intake_svc.actions import evidence as actions
from intake_svc.api.cases import READERS
from intake_svc.api.requests import actor_of
from intake_svc.api.views import ReasonView
from intake_svc.model.evidence import RemovedAs
from intake_svc.model.shapes import Line, Shape, Words
from intake_svc.rules.evidence import what_follows

evidence = Router(prefix="/intake/v1", tags=["intake"])

LARGEST_FILE = 10 << 20
"""Bytes of a body; how large a file may be is counsel's number (`evidence_bytes`), and no larger than this."""
ADDERS = (Role.EVALUATOR, Role.LEGAL)
OPENERS = tuple(role for role in READERS if role is not Role.AUDITOR)
"""Whoever may see a file may also say that it is reported material: it is destroyed at once, by the one who saw it."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
# A program that opens the answer all the same runs nothing of it; the door adds `nosniff` and `no-store`.
_QUARANTINE = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FileName = Annotated[Line, StringConstraints(max_length=255)]


class RemovedView(BaseModel):
    """Who removed a file, when and why."""

    removed_as: RemovedAs
    by: str
    at: datetime
    note: str | None = None


class EvidenceView(BaseModel):
    """What is known of a file, a link or words: who added it, when, from where, its hash; never what is in it.

    `claimed_type` is what it was called, `media_type` what its bytes show; `cautions` say what whoever opens it should know first.
    `carried_from` is the same piece in the case that this one was split off from.
    """

    id: UUID
    by: str
    at: datetime
    source: str | None = None
    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    claimed_type: str
    media_type: str
    cautions: list[Caution]
    removed: RemovedView | None = None
    carried_from: UUID | None = None


class EvidenceList(BaseModel):
    """The evidence of a case, oldest first; there is never more than `evidence_files`."""

    items: list[EvidenceView]


class RemovalView(EvidenceView):
    """A file that was removed, and what its remover does now."""

    what_next: list[ReasonView] | None = None


class RemovalForm(Shape):
    """Why a file is removed; a mistake is explained, reported material never is."""

    removed_as: RemovedAs
    note: Words | None = None

    @model_validator(mode="after")
    def _explained_when_a_mistake(self) -> Self:
        if (self.note is None) == (self.removed_as is RemovedAs.ADDED_BY_MISTAKE):
            raise ValueError("give a `note` with `added_by_mistake`, and no words with `reported_material`")
        return self


@evidence.post(
    "/cases/{case_id}/evidence",
    roles=ADDERS,
    status=201,
    creates=True,
    accepts=(ANY,),
    body_limit=LARGEST_FILE,
    refuses=("not_triaged", "case_closed", "evidence_too_large", "evidence_enough", "evidence_known"),
    openapi_extra={"requestBody": {"required": True, "content": {UNKNOWN: {**_BYTES, "example": "%PDF-1.7"}}}},
)
async def add_case_evidence(
    edge: OpenEdge,
    case_id: UUID,
    body: ReceivedBody,
    source: Annotated[Line, Query(description="what it is and where it came from", examples=["Screenshot, attached to the mail of 3 May"])],
    name: Annotated[FileName | None, Query(description="what the file is called")] = None,
) -> EvidenceView:
    """Add a file, a link or words to a case that somebody has taken on.

    The body is the file; Content-Type is what its sender calls it: a link comes as text/uri-list, words as text/plain. It is hashed, typed
    by its bytes and sealed, and nothing unpacks, runs, renders or fetches it. Before somebody took the case on only count and media types
    of attachments are noted; a case of child protection takes none (422 `attachment_not_accepted`, D20).
    """
    if not _MEDIA_TYPE.fullmatch(body.media_type) or body.media_type.startswith("multipart/"):
        raise Malformed("malformed", "The header Content-Type must name the media type of one file, whose bytes are the body.")
    brought = actions.Brought(body.content, body.media_type, source, name)
    return evidence_view(await actions.add_evidence(edge, case_id, brought, by=actor_of(edge)))


@evidence.get("/cases/{case_id}/evidence", roles=READERS, reads="what was brought to a case, and by whom")
async def list_case_evidence(edge: OpenEdge, case_id: UUID) -> EvidenceList:
    """List the evidence of a case, removed pieces too, without their bytes."""
    return EvidenceList(items=[evidence_view(one) for one in await actions.list_evidence(edge, case_id, actor_of(edge))])


@evidence.get(
    "/cases/{case_id}/evidence/{evidence_id}/content",
    roles=OPENERS,
    reads="evidence of a case",
    refuses=("evidence_removed",),
    response_class=Response,
    responses={200: {"description": "The bytes as they were added, to be saved and not shown.", "content": {UNKNOWN: _BYTES}}},
)
async def open_case_evidence(edge: OpenEdge, case_id: UUID, evidence_id: UUID) -> Response:
    """Get the bytes of one piece, under no type and no name of its own; the look is logged with your reason before the first byte."""
    content = await actions.open_evidence(edge, case_id, evidence_id, actor_of(edge))
    saved = {"Content-Disposition": f'attachment; filename="{evidence_id}.quarantined"'}
    return Response(content, media_type=UNKNOWN, headers={**_QUARANTINE, **saved})


@evidence.post(
    "/cases/{case_id}/evidence/{evidence_id}/removal",
    roles=OPENERS,
    refuses=("removed_already", "removal_is_legals", "held"),
    example={"removed_as": "added_by_mistake", "note": "It belongs to another case."},
)
async def remove_case_evidence(edge: OpenEdge, case_id: UUID, evidence_id: UUID, form: RemovalForm) -> RemovalView:
    """Remove a file: its bytes are destroyed, its row stays.

    What was `added_by_mistake` goes with a note; whoever evaluates removes it until a recommendation, Legal at any time, unless it is held.
    `reported_material` goes at once and without a word, at the hand of whoever saw it, with its hash, size, name and source, wherever the
    same bytes lie; `what_next` says where to report it (D20).
    """
    shown = await actions.remove_evidence(edge, case_id, evidence_id, form.removed_as, form.note, by=actor_of(edge))
    follows = [ReasonView(code=reason.code, says=reason.says, cite=reason.cite) for reason in what_follows(form.removed_as).reasons]
    return RemovalView(**_told(shown), what_next=follows or None)


def evidence_view(shown: actions.Shown) -> EvidenceView:
    """Show a piece of evidence."""
    return EvidenceView(**_told(shown))


def _told(shown: actions.Shown) -> dict[str, Any]:
    row = shown.row
    known = {
        name: getattr(row, name) for name in ("id", "by", "at", "size", "sha256", "claimed_type", "media_type", "cautions", "carried_from")
    }
    removed = None
    if row.removed_by is not None and row.removed_at is not None and row.removed is not None:
        removed = RemovedView(removed_as=row.removed, by=row.removed_by, at=row.removed_at, note=shown.note)
    return {**known, **shown.words, "removed": removed}
