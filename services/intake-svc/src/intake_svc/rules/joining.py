"""Which requests are one matter, and when one leaves it again; what a person passes on to another service (R87, R88)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState, Priority
from intake_svc.model.request import RequestFacts, RequestState
from intake_svc.rules.request import priority_of


@dataclass(frozen=True, slots=True)
class Joint:
    """What a rule asks before one request joins the case of another; `own` is the case that the request itself opened, if it did."""

    request: RequestFacts
    received_at: datetime
    own: CaseFacts | None
    own_serves: int
    first: RequestFacts
    first_received_at: datetime
    case: CaseFacts | None


def may_join(joint: Joint) -> Decision:
    """A request joins the undecided case of an earlier one of the same matter while nothing was recommended on its own case; what is
    urgent joins nothing that is not, and child protection stays apart (R50, R87, R88, D20).
    """  # noqa: D205 - the rule is one sentence
    request, own, case = joint.request, joint.own, joint.case
    lane = Kind.CHILD_PROTECTION
    apart = case is not None and (_kind(request, own) is lane) is not (case.kind is lane)
    urgent = priority_of(_kind(request, own)) is Priority.URGENT
    return Decision.of(
        (
            request.state not in {RequestState.INCOMPLETE, RequestState.COMPLETE},
            Reason("not_to_join", "Only a request that is not over, and has not joined another, joins a case.", "R88"),
        ),
        (
            case is None or joint.first.state is RequestState.DUPLICATE,
            Reason("nothing_to_join", "Name the request that opened the case of the matter.", "R88"),
        ),
        (
            case is not None and case.state not in UNDECIDED,
            Reason("case_decided", "That case is decided; a new request on the matter has a case of its own.", "R106"),
        ),
        (
            joint.received_at < joint.first_received_at,
            Reason("joins_later_one", "The later request joins the earlier one, whose first receipt counts.", "R87"),
        ),
        (
            own is not None and (own.state not in {CaseState.OPEN, CaseState.EVALUATING} or _busy(own)),
            Reason("own_case_has_gone_on", "Its own case has gone further than evaluation; it ends there.", "R113"),
        ),
        (joint.own_serves > 1, Reason("others_joined", "Other requests joined its case; those are parted first.", "R88")),
        (apart, Reason("lanes_apart", "Child protection is kept apart from every other matter.", "D20")),
        (
            not apart and urgent and case is not None and priority_of(case.kind) is not Priority.URGENT,
            Reason("urgent_goes_on", "A matter about minors or a threat to life keeps its own case and clock.", "R50"),
        ),
    )


def may_part(request: RequestFacts, case: CaseFacts | None, *, held: bool, has_own: bool) -> Decision:
    """A request that joined a case by mistake leaves it again while that case is undecided; what a hold lies on leaves it only for a case
    of its own, where the hold lies on too (R88, D27).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (request.state is not RequestState.DUPLICATE, Reason("not_joined", "This request has joined no case.", "R88")),
        (
            case is not None and case.state not in UNDECIDED,
            Reason("case_decided", "The case is decided for all requests that it serves.", "R106"),
        ),
        (
            held and not has_own,
            Reason("held_in_its_case", "A legal hold lies on it here; split it off with a case of its own, or release the hold.", "D27"),
        ),
    )


def may_pass_on(request: RequestFacts, own: CaseFacts | None, *, own_serves: int) -> Decision:
    """A letter that is a notice, whatever it was sent as, is passed on to dmca-svc with its first receipt; nothing of child protection or
    a threat to life is (R50, R87, D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            request.state not in {RequestState.INCOMPLETE, RequestState.COMPLETE},
            Reason("not_to_pass_on", "Only a request that is not over, and has not joined another, is passed on.", "R87"),
        ),
        (
            priority_of(_kind(request, own)) is Priority.URGENT,
            Reason("urgent_goes_on", "A matter about minors or a threat to life stays where it is.", "R50"),
        ),
        (
            request.kind is Kind.DMCA,
            Reason("notice_goes_by_itself", "A notice is passed on by itself, as soon as it has words.", "R88"),
        ),
        (
            own is not None and (own.state not in {CaseState.OPEN, CaseState.EVALUATING} or _busy(own)),
            Reason("own_case_has_gone_on", "Its own case has gone further than evaluation; it ends there.", "R113"),
        ),
        (own_serves > 1, Reason("others_joined", "Other requests joined its case; those are parted first.", "R88")),
    )


def _kind(request: RequestFacts, own: CaseFacts | None) -> Kind:
    """Tell what it is about: its case may have turned out to be of another kind (R99)."""
    return own.kind if own is not None else request.case_kind or request.kind


def _busy(case: CaseFacts) -> bool:
    return bool(case.open_actions) or case.awaits_action or case.resolution
