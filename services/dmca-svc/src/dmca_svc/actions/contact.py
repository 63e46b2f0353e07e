"""Whoever sent a notice that can be mended is contacted in time: the dates are watched and said, and nothing happens by them (D8, R97)."""

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from contracts.envelope import Clock
from kernel.deadline import ClockState

from dmca_svc.actions.matter import Matter, load
from dmca_svc.reading import Document, Verdict
from dmca_svc.reading.model import NOTICE_ELEMENTS
from dmca_svc.rules import assessment, cure
from dmca_svc.tables import Letter, Notice

CONTACT_AT_RISK, CONTACT_DUE, CURE_LAPSED = "cure.contact_at_risk", "cure.contact_due", "cure.lapsed"


def read_verdict(letter: Letter) -> Verdict | None:
    """Give what the machine makes of a letter that it reads as a notice; of another it makes nothing."""
    if letter.document != Document.NOTICE:
        return None
    return assessment.verdict({name: letter.read_elements.get(name, False) for name in NOTICE_ELEMENTS})


async def plan_contact(matter: Matter) -> None:
    """Watch the two business days from the first moment on which the notice looks curable, until somebody asks or it does not."""
    notice = matter.notice
    if not _awaited(matter):
        if notice.contact_due_at is not None and not matter.cure_requests:
            notice.contact_due_at = None
        await cancel(matter.edge, notice.id, CONTACT_AT_RISK, CONTACT_DUE)
    elif notice.contact_due_at is None:
        due = cure.contact_due(notice.received_at)
        notice.contact_due_at = due.target_at
        schedule(matter.edge, aggregate_id=notice.id, kind=CONTACT_AT_RISK, due_at=due.at_risk_at)
        schedule(matter.edge, aggregate_id=notice.id, kind=CONTACT_DUE, due_at=due.target_at)


async def end_contact(matter: Matter) -> None:
    """Watch no more: the notice is decided, taken back or put away."""
    matter.notice.cure_lapses_at = None
    await cancel(matter.edge, matter.notice.id, CONTACT_AT_RISK, CONTACT_DUE, CURE_LAPSED)


async def contact_at_risk(edge: Edge, notice: Notice) -> None:
    """Say that three quarters of the two business days are gone and nobody has written to the complainant."""
    await _say(edge, notice, ClockState.AT_RISK)


async def contact_overdue(edge: Edge, notice: Notice) -> None:
    """Say that the two business days have passed; asking stays due (R97)."""
    await _say(edge, notice, ClockState.BREACHED)


async def cure_lapsed(edge: Edge, notice: Notice) -> None:
    """Put into the trail that no cure came; a person decides what follows, nothing closes by itself."""
    if notice.cure_lapses_at is not None and edge.now >= notice.cure_lapses_at:
        (await load(edge, notice)).note("cure_lapsed")


async def _say(edge: Edge, notice: Notice, state: ClockState) -> None:
    matter = await load(edge, notice)
    if _awaited(matter):
        due = cure.contact_due(notice.received_at)
        clock = Clock(target_at=due.target_at, at_risk_at=due.at_risk_at, state=state.value, measures="cure_contact")
        await matter.say("at_risk" if state is ClockState.AT_RISK else "breached", clock=clock)


def _awaited(matter: Matter) -> bool:
    read = read_verdict(matter.latest)
    return bool(cure.awaits_contact(matter.facts(), read=read, asked=bool(matter.cure_requests)))
