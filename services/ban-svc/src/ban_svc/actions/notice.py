"""The notice of a child-protection measure waits while the named group says that it must (D20)."""

from typing import Literal
from uuid import UUID

from chassis.edge import Edge
from kernel.kinds import Kind

from ban_svc.actions.change import announce
from ban_svc.actions.text import write_note
from ban_svc.model import State
from ban_svc.rules import notice as law
from ban_svc.tables import Action


async def withhold_notice(edge: Edge, action_id: UUID, *, danger: Literal["minor", "investigation"], note: str) -> Action:
    """Put on record that the notice of a measure must wait; whoever puts it into force need not think of it.

    Raises:
        Refused: with every reason why it cannot wait, or waits already.
    """
    action = await edge.lock(Action, action_id, "action")
    law.may_withhold(Kind(action.kind), State(action.state), withheld=action.notice_withheld).or_refuse()
    prior = action.public()
    await write_note(edge, action, "notice_withheld", note)
    action.notice_withheld = True
    announce(edge, action, "notice_withheld", prior, remarks=(law.DANGERS[danger],))
    return action


async def release_notice(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Let the notice go: notify-svc tells the subject then what stands, or that it ended.

    Raises:
        Refused: it does not wait.
    """
    action = await edge.lock(Action, action_id, "action")
    law.may_release(withheld=action.notice_withheld).or_refuse()
    prior = action.public()
    await write_note(edge, action, "notice_released", note)
    action.notice_withheld = False
    announce(edge, action, "notice_released", prior)
    return action
