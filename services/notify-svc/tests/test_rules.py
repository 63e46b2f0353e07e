from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from contracts.words import CaseKind
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from notify_svc import rules
from notify_svc.model import Change, Channel, Disclosure, Lane, NotificationFacts, Party, Person, State
from notify_svc.rules import Language, language_for
from notify_svc.rules.condition import counter_notice_of
from notify_svc.rules.matrix import MATRIX

CASES = Path(__file__).parent / "cases"
MATTERS = [*get_args(CaseKind), "dmca"]
ISSUED = datetime(2026, 3, 2, 12, tzinfo=UTC)


def change(kind: str = "enacted", aggregate: str = "action", matter: str = "global_ban", **state: Any) -> Change:
    return Change(uuid4(), aggregate, uuid4(), 1, kind, matter, ISSUED, state)


@pytest.mark.parametrize("case", load_cases(CASES / "appeal.toml"), ids=str)
def test_appeal(case: Case) -> None:
    facts = dict(case.given)
    issued = datetime.fromisoformat(facts.pop("issued", ISSUED.isoformat()))
    told = datetime.fromisoformat(facts.pop("told", issued.isoformat()))
    party = Party(facts.pop("party"))
    found = rules.appeal_right(party=party, issued_at=issued, told_at=told, **facts)
    assert [f"{right.to} {right.on or 'ever'}" for right in found] == case.expect["appeals"]


@pytest.mark.parametrize("case", load_cases(CASES / "reader.toml"), ids=str)
def test_reader(case: Case) -> None:
    decision = rules.may_tell(Party(case.given["party"]), Disclosure(case.given["fact"]), case.given["matter"])
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]


@given(
    st.dates(min_value=date(2026, 1, 1), max_value=date(2100, 1, 1)).map(
        lambda day: datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    )
)
def test_six_months_are_never_fewer_than_180_days_nor_more_than_184(issued: datetime) -> None:
    right = rules.appeal_right(party=Party.SUBJECT, matter="global_ban", issued_at=issued, told_at=issued)[0]
    assert right.on is not None
    assert 180 <= (right.on - issued.date()).days <= 184


def told(of: Change) -> list[tuple[str, str, str | None]]:
    return [(telling.party.value, telling.template, why) for telling, why in rules.tellings(MATRIX, of)]


def test_conditions_decide_who_is_told() -> None:
    held = {"court_action_id": "c", "court_actions": [{"court_action_id": "c", "state": "holding", "told_by": "agent"}]}
    loose = {"court_action_id": "c", "court_actions": [{"court_action_id": "c", "state": "not_holding", "told_by": "other"}]}
    window = {"counter_notice_id": "n", "counter_notices": [{"counter_notice_id": "n", "window": {"opens": "x"}}]}
    on_commons = {"wikis": ["commonswiki"]}
    assert told(change("enacted", matter="child_protection", notice_withheld=True)) == [
        ("subject", "account_measure", "notice_withheld"),
        ("requester", "matter_decided", None),
    ]
    assert told(change("received", "request", sender={"state": "locked_out"})) == [("requester", "request_received", "sender_locked_out")]
    at_once, later = change("returned", "request"), replace(change("returned", "request"), version=3)
    assert told(at_once) == [("requester", "request_incomplete", "not_asked_again")]
    assert told(later) == [("requester", "request_incomplete", None)]
    # The requester of every matter is told (D25), of a block that enforces a ban too: it is a decision that can be appealed (D14).
    assert told(change("enacted", matter="range_block", enforces="x")) == [("requester", "matter_decided", None)]
    assert told(change("declined", matter="range_block", enforces="x")) == [("requester", "matter_decided", None)]
    assert told(change("declined")) == [("requester", "matter_decided", None)]
    assert told(change("declined", enacted_at="x")) == [("requester", "matter_decided", None), ("subject", "measure_ended", None)]
    assert told(change("declined", matter="checkuser", enacted_at="x")) == [("requester", "matter_decided", None)]
    assert told(change("declined", matter="child_protection", enacted_at="x", notice_withheld=True)) == [
        ("requester", "matter_decided", None)
    ]
    # A notice that the named group releases says what is so by then (D20).
    assert told(change("notice_released", matter="child_protection", state="approved")) == []
    assert told(change("notice_released", matter="child_protection", state="enforced", enacted_at="x")) == [
        ("subject", "account_measure", None)
    ]
    assert told(change("notice_released", matter="child_protection", state="declined", enacted_at="x")) == [
        ("subject", "measure_ended", None)
    ]
    assert [one[0] for one in told(change("modified", nature="ordinary"))] == ["subject"]
    assert [one[0] for one in told(change("modified", nature="substantial_atypical"))] == ["subject", "requester"]
    assert [one[:2] for one in told(change("modified", released=1))][1:] == [("other_affected", "account_released")]
    waits = change("modified", matter="child_protection", released=1, notice_withheld=True)
    assert told(waits) == [("subject", "measure_changed", "notice_withheld")]
    assert told(change("received", "dmca_notice", "dmca")) == [("complainant", "dmca_received", None)]
    assert told(change("received", "dmca_notice", "dmca", request_id="x")) == []
    assert [one[1] for one in told(change("rejected", "dmca_notice", "dmca", rejection=["fair_use"]))] == ["dmca_rejected"]
    assert [one[1] for one in told(change("rejected", "dmca_notice", "dmca", rejection=["no_formal_notice"]))] == ["dmca_no_notice"]
    assert told(change("rejected", "dmca_notice", "dmca", rejection=["joined_elsewhere"])) == []
    assert told(change("rejected", "dmca_notice", "dmca", rejection=["not_answered"])) == []
    assert told(change("taken_down", "dmca_notice", "dmca", announce=False, **on_commons))[2:] == [
        ("community", "dmca_announcement", "not_announced")
    ]
    assert len(told(change("taken_down", "dmca_notice", "dmca", **on_commons))) == 4
    assert len(told(change("taken_down", "dmca_notice", "dmca", wikis=["examplewiki"]))) == 3
    assert [one[0] for one in told(change("counter_noticed", "dmca_notice", "dmca"))] == ["uploader"]
    assert [one[0] for one in told(change("counter_noticed", "dmca_notice", "dmca", **window))] == ["uploader", "complainant"]
    assert [one[0] for one in told(change("court_action_received", "dmca_notice", "dmca", **held))] == ["complainant"]
    assert [one[0] for one in told(change("court_action_received", "dmca_notice", "dmca", **loose))] == ["uploader"]
    assert [one[0] for one in told(change("withdrawn", "dmca_notice", "dmca"))] == ["complainant"]
    assert [one[0] for one in told(change("withdrawn", "dmca_notice", "dmca", taken_down_at="x"))] == ["complainant", "uploader"]
    assert [one[0] for one in told(change("filed", "appeal", appellant_role="subject"))] == ["subject"]
    assert told(change("voted", "appeal")) == []
    assert counter_notice_of(change(counter_notices=[{"counter_notice_id": None}])) is None


def test_alerts_go_to_the_team_whose_matter_it_is() -> None:
    assert rules.team_of(change("opened", "case", "child_protection", team="legal")) == "child_protection"
    assert rules.team_of(change("at_risk", "appeal")) == "appeals"
    assert rules.team_of(change("at_risk", "dmca_notice", "dmca")) == "legal"
    assert rules.team_of(change("at_risk", "case", team="legal")) == "legal"
    assert rules.team_of(change("at_risk", "action")) == "trust_and_safety"


@pytest.mark.parametrize(
    ("wiki", "language"),
    [
        ("dewiki", Language("de")),
        ("eswikisource", Language("es")),
        ("enwiktionary", Language("en")),
        ("frwiki", Language("en", fallback=True)),
        ("zh_min_nanwiki", Language("en", fallback=True)),
        ("commonswiki", Language("en")),
        ("metawiki", Language("en")),
        ("examplewiki", Language("en")),
        (None, Language("en")),
    ],
)
def test_a_person_is_written_to_in_the_language_of_their_wiki(wiki: str | None, language: Language) -> None:
    assert language_for(wiki, locales=("en", "de", "es")) == language


ROW = (Channel.MAIL, Channel.WIKI_MAIL, Channel.TALK_PAGE)


@pytest.mark.parametrize(
    ("person", "public", "way"),
    [
        (Person("a", email="a@example.invalid", wiki_user="A"), True, Channel.MAIL),
        (Person("a", wiki_user="A"), True, Channel.WIKI_MAIL),
        (Person("a", wiki_user="A", takes_wiki_mail=False), True, Channel.TALK_PAGE),
        (Person("a", wiki_user="A", takes_wiki_mail=False), False, None),
        (Person("a", name="A"), True, None),
    ],
)
def test_the_first_way_that_reaches_and_shows_nobody_else(person: Person, public: bool, way: Channel | None) -> None:
    assert rules.choose_channel(ROW, person, may_be_public=public) is way


def test_a_measure_is_public_by_kind_and_by_its_own_disclosure() -> None:
    assert rules.may_be_public("global_ban", Party.SUBJECT, {"disclosure": "public"})
    assert not rules.may_be_public("global_ban", Party.SUBJECT, {"disclosure": "restricted"})
    assert not rules.may_be_public("global_ban", Party.REQUESTER, {"disclosure": "public"})
    assert not rules.may_be_public("conduct_warning", Party.SUBJECT, {"disclosure": "public"})
    assert rules.may_be_public("dmca", Party.UPLOADER, {})
    assert not rules.may_be_public("dmca", Party.UPLOADER, {"announce": False})
    assert not rules.may_be_public("dmca", Party.COMPLAINANT, {})


def facts(state: State, *, by_hand: bool = False, public: bool = False) -> NotificationFacts:
    return NotificationFacts(state, Channel.MAIL, public, by_hand, Lane.CONDUCT)


def test_only_what_waits_can_be_taken_back() -> None:
    assert [state for state in State if rules.may_cancel(facts(state))] == [State.QUEUED]


@pytest.mark.parametrize(
    ("of", "party", "corrected", "codes"),
    [
        (facts(State.DELIVERED), Party.SUBJECT, False, []),
        (facts(State.DELIVERED), Party.SUBJECT, True, ["corrected_already"]),
        (facts(State.QUEUED), Party.REQUESTER, False, ["not_delivered"]),
        (facts(State.UNCERTAIN), Party.REQUESTER, False, ["not_delivered"]),
        (facts(State.DELIVERED), Party.TEAM, False, ["not_a_letter"]),
        (facts(State.DELIVERED), Party.COMMUNITY, False, ["not_a_letter"]),
        (replace(facts(State.DELIVERED), channel=Channel.TALK_PAGE), Party.SUBJECT, False, ["not_a_letter"]),
    ],
)
def test_a_letter_that_was_read_is_corrected_once(of: NotificationFacts, party: Party, corrected: bool, codes: list[str]) -> None:
    assert [reason.code for reason in rules.may_correct(of, party, corrected=corrected).reasons] == codes


def test_a_receipt_by_hand_is_for_what_a_person_delivers() -> None:
    def codes(of: NotificationFacts, *, page: bool = False) -> list[str]:
        return [reason.code for reason in rules.may_take_receipt(of, shown_on_page=page).reasons]

    assert codes(facts(State.QUEUED)) == ["delivers_itself"]
    assert codes(facts(State.QUEUED, by_hand=True)) == []
    assert codes(facts(State.FAILED)) == codes(facts(State.UNCERTAIN)) == []
    assert codes(facts(State.DELIVERED)) == codes(facts(State.SUPPRESSED)) == ["already_over"]
    assert codes(facts(State.FAILED), page=True) == ["not_public"]
    assert codes(facts(State.FAILED, public=True), page=True) == []


def test_staff_see_their_lanes_and_operators_none() -> None:
    assert rules.lanes_of([Role.OPERATOR, Role.TOOLING, Role.COMMITTEE, Role.REQUESTER_DESK]) == ()
    assert rules.lanes_of([Role.CHILD_PROTECTION]) == (Lane.CHILD_PROTECTION,)
    assert Lane.CHILD_PROTECTION not in rules.lanes_of([role for role in Role if role not in {Role.CHILD_PROTECTION, Role.AUDITOR}])
    assert set(rules.lanes_of([Role.AUDITOR])) == set(Lane)
    assert rules.lane_of("case", "child_protection") is rules.lane_of("appeal", "child_protection") is Lane.CHILD_PROTECTION
    assert rules.lane_of("appeal", "global_ban") is Lane.APPEALS
    assert rules.lane_of("action", "conduct_warning") is Lane.CONFIDENTIAL
    assert rules.lane_of("dmca_notice", "dmca") is Lane.DMCA
    assert rules.lane_of("action", "global_ban") is Lane.CONDUCT


def test_policy_knows_what_letters_tell() -> None:
    today = date(2026, 3, 2)
    assert rules.POLICY.value("appeals_address", on=today) == "appeals@wikimedia.org"
