"""One change of an action: its version, its event where others may know of it, and its row in the trail."""

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
    action.event_version += 1
    event = ActionChange.of(kind, state=action.public(), prior=prior, version=action.event_version, **edge.stamp())
    record(edge, event)
    note_in_trail(edge, action, kind, prior_state=prior.state if prior else None, remarks=remarks, event=event)


def note_change(edge: Edge, action: Action, what: str, *, prior_state: str, remarks: Iterable[Reason] = ()) -> None:
    """Put a step into the trail that whoever reads the action here can see, and that nobody else may know. The caller holds the action."""
    action.version += 1
    note_in_trail(edge, action, what, prior_state=prior_state, remarks=remarks)


def note_in_trail(
    edge: Edge,
    action: Action,
    what: str,
    *,
    prior_state: str | None,
    remarks: Iterable[Reason] = (),
    event: ActionChange | None = None,
) -> None:
    """Put a step into the trail alone: the action is read as before."""
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
