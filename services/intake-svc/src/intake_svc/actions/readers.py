"""Who reads sealed records is named one by one, by somebody else (D4, D20)."""

from chassis.audit import write_audit
from chassis.edge import Edge, new_id
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from intake_svc.rules import sealed as rules
from intake_svc.tables import LaneReader


async def name_reader(edge: Edge, sub: str) -> LaneReader:
    """Name a reader; the role of the named group they have from whoever gives out tokens, and need besides.

    Raises:
        Refused: they name themselves, or are named already.
    """
    rules.may_name_reader(sub, by=edge.by.id, named=await is_named(edge, sub)).or_refuse()
    row = LaneReader(id=new_id(), sub=sub, named_by=edge.by.id, named_at=edge.now)
    edge.session.add(row)
    write_audit(edge, aggregate="lane_reader", aggregate_id=row.id, operation="http:lane_reader:named", state="named")
    return row


async def end_reader(edge: Edge, sub: str) -> LaneReader:
    """End the naming of a reader, from now on.

    Raises:
        Refused: they are not named.
    """
    row = (await edge.session.scalars(_named(sub).with_for_update())).one_or_none()
    rules.may_end_reader(named=row is not None).or_refuse()
    if row is None:
        raise AssertionError("whose naming may be ended is named")
    row.ended_by, row.ended_at = edge.by.id, edge.now
    write_audit(edge, aggregate="lane_reader", aggregate_id=row.id, operation="http:lane_reader:ended", prior_state="named", state="ended")
    return row


async def is_named(edge: Edge, sub: str) -> bool:
    """Tell whether somebody is a named reader now."""
    return (await edge.session.scalars(_named(sub))).one_or_none() is not None


async def list_readers(edge: Edge) -> list[LaneReader]:
    """Give everybody who was ever named, oldest first; whose naming ended, too."""
    return list(await edge.session.scalars(select(LaneReader).order_by(col(LaneReader.id))))


def _named(sub: str) -> SelectOfScalar[LaneReader]:
    return select(LaneReader).where(col(LaneReader.sub) == sub, col(LaneReader.ended_at).is_(None))
