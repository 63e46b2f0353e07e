"""A sender's standing: conduct on record, a warning given and received, a lock-out by two persons, its end (R117-R119, D12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.audit import write_audit
from chassis.crypto import Sealed, data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import cancel, schedule
from kernel.actor import Actor
from kernel.decision import refuse
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import forgetting
from intake_svc.actions.reading import may_read_request
from intake_svc.actions.record import say_request, source_of
from intake_svc.actions.standing import facts_of, newest
from intake_svc.model.request import Channel
from intake_svc.model.sender import Conduct, KnownBy, Lane, LockOutState, SenderState
from intake_svc.rules import sender as rules
from intake_svc.tables import ConductRow, LockOut, Request, Sender, WarningRow

READMISSION = "sender.readmission"
NOTE, PROPOSAL, CONFIRMATION, LIFTING = "sender_conduct.note", "lock_out.note", "lock_out.confirmation", "lock_out.lifting"


@dataclass(frozen=True, slots=True)
class Observed:
    """What staff saw; `note` is for sealing alone, `happened_at` None is when the request came in."""

    reason: str
    seriousness: int
    intended: bool
    aimed_at: frozenset[str]
    note: str
    happened_at: datetime | None = None


async def observe(edge: Edge, request_id: UUID, seen: Observed, *, warn: bool, by: Actor) -> Sender:
    """Put on record how a sender treats staff, and warn them if asked: the receipt of the warning is its proof (R118).

    Raises:
        Refused: it does not count, nobody is known to be warned, or the sender is locked out already.
    """
    request = await edge.lock(Request, request_id, "request")
    if not await may_read_request(edge, request, by):
        raise NotFound("request")
    conduct = Conduct(seen.reason, seen.seriousness, seen.intended, seen.happened_at or request.received_at, seen.aimed_at)
    lane = Lane(Kind(request.kind), Channel(request.channel), Kind(request.case_kind) if request.case_kind else None)
    rules.may_count(lane, conduct, received_at=request.received_at, now=edge.now, on=calendar_day(edge.now)).or_refuse()
    sender = await _sender_of(edge, request)
    if warn:
        rules.may_warn(await facts_of(edge, sender)).or_refuse()
    key = await data_key(edge, sender.id)
    edge.session.add(
        ConductRow(
            id=new_id(),
            sender_id=sender.id,
            request_id=request.id,
            reason=conduct.reason,
            seriousness=conduct.seriousness,
            intended=conduct.intended,
            aimed_at=sorted(conduct.aimed_at),
            happened_at=conduct.happened_at,
            note=key.seal(seen.note, place=NOTE),
            by=by.sub,
            at=edge.now,
        )
    )
    prior = sender.state
    if warn:
        sender.state = SenderState.WARNED
        event_id = _say(edge, request, sender, "sender_warned")
        edge.session.add(WarningRow(id=new_id(), sender_id=sender.id, request_id=request.id, event_id=event_id, by=by.sub, at=edge.now))
    _note(edge, sender, "warned" if warn else "observed", prior)
    await edge.session.flush()
    await forgetting.set_date(edge, sender)
    return sender


async def warning_received(edge: Edge, event_id: UUID, delivered_at: datetime) -> None:
    """Note that a warning reached the sender, once: from now on it counts (R118)."""
    asked = select(WarningRow).where(col(WarningRow.event_id) == event_id, col(WarningRow.delivered_at).is_(None)).with_for_update()
    row = (await edge.session.scalars(asked)).one_or_none()
    if row is None:
        return
    sender = await edge.lock(Sender, row.sender_id, "sender")
    row.delivered_at = delivered_at
    _note(edge, sender, "warning_received", sender.state)
    await forgetting.set_date(edge, sender)


async def propose(edge: Edge, sender_id: UUID, *, note: str, by: Actor) -> Sender:
    """Propose a lock-out as long as the points give; what was proposed before falls (R119).

    Raises:
        Refused: with every reason why this sender is heard.
    """
    sender = await edge.lock(Sender, sender_id, "sender")
    facts, on = await facts_of(edge, sender), calendar_day(edge.now)
    rules.may_lock_out(facts, by=by.sub, now=edge.now, on=on).or_refuse()
    points = rules.points_of(facts.conducts, now=edge.now, on=on)
    last = await newest(edge, ConductRow, sender.id)
    days = rules.days_for(points, on=on)
    if last is None or days is None:
        raise AssertionError("what may be proposed has its conduct and its length")
    earlier = await _lock_out(edge, sender, LockOutState.PROPOSED)
    if earlier is not None:
        earlier.state, earlier.ended_at = LockOutState.SUPERSEDED, edge.now
        await edge.session.flush()
    key = await data_key(edge, sender.id)
    edge.session.add(
        LockOut(
            id=new_id(),
            sender_id=sender.id,
            request_id=last.request_id,
            state=LockOutState.PROPOSED,
            points=points,
            days=days,
            note=key.seal(note, place=PROPOSAL),
            by=by.sub,
            at=edge.now,
        )
    )
    _note(edge, sender, "lock_out_proposed", sender.state)
    await edge.session.flush()
    return sender


async def confirm(edge: Edge, sender_id: UUID, *, note: str, by: Actor) -> Sender:
    """Confirm a lock-out, as a second person; it ends by the clock (D12).

    Raises:
        Refused: nothing is proposed, it was this person's own, or it may not be any more.
    """
    sender = await edge.lock(Sender, sender_id, "sender")
    row = await _lock_out(edge, sender, LockOutState.PROPOSED)
    facts, on = await facts_of(edge, sender), calendar_day(edge.now)
    rules.may_confirm(row.facts() if row else None, facts, by=by.sub, now=edge.now, on=on).or_refuse()
    if row is None:
        raise AssertionError("what may be confirmed is there")
    key, prior = await data_key(edge, sender.id), sender.state
    row.state, row.confirmed_by, row.confirmed_at = LockOutState.IN_FORCE, by.sub, edge.now
    row.confirmation, row.until = key.seal(note, place=CONFIRMATION), edge.now + timedelta(days=row.days)
    await edge.session.flush()
    sender.state, sender.locked_out_until = SenderState.LOCKED_OUT, row.until
    schedule(edge, aggregate_id=sender.id, kind=READMISSION, due_at=row.until)
    _say(edge, await edge.lock(Request, row.request_id, "request"), sender, "sender_locked_out")
    _note(edge, sender, "locked_out", prior)
    await forgetting.set_date(edge, sender)
    return sender


async def lift(edge: Edge, sender_id: UUID, *, reason: str, by: Actor) -> Sender:
    """Hear a sender again before the time is over, with a reason (D12).

    Raises:
        Refused: they are not locked out.
    """
    sender = await edge.lock(Sender, sender_id, "sender")
    rules.may_lift(await facts_of(edge, sender)).or_refuse()
    key = await data_key(edge, sender.id)
    await cancel(edge, sender.id, READMISSION)
    await _readmit(edge, sender, LockOutState.LIFTED, lifted_by=by.sub, lifting=key.seal(reason, place=LIFTING))
    return sender


async def readmit(edge: Edge, sender: Sender) -> datetime | None:
    """End a lock-out whose time is over (R119)."""
    if sender.state == SenderState.LOCKED_OUT:
        await _readmit(edge, sender, LockOutState.ENDED)
    return None


async def _readmit(edge: Edge, sender: Sender, how: LockOutState, *, lifted_by: str | None = None, lifting: Sealed | None = None) -> None:
    row, prior = await _lock_out(edge, sender, LockOutState.IN_FORCE), sender.state
    if row is None:
        raise AssertionError("who is locked out has the lock-out in force")
    # In one go: the database takes no lifting without its reason, whenever the row is written.
    row.state, row.ended_at, row.lifted_by, row.lifting = how, edge.now, lifted_by, lifting
    sender.state, sender.locked_out_until = SenderState.WARNED, None
    mine = select(Request).where(col(Request.sender_id) == sender.id, col(Request.sender_state) == SenderState.LOCKED_OUT)
    for one in await edge.session.scalars(mine.order_by(col(Request.id)).with_for_update()):
        _say(edge, one, sender, "sender_readmitted")
    _note(edge, sender, how, prior)


async def _sender_of(edge: Edge, request: Request) -> Sender:
    """Lock who sent a request, known by what a warning would reach; make them known when they are not."""
    mark = request.email_hash or request.wiki_user_hash
    if mark is None:
        refuse("nobody_to_warn", "The request names neither an address nor an account that a warning could reach.", "R118")
    asked = select(Sender).where(col(Sender.mark) == mark).with_for_update().execution_options(populate_existing=True)
    found = (await edge.session.scalars(asked)).one_or_none()
    if found is not None:
        return found
    made = Sender(id=new_id(), mark=mark, known_by=KnownBy.EMAIL if request.email_hash else KnownBy.WIKI_USER, state=SenderState.GOOD)
    new_data_key(edge, made.id)
    edge.session.add(made)
    await edge.session.flush()
    made.version = 0
    return made


async def _lock_out(edge: Edge, sender: Sender, state: LockOutState) -> LockOut | None:
    asked = select(LockOut).where(col(LockOut.sender_id) == sender.id, col(LockOut.state) == state)
    return (await edge.session.scalars(asked.with_for_update())).one_or_none()


def _say(edge: Edge, request: Request, sender: Sender, what: str) -> UUID:
    prior = request.public()
    request.sender_id, request.sender_state = sender.id, sender.state
    request.sender_locked_out_until = sender.locked_out_until
    request.version += 1
    return say_request(edge, request, what, prior)  # type: ignore[arg-type]  # the callers name the kinds of the contract


def _note(edge: Edge, sender: Sender, what: str, prior: str) -> None:
    sender.version += 1
    write_audit(
        edge,
        aggregate="sender",
        aggregate_id=sender.id,
        operation=f"{source_of(edge)}:sender:{what}",
        prior_state=prior,
        state=sender.state,
        policy_date=calendar_day(edge.now),
    )
