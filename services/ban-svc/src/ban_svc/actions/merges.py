"""Two individuals found to be one person, and split again: nothing is moved, so that nothing is lost (R17, D23)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from ban_svc.actions.individuals import changed, confirming
from ban_svc.actions.inheritance import hold, members_of, settle
from ban_svc.model.individual import AS_ONE, MergeState
from ban_svc.rules import individual as law
from ban_svc.tables import Individual, Merge

EVIDENCE = "merge.evidence"
NOTE = "merge.note"
REASON = "merge.split_reason"
SPLIT_NOTE = "merge.split_note"
WAITING = (MergeState.PROPOSED, MergeState.SPLIT_PROPOSED)


async def propose_merge(edge: Edge, individual_id: UUID, other_id: UUID, *, evidence: str) -> Individual:
    """Propose that two individuals are one person; nothing follows before a second person has confirmed it.

    Raises:
        Refused: they are one already, or something between them waits.
    """
    one, other = await _lock(edge, individual_id, other_id)
    waiting = await _waiting(edge, one.id) or await _waiting(edge, other.id)
    law.may_merge(same=one.id == other.id, one_person=one.person_id == other.person_id, waiting=waiting is not None).or_refuse()
    key = await data_key(edge, one.id)
    row = Merge(
        id=new_id(),
        individual_id=one.id,
        other_id=other.id,
        proposed_by=edge.by.id,
        evidence=key.seal(evidence, place=EVIDENCE),
        at=edge.now,
    )
    edge.session.add(row)
    _both_changed(edge, one, other, "merge_proposed")
    await edge.session.flush()
    return one


async def confirm_merge(edge: Edge, individual_id: UUID, *, text: str) -> Individual:
    """Confirm a merge as the second person: from this moment what stands against one stands against all accounts of both.

    Raises:
        Refused: nothing waits, or not for this person.
    """
    one, row = await _in_hand(edge, individual_id, MergeState.PROPOSED)
    members = await members_of(edge, *((row.individual_id, row.other_id) if row else (one.id,)))
    law.may_confirm(await confirming(edge, members, waits=row is not None, proposed_by=row.proposed_by if row else "")).or_refuse()
    if row is None:
        raise ValueError("a granted confirmation of nothing")
    key = await data_key(edge, row.individual_id)
    row.state, row.confirmed_by, row.confirmed_at = MergeState.STANDING, edge.by.id, edge.now
    row.note = key.seal(text, place=NOTE)
    await _regroup(edge, members, "merged")
    return one


async def refuse_merge(edge: Edge, individual_id: UUID, *, reason: str) -> Individual:
    """Turn a proposed merge down, with a reason; the two stay two.

    Raises:
        Refused: nothing waits.
    """
    one, row = await _in_hand(edge, individual_id, MergeState.PROPOSED)
    law.may_turn_down(waits=row is not None).or_refuse()
    if row is None:
        raise ValueError("a granted refusal of nothing")
    key = await data_key(edge, row.individual_id)
    row.split_by, row.split_at, row.split_reason = edge.by.id, edge.now, key.seal(reason, place=REASON)
    row.state = MergeState.REFUSED
    await _note_both(edge, row, "merge_refused")
    return one


async def propose_split(edge: Edge, individual_id: UUID, other_id: UUID, *, reason: str) -> Individual:
    """Propose that two individuals who were merged with each other are two again; they count as one until it is confirmed.

    Raises:
        Refused: these two were not merged with each other, or something between them waits.
    """
    one, other = await _lock(edge, individual_id, other_id)
    rows = await edge.session.scalars(select(Merge).where(_of(one.id), _of(other.id)).order_by(col(Merge.id).desc()))
    row = next((row for row in rows if row.state in AS_ONE), None)
    state = MergeState(row.state) if row else None
    waiting = await _waiting(edge, one.id) or await _waiting(edge, other.id)
    law.may_split(state, waiting=waiting is not None and waiting is not row).or_refuse()
    if row is None:
        raise ValueError("a granted split of nothing")
    key = await data_key(edge, row.individual_id)
    row.state, row.split_by, row.split_at = MergeState.SPLIT_PROPOSED, edge.by.id, edge.now
    row.split_reason = key.seal(reason, place=REASON)
    _both_changed(edge, one, other, "split_proposed")
    await edge.session.flush()
    return one


async def confirm_split(edge: Edge, individual_id: UUID, *, text: str) -> Individual:
    """Confirm a split as the second person: each has again what was theirs, and inherits nothing of the other's.

    Raises:
        Refused: nothing waits, or not for this person.
    """
    one, row = await _in_hand(edge, individual_id, MergeState.SPLIT_PROPOSED)
    members = await members_of(edge, one.id)
    by = row.split_by if row and row.split_by else ""
    law.may_confirm(await confirming(edge, members, waits=row is not None, proposed_by=by)).or_refuse()
    if row is None:
        raise ValueError("a granted confirmation of nothing")
    key = await data_key(edge, row.individual_id)
    row.state, row.split_confirmed_by, row.split_confirmed_at = MergeState.SPLIT, edge.by.id, edge.now
    row.split_note = key.seal(text, place=SPLIT_NOTE)
    await _regroup(edge, members, "split")
    return one


async def refuse_split(edge: Edge, individual_id: UUID, *, reason: str) -> Individual:
    """Turn a proposed split down: the two stay one; the reason given last is kept.

    Raises:
        Refused: nothing waits.
    """
    one, row = await _in_hand(edge, individual_id, MergeState.SPLIT_PROPOSED)
    law.may_turn_down(waits=row is not None).or_refuse()
    if row is None:
        raise ValueError("a granted refusal of nothing")
    key = await data_key(edge, row.individual_id)
    row.state, row.split_reason = MergeState.STANDING, key.seal(reason, place=REASON)
    await _note_both(edge, row, "split_refused")
    return one


def components(members: Iterable[UUID], merged: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Give each individual the first of those it counts as one person with, by the merges that stand."""
    first = {one: one for one in members}

    def root(one: UUID) -> UUID:
        while first[one] != one:
            one = first[one]
        return one

    for one, other in merged:
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return {one: root(one) for one in first}


async def _regroup(edge: Edge, members: list[UUID], what: str) -> None:
    """Work out anew who counts as one person with whom, then have every ban follow."""
    await edge.session.flush()
    edges = select(Merge.individual_id, Merge.other_id).where(col(Merge.individual_id).in_(members), col(Merge.state).in_(AS_ONE))
    persons = components(members, [(one, other) for one, other in await edge.session.execute(edges)])
    for individual in await edge.session.scalars(select(Individual).where(col(Individual.id).in_(members)).order_by(col(Individual.id))):
        if individual.person_id != persons[individual.id]:
            individual.person_id = persons[individual.id]
        changed(edge, individual, what)
    await edge.session.flush()
    await settle(edge, *members)


async def _lock(edge: Edge, *individual_ids: UUID) -> list[Individual]:
    """Hold the persons, then lock the individuals in the order of their ids; they come back in the order asked for."""
    await hold(edge, *individual_ids)
    found = {one: await edge.lock(Individual, one, "individual") for one in sorted(set(individual_ids))}
    return [found[one] for one in individual_ids]


async def _in_hand(edge: Edge, individual_id: UUID, state: MergeState) -> tuple[Individual, Merge | None]:
    """Lock an individual, and find what waits in this state between it and another."""
    await hold(edge, individual_id)
    one = await edge.lock(Individual, individual_id, "individual")
    row = await _waiting(edge, one.id)
    if row is None or row.state != state:
        return one, None
    # The other's bans change hands too.
    await hold(edge, row.individual_id, row.other_id)
    return one, row


async def _waiting(edge: Edge, individual_id: UUID) -> Merge | None:
    found = select(Merge).where(_of(individual_id), col(Merge.state).in_(WAITING)).order_by(col(Merge.id))
    return (await edge.session.scalars(found)).first()


def _of(individual_id: UUID) -> ColumnElement[bool]:
    return or_(col(Merge.individual_id) == individual_id, col(Merge.other_id) == individual_id)


def _both_changed(edge: Edge, one: Individual, other: Individual, what: str) -> None:
    changed(edge, one, what)
    changed(edge, other, what)


async def _note_both(edge: Edge, row: Merge, what: str) -> None:
    for one in sorted((row.individual_id, row.other_id)):
        changed(edge, await edge.lock(Individual, one, "individual"), what)
    await edge.session.flush()
