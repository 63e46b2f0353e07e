"""What others undid of a decision, over HTTP (R93)."""

from uuid import UUID

from chassis.http import OpenEdge, Router
from pydantic import BaseModel

from ban_svc.actions import reversals as found
from ban_svc.api.actions import READERS, readable
from ban_svc.api.shapes import Moment, ReceiptView

reversals = Router(prefix="/bans/v1", tags=["bans"])


class ReversalView(BaseModel):
    """What a second look found undone: the receipt that it had, who undid it as far as known, and whether it is done again."""

    id: UUID
    wiki: str
    effect: str
    receipt: ReceiptView
    found_by: str
    found_at: Moment
    undone_by: str | None = None
    note: str | None = None
    done_again: bool


class ReversalsView(BaseModel):
    """Everything that others undid, in the order it was found; each is a ground for a sanction, which is an action of its own."""

    items: list[ReversalView]


@reversals.get("/actions/{action_id}/reversals", roles=READERS, reads="the record")
async def read_reversals(edge: OpenEdge, action_id: UUID) -> ReversalsView:
    """Read what others undid of an action.

    What was undone is owed again in `enforcement` of the action. A sanction for it is an action of its own, with the ground
    `enforcement_interference`.
    """
    action = await readable(edge, action_id)
    return ReversalsView(items=[_view(one) for one in await found.reversals_of(edge, action)])


def _view(one: found.Seen) -> ReversalView:
    row = one.undone
    return ReversalView(
        id=one.reversal.id,
        wiki=row.wiki,
        effect=row.effect,
        receipt=ReceiptView(log_id=row.log_id, revision_id=row.revision_id, url=one.url, bars=row.bars, marked=row.marked),
        found_by=one.reversal.by,
        found_at=one.reversal.at,
        undone_by=one.undone_by,
        note=one.note,
        done_again=one.done_again,
    )
