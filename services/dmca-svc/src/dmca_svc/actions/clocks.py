"""The notice's own clock and those of its windows: at risk, breached, each said once, never a block (R96, R97, D5, D10)."""

from datetime import datetime

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from kernel.deadline import ClockState
from sqlmodel import col, select

from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.receipt import AT_RISK, BREACHED
from dmca_svc.actions.said import restoration_clock
from dmca_svc.model import CounterState, State
from dmca_svc.tables import CounterNotice, Notice

WINDOW_AT_RISK, WINDOW_BREACHED = "restoration.at_risk", "restoration.breached"
RUNNING = (ClockState.RUNNING, ClockState.AT_RISK)


async def stop_clock(matter: Matter) -> None:
    """Stop the clock of a notice that is answered: rejected, taken back, or taken down to the last page (D5).

    Copies of its letter that nobody took up are answered with it.
    """
    edge = matter.edge
    await _stop(matter)
    copies = select(Notice.id).where(Notice.duplicate_of == matter.notice.id, col(Notice.verdict).is_(None), Notice.state == State.RECEIVED)
    for copy_id in await edge.session.scalars(copies.order_by(col(Notice.id))):
        copy = Matter(edge, await edge.lock(Notice, copy_id, "notice"))
        if copy.notice.clock_state != ClockState.STOPPED:
            await _stop(copy)
            copy.note("answered_with_first")


def resume_clock(matter: Matter) -> None:
    """Let the clock of a notice run that had been stopped at its receipt; its dates stay those of the first receipt (D5)."""
    notice = matter.notice
    if notice.clock_state == ClockState.STOPPED:
        notice.clock_state, notice.stopped_at = ClockState.RUNNING, None
        schedule(matter.edge, aggregate_id=notice.id, kind=AT_RISK, due_at=notice.at_risk_at)
        schedule(matter.edge, aggregate_id=notice.id, kind=BREACHED, due_at=notice.target_at)


async def _stop(matter: Matter) -> None:
    matter.notice.clock_state, matter.notice.stopped_at = ClockState.STOPPED, matter.edge.now
    await cancel(matter.edge, matter.notice.id, AT_RISK, BREACHED)


async def at_risk(edge: Edge, notice: Notice) -> None:
    """Say that three quarters of the seven business days are gone (D5)."""
    if notice.clock_state == ClockState.RUNNING and edge.now >= notice.at_risk_at:
        matter = await load(edge, notice)
        notice.clock_state = ClockState.AT_RISK
        await matter.say("at_risk")


async def breached(edge: Edge, notice: Notice) -> None:
    """Say that the seven business days have passed; work goes on (R97)."""
    if notice.clock_state in RUNNING and edge.now >= notice.target_at:
        matter = await load(edge, notice)
        notice.clock_state = ClockState.BREACHED
        await matter.say("breached")


async def plan_windows(matter: Matter) -> None:
    """Set the dates at which the windows are looked at again, and stop the clocks of those with nothing left to restore."""
    for counter in matter.counters:
        if counter.clock_state is not None and counter.state != CounterState.ACCEPTED:
            counter.clock_state = ClockState.STOPPED
    await cancel(matter.edge, matter.notice.id, WINDOW_AT_RISK, WINDOW_BREACHED)
    for kind, due in ((WINDOW_AT_RISK, _next_at_risk(matter)), (WINDOW_BREACHED, _next_breach(matter))):
        if due is not None:
            schedule(matter.edge, aggregate_id=matter.notice.id, kind=kind, due_at=due)


async def windows_at_risk(edge: Edge, notice: Notice) -> datetime | None:
    """Say of each window whose restoration is near that it is; give when the next one will be (D5)."""
    matter = await load(edge, notice)
    for counter in _open(matter):
        if counter.clock_state == ClockState.RUNNING and counter.at_risk_at and edge.now >= counter.at_risk_at:
            await _say(matter, counter, ClockState.AT_RISK)
    return _next_at_risk(matter)


async def windows_breached(edge: Edge, notice: Notice) -> datetime | None:
    """Say of each window that its fourteenth business day has passed with material still down; restoring stays allowed (D10)."""
    matter = await load(edge, notice)
    for counter in _open(matter):
        if counter.clock_state in RUNNING and counter.closes and edge.now >= counter.closes:
            await _say(matter, counter, ClockState.BREACHED)
    return _next_breach(matter)


async def _say(matter: Matter, counter: CounterNotice, state: ClockState) -> None:
    counter.clock_state = state
    matter.notice.counter_notice_id = counter.id
    await matter.say("at_risk" if state is ClockState.AT_RISK else "breached", clock=restoration_clock(counter))


def _open(matter: Matter) -> list[CounterNotice]:
    return [counter for counter in matter.counters if counter.state == CounterState.ACCEPTED]


def _next_at_risk(matter: Matter) -> datetime | None:
    return min((one.at_risk_at for one in _open(matter) if one.clock_state == ClockState.RUNNING and one.at_risk_at), default=None)


def _next_breach(matter: Matter) -> datetime | None:
    return min((one.closes for one in _open(matter) if one.clock_state in RUNNING and one.closes), default=None)
