"""What is owed on wikis for an action: counted, undone when it ends, done anew when its end moves (R29, R30, R93)."""

from collections.abc import Callable, Iterable
from uuid import UUID

from chassis.edge import Edge, new_id
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.model import IN_FORCE, Effect, EffectState, State
from ban_svc.tables import Action, Enforcement

_NOT_UNDONE = (EffectState.WAITING, EffectState.FAILED)


async def owed_of(edge: Edge, action: Action) -> list[Enforcement]:
    """Read what is owed or done for an action, in the order it came to be; what is over is history."""
    mine = select(Enforcement).where(Enforcement.action_id == action.id, col(Enforcement.over_at).is_(None)).order_by(col(Enforcement.id))
    return list(await edge.session.scalars(mine))


def owe(edge: Edge, action: Action, effects: Iterable[Effect]) -> list[Enforcement]:
    """Write down what must now be done on wikis, each waiting for its receipt."""
    rows = [Enforcement(id=new_id(), action_id=action.id, wiki=effect.wiki, effect=effect.effect) for effect in effects]
    edge.session.add_all(rows)
    return rows


def count(action: Action, rows: Iterable[Enforcement]) -> None:
    """Bring the counts of an action up to its rows, and its state: enforced when, and only when, everything that is owed is done."""
    states = [row.state for row in rows if row.over_at is None]
    action.effects_waiting, action.effects_done = states.count(EffectState.WAITING), states.count(EffectState.DONE)
    action.effects_failed, action.effects_drifted = states.count(EffectState.FAILED), states.count(EffectState.DRIFTED)
    action.wikis = rules.wikis_told([Effect(row.wiki, row.effect) for row in rows if row.over_at is None])
    if action.state in IN_FORCE and states:
        action.state = State.ENFORCED if set(states) == {EffectState.DONE} else State.ENACTED


async def undo(edge: Edge, action: Action, *, by_the_clock: bool) -> None:
    """Owe the reversal of what was done; what was not done, or was undone by others, is owed no more."""
    rows = await owed_of(edge, action)
    done = [Effect(row.wiki, row.effect) for row in rows if row.state == EffectState.DONE]
    for row in rows:
        if row.state != EffectState.DONE:
            row.over_at = edge.now
    await edge.session.flush()
    rows += owe(edge, action, rules.reversals_of(done, by_the_clock=by_the_clock, on=edge.now.date()))
    count(action, rows)


async def exchange(edge: Edge, action: Action, *, come: Iterable[Effect], gone: Iterable[Effect]) -> None:
    """Owe effects that a modification brings and the reversal of those that it takes away; what was not undone yet stands as it was."""
    rows = await owed_of(edge, action)
    open_rows = {Effect(row.wiki, row.effect): row for row in rows}
    taken = [open_rows[effect] for effect in gone if effect in open_rows]
    undone = [Effect(row.wiki, row.effect) for row in taken if row.state == EffectState.DONE]
    owed, over = list(rules.reversals_of(undone, by_the_clock=False, on=edge.now.date())), list(taken)
    for effect in come:
        reversal = next((open_rows[one] for one in _reversal(edge, effect) if one in open_rows), None)
        done = await _done_before(edge, action, effect) if reversal is not None and reversal.state in _NOT_UNDONE else None
        over += [row for row in (reversal, open_rows.get(effect)) if row is not None]
        if done is not None:
            done.over_at = None
            rows.append(done)
        else:
            owed.append(effect)
    for row in over:
        row.over_at = edge.now
    await edge.session.flush()
    rows += owe(edge, action, owed)
    count(action, rows)


async def renew(edge: Edge, action: Action, is_stale: Callable[[Effect], bool]) -> None:
    """Owe anew what was done and does not say any more what the decision says: its end, or how a page is protected."""
    rows = await owed_of(edge, action)
    again = [row for row in rows if row.state == EffectState.DONE and is_stale(Effect(row.wiki, row.effect))]
    for row in again:
        row.over_at = edge.now
    await edge.session.flush()
    rows += owe(edge, action, [Effect(row.wiki, row.effect) for row in again])
    count(action, rows)


def _reversal(edge: Edge, effect: Effect) -> tuple[Effect, ...]:
    return rules.reversals_of([effect], by_the_clock=False, on=edge.now.date())


async def _done_before(edge: Edge, action: Action, effect: Effect) -> Enforcement | None:
    """Find the latest row of an effect that was done and is history."""
    mine = select(Enforcement).where(
        Enforcement.action_id == action.id,
        Enforcement.wiki == effect.wiki,
        Enforcement.effect == effect.effect,
        Enforcement.state == EffectState.DONE,
        col(Enforcement.over_at).is_not(None),
    )
    return (await edge.session.scalars(mine.order_by(col(Enforcement.id).desc()).limit(1))).first()


async def owners_of(edge: Edge, rows: Iterable[Enforcement]) -> dict[UUID, Action]:
    """Find the actions that effects are owed for, by their ids."""
    mine = select(Action).where(col(Action.id).in_({row.action_id for row in rows}))
    return {action.id: action for action in await edge.session.scalars(mine)}
