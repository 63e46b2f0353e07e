"""How the policy clocks were kept, counted against the first targets, and how long answers took (R96, R97, R100, D5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.edge import Edge
from kernel.actor import Actor, Role
from kernel.kinds import Kind
from sqlalchemy import case, func, select
from sqlmodel import col

from intake_svc.tables import BreachCause, Case, ExtensionRow, KindChange


@dataclass(frozen=True, slots=True)
class Kept:
    """How the clocks of one kind were kept; every number counts cases.

    `in_time` and `late` were decided before and after the first target; the open ones stand as that target has it, whatever later target
    was set: `running`, `at_risk`, `past`. `extended` had a later target, `unexplained` passed one and nobody has named the cause.
    `turned` were of the kind once and are of another now; they count there, and those of them that were late already are `turned_late`.
    """

    kind: str
    in_time: int = 0
    late: int = 0
    running: int = 0
    at_risk: int = 0
    past: int = 0
    extended: int = 0
    unexplained: int = 0
    turned: int = 0
    turned_late: int = 0


async def clock_figures(edge: Edge, reader: Actor, *, since: datetime, until: datetime) -> list[Kept]:
    """Count the clocks of cases received in a time, by kind; child protection is counted for the named group alone (D4)."""
    within = (col(Case.received_at) >= since, col(Case.received_at) < until)
    shown = () if reader.holds(Role.CHILD_PROTECTION) else (col(Case.kind) != Kind.CHILD_PROTECTION,)
    first, stopped = col(Case.target_at), col(Case.stopped_at)
    is_open = stopped.is_(None)
    past = is_open & (first <= edge.now)
    late = stopped >= first
    extended = select(col(ExtensionRow.id)).where(col(ExtensionRow.case_id) == col(Case.id)).exists()
    explained = select(col(BreachCause.id)).where(col(BreachCause.case_id) == col(Case.id)).exists() | extended
    count = {
        "in_time": stopped < first,
        "late": late,
        "running": is_open & (col(Case.at_risk_at) > edge.now),
        "at_risk": is_open & (col(Case.at_risk_at) <= edge.now) & (first > edge.now),
        "past": past,
        "extended": extended,
        "unexplained": (past | late) & ~explained,
    }
    counted = [func.count(case((stands, 1))).label(name) for name, stands in count.items()]
    # What joined another case is counted with that one, whose receipt is the earlier.
    asked = select(col(Case.kind), *counted).where(first.is_not(None), col(Case.passed_on).is_(None), *within, *shown)
    found = {row.kind: row._asdict() for row in await edge.session.execute(asked.group_by(col(Case.kind)))}
    had = (col(KindChange.target_at).is_not(None), col(KindChange.from_kind) != col(Case.kind))
    turned: Any = select(
        col(KindChange.from_kind).label("kind"),
        func.count().label("turned"),
        func.count(case((col(KindChange.at) >= col(KindChange.target_at), 1))).label("turned_late"),
    ).join(Case, col(Case.id) == col(KindChange.case_id))
    for row in await edge.session.execute(turned.where(*had, *within, *shown).group_by(col(KindChange.from_kind))):
        found.setdefault(row.kind, {"kind": row.kind}).update(turned=row.turned, turned_late=row.turned_late)
    return [Kept(**found[kind]) for kind in sorted(found)]


@dataclass(frozen=True, slots=True)
class Answered:
    """How long answers took for cases of one kind, in hours from first receipt to decision or end; half took `median_hours` or less."""

    kind: str
    answered: int
    median_hours: float
    longest_hours: float


async def answer_figures(edge: Edge, reader: Actor, *, since: datetime, until: datetime) -> list[Answered]:
    """Tell how long answers took for cases received in a time, by kind, with a clock or without one: the aim is as soon as possible (R100).

    Child protection is told to the named group alone (D4); what joined another case is counted with that one.
    """
    shown = () if reader.holds(Role.CHILD_PROTECTION) else (col(Case.kind) != Kind.CHILD_PROTECTION,)
    within = (col(Case.received_at) >= since, col(Case.received_at) < until)
    hours = func.extract("epoch", col(Case.decided_at) - col(Case.received_at)) / 3600
    median = func.percentile_cont(0.5).within_group(hours)
    asked: Any = select(col(Case.kind), func.count(), median, func.max(hours))
    asked = asked.where(col(Case.decided_at).is_not(None), col(Case.passed_on).is_(None), *within, *shown)
    found = await edge.session.execute(asked.group_by(col(Case.kind)).order_by(col(Case.kind)))
    return [Answered(kind, count, round(float(middle), 1), round(float(longest), 1)) for kind, count, middle, longest in found]
