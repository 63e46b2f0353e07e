"""Asks notify-svc for the letters of an enactment before it is signed for (R113, DESIGN 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.log import logger
from chassis.peers import PeerFailed
from chassis.runtime import Runtime
from chassis.service import Permanent
from fastapi import Request
from kernel.kinds import Kind

from ban_svc import rules
from ban_svc.actions.effects import as_enacted
from ban_svc.tables import Action

FORESEEN = "/notify/v1/letters/foreseen"
OVER = "Nothing goes out any more; what was told is in notify-svc's list of notifications."
OUT_OF_REACH = "notify-svc could not write it now; ask again."
_KNOWN = ("party", "template", "subject", "text", "withheld")

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """The letters as they would be sent; None where they could not be written, and why not."""

    letters: Sequence[Mapping[str, Any]] | None = None
    why_not: str = OVER


async def ask_letters(request: Request) -> Written:
    """Have the letters of the action in the path written, for a caller who may read it; whoever may not is refused by the endpoint."""
    if not request.headers.get("x-access-reason"):
        # Nobody is looked up for a call that does not say why.
        return Written()
    runtime: Runtime = request.app.state.runtime
    try:
        action_id = UUID(str(request.path_params["action_id"]))
    except ValueError:
        return Written()
    async with runtime.edge("http:read_action_effects") as edge:
        action = await edge.session.get(Action, action_id)
        if action is None or not rules.may_work_on(Kind(action.kind), request.scope["office.caller"].actor.roles):
            return Written()
        state, at = as_enacted(action, edge.now), action.enacted_at or edge.now
    if state is None:
        return Written()
    body = {"action": state.model_dump(mode="json", exclude_none=True), "at": at.isoformat()}
    reason, request_id = f"effects of action {action_id}", request.scope.get("office.request_id")
    try:
        answer = await runtime.peers.post("notify", FORESEEN, body, reason=reason, request_id=request_id)
        letters = [{name: one.get(name) for name in _KNOWN} for one in answer["letters"]]
    except (PeerFailed, Permanent, KeyError, TypeError, AttributeError) as error:
        # The letters are one part of the answer: the others do not wait for them.
        log.warning("effects.letters_not_written", error=type(error).__name__)
        return Written(why_not=OUT_OF_REACH)
    return Written(letters)
