"""The law of decisions about persons, asked through its cases (R2-R34, R59-R67, R83-R92, D1, D15-D17, D23)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import EMERGENCIES, MOVES, OPEN, ActingAccount, ActionSpec, BanFacts, DelegationFacts, Effect, Matter, State
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course, Level, Review, Signature, Verdict, chain_for, may_sign

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BAN = "0190aaaa-0000-7000-8000-000000000002"
LAWFUL: dict[str, dict[str, Any]] = {
    "child_protection": {"accounts": [{"name": "Loud visitor"}], "grounds": ["grooming"], "disclosure": "confidential"},
    "interaction_ban": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["repeated_contact"],
        "warning": "Please do not write to or about the user Quiet reader anywhere.",
        "extraordinary": "Two communities asked for it.",
        "disclosure": "confidential",
    },
    "rights_removal": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["breach_of_trust"],
        "rights": [{"wiki": "examplewiki", "group": "sysop"}, {"wiki": "testwiki", "group": "bureaucrat"}],
        "term": "permanent",
        "extraordinary": "The trust of three communities is broken.",
        "disclosure": "restricted",
    },
    "checkuser": {
        "accounts": [{"name": "Loud visitor", "wiki": "examplewiki"}],
        "grounds": ["threat_of_harm"],
        "checkuser": {
            "purpose": "threat_of_harm",
            "pertinent": "A person is said to be in danger.",
            "no_other_way": "Nothing else tells where from it was written.",
            "share": "stewards",
        },
        "extraordinary": "A threat to life.",
        "disclosure": "confidential",
    },
    "page_protection": {
        "pages": [{"wiki": "examplewiki", "title": "An example"}],
        "grounds": ["court_order"],
        "protection": {"level": "sysop", "template": "pp-office"},
        "extraordinary": "A court ordered it.",
        "disclosure": "public",
    },
    "other": {
        "accounts": [{"name": "Loud visitor"}],
        "grounds": ["enforcement_interference"],
        "extraordinary": "A ban is undone again and again.",
        "disclosure": "restricted",
    },
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


@pytest.mark.parametrize("case", load_cases(CASES / "proposals.toml") + load_cases(CASES / "kinds.toml"), ids=str)
def test_proposals(case: Case) -> None:
    facts = dict(case.given)
    decision = rules.may_propose(spec_of(facts["kind"], facts.get("spec"), facts.get("without")), matter_of(facts.get("matter", {})))
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


def test_what_is_unusual_is_put_on_record() -> None:
    usual = spec_of("global_ban")
    rare = spec_of("global_ban", {"expires_at": "2027-01-01T00:00:00Z", "overrides_local": "a policy"}, ["prior_warnings"])
    assert rules.remarks(usual, on=NOW.date()) == ()
    assert [(one.code, one.cite) for one in rules.remarks(rare, on=NOW.date())] == [
        ("finite_is_atypical", "R22"),
        ("without_warning", "R13"),
        ("overrides_local_policy", "R7"),
    ]
    # R9: whether the community's own means do not reach is for those who sign.
    safe = {"justification": {"why": "safety", "note": "Attendees were threatened."}, "extraordinary": "Two were followed home."}
    assert [(one.code, one.cite) for one in rules.remarks(spec_of("event_ban", safe), on=NOW.date())] == [("safety_alone", "R9")]
    secondary = spec_of("conduct_warning", safe | {"margin": "They apologised."})
    assert rules.remarks(secondary, on=NOW.date()) == ()
    private = spec_of("rights_removal", {"grounds": ["privacy_prevents_community_handling"]})
    assert [one.code for one in rules.remarks(private, on=NOW.date())] == ["privacy_is_a_reason", "smallest_action"]
    assert [one.code for one in rules.remarks(spec_of("child_protection", {"emergency": True}), on=NOW.date())] == ["signed_after"]


@pytest.mark.parametrize("case", load_cases(CASES / "open_points.toml"), ids=str)
def test_what_is_left_to_those_who_sign(case: Case) -> None:
    told = dict(case.given)
    course = Course(told.get("course", "act"))
    spec = spec_of(told["kind"], told.get("spec"), told.get("without"))
    found = rules.remarks(spec, course, on=NOW.date())
    assert [one.code for one in found] == case.expect["remarks"]
    assert all(one.cite for one in found)
    # What is on record is no refusal: the same text may be proposed.
    enforced = BanFacts(Kind.GLOBAL_BAN, State.ENACTED) if spec.enforces else None
    assert rules.may_propose(spec, Matter(course, NOW, enforces=enforced))


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


@pytest.mark.parametrize(
    ("kind", "changes", "effects"),
    [
        ("child_protection", {}, [("metawiki", "lock")]),
        ("child_protection", {"grounds": ["unlawful_material"]}, [("metawiki", "lock"), ("sealed_record", "remove")]),
        ("rights_removal", {}, [("examplewiki", "remove_right:1"), ("testwiki", "remove_right:2")]),
        ("checkuser", {"addresses": ["192.0.2.1"]}, [("examplewiki", "check"), ("metawiki", "check_address")]),
        ("page_protection", {}, [("examplewiki", "protect"), ("examplewiki", "template")]),
        ("other", {}, [("metawiki", "measure")]),
        ("interaction_ban", {}, []),
    ],
)
def test_what_each_kind_does_on_wikis(kind: str, changes: dict[str, Any], effects: list[tuple[str, str]]) -> None:
    found = rules.effects_of(spec_of(kind, changes), on=NOW.date())
    assert [(effect.wiki, effect.effect) for effect in found] == effects
    assert rules.wikis_told(found) == sorted({wiki for wiki, _ in effects} - {"sealed_record"})


def test_interaction_bans_are_off_until_counsel_sets_a_date() -> None:
    assert not rules.interaction_bans_imposed(NOW.date())


def test_where_material_lies_is_kept_nowhere() -> None:
    told = rules.may_propose(spec_of("child_protection", {"grounds": ["other: see //example.org"]}), Matter(Course.ACT, NOW)).reasons
    assert rules.is_kept_apart(told)
    assert not rules.is_kept_apart(rules.may_propose(spec_of("child_protection", {"grounds": []}), Matter(Course.ACT, NOW)).reasons)


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


def review_of(
    kind: str = "global_ban", course: str = "act", signed: int | None = None, verdicts: dict[str, str] | None = None, **people: Any
) -> Review:
    """A review by one person for each level: the first `signed` of them, or those of `verdicts`, in turn."""
    chain = chain_for(Kind(kind), Course(course), on=date(2026, 11, 2))
    levels = chain.levels[: len(chain.levels) if signed is None else signed]
    said = verdicts or dict.fromkeys(levels, "approve")
    signatures = tuple(Signature(Level(level), f"one-{level}", Verdict(verdict), "text", NOW) for level, verdict in said.items())
    named = {key: frozenset(people.get(key, ())) for key in ("recused", "involved")}
    return Review(chain.kind, chain.course, chain, "text", "eva", signatures, **named, emergency_enactor=people.get("enactor"))


@pytest.mark.parametrize("case", load_cases(CASES / "enactments.toml"), ids=str)
def test_enactments(case: Case) -> None:
    facts = dict(case.given)
    roles = frozenset(Role(role) for role in facts.pop("roles", ["enforcer"]))
    state, by, emergency = State(facts.pop("state", "approved")), facts.pop("by", "enno"), facts.pop("emergency", False)
    decision = rules.may_enact(review_of(**facts), state, by=by, roles=roles, emergency=emergency)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]


@pytest.mark.parametrize("case", load_cases(CASES / "reviews.toml"), ids=str)
def test_reviews(case: Case) -> None:
    facts = dict(case.given)
    state, by, level = State(facts.pop("state", "in_review")), facts.pop("by", "somebody"), Level(facts.pop("level"))
    verdict, roles = Verdict(facts.pop("verdict", "approve")), frozenset(Role(role) for role in facts.pop("roles", [level]))
    delegator = facts.pop("delegator", None)
    review = review_of(**facts)
    decision = (
        rules.may_work_on(review.kind, roles)
        & rules.is_under_review(state, verdict=verdict, unsigned=not review.signatures)
        & may_sign(review, by=by, level=level, verdict=verdict, digest="text", role_held=level.role in roles or delegator is not None)
    )
    if delegator is not None:
        delegation = DelegationFacts(level, delegator, by, NOW, NOW + timedelta(days=1))
        decision &= rules.may_sign_for(delegation, review, involved=review.involved)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]


def test_divergence_is_passed_on() -> None:
    assert [one.code for one in rules.diverges(Verdict.DISSENT)] == ["divergence"]
    assert rules.diverges(Verdict.APPROVE) == ()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"held": False}, ["role_missing"]),
        ({"delegate": "dora"}, ["delegates_to_self"]),
        ({"until": NOW - timedelta(days=1)}, ["ends_before_it_starts", "ends_in_the_past"]),
        ({"starts_at": NOW - timedelta(days=9), "until": NOW}, ["ends_in_the_past"]),
        ({"until": NOW + timedelta(days=93)}, ["delegation_too_long"]),
    ],
)
def test_a_delegation_is_dated_and_given_by_whoever_holds_the_level(changes: dict[str, Any], codes: list[str]) -> None:
    asked = {"by": "dora", "held": True, "delegate": "dana", "starts_at": NOW, "until": NOW + timedelta(days=92), "now": NOW}
    assert [reason.code for reason in rules.may_delegate(Level.DIRECTOR, **{**asked, **changes}).reasons] == codes


@pytest.mark.parametrize(
    ("by", "ended_at", "now", "codes"),
    [
        ("dora", None, NOW, []),
        ("dana", None, NOW, ["not_the_delegator"]),
        ("dora", NOW, NOW, ["delegation_over"]),
        ("dora", None, NOW + timedelta(days=1), ["delegation_over"]),
    ],
)
def test_whoever_gave_a_delegation_ends_it_once(by: str, ended_at: datetime | None, now: datetime, codes: list[str]) -> None:
    delegation = DelegationFacts("director", "dora", "dana", NOW - timedelta(days=1), NOW + timedelta(days=1), ended_at)
    assert [reason.code for reason in rules.may_end_delegation(delegation, by=by, now=now).reasons] == codes
    assert delegation.holds("director", "dana", now) == (ended_at is None and now == NOW)
    assert not delegation.holds("chief", "dana", NOW - timedelta(hours=1))
    assert delegation.holds("director", "dana", NOW - timedelta(hours=1))


def test_signatures_follow_an_emergency_within_four_and_twenty_four_hours() -> None:
    child = rules.signatures_due(Kind.CHILD_PROTECTION, NOW)
    assert {name: target.target_at - NOW for name, target in child.items()} == {
        "second_signature": timedelta(hours=4),
        "chain": timedelta(hours=24),
    }
    assert child["chain"].at_risk_at - NOW == timedelta(hours=18)
    assert list(rules.signatures_due(Kind.CHECKUSER, NOW)) == ["chain"]
    # 09:00 UTC is one in the morning in San Francisco; the day ends there at 08:00 UTC of the next.
    assert rules.reversal_due(NOW).target_at == datetime(2026, 11, 3, 8, tzinfo=UTC)


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
        ({Role.EVENT_STEWARD}, False, ["event_not_named"]),
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
    steps=STEPS,
    kind=st.sampled_from(sorted(ACTION_KINDS)),
    by=st.sampled_from(PEOPLE),
    role=st.sampled_from(["enforcer", "child_protection"]),
)
def test_no_pile_of_signatures_enacts_without_the_chain(
    steps: list[tuple[Level, str, Verdict, str]], kind: Kind, by: str, role: str
) -> None:
    chain = chain_for(kind, Course.ACT, on=NOW.date())
    review = Review(
        kind, Course.ACT, chain, "text", "eva", tuple(Signature(level, who, verdict, text, NOW) for level, who, verdict, text in steps)
    )
    if rules.may_enact(review, State.APPROVED, by=by, roles=frozenset({Role(role)})):
        assert (role == "child_protection") is (kind is Kind.CHILD_PROTECTION)
        assert by != "eva" or kind is Kind.CHILD_PROTECTION
        counted = [step for step in steps if step[3] == "text" and step[1] != "eva"]
        assert {level for level, *_ in counted} >= set(chain.levels)
        assert len({who for _, who, verdict, _ in counted if verdict is Verdict.APPROVE}) >= chain.approvals


@given(steps=STEPS, kind=st.sampled_from(sorted(ACTION_KINDS)), by=st.sampled_from(PEOPLE), state=st.sampled_from(list(State)))
def test_only_an_emergency_of_its_kind_acts_first_and_by_one_who_signed_nothing(
    steps: list[tuple[Level, str, Verdict, str]], kind: Kind, by: str, state: State
) -> None:
    emergency = kind in EMERGENCIES
    chain = chain_for(kind, Course.ACT, on=NOW.date())
    review = Review(
        kind, Course.ACT, chain, "text", "eva", tuple(Signature(level, who, verdict, text, NOW) for level, who, verdict, text in steps)
    )
    if rules.may_enact(review, state, by=by, roles=frozenset({Role.ENFORCER, Role.CHILD_PROTECTION}), emergency=emergency):
        first = state in (State.PROPOSED, State.IN_REVIEW)
        assert emergency if first else state is State.APPROVED
        assert not emergency or by not in {who for _, who, _, _ in steps}
        assert by != "eva" or kind is Kind.CHILD_PROTECTION
