"""Withholding the notice of a child-protection measure, over HTTP: the named group alone (D20)."""

from typing import Literal
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role

from ban_svc import actions
from ban_svc.api.forms import Form, Note, NoteForm
from ban_svc.api.shapes import ActionView
from ban_svc.api.views import view

notices = Router(prefix="/bans/v1", tags=["bans"])


class WithholdingForm(Form):
    """Whom or what the notice would endanger, and how."""

    danger: Literal["minor", "investigation"]
    note: Note


@notices.post(
    "/actions/{action_id}/notice-withholding",
    roles=(Role.CHILD_PROTECTION,),
    refuses=("notice_of_another_kind", "notice_withheld_already", "notice_is_out"),
    example={"danger": "investigation", "note": "An authority asked us to wait."},
)
async def withhold_notice(edge: OpenEdge, action_id: UUID, form: WithholdingForm) -> ActionView:
    """Record that the notice of a measure would endanger a minor or an investigation; it waits until that is ended.

    Do it before the enactment. The requester is told that it was decided all the same, and nobody is told that a notice waits.
    """
    return await view(edge, await actions.withhold_notice(edge, action_id, danger=form.danger, note=form.note))


@notices.post(
    "/actions/{action_id}/notice-withholding/end",
    roles=(Role.CHILD_PROTECTION,),
    refuses=("notice_not_withheld",),
    example={"note": "The authority has no objection any more."},
)
async def release_notice(edge: OpenEdge, action_id: UUID, form: NoteForm) -> ActionView:
    """End the waiting of a notice: the subject is told now what stands, or that it ended."""
    return await view(edge, await actions.release_notice(edge, action_id, note=form.note))
