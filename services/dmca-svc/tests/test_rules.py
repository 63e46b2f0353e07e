"""The law of notices, by counsel's cases and by properties that hold for every date and every order of signatures."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from dmca_svc import model
from dmca_svc.model import (
    COUNTER_MOVES,
    MOVES,
    Channel,
    CounterFacts,
    CounterState,
    Course,
    CourtActionFacts,
    NoticeFacts,
    PageFacts,
    PageState,
    State,
    ToldBy,
)
from dmca_svc.reading import Verdict as Found
from dmca_svc.reading.model import COUNTER_NOTICE_ELEMENTS, NOTICE_ELEMENTS
from dmca_svc.rules import assessment, counter_notice, court_action, receipt, recommendation, restoration, review, takedown
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.deadline import Window, enforcer_may_restore_from, restore_window
from kernel.decision import Decision
from kernel.kinds import Kind
from kernel.review import Course as Does
from kernel.review import Level, Review, ReviewState, Signature, Verdict, chain_for
from kernel.workdays import is_business_day

CASES = Path(__file__).parent / "cases"
ON = date(2026, 12, 14)
AGENT_GOT_IT = datetime(2026, 12, 14, 18, tzinfo=UTC)
DOWN = PageFacts(PageState.REMOVED)
UP = PageFacts(PageState.UP)
BACK = PageFacts(PageState.RESTORED, restored_at=AGENT_GOT_IT)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def accepted(at: datetime = AGENT_GOT_IT, **more: object) -> CounterFacts:
    facts = {
        "state": CounterState.ACCEPTED,
        "pages": (DOWN,),
        "window": restore_window(at),
        "enforcer_from": enforcer_may_restore_from(at),
        "assessed_by": "assessor",
    }
    return CounterFacts(**(facts | more))  # type: ignore[arg-type]  # the facts of a case


def reviewed(*signed: tuple[Level, str, Verdict], evaluator: str = "evaluator") -> Review:
    signatures = tuple(Signature(level, by, verdict, "d", AGENT_GOT_IT) for level, by, verdict in signed)
    return Review(Kind.DMCA, Does.ACT, chain_for(Kind.DMCA, Does.ACT, on=ON), "d", evaluator, signatures)


ALL = (
    (Level.TEAM_PEER, "peer", Verdict.APPROVE),
    (Level.TEAM_MANAGER, "manager", Verdict.APPROVE),
    (Level.LEGAL, "counsel", Verdict.APPROVE),
)
ACCEPTED = NoticeFacts(State.ACCEPTED, Found.COMPLIANT, (PageState.UP,), frozenset({"assessor"}), "evaluator", Course.TAKE_DOWN)
TAKING = NoticeFacts(
    State.ACCEPTED, Found.COMPLIANT, (PageState.UP,), frozenset({"assessor"}), "evaluator", Course.TAKE_DOWN, taking_down=True
)


@pytest.mark.parametrize("case", load_cases(CASES / "assessments.toml"), ids=str)
def test_assessment(case: Case) -> None:
    silent = case.given.get("silent", [])
    elements = {name: name not in case.given["lacks"] for name in NOTICE_ELEMENTS if name not in silent}
    notice = NoticeFacts(State(case.given.get("state", "received")), cure_open=case.given.get("cure_open", False))
    decision = assessment.may_assess(notice, elements, taken_back=case.given.get("taken_back", False))
    if "refused" in case.expect:
        assert codes(decision) == case.expect["refused"]
        return
    assert decision
    found = assessment.verdict(elements)
    missing = [name for name, met in elements.items() if not met]
    assert found == case.expect["verdict"]
    assert assessment.state_after(found, cure_open=notice.cure_open) == case.expect["state"]
    assert [reason.code for reason in assessment.lacks(missing)] == case.expect["missing"]


@pytest.mark.parametrize("case", load_cases(CASES / "recommendations.toml"), ids=str)
def test_recommendation(case: Case) -> None:
    found = case.given.get("verdict")
    state = State(case.given.get("state", "compliant" if found == "compliant" else "received"))
    lapsed = case.given.get("lapsed", False)
    notice = NoticeFacts(state, Found(found) if found else None, (PageState.UP,) * case.given["pages"], cure_lapsed=lapsed)
    grounds = case.given.get("grounds", [])
    decision = recommendation.may_recommend(notice, Course(case.given["course"]), grounds, on=ON)
    assert codes(decision) == case.expect.get("refused", [])
    if decision:
        told = recommendation.rejection(grounds, on=ON)
        assert [reason.code for reason in told] == [ground.partition(":")[0] for ground in grounds]
        assert all(reason.says for reason in told)


@pytest.mark.parametrize("case", load_cases(CASES / "counter-notices.toml"), ids=str)
def test_counter_notice(case: Case) -> None:
    elements = {name: name not in case.given["lacks"] for name in COUNTER_NOTICE_ELEMENTS}
    decision = counter_notice.may_open_window(
        elements,
        pages=case.given["pages"],
        verified=case.given["verified"],
        received_by_agent_at=AGENT_GOT_IT if case.given["agent"] else None,
    )
    assert codes(decision) == case.expect["reasons"]
    state = counter_notice.state_after(decision, counter_notice.verdict(elements), pages=case.given["pages"])
    assert state == case.expect["state"]


@pytest.mark.parametrize("case", load_cases(CASES / "court-actions.toml"), ids=str)
def test_court_action(case: Case) -> None:
    told = case.given
    action = CourtActionFacts(ToldBy(told["told_by"]), told["received"], told.get("filed"))
    restored = told.get("restored")
    page = PageFacts(PageState.RESTORED if restored else PageState.REMOVED, restored_at=restored)
    decision = court_action.may_hold(action, page, about_it=told["about_it"])
    assert codes(decision) == case.expect.get("not", [])
    assert decision.granted is case.expect.get("holds", False)


@pytest.mark.parametrize("case", load_cases(CASES / "restorations.toml"), ids=str)
def test_restoration(case: Case) -> None:
    told = case.given
    counter = accepted(
        state=CounterState(told.get("state", "accepted")),
        early_by="counsel" if told.get("early") else None,
        restoring=told.get("restoring", False),
    )
    decision = restoration.may_restore(counter, now=told["at"], by=told.get("by", "enforcer"), evaluators={"evaluator"})
    assert codes(decision) == case.expect.get("refused", [])


def test_only_legal_with_evidence_records_an_earlier_receipt() -> None:
    ask = receipt.may_be_received_at
    now, earlier = AGENT_GOT_IT, AGENT_GOT_IT - timedelta(days=3)
    assert ask(None, now=now, by_legal=False, evidence=None)
    assert ask(earlier, now=now, by_legal=True, evidence="the mail's own stamp")
    assert codes(ask(earlier, now=now, by_legal=False, evidence=None)) == ["receipt_is_legals", "evidence_missing"]
    assert codes(ask(now + timedelta(days=1), now=now, by_legal=True, evidence="x")) == ["received_in_future"]
    assert codes(ask(datetime(1999, 1, 1, tzinfo=UTC), now=now, by_legal=True, evidence="x")) == ["received_too_early"]


def test_the_agent_has_a_letter_at_legal_or_when_it_is_passed_on_and_never_by_a_form() -> None:
    ask = receipt.received_by_agent
    now, first, passed = AGENT_GOT_IT, AGENT_GOT_IT - timedelta(days=3), AGENT_GOT_IT - timedelta(days=1)
    assert ask(Channel.LEGAL, received_at=first, now=now, passed_on_at=None) == first
    assert ask(Channel.FORWARDED, received_at=first, now=now, passed_on_at=passed) == passed
    assert ask(Channel.FORWARDED, received_at=first, now=now, passed_on_at=None) == now
    assert ask(Channel.FORM, received_at=first, now=now, passed_on_at=None) is None


def test_what_the_person_found_otherwise_than_the_machine_is_kept() -> None:
    assert assessment.differences({"work": True, "contact": False}, {"work": True, "contact": True, "signature": True}) == (
        "contact",
        "signature",
    )


def test_a_level_signs_what_is_in_review_and_nobody_signs_who_judged_it() -> None:
    under_review = NoticeFacts(State.IN_REVIEW, Found.COMPLIANT, (PageState.UP,), frozenset({"assessor"}), "evaluator", Course.TAKE_DOWN)

    def ask(notice: NoticeFacts, by: str) -> list[str]:
        decision = review.may_sign_level(
            notice, reviewed(), by=by, level=Level.TEAM_PEER, verdict=Verdict.APPROVE, digest="d", role_held=True
        )
        return codes(decision)

    assert ask(under_review, "peer") == []
    assert ask(under_review, "assessor") == ["evaluator_signs"]
    assert ask(under_review, "evaluator") == ["evaluator_signs"]
    assert ask(ACCEPTED, "peer") == ["not_in_review"]


@pytest.mark.parametrize(
    ("ended", "course", "found", "state"),
    [
        (ReviewState.OPEN, Course.TAKE_DOWN, Found.COMPLIANT, State.IN_REVIEW),
        (ReviewState.APPROVED, Course.TAKE_DOWN, Found.COMPLIANT, State.ACCEPTED),
        (ReviewState.APPROVED, Course.REJECT, Found.COMPLIANT, State.REJECTED),
        (ReviewState.RETURNED, Course.TAKE_DOWN, Found.COMPLIANT, State.COMPLIANT),
        (ReviewState.DECLINED, Course.REJECT, Found.DEFECTIVE, State.RECEIVED),
    ],
)
def test_a_review_ends_in_a_decision_or_back_in_evaluation(ended: ReviewState, course: Course, found: Found, state: State) -> None:
    assert review.state_after_review(ended, course, found) is state


def test_only_legals_approval_of_rejecting_what_complies_gives_up_the_safe_harbour() -> None:
    def ask(
        level: Level = Level.LEGAL, verdict: Verdict = Verdict.APPROVE, course: Course = Course.REJECT, found: Found = Found.COMPLIANT
    ) -> bool:
        return bool(review.given_up(level, verdict, course, found))

    assert ask()
    others = ask(Level.TEAM_PEER), ask(verdict=Verdict.DISSENT), ask(course=Course.TAKE_DOWN), ask(found=Found.CURABLE)
    assert not any(others)


def test_an_enforcer_takes_down_what_the_whole_chain_approved() -> None:
    assert takedown.may_take_down(ACCEPTED, reviewed(*ALL), by="enforcer")
    assert "level_not_heard" in codes(takedown.may_take_down(ACCEPTED, reviewed(*ALL[:2]), by="enforcer"))
    in_review = NoticeFacts(State.IN_REVIEW, Found.COMPLIANT, (PageState.UP,))
    assert codes(takedown.may_take_down(in_review, reviewed(*ALL), by="enforcer")) == ["not_accepted"]
    assert codes(takedown.may_take_down(TAKING, reviewed(*ALL), by="enforcer")) == ["running_already"]
    for evaluator in ("assessor", "evaluator"):
        assert codes(takedown.may_take_down(ACCEPTED, reviewed(*ALL), by=evaluator)) == ["evaluator_enforces"]


def test_a_receipt_fits_only_what_is_running() -> None:
    ask = takedown.may_take_receipt
    running = accepted(restoring=True)
    wrong = PageFacts(PageState.RESTORED, held=True, restored_at=AGENT_GOT_IT, wrongly_restored=True)
    assert ask(TAKING, UP, None, by="enforcer")
    assert ask(TAKING, wrong, None, by="enforcer")
    assert ask(TAKING, DOWN, running, by="enforcer")
    assert codes(ask(TAKING, None, None, by="enforcer")) == ["no_such_page"]
    assert codes(ask(ACCEPTED, UP, None, by="enforcer")) == ["nothing_runs"]
    assert codes(ask(TAKING, DOWN, None, by="enforcer")) == ["nothing_runs"]
    assert codes(ask(TAKING, DOWN, accepted(), by="enforcer")) == ["nothing_runs"]
    assert codes(ask(TAKING, BACK, running, by="enforcer")) == ["nothing_runs"]
    assert codes(ask(TAKING, PageFacts(PageState.REMOVED, held=True), running, by="enforcer")) == ["held"]
    assert codes(ask(TAKING, UP, None, by="evaluator")) == ["evaluator_enforces"]
    assert "evaluator_enforces" in codes(ask(TAKING, DOWN, accepted(restoring=True, assessed_by="second"), by="second"))


def test_only_what_is_down_is_asked_back() -> None:
    ask = counter_notice.may_file
    assert ask(NoticeFacts(State.TAKEN_DOWN, pages=(PageState.REMOVED,)))
    assert ask(NoticeFacts(State.ACCEPTED, pages=(PageState.REMOVED, PageState.UP)))
    assert codes(ask(NoticeFacts(State.ACCEPTED, pages=(PageState.UP,)))) == ["nothing_taken_down"]
    assert codes(ask(NoticeFacts(State.RESTORED, pages=(PageState.RESTORED,)))) == ["nothing_taken_down"]


def test_a_counter_notice_is_judged_once_in_every_element_about_pages_that_are_down() -> None:
    def ask(
        counter: CounterFacts, *pages: PageFacts | None, elsewhere: bool = False, elements: object = COUNTER_NOTICE_ELEMENTS
    ) -> list[str]:
        return codes(counter_notice.may_assess_counter_notice(counter, elements, pages, asked_back_elsewhere=elsewhere))  # type: ignore[arg-type]  # names

    new = CounterFacts(CounterState.RECEIVED)
    assert ask(new, DOWN) == []
    assert ask(CounterFacts(CounterState.INCOMPLETE), DOWN) == []
    assert ask(accepted(), DOWN) == ["counter_notice_judged"]
    assert ask(new, None, elements=()) == ["elements_unjudged", "page_not_taken_down"]
    assert ask(new, UP) == ["page_not_taken_down"]
    assert ask(new, BACK) == ["page_restored"]
    assert ask(new, DOWN, elsewhere=True) == ["page_asked_back"]


def test_an_action_is_recorded_about_a_takedown_and_not_from_the_future() -> None:
    told = CourtActionFacts(ToldBy.COMPLAINANT, AGENT_GOT_IT)
    notice = NoticeFacts(State.HELD, pages=(PageState.REMOVED,))
    assert court_action.may_record(notice, told, now=AGENT_GOT_IT)
    assert codes(court_action.may_record(ACCEPTED, told, now=AGENT_GOT_IT)) == ["nothing_taken_down"]
    assert codes(court_action.may_record(notice, told, now=AGENT_GOT_IT - timedelta(seconds=1))) == ["received_in_future"]


def test_legal_signs_once_for_the_tenth_day() -> None:
    assert restoration.may_sign_early(accepted())
    assert codes(restoration.may_sign_early(accepted(early_by="counsel"))) == ["signed_already"]
    assert codes(restoration.may_sign_early(CounterFacts(CounterState.RECEIVED))) == ["not_complete"]


def test_how_a_counter_notice_and_its_notice_stand_follows_from_the_pages() -> None:
    held = PageFacts(PageState.REMOVED, held=True)
    wrong = PageFacts(PageState.RESTORED, held=True, restored_at=AGENT_GOT_IT, wrongly_restored=True)
    assert restoration.state_of_counter_notice((DOWN, BACK)) is CounterState.ACCEPTED
    assert restoration.state_of_counter_notice((DOWN, held)) is CounterState.ACCEPTED
    assert restoration.state_of_counter_notice((BACK, held)) is CounterState.HELD
    assert restoration.state_of_counter_notice((wrong,)) is CounterState.HELD
    assert restoration.state_of_counter_notice((BACK,)) is CounterState.RESTORED
    assert restoration.state_of_notice([], [DOWN]) is State.TAKEN_DOWN
    assert restoration.state_of_notice([CounterState.REJECTED], [DOWN]) is State.TAKEN_DOWN
    assert restoration.state_of_notice([CounterState.RECEIVED], [DOWN]) is State.COUNTER_NOTICED
    assert restoration.state_of_notice([CounterState.HELD, CounterState.ACCEPTED], [held]) is State.HELD
    assert restoration.state_of_notice([CounterState.RESTORED], [BACK]) is State.RESTORED
    assert restoration.state_of_notice([CounterState.RESTORED], [BACK, DOWN]) is State.TAKEN_DOWN
    assert restoration.state_of_notice([CounterState.WITHDRAWN], [wrong]) is State.TAKEN_DOWN


def test_a_restoration_is_at_risk_at_three_quarters_of_the_way_to_its_target() -> None:
    window = restore_window(AGENT_GOT_IT)
    assert restoration.window_at_risk_at(AGENT_GOT_IT, window) == AGENT_GOT_IT + (window.target - AGENT_GOT_IT) * 0.75


def test_a_window_that_was_never_set_is_never_passed_over() -> None:
    odd = CounterFacts(CounterState.RECEIVED)
    assert codes(restoration.may_restore(odd, now=AGENT_GOT_IT, by="enforcer", evaluators=())) == ["not_complete"]


MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS, st.integers(0, 60 * 24 * 60), st.booleans(), st.sampled_from(CounterState))
def test_no_path_restores_before_the_window_or_while_held(received: datetime, minutes: int, early: bool, state: CounterState) -> None:
    now = received + timedelta(minutes=minutes)
    counter = accepted(received, state=state, early_by="counsel" if early else None)
    if restoration.may_restore(counter, now=now, by="enforcer", evaluators={"evaluator"}):
        window: Window = restore_window(received)
        assert state is CounterState.ACCEPTED
        assert now >= window.opens
        assert early or now >= enforcer_may_restore_from(received)


@given(MOMENTS)
def test_a_window_never_opens_on_a_day_that_is_no_business_day(received: datetime) -> None:
    assert is_business_day((restore_window(received).opens + timedelta(hours=12)).date())


WHO = st.sampled_from(["evaluator", "assessor", "peer", "manager", "counsel", "enforcer"])
SIGNED = st.lists(st.tuples(st.sampled_from(Level), WHO, st.sampled_from(Verdict)), max_size=6)


@given(SIGNED, st.sampled_from(State), WHO, st.booleans())
def test_no_path_takes_down_without_legal(signed: list[tuple[Level, str, Verdict]], state: State, by: str, taking: bool) -> None:
    notice = NoticeFacts(state, Found.COMPLIANT, (PageState.UP,), frozenset({"assessor"}), "evaluator", Course.TAKE_DOWN, taking)
    if takedown.may_take_down(notice, reviewed(*signed), by=by):
        assert any(level is Level.LEGAL and verdict is Verdict.APPROVE and who != "evaluator" for level, who, verdict in signed)
        assert by not in {"evaluator", "assessor"}
        assert state is State.ACCEPTED


@given(
    st.lists(st.sampled_from([DOWN, UP, BACK, PageFacts(PageState.REMOVED, held=True)]), min_size=1),
    st.lists(st.sampled_from(CounterState)),
)
def test_a_notice_is_restored_only_when_every_page_is_back(pages: list[PageFacts], counters: list[CounterState]) -> None:
    if restoration.state_of_notice(counters, pages) is State.RESTORED:
        assert all(page.state is PageState.RESTORED for page in pages)


@given(st.lists(st.sampled_from(list(Found)), max_size=1), st.sampled_from(State), st.lists(st.text(max_size=20), max_size=3))
def test_nothing_but_a_compliant_notice_is_recommended_for_takedown(found: list[Found], state: State, grounds: list[str]) -> None:
    notice = NoticeFacts(state, found[0] if found else None, (PageState.UP,))
    if recommendation.may_recommend(notice, Course.TAKE_DOWN, grounds, on=ON):
        assert found == [Found.COMPLIANT]


def reachable(*, without: State) -> set[State]:
    """Walk every legal move from the receipt on, but never into one state."""
    found, waiting = {State.RECEIVED}, [State.RECEIVED]
    while waiting:
        for state in MOVES[waiting.pop()] - found - {without}:
            found.add(state)
            waiting.append(state)
    return found


def test_no_way_leads_down_but_through_the_review_and_its_acceptance() -> None:
    for gate in (State.IN_REVIEW, State.ACCEPTED):
        assert not reachable(without=gate) & model.DOWN
    assert {state for state, moves in MOVES.items() if State.ACCEPTED in moves} == {State.IN_REVIEW}
    assert MOVES[State.WITHDRAWN] == MOVES[State.REJECTED] == frozenset(), "what is over stays over"


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(State)
    assert set(COUNTER_MOVES) == set(CounterState)
