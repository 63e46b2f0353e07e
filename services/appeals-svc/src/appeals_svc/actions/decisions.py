"""Learn of decisions from the bus, and end what they leave without an object (R33, R102, R103, R106, D14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.edge import Edge
from contracts.action import ActionChange
from contracts.case import CaseChange
from contracts.dmca_notice import DmcaNoticeChange
from contracts.envelope import AnyChange
from contracts.notification import NotificationChange
from contracts.request import RequestChange
from kernel.kinds import Kind
from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions.mootness import end_what_is_moot
from appeals_svc.model import AppellantRole, DecisionKind, Nature, Standing
from appeals_svc.tables import CaseFile, Decision, Participant, Receipt, Step, Term

# As whom the party of a letter may appeal; the others are told, but are not directly involved (R105).
ROLE_OF_PARTY = {
    "requester": AppellantRole.REQUESTER,
    "complainant": AppellantRole.REQUESTER,
    "subject": AppellantRole.SUBJECT,
    "uploader": AppellantRole.SUBJECT,
}


async def learn_action(edge: Edge, event: ActionChange) -> None:
    """Take in what ban-svc says of an action: its standing, its terms, what it belongs to; end appeals it makes moot."""
    said = event.action
    await _took_part(edge, said.action_id, event)
    # A ban of the community or an affiliate is on record there and is not ours to hear appeals about (R8).
    if said.imposed_by != "foundation" or said.origin == "recorded":
        return
    decision = await _lock(edge, said.action_id, DecisionKind.ACTION, said.kind, with_these=said.escalates)
    decision.matter, decision.acts = said.kind, said.course == "act" and said.state != "declined"
    standing = rules.standing_of(
        state=said.state,
        enacted=said.enacted_at is not None,
        emergency=said.emergency,
        chain_approved=said.review_state == "approved",
    )
    # A later chain, such as that of a modification, does not make a case of a decision again.
    if not (standing is Standing.OPEN and decision.standing == Standing.FINAL):
        decision.standing = standing
    decision.in_force = standing is Standing.FINAL and decision.acts and said.state != "expired"
    decision.individual_id, decision.case_id, decision.notice_id = said.individual_id, said.case_id, said.notice_id
    decision.request_ids, decision.part_of, decision.escalates = list(said.request_ids), said.part_of, list(said.escalates)
    decision.ended_at = said.ended_at
    if said.issuance is not None and said.issued_at is not None:
        nature = Nature(said.nature) if event.kind == "modified" and said.nature is not None else None
        await _add_term(
            edge,
            decision.id,
            event,
            issued_at=said.issued_at,
            issuance=said.issuance,
            nature=nature,
            expires_at=said.expires_at,
            irrevocable=said.irrevocable,
        )
    await edge.session.flush()
    await end_what_is_moot(edge, decision)


async def learn_request(edge: Edge, event: RequestChange) -> None:
    """Take in what intake-svc says of a request: who filed it, and its refusal or deferral, which are decisions (R101)."""
    said = event.request
    await _took_part(edge, said.request_id, event)
    decision = await _lock(edge, said.request_id, DecisionKind.REQUEST, said.kind)
    decision.case_id = said.case_id
    decision.request_ids = [said.request_id]
    if event.kind in ("sender_locked_out", "sender_readmitted") and said.sender is not None:
        decision.locked_out_until = said.sender.locked_out_until
    if event.kind in ("refused", "deferred") and said.decided_at is not None:
        decision.standing = Standing.FINAL
        await _add_term(edge, decision.id, event, issued_at=said.decided_at, issuance=await _ending(edge, decision.id, said.decided_at))


async def learn_notice(edge: Edge, event: DmcaNoticeChange) -> None:
    """Take in what dmca-svc says of a notice: a rejection is a decision to appeal, a takedown one with its own way back (R45, D14)."""
    said = event.dmca_notice
    await _took_part(edge, said.notice_id, event)
    decision = await _lock(edge, said.notice_id, DecisionKind.NOTICE, Kind.DMCA)
    decision.request_ids = [said.request_id] if said.request_id is not None else []
    if event.kind in ("rejected", "accepted", "taken_down") and said.decided_at is not None:
        decision.standing = Standing.FINAL
        decision.acts = event.kind != "rejected"
        await _add_term(edge, decision.id, event, issued_at=said.decided_at)


async def learn_case(edge: Edge, event: CaseChange) -> None:
    """Keep which requests a case serves, and who worked on it (D13)."""
    said = event.case
    await _took_part(edge, said.case_id, event)
    if said.assignee is not None:
        await _participant(edge, said.case_id, said.assignee, "evaluator", event.dt)
    values = {"case_id": said.case_id, "request_ids": list(said.request_ids)}
    keep = insert(CaseFile).values(values).on_conflict_do_update(index_elements=["case_id"], set_={"request_ids": values["request_ids"]})
    await edge.session.execute(keep)


async def learn_receipt(edge: Edge, event: NotificationChange) -> None:
    """Keep when a party of a decision was informed: the receipt of the letter (D7)."""
    said = event.notification
    role = ROLE_OF_PARTY.get(said.party)
    if role is None or said.delivered_at is None:
        return
    values = {
        "notification_id": said.notification_id,
        "about_id": said.about.id,
        "about_version": said.about.version,
        "role": role.value,
        "delivered_at": said.delivered_at,
    }
    await edge.session.execute(insert(Receipt).values(values).on_conflict_do_nothing())


async def _lock(edge: Edge, decision_id: UUID, kind: DecisionKind, matter: str, *, with_these: Sequence[UUID] = ()) -> Decision:
    """Lock a decision's row, made when it is new, together with the event bans it takes in: in the order of their ids, like everybody.

    While they are locked nothing is filed about them that the end of this edge would not see.
    """
    fresh = {"id": decision_id, "kind": kind, "matter": matter, "acts": False, "standing": Standing.OPEN, "in_force": False}
    await edge.session.execute(insert(Decision).values(**fresh, request_ids=[], escalates=[]).on_conflict_do_nothing())
    ours = or_(col(Decision.id).in_([decision_id, *with_these]), col(Decision.part_of) == decision_id)
    query = select(Decision).where(ours).order_by(col(Decision.id)).with_for_update().execution_options(populate_existing=True)
    rows = (await edge.session.scalars(query)).all()
    return next(row for row in rows if row.id == decision_id)


async def _ending(edge: Edge, request_id: UUID, decided_at: datetime) -> int:
    """Number the ending of a request: one whose case was opened again may end a second time, with an appeal of its own (R101)."""
    earlier = select(func.count()).where(Term.decision_id == request_id, col(Term.at) < decided_at)
    return 1 + (await edge.session.scalar(earlier) or 0)


async def _add_term(
    edge: Edge,
    decision_id: UUID,
    event: AnyChange,
    *,
    issued_at: datetime,
    issuance: int = 1,
    nature: Nature | None = None,
    expires_at: datetime | None = None,
    irrevocable: bool = False,
) -> None:
    """Keep what the decision says from this version on. `nature` None: no modification, so an issuance unless it is known already."""
    known = (await edge.session.scalars(select(Term).where(Term.decision_id == decision_id))).all()
    if nature is None or not known:
        if any(term.issuance == issuance and term.nature != Nature.ORDINARY for term in known):
            return
        # A service that began to listen late may hear of the second issuance first.
        nature = Nature.FIRST if issuance == 1 else Nature.SUBSTANTIAL_ATYPICAL
    at = event.dt if nature is Nature.ORDINARY else issued_at
    values = {
        "decision_id": decision_id,
        "version": event.version,
        "at": at,
        "nature": nature.value,
        "issuance": issuance,
        "expires_at": expires_at,
        "irrevocable": irrevocable,
    }
    await edge.session.execute(insert(Term).values(values))


async def _took_part(edge: Edge, about_id: UUID, event: AnyChange) -> None:
    """Keep who did it, and, without saying who, that it was done: what those who judge are shown of the procedure (R113, D13)."""
    await _participant(edge, about_id, event.performer.id, event.performer.role, event.dt)
    signed = event.kind == "review_recorded"
    values = {
        "about_id": about_id,
        "version": event.version,
        "at": event.dt,
        "what": event.kind,
        "role": event.performer.role,
        "level": getattr(event.state, "reviewed_level", None) if signed else None,
        "verdict": getattr(event.state, "review_verdict", None) if signed else None,
    }
    await edge.session.execute(insert(Step).values(values).on_conflict_do_nothing())


async def _participant(edge: Edge, about_id: UUID, sub: str, role: str, since: datetime) -> None:
    values = {"about_id": about_id, "sub": sub, "role": role, "since": since}
    await edge.session.execute(insert(Participant).values(values).on_conflict_do_nothing())
