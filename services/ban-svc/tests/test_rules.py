"""The law of decisions about persons, asked through its cases (R2-R34, R59-R67, R83-R92, D1, D15-D17, D23)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import MOVES, OPEN, ActingAccount, ActionSpec, BanFacts, Effect, Matter, State
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.kinds import Kind
from kernel.review import Course, Level, Review, Signature, Verdict, chain_for

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BAN = "0190aaaa-0000-7000-8000-000000000002"
LAWFUL: dict[str, dict[str, Any]] = {
    "global_ban": {
        "accounts": [{"name": "Loud visitor", "wiki": "examplewiki"}],
        "grounds": ["harassment_multiple_projects"],
        "prior_warnings": ["https://example.org/wiki/User_talk:Loud_visitor"],
        "disclosure": "public",
    },
    "event_ban": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["bad_faith_attendance"],
        "scope": {"everywhere": False, "countries": ["NL"]},
        "disclosure": "restricted",
    },
    "range_block": {
        "addresses": ["192.0.2.0/24"],
        "grounds": ["harassment_multiple_projects"],
        "enforces": BAN,
        "extraordinary": "The ban is evaded from these addresses every day.",
        "disclosure": "public",
    },
    "conduct_warning": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["personal_attacks"],
        "warning": "Please write about the article and not about its author.",
        "extraordinary": "The project has no active administrators.",
        "disclosure": "confidential",
    },
    "account_termination": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["repeat_infringer"],
        "disclosure": "confidential",
    },
}


def spec_of(kind: str, changes: dict[str, Any] | None = None, without: list[str] | None = None) -> ActionSpec:
    text = {
        "kind": kind,
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "insufficient", "note": "Several communities asked."},
        "disclosure_reason": "As the kind has it.",
        **LAWFUL[kind],
        **(changes or {}),
    }
    return ActionSpec.model_validate_json(json.dumps({key: value for key, value in text.items() if key not in (without or [])}))


def ban_of(facts: dict[str, Any]) -> BanFacts:
    end = facts.get("expires_at")
    return BanFacts(Kind(facts["kind"]), State(facts["state"]), datetime.fromisoformat(end) if end else None)


def matter_of(facts: dict[str, Any]) -> Matter:
    named: dict[str, Any] = {key: ban_of(facts[key]) for key in ("enforces", "part_of") if key in facts}
    plain = {key: value for key, value in facts.items() if key not in ("enforces", "part_of", "escalates", "course")}
    escalates = tuple(ban_of(one) for one in facts.get("escalates", []))
    return Matter(course=Course(facts.get("course", "act")), now=NOW, escalates=escalates, **named, **plain)


@pytest.mark.parametrize("case", load_cases(CASES / "proposals.toml"), ids=str)
def test_proposals(case: Case) -> None:
    facts = dict(case.given)
    decision = rules.may_propose(spec_of(facts["kind"], facts.get("spec"), facts.get("without")), matter_of(facts.get("matter", {})))
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


def test_what_is_unusual_is_put_on_record() -> None:
    usual = spec_of("global_ban")
    rare = spec_of("global_ban", {"expires_at": "2027-01-01T00:00:00Z", "overrides_local": "a policy"}, ["prior_warnings"])
    assert rules.remarks(usual) == ()
    assert [(one.code, one.cite) for one in rules.remarks(rare)] == [
        ("finite_is_atypical", "R22"),
        ("without_warning", "R13"),
        ("overrides_local_policy", "R7"),
    ]


@pytest.mark.parametrize(
    ("kind", "enforces", "account"),
    [
        (Kind.GLOBAL_BAN, False, ActingAccount.WMFOFFICE),
        (Kind.RANGE_BLOCK, True, ActingAccount.WMFOFFICE),
        (Kind.RANGE_BLOCK, False, ActingAccount.STAFF),
        (Kind.CHECKUSER, False, ActingAccount.STAFF),
        (Kind.EVENT_BAN, False, ActingAccount.WMFOFFICE),
    ],
)
def test_wmfoffice_acts_but_for_checkuser_and_other_range_blocks(kind: Kind, enforces: bool, account: ActingAccount) -> None:
    assert rules.acting_account(kind, enforces_global_ban=enforces) is account


def test_each_account_is_locked_and_each_address_blocked() -> None:
    one = rules.effects_of(spec_of("global_ban"), on=NOW.date())
    several = rules.effects_of(
        spec_of("global_ban", {"accounts": [{"name": "A"}, {"name": "B"}], "addresses": ["192.0.2.1"]}), on=NOW.date()
    )
    assert one == (Effect("metawiki", "lock"),)
    assert several == (Effect("metawiki", "lock:1"), Effect("metawiki", "lock:2"), Effect("metawiki", "global_block"))
    assert rules.effects_of(spec_of("range_block"), on=NOW.date()) == (Effect("metawiki", "global_block"),)
    assert rules.effects_of(spec_of("account_termination"), on=NOW.date()) == (Effect("metawiki", "lock"),)
    assert rules.effects_of(spec_of("event_ban"), on=NOW.date()) == ()
    assert rules.effects_of(spec_of("conduct_warning"), on=NOW.date()) == ()


def test_a_range_block_ends_with_the_ban_it_enforces() -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=2)
    ban = BanFacts(Kind.GLOBAL_BAN, State.ENACTED, soon)
    assert rules.ends_at(spec_of("range_block"), ban) == soon
    assert rules.ends_at(spec_of("range_block", {"expires_at": late.isoformat()}), ban) == soon
    assert rules.ends_at(spec_of("global_ban"), None) is None


def test_an_address_of_a_ban_counts_for_ninety_days_and_never_longer_than_the_ban() -> None:
    assert rules.address_until(NOW, None) == NOW + timedelta(days=90)
    assert rules.address_until(NOW, NOW + timedelta(days=3)) == NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("kind", "says", "counts"),
    [
        ("global_ban", "public", "public"),
        ("global_ban", "confidential", "confidential"),
        ("event_ban", "public", "restricted"),
        ("event_ban", "confidential", "confidential"),
        ("conduct_warning", "public", "confidential"),
    ],
)
def test_the_narrower_disclosure_wins(kind: str, says: str, counts: str) -> None:
    assert rules.disclosure_of(spec_of(kind, {"disclosure": says})) == counts


AMENDING: dict[str, Any] = {"kind": Kind.GLOBAL_BAN, "new_kind": Kind.GLOBAL_BAN, "by": "eva", "evaluator": "eva"}


@pytest.mark.parametrize(
    ("state", "facts", "codes"),
    [
        (State.RETURNED, {}, []),
        (State.IN_REVIEW, {}, ["not_returned"]),
        (State.RETURNED, {"by": "pia"}, ["not_the_evaluator"]),
        (State.RETURNED, {"new_kind": Kind.EVENT_BAN}, ["kind_changed"]),
    ],
)
def test_the_evaluator_alone_amends_and_only_what_was_returned(state: State, facts: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in rules.may_amend(state, **{**AMENDING, **facts}).reasons] == codes


@pytest.mark.parametrize("state", list(State))
def test_the_evaluator_withdraws_what_is_open(state: State) -> None:
    mine = rules.may_withdraw(state, by="eva", evaluator="eva")
    assert mine.granted == (state in OPEN) == (State.WITHDRAWN in MOVES[state])
    assert [reason.code for reason in rules.may_withdraw(State.PROPOSED, by="pia", evaluator="eva").reasons] == ["not_the_evaluator"]


@pytest.mark.parametrize(
    ("state", "facts", "codes"),
    [
        (State.PROPOSED, {}, []),
        (State.ENACTED, {}, ["not_open"]),
        (State.PROPOSED, {"by": "eva"}, ["evaluator_recuses"]),
        (State.IN_REVIEW, {"signed": True}, ["signed_already"]),
        (State.IN_REVIEW, {"recused": True}, ["recused"]),
    ],
)
def test_who_is_conflicted_steps_aside_before_signing(state: State, facts: dict[str, Any], codes: list[str]) -> None:
    decision = rules.may_recuse(state, **{"by": "pia", "evaluator": "eva", "signed": False, "recused": False, **facts})
    assert [reason.code for reason in decision.reasons] == codes


def review_of(*, signed: int, recused: frozenset[str] = frozenset(), involved: frozenset[str] = frozenset()) -> Review:
    chain = chain_for(Kind.GLOBAL_BAN, Course.ACT, on=date(2026, 11, 2))
    signatures = tuple(Signature(level, f"one of {level}", Verdict.APPROVE, "text", NOW) for level in chain.levels[:signed])
    return Review(chain.kind, chain.course, chain, "text", "eva", signatures, recused, involved)


@pytest.mark.parametrize(
    ("state", "review", "by", "codes"),
    [
        (State.APPROVED, {"signed": 7}, "enno", []),
        (State.APPROVED, {"signed": 7}, "eva", ["evaluator_enacts"]),
        (State.APPROVED, {"signed": 7, "recused": frozenset({"enno"})}, "enno", ["recused"]),
        (State.APPROVED, {"signed": 7, "involved": frozenset({"enno"})}, "enno", ["involved"]),
        (State.ENACTED, {"signed": 7}, "enno", ["enacted_already"]),
        (State.IN_REVIEW, {"signed": 6}, "enno", ["level_not_heard", "not_approved"]),
        (State.WITHDRAWN, {"signed": 7}, "enno", ["not_approved"]),
    ],
)
def test_only_what_the_whole_chain_approved_is_enacted(state: State, review: dict[str, Any], by: str, codes: list[str]) -> None:
    assert [reason.code for reason in rules.may_enact(review_of(**review), state, by=by).reasons] == codes


def test_what_the_law_asked_must_hold_at_enactment_too() -> None:
    ended = rules.may_be_done(spec_of("global_ban", {"expires_at": "2026-11-02T08:00:00Z"}), Matter(Course.ACT, NOW))
    assert [reason.code for reason in ended.reasons] == ["ends_in_the_past"]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"state": State.APPROVED}, ["not_in_force"]),
        ({"by": "eva"}, ["evaluator_enforces"]),
        ({"known": False}, ["no_such_effect"]),
        ({"waiting": False}, ["receipt_there"]),
    ],
)
def test_a_receipt_is_taken_once_for_an_effect_in_force(facts: dict[str, Any], codes: list[str]) -> None:
    asked = {
        "state": State.ENACTED,
        "kind": Kind.GLOBAL_BAN,
        "course": Course.ACT,
        "by": "enno",
        "evaluator": "eva",
        "known": True,
        "waiting": True,
    }
    assert [reason.code for reason in rules.may_enforce(**{**asked, **facts}).reasons] == codes


@pytest.mark.parametrize(
    ("roles", "past", "codes"),
    [
        ({Role.TOOLING}, False, []),
        ({Role.AUDITOR}, True, []),
        ({Role.TOOLING}, True, ["past_is_for_audit"]),
        ({Role.EVALUATOR}, False, ["role_missing"]),
    ],
)
def test_the_check_answers_tooling_now_and_the_auditor_about_the_past(roles: set[Role], past: bool, codes: list[str]) -> None:
    assert [reason.code for reason in rules.may_ask_check(frozenset(roles), past=past).reasons] == codes


LEVELS = [*Level]
PEOPLE = ["eva", "pia", "maja", "dora", "chris", "lena", "cora", "edda", "enno"]
STEPS = st.lists(
    st.tuples(st.sampled_from(LEVELS), st.sampled_from(PEOPLE), st.sampled_from([*Verdict]), st.sampled_from(["text", "older"])),
    max_size=12,
)


@given(
    steps=STEPS, kind=st.sampled_from([Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.RANGE_BLOCK, Kind.CONDUCT_WARNING]), by=st.sampled_from(PEOPLE)
)
def test_no_pile_of_signatures_enacts_without_the_chain(steps: list[tuple[Level, str, Verdict, str]], kind: Kind, by: str) -> None:
    chain = chain_for(kind, Course.ACT, on=NOW.date())
    review = Review(
        kind, Course.ACT, chain, "text", "eva", tuple(Signature(level, who, verdict, text, NOW) for level, who, verdict, text in steps)
    )
    if rules.may_enact(review, State.APPROVED, by=by):
        assert by != "eva"
        counted = [step for step in steps if step[3] == "text" and step[1] != "eva"]
        assert {level for level, *_ in counted} >= set(chain.levels)
        assert len({who for _, who, verdict, _ in counted if verdict is Verdict.APPROVE}) >= chain.approvals
