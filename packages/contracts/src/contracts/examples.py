"""One made-up event of each stream, for the schemas and for newcomers; every id is invented."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.action import ActionChange, ActionState, EnforcementCounts
from contracts.appeal import AppealChange, AppealedDecision, AppealState
from contracts.case import CaseChange, CaseState
from contracts.dmca_notice import CounterNotice, DmcaNoticeChange, DmcaNoticeState, Window
from contracts.envelope import AnyChange, Cause, Clock, Performer
from contracts.notification import About, NotificationChange, NotificationState
from contracts.request import RequestChange, RequestState

_RECEIVED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_DIGEST = "0f" * 32
_CALL = "0195a0c2-0000-7000-8000-0000000000ff"


def _id(number: int) -> UUID:
    return UUID(f"0195a0c2-0000-7000-8000-{number:012x}")


def _day(days: float) -> datetime:
    return _RECEIVED + timedelta(days=days)


def examples() -> dict[str, AnyChange]:
    """Make the example of each aggregate."""
    events: tuple[AnyChange, ...] = (_request(), _case(), _action(), _dmca_notice(), _appeal(), _notification())
    return {event.aggregate: event for event in events}


def _request() -> RequestChange:
    prior = RequestState(
        request_id=_id(1),
        kind="dmca",
        state="complete",
        team="legal",
        channel="ca",
        received_at=_RECEIVED,
    )
    return RequestChange.of(
        "forwarded",
        state=prior.model_copy(
            update={"state": "forwarded", "forwarded_to": "dmca", "document": "notice", "received_by_agent_at": _day(0.1)},
        ),
        prior=prior,
        version=2,
        dt=_day(0.1),
        performer=Performer(role="requester_desk", id="desk-7"),
        request_id=_CALL,
        event_id=_id(0x101),
        meta_dt=_day(0.1),
    )


def _case() -> CaseChange:
    prior = CaseState(
        case_id=_id(2),
        kind="global_ban",
        state="evaluating",
        team="trust_and_safety",
        assignee="staff-3",
        received_at=_RECEIVED,
        request_ids=(_id(3),),
        clock=Clock(target_at=_day(28), at_risk_at=_day(21), state="running"),
    )
    return CaseChange.of(
        "recommended",
        state=prior.model_copy(
            update={"state": "in_review", "recommendation_id": _id(4), "recommendation_digest": _DIGEST, "course": "act"},
        ),
        prior=prior,
        version=3,
        dt=_day(9),
        performer=Performer(role="evaluator", id="staff-3"),
        request_id=_CALL,
        event_id=_id(0x102),
        meta_dt=_day(9),
    )


def _action() -> ActionChange:
    prior = ActionState(
        action_id=_id(5),
        case_id=_id(2),
        request_ids=(_id(3),),
        kind="global_ban",
        state="approved",
        course="act",
        digest=_DIGEST,
        individual_id=_id(6),
        disclosure="public",
        review_state="approved",
        authorised_by=("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"),
        acting_account="wmfoffice",
        wikis=("metawiki",),
    )
    return ActionChange.of(
        "enacted",
        state=prior.model_copy(
            update={
                "state": "enacted",
                "decided_at": _day(20),
                "enacted_at": _day(20),
                "issuance": 1,
                "issued_at": _day(20),
                "enforcement": EnforcementCounts(waiting=2),
            },
        ),
        prior=prior,
        version=10,
        dt=_day(20),
        performer=Performer(role="enforcer", id="staff-9"),
        request_id=_CALL,
        event_id=_id(0x103),
        meta_dt=_day(20),
    )


def _dmca_notice() -> DmcaNoticeChange:
    prior = DmcaNoticeState(
        notice_id=_id(7),
        request_id=_id(1),
        state="taken_down",
        channel="forwarded",
        received_at=_RECEIVED,
        statutory_at=_RECEIVED,
        verdict="compliant",
        course="take_down",
        digest=_DIGEST,
        review_state="approved",
        decided_at=_day(4),
        wikis=("commonswiki",),
        pages=1,
        pages_removed=1,
        taken_down_at=_day(5),
        announced_at=_day(6),
    )
    counter_notice = CounterNotice(
        counter_notice_id=_id(8),
        state="accepted",
        received_at=_day(8),
        received_by_agent_at=_day(8),
        subscriber_verified=True,
        pages=1,
        window=Window(opens=_day(21.9375), target=_day(23.9375), closes=_day(26.9375)),
    )
    return DmcaNoticeChange.of(
        "window_opened",
        state=prior.model_copy(
            update={"state": "counter_noticed", "counter_notices": (counter_notice,), "counter_notice_id": _id(8)},
        ),
        prior=prior,
        version=9,
        dt=_day(9),
        performer=Performer(role="legal", id="staff-5"),
        request_id=_CALL,
        event_id=_id(0x104),
        meta_dt=_day(9),
    )


def _appeal() -> AppealChange:
    state = AppealState(
        appeal_id=_id(9),
        decision=AppealedDecision(kind="action", id=_id(5)),
        matter_kind="global_ban",
        issuance=1,
        route="committee",
        state="filed",
        appellant_role="subject",
        filed_at=_day(40),
        informed_at=_day(20),
        deadline=datetime(2026, 9, 22, 23, 59, 59, tzinfo=UTC),
        policy_deadline=datetime(2026, 9, 22, 23, 59, 59, tzinfo=UTC),
    )
    return AppealChange.of(
        "filed",
        state=state,
        prior=None,
        version=1,
        dt=_day(40),
        performer=Performer(role="requester_desk", id="desk-7"),
        request_id=_CALL,
        event_id=_id(0x105),
        meta_dt=_day(40),
    )


def _notification() -> NotificationChange:
    prior = NotificationState(
        notification_id=_id(10),
        about=About(aggregate="action", id=_id(5), version=10, change_kind="enacted"),
        event_id=_id(0x103),
        party="subject",
        channel="mail",
        template="global_ban_enacted",
        locale="en",
        state="queued",
        not_before=_day(20) + timedelta(seconds=60),
    )
    return NotificationChange.of(
        "delivered",
        state=prior.model_copy(update={"state": "delivered", "attempts": 1, "delivered_at": _day(20.01)}),
        prior=prior,
        version=2,
        dt=_day(20.01),
        performer=Performer(role="service", id="notify-svc"),
        request_id=_CALL,
        event_id=_id(0x106),
        meta_dt=_day(20.01),
        cause=Cause(event_id=_id(0x103), stream="office_actions.action_change.v1"),
    )
