"""What follows a takedown, by counsel's cases; what everybody may read of a notice; walks through every order of events (R43-R49, D10)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dmca_svc.model import (
    COUNTER_MOVES,
    ActionState,
    ClaimFacts,
    CounterFacts,
    CounterState,
    NoticeFacts,
    PageFacts,
    PageState,
    State,
)
from dmca_svc.model.uploader import ActingAccount, UploaderFacts
from dmca_svc.rules import announcement, counter_notice, court_action, hold, open_points, restoration, takedown
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from kernel.cases import Case, load_cases
from kernel.deadline import enforcer_may_restore_from, restore_window
from kernel.decision import Decision
from kernel.workdays import calendar_day, is_business_day

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 12, 31, 20, tzinfo=UTC)
AGENT_GOT_IT = datetime(2026, 12, 14, 18, tzinfo=UTC)
PAGES = {
    "down": PageFacts(PageState.REMOVED),
    "kept": PageFacts(PageState.REMOVED, kept=True),
    "ordered": PageFacts(PageState.REMOVED, ordered=True),
    "measured": PageFacts(PageState.REMOVED, measured=True),
    "held": PageFacts(PageState.REMOVED, held=True),
    "ended": PageFacts(PageState.REMOVED, held=True, hold_ended=True),
    "back": PageFacts(PageState.RESTORED, restored_at=AGENT_GOT_IT),
    "wrong": PageFacts(PageState.RESTORED, held=True, restored_at=AGENT_GOT_IT, wrongly_restored=True),
}


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def counter(told: Any, *pages: PageFacts) -> CounterFacts:
    return CounterFacts(
        CounterState(told.get("state", "accepted")),
        pages,
        restore_window(AGENT_GOT_IT),
        enforcer_may_restore_from(AGENT_GOT_IT),
        early_by="counsel" if told.get("early") else None,
        completed=told.get("unjudged", False),
    )


def kept(told: Any) -> dict[str, Any]:
    returns = NOW - timedelta(seconds=1) if told.get("returns") else NOW + timedelta(seconds=1)
    claim = ClaimFacts(
        State(told.get("state", "taken_down")), PageState(told.get("page", "removed")), returns, told.get("withdrawn", False)
    )
    return {"kept": restoration.keeps_down(claim, now=NOW)}


def down(told: Any) -> dict[str, Any]:
    elsewhere = PageState(told["elsewhere"]) if "elsewhere" in told else None
    return {"down": takedown.is_down_already(PageState(told["page"]), elsewhere)}


def anothers(told: Any) -> dict[str, Any]:
    account = told["account"].encode() if "account" in told else None
    return {"anothers": counter_notice.is_anothers(account, [{one.encode() for one in page} for page in told["givers"]])}


def becomes(told: Any) -> dict[str, Any]:
    if told.get("order"):
        return {"state": restoration.state_after_order([PAGES[one] for one in told["pages"] if one != "ordered"])}
    return {"state": restoration.state_of_counter_notice([PAGES[one] for one in told["pages"]])}


def restore(told: Any) -> Decision:
    return restoration.may_restore(counter(told, *(PAGES[one] for one in told["pages"])), now=NOW, by="enforcer", evaluators=())


ASKED: dict[str, Callable[[Any], Any]] = {
    "kept": kept,
    "down": down,
    "anothers": anothers,
    "becomes": becomes,
    "complete": lambda told: counter_notice.may_complete(counter(told)),
    "signer": lambda told: counter_notice.may_speak_for(counter(told), allowed=told.get("allowed", False)),
    "withdraw": lambda told: counter_notice.may_withdraw(counter(told)),
    "uploaders": lambda told: takedown.may_record_uploaders(NoticeFacts(State(told["state"])), told["known"]),
    "waive": lambda told: announcement.may_leave_out(done=told["done"], said=told["said"]),
    "end": lambda told: court_action.may_end(ActionState(told["state"])),
    "sign": lambda told: restoration.may_sign_early(counter(told, PAGES["ended"] if told.get("ended") else PAGES["down"])),
    "restore": restore,
    "lay": lambda told: hold.may_lay(told["known"]),
    "lift": lambda told: hold.may_lift(ended=told["ended"]),
}


@pytest.mark.parametrize("case", load_cases(CASES / "after-takedown.toml"), ids=str)
def test_what_follows_a_takedown(case: Case) -> None:
    answer = ASKED[case.given["ask"]](case.given)
    if isinstance(answer, Decision):
        answer = {"granted": True} if answer else {"refused": codes(answer)}
    assert answer == case.expect


def test_every_question_has_a_case() -> None:
    assert {case.given["ask"] for case in load_cases(CASES / "after-takedown.toml")} == set(ASKED)


def test_pages_come_down_by_the_staff_account() -> None:
    account, why = takedown.acting_account()
    assert (account, why.cite) == (ActingAccount.STAFF, "R42")


def test_what_asks_a_page_back_is_neither_rejected_nor_taken_back() -> None:
    silent = {CounterState.REJECTED, CounterState.WITHDRAWN}
    assert {state for state in CounterState if not counter_notice.asks(state)} == silent


def test_a_receipt_is_refused_for_what_another_notice_or_an_order_keeps_down_and_taken_for_what_was_down_before() -> None:
    taking = NoticeFacts(State.COUNTER_NOTICED, taking_down=True)
    running = CounterFacts(CounterState.ACCEPTED, restoring=True)
    ask = takedown.may_take_receipt
    assert codes(ask(taking, PAGES["kept"], running, by="enforcer")) == ["kept_by_other_notice"]
    assert codes(ask(taking, PAGES["ordered"], running, by="enforcer")) == ["kept_by_order"]
    assert codes(ask(taking, PAGES["measured"], running, by="enforcer")) == ["kept_by_measure"]
    assert ask(taking, PAGES["down"], None, by="enforcer", down_before=True)
    assert codes(ask(taking, PAGES["down"], None, by="enforcer")) == ["nothing_runs"]


def test_another_s_material_waits_for_counsel() -> None:
    whole = dict.fromkeys(counter_notice.CITES, True)
    ask = counter_notice.may_open_window(whole, pages=1, verified=True, received_by_agent_at=NOW, anothers=True)
    assert codes(ask) == ["needs_counsel"]
    assert counter_notice.state_after(ask, counter_notice.verdict(whole), pages=1) is CounterState.INCOMPLETE


def test_what_is_still_to_be_done_is_told_and_what_is_done_is_not() -> None:
    told = UploaderFacts(b"a", frozenset(), "failed")
    ask = open_points.after_takedown
    one_page = UploaderFacts(b"a", frozenset({object()}), "failed")  # type: ignore[arg-type]  # any page
    assert codes(ask([PAGES["down"]], [False], [])) == ["uploader_unknown"]
    assert codes(ask([PAGES["wrong"]], [True], [one_page])) == ["uploader_not_reached", "down_again"]
    assert codes(ask([PAGES["down"]], [True], [told])) == [], "what was taken back of somebody is nothing to tell them"
    assert ask([PAGES["down"]], [True], [UploaderFacts(b"a", one_page.pages, "failed", informed=True)])
    assert codes(open_points.of_counter_notice(counter({}, PAGES["ended"]), with_agent=False)) == ["legal_decides", "not_with_agent"]
    assert open_points.of_counter_notice(counter({}, PAGES["held"]), with_agent=True)
    assert codes(open_points.of_court_action(holding=True, docket_known=False)) == ["docket_asked"]
    assert open_points.of_court_action(holding=False, docket_known=False)
    assert open_points.of_court_action(holding=True, docket_known=True)


LETTER = """I am Ada Example, the owner of the photograph "Harbour at Dawn" of 2019, shown at
https://commons.wikimedia.org/wiki/File:Harbour_2019-2020_5550100.jpg

Write to me at ada@example.org or call +1 (555) 010-0199 any day.
My contact information:
Address: 12 Example Street, Springfield
Telephone: +1 555 0100
7 Sample Road, Shelbyville
Signature: Ada Example
I have a good faith belief that the use is not authorised.

Sincerely,
Ada Example
12 Example Street
"""


def test_everybody_may_read_what_a_notice_claims_and_not_where_its_sender_is_to_be_reached() -> None:
    shown = announcement.published(LETTER, ["Ada Example", "Address: 12 Example Street, Springfield"])
    for private in ("ada@example.org", "010-0199", "555 0100", "Example Street", "Sample Road", "Signature", "Sincerely"):
        assert private not in shown
    for claimed in ("Harbour at Dawn", "2019", "Harbour_2019-2020_5550100.jpg", "good faith belief", "I am Ada Example"):
        assert claimed in shown
    assert announcement.LEFT_OUT + "\n" + announcement.LEFT_OUT not in shown, "what is left out in a row is said once"
    assert shown.endswith(announcement.LEFT_OUT)


def test_a_line_that_only_begins_like_a_closing_ends_nothing() -> None:
    assert announcement.published("Regards the picture, I own it.\nIt is mine.", []).endswith("It is mine.")


def test_a_letter_of_megabytes_is_cut_at_a_line_and_costs_no_time() -> None:
    for hostile in ("a" * 64 + "@", "1 ", "1 a a a a ", "+1 (555) ", ">" * 50, "Address "):
        shown = announcement.published(f"It is mine.\n{hostile * (5_000_000 // len(hostile))}", [])
        assert shown == f"It is mine.\n{announcement.LEFT_OUT}"
    shown = announcement.published("Line of words.\n" * 10_000, [])
    assert len(shown) <= announcement.LONGEST
    assert shown.endswith(f"Line of words.\n{announcement.LEFT_OUT}")


@settings(deadline=None)
@given(st.text(max_size=300), st.emails())
def test_no_address_is_ever_published(around: str, address: str) -> None:
    shown = announcement.published(f"{around}\nWrite to {address} please\n{around}", [])
    assert f" {address} " not in shown


MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


class Walk(RuleBasedStateMachine):
    """A counter-notice about one page through every order of events; what the rules grant is done as the actions do it."""

    @initialize(at=MOMENTS, begins=st.sampled_from(["accepted", "accepted", "received", "by form"]))
    def file(self, at: datetime, begins: str) -> None:
        self.now = at
        self.agent: datetime | None = None if begins == "by form" else at
        self.state = CounterState.RECEIVED
        self.opened_from: datetime | None = None
        self.early = self.restoring = self.unjudged = self.legal_after = False
        self.page = PageState.REMOVED
        self.restored_at: datetime | None = None
        self.action: ActionState | None = None
        self.kept = self.ordered = False
        if begins == "accepted":
            self.judged("nothing")

    def facts(self) -> CounterFacts:
        held = self.action in {ActionState.HOLDING, ActionState.ENDED}
        over = self.action is ActionState.ENDED
        page = PageFacts(self.page, held, self.restored_at, held and self.page is PageState.RESTORED, over, self.kept, self.ordered)
        window = restore_window(self.opened_from) if self.opened_from else None
        return CounterFacts(
            self.state,
            (page,) if self.opened_from else (),
            window,
            enforcer_may_restore_from(self.opened_from) if self.opened_from else None,
            "assessor",
            "counsel" if self.early else None,
            self.restoring,
            self.unjudged,
        )

    def stands(self, state: CounterState) -> None:
        assert state is self.state or state in COUNTER_MOVES[self.state], f"no move from {self.state} to {state}"
        self.state = state

    def follows(self) -> None:
        self.stands(restoration.state_of_counter_notice(self.facts().pages))

    @rule(hours=st.sampled_from([1, 24, 24 * 4, 24 * 10]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.opened_from is not None)
    @rule(to=st.sampled_from(["before", "opens", "eleventh", "closes"]))
    def a_date_comes(self, to: str) -> None:
        window, eleventh = restore_window(self.agent or self.now), enforcer_may_restore_from(self.agent or self.now)
        before = window.opens - timedelta(seconds=1)
        self.now = max(self.now, {"before": before, "opens": window.opens, "eleventh": eleventh, "closes": window.closes}[to])

    @precondition(lambda self: self.state in {CounterState.RECEIVED, CounterState.INCOMPLETE})
    @rule(lacks=st.sampled_from(["nothing", "nothing", "nothing", "an element", "the subscriber", "counsel"]))
    def judge(self, lacks: str) -> None:
        self.judged(lacks)

    def judged(self, lacks: str) -> None:
        whole, verified, anothers = lacks != "an element", lacks != "the subscriber", lacks == "counsel"
        elements = {name: whole or name != "jurisdiction_service" for name in counter_notice.CITES}
        opens = counter_notice.may_open_window(elements, pages=1, verified=verified, received_by_agent_at=self.agent, anothers=anothers)
        self.unjudged = False
        self.stands(counter_notice.state_after(opens, counter_notice.verdict(elements), pages=1))
        if opens:
            assert whole
            assert verified
            self.opened_from = self.agent

    @rule(with_agent=st.booleans())
    def a_further_text(self, *, with_agent: bool) -> None:
        if counter_notice.may_complete(self.facts()):
            assert self.opened_from is None, "nothing that comes later moves a window"
            self.agent, self.unjudged = self.now if with_agent else None, True

    @rule()
    def legal_signs(self) -> None:
        if restoration.may_sign_early(self.facts()):
            self.early = True
            if self.facts().awaits_legal:
                self.action, self.legal_after = None, True
                self.follows()

    @rule(ago=st.integers(0, 200))
    def an_action_is_told_of(self, ago: int) -> None:
        received = self.now - timedelta(hours=ago)
        in_time = self.page is PageState.REMOVED or (self.restored_at is not None and received < self.restored_at)
        live = self.state in {CounterState.ACCEPTED, CounterState.HELD, CounterState.HOLD_ENDED, CounterState.RESTORED}
        if live and self.opened_from and in_time and self.action is not ActionState.HOLDING:
            self.action, self.restoring, self.legal_after = ActionState.HOLDING, False, False
            self.follows()

    @precondition(lambda self: self.action is ActionState.HOLDING)
    @rule(stays_down=st.sampled_from([False, False, False, True]))
    def the_action_ends(self, *, stays_down: bool) -> None:
        court_action.may_end(ActionState.HOLDING).or_refuse()
        self.action = ActionState.ENDED
        if self.state in {CounterState.WITHDRAWN, CounterState.REJECTED}:
            return
        self.follows()
        if stays_down and self.page is PageState.REMOVED:
            self.ordered = True
            self.stands(restoration.state_after_order(()))

    @rule(sure=st.sampled_from([False] * 9 + [True]))
    def it_is_taken_back(self, *, sure: bool) -> None:
        if sure and counter_notice.may_withdraw(self.facts()):
            self.restoring = False
            self.stands(CounterState.WITHDRAWN)

    @rule(kept=st.sampled_from([False, False, True]))
    def another_notice_is_about_it(self, *, kept: bool) -> None:
        self.kept = kept

    @rule(by=st.sampled_from(["enforcer", "enforcer", "enforcer", "assessor", "evaluator"]))
    def the_restoration_is_asked_for(self, by: str) -> None:
        if restoration.may_restore(self.facts(), now=self.now, by=by, evaluators={"evaluator"}):
            self.restoring = True
            window = self.facts().window
            assert window is not None
            assert self.now >= window.opens
            assert self.early or self.now >= enforcer_may_restore_from(self.opened_from)  # type: ignore[arg-type]  # it has a window
            assert by == "enforcer"

    @rule()
    def the_page_is_put_back(self) -> None:
        notice = NoticeFacts(State.COUNTER_NOTICED, taking_down=True)
        page = self.facts().pages[0] if self.facts().pages else PageFacts(self.page)
        if self.page is PageState.REMOVED and takedown.may_take_receipt(
            notice, page, self.facts() if self.restoring else None, by="enforcer"
        ):
            self.page, self.restored_at, self.restoring = PageState.RESTORED, self.now, False
            self.follows()

    @precondition(lambda self: self.page is PageState.RESTORED and self.action is ActionState.HOLDING)
    @rule()
    def the_page_comes_down_again(self) -> None:
        notice = NoticeFacts(State.HELD, taking_down=True)
        takedown.may_take_receipt(notice, self.facts().pages[0], None, by="enforcer").or_refuse()
        self.page, self.restored_at = PageState.REMOVED, None

    @invariant()
    def nothing_is_back_before_its_time_or_against_what_keeps_it(self) -> None:
        if getattr(self, "restored_at", None) is not None:
            assert self.opened_from is not None
            assert self.restored_at is not None
            window = restore_window(self.opened_from)
            assert self.restored_at >= window.opens
            assert is_business_day(calendar_day(window.opens))

    @invariant()
    def nothing_runs_while_it_is_held_or_over(self) -> None:
        if getattr(self, "restoring", False):
            assert self.state is CounterState.ACCEPTED
            assert self.action is not ActionState.HOLDING


Walk.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
test_no_order_of_events_restores_too_early_or_what_is_held = Walk.TestCase
