"""The texts of a decision in force, first and last and all between; each read is logged as a read of the action (D26, DESIGN 7)."""

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from sqlmodel import col, select

from ban_svc.actions.text import MODIFIED, first_spec, open_spec
from ban_svc.model import ActionSpec, Term
from ban_svc.tables import Action, Modification


async def text_in_force(edge: Edge, action: Action) -> ActionSpec:
    """Read the text in force."""
    spec = await open_spec(edge, action)
    if spec is None:
        raise ValueError("an action in force without a text")
    return spec


async def read_modification(edge: Edge, action: Action, modification: Modification) -> ActionSpec:
    """Read the text that a modification brings."""
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "action", action.id)
    return ActionSpec.model_validate_json(await reveal(edge, modification.spec, place=MODIFIED))


async def texts_of(edge: Edge, action: Action) -> list[ActionSpec]:
    """Read every text that was ever in force, the first first."""
    put_into_force = select(Modification).where(Modification.action_id == action.id, Modification.state == "confirmed")
    later = list(await edge.session.scalars(put_into_force.order_by(col(Modification.confirmed_at), col(Modification.id))))
    first = await first_spec(edge, action)
    return [*([first] if first else []), *[await read_modification(edge, action, one) for one in later]]


async def term_of(edge: Edge, action: Action) -> Term:
    """Tell how long the decision was to hold when it was first issued."""
    first = await first_spec(edge, action)
    return Term(action.enacted_at or edge.now, first.expires_at if first else None)
