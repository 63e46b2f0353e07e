"""A case passes from one team to the other by a person's word: who had it has it no more, its clock counts on (R86, R87, R113, D5)."""

from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.ticker import cancel
from kernel.actor import Actor, Role
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.case import LEASE
from intake_svc.actions.notes import keep_note, lock_seen
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import say_case
from intake_svc.model.note import Topic
from intake_svc.model.request import Team
from intake_svc.rules.splitting import HANDED_OVER, may_pass_to_team
from intake_svc.tables import Case, HandOver


async def pass_to_team(edge: Edge, case_id: UUID, to: Team, *, note: str, by: Actor) -> Case:
    """Pass a case to the other team; nobody has it then, and from now on that team is told of its clock.

    Raises:
        Refused: it is decided or about to be, the team's already, or somebody else has it.
    """
    row = await lock_seen(edge, case_id, by)
    facts = row.facts()
    leads = by.holds(Role.TEAM_MANAGER)
    may_pass_to_team(facts, Team(row.team), to, by=by.sub, leads=leads, now=edge.now).or_refuse()
    prior = row.public()
    made = HandOver(
        id=new_id(),
        case_id=row.id,
        from_team=row.team,
        to_team=to,
        from_assignee=facts.held_by(edge.now),
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(made)
    row.team = to
    row.assignee = row.assigned_until = None
    row.version += 1
    await cancel(edge, row.id, LEASE)
    await keep_note(edge, row, Topic.HAND_OVER, note)
    say_case(edge, row, "expanded", prior, reasons=(HANDED_OVER,))
    return row


async def hand_overs_of(edge: Edge, case_id: UUID) -> list[HandOver]:
    """Give how a case passed between the teams, oldest first."""
    return list(await edge.session.scalars(select(HandOver).where(col(HandOver.case_id) == case_id).order_by(col(HandOver.id))))


async def list_hand_overs(edge: Edge, case_id: UUID, reader: Actor) -> list[HandOver]:
    """Give how a case passed between the teams to someone who may see it."""
    return await hand_overs_of(edge, (await read_case(edge, case_id, reader)).id)
