"""What enacting would do, or did and could be undone: said to whoever signs, with the access logged (R16, R113, R114, DESIGN 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.crypto import reveal
from chassis.edge import Edge
from contracts.action import ActionState
from kernel.kinds import Kind
from kernel.review import Course
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.matter import facts_of
from ban_svc.actions.owed import owed_of
from ban_svc.actions.party import subject_of
from ban_svc.actions.permission import SCOPE
from ban_svc.model import IN_FORCE, OPEN, AccountRef, Effect, EffectState, Scope, State
from ban_svc.rules.preview import ClockEntry, Letter
from ban_svc.tables import Action, Enforcement, Permission


@dataclass(frozen=True, slots=True)
class Permitted:
    """An exception that two people permitted, and until when."""

    scope: Scope
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything an enactment brings: `planned` before it, `rows` after, `reversal` what its end would owe, `ends_with_it` range blocks."""

    action: Action
    acting_account: str
    accounts: Sequence[AccountRef]
    addresses: Sequence[str]
    planned: Sequence[Effect]
    rows: Sequence[Enforcement]
    reversal: Sequence[Effect]
    letters: Sequence[Letter]
    register: str
    clocks: Sequence[ClockEntry]
    permissions: Sequence[Permitted] = ()
    ends_with_it: Sequence[UUID] = field(default_factory=list)


async def effects_of(edge: Edge, action_id: UUID) -> Effects:
    """Say what enacting an action would bring if it were done now; of one in force, what it brought and what its end would undo.

    Raises:
        Refused: it is a decision not to act, which brings nothing.
    """
    action, spec, accounts = await subject_of(edge, action_id)
    rules.brings_something(Course(action.course), told=spec is not None).or_refuse()
    if spec is None:
        raise ValueError("an action without a text brings something")
    at, parent = action.enacted_at or edge.now, await facts_of(edge, spec.enforces)
    rows = await owed_of(edge, action)
    done = [Effect(row.wiki, row.effect) for row in rows if row.state == EffectState.DONE]
    undone = done if action.state in IN_FORCE else []
    planned = rules.effects_of(spec, on=at.date()) if action.enacted_at is None else ()
    return Effects(
        action=action,
        acting_account=rules.acting_account(Kind(action.kind), enforces_global_ban=parent is not None),
        accounts=accounts,
        addresses=spec.addresses or (),
        planned=planned,
        rows=rows,
        reversal=rules.reversals_of(undone or planned, by_the_clock=False, on=edge.now.date()),
        letters=rules.letters_of(spec, at, reference=str(action.id)),
        register=rules.register_of(spec),
        clocks=rules.clocks_of(spec, at, rules.ends_at(spec, parent)),
        permissions=await _permitted(edge, action),
        ends_with_it=await _blocks(edge, action),
    )


def as_enacted(action: Action, now: datetime) -> ActionState | None:
    """Give what an enactment at this moment would say of an action, or what its own said; None where none follows, or all is over.

    Nothing of it is opened: whoever writes the letters asks for the person themselves.
    """
    said = action.public()
    if action.state in IN_FORCE:
        return said
    if action.state not in OPEN or action.course != Course.ACT:
        return None
    dates = dict.fromkeys(("decided_at", "enacted_at", "issued_at"), now)
    return said.model_copy(update={"state": State.ENACTED.value, "issuance": 1, **dates})


async def _permitted(edge: Edge, action: Action) -> list[Permitted]:
    """Read the exceptions that still hold."""
    standing = select(Permission).where(
        Permission.action_id == action.id, Permission.state == "confirmed", col(Permission.until) > edge.now
    )
    rows = list(await edge.session.scalars(standing.order_by(col(Permission.at))))
    return [
        Permitted(Scope.model_validate_json(await reveal(edge, row.scope, place=SCOPE)), row.confirmed_at or row.at, row.until)
        for row in rows
    ]


async def _blocks(edge: Edge, action: Action) -> list[UUID]:
    """Name the range blocks in force that end with it."""
    enforcing = select(Action.id).where(Action.enforces == action.id, col(Action.state).in_(IN_FORCE)).order_by(col(Action.id))
    return list(await edge.session.scalars(enforcing))
