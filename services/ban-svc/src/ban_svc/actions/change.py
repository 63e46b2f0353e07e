"""One change of an action: its version, its event and its row in the trail, always the three together."""

from collections.abc import Iterable

from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.outbox import record
from contracts.action import ActionChange, ActionChangeKind, ActionState
from kernel.decision import Reason

from ban_svc.tables import Action


def announce(edge: Edge, action: Action, kind: ActionChangeKind, prior: ActionState | None, *, remarks: Iterable[Reason] = ()) -> None:
    """Say what became of the action. `prior` is its public state before, None at the first version; `remarks` stay on record (R113)."""
    action.version += 1
    event = ActionChange.of(kind, state=action.public(), prior=prior, version=action.version, **edge.stamp())
    record(edge, event)
    note_in_trail(edge, action, kind, prior_state=prior.state if prior else None, remarks=remarks, event=event)


def note_in_trail(
    edge: Edge,
    action: Action,
    what: str,
    *,
    prior_state: str | None,
    remarks: Iterable[Reason] = (),
    event: ActionChange | None = None,
) -> None:
    """Put a step into the trail; one that changes nothing that others may know has no event."""
    source = edge.operation.partition(":")[0]
    write_audit(
        edge,
        aggregate="action",
        aggregate_id=action.id,
        operation=f"{source if source in ('http', 'deadline', 'command') else 'event'}:action:{what}",
        prior_state=prior_state,
        state=action.state,
        digest=action.digest,
        policy_date=action.policy_date,
        reasons=remarks,
        event_id=event.meta.id if event else None,
    )
