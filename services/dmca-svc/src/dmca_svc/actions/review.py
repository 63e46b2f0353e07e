"""Peer, manager and Legal sign in turn, and the notice is decided (R40-R42, R113, D1, D2)."""

from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.actor import Actor, Performer
from kernel.decision import Reason, Refused
from kernel.review import Level, ReviewState, Verdict, state_of

from dmca_svc.actions.clocks import stop_clock
from dmca_svc.actions.contact import end_contact
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import keep_note
from dmca_svc.model import Course, State
from dmca_svc.reading import Verdict as Found
from dmca_svc.rules import review as rules
from dmca_svc.tables import SignatureRow
from dmca_svc.tables.notice import found

_NOTHING = Reason("not_in_review", "Nothing is recommended on this notice, so there is nothing to sign.", "R40")


async def sign(edge: Edge, notice_id: UUID, *, level: Level, verdict: Verdict, digest: str, note: str, by: Actor) -> Matter:
    """Take one signature; the last one decides the notice, a return or a decline sends it back to evaluation (D2).

    Raises:
        Refused: it is not this level's turn, this person may not sign, or what was signed is not what is recommended.
    """
    matter = await matter_of(edge, notice_id)
    review, recommended = matter.review, matter.recommendation
    if review is None or recommended is None:
        raise Refused(_NOTHING)
    held = by.holds(level.role)
    rules.may_sign_level(matter.facts(), review, by=by.sub, level=level, verdict=verdict, digest=digest, role_held=held).or_refuse()
    edge.by = Performer(level.role.value, by.sub)
    kept = await keep_note(matter, f"review_{level}", note)
    row = SignatureRow(
        id=new_id(),
        notice_id=notice_id,
        recommendation_id=recommended.id,
        level=level,
        by=by.sub,
        verdict=verdict,
        digest=digest,
        note_id=kept.id,
        at=edge.now,
    )
    edge.session.add(row)
    matter.signatures.append(row)
    course, judged = Course(recommended.course), found(matter.notice.verdict)
    if judged is None:
        raise AssertionError("what is in review was judged before")
    await matter.say("review_recorded", reasons=rules.given_up(level, verdict, course, judged))
    await _decide(matter, course, judged, state_of(recommended.review(matter.signatures)))
    return matter


async def _decide(matter: Matter, course: Course, judged: Found, ended: ReviewState) -> None:
    state = rules.state_after_review(ended, course, judged, cure_open=matter.notice.cure_lapses_at is not None)
    if state is State.IN_REVIEW:
        return
    matter.notice.state = state
    if state not in {State.ACCEPTED, State.REJECTED}:
        await matter.say("returned")
        return
    matter.notice.decided_at = matter.edge.now
    await end_contact(matter)
    if state is State.REJECTED:
        await stop_clock(matter)
    await matter.say("accepted" if state is State.ACCEPTED else "rejected")
