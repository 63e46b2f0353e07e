"""The law of decisions about persons, asked through its cases (R2-R34, R59-R67, R83-R92, D1, D15-D17, D23)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import ActionSpec, BanFacts, Effect, Matter, State
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.kinds import Kind
from kernel.review import Course

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


@pytest.mark.parametrize("case", load_cases(CASES / "standing.toml"), ids=str)
def test_what_a_measure_is_beside_its_text(case: Case) -> None:
    told, on = dict(case.given), NOW.date()
    spec = spec_of(told["kind"], told.get("spec"))
    remarks = [one.code for one in rules.is_usual(told.get("enacted", 1), rules.usual_rate(on=on)).reasons]
    found = {
        "acts": rules.acting_account(spec.kind, enforces_global_ban=told.get("enforces", False)),
        "binds": list(rules.capacities_of(spec.kind, on=on)),
        "counts": rules.disclosure_of(spec),
        "listed": rules.register_of(spec),
        "remarks": remarks,
    }
    assert {name: found[name] for name in case.expect} == case.expect


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


def test_what_the_law_asked_must_hold_at_enactment_too() -> None:
    ended = rules.may_be_done(spec_of("global_ban", {"expires_at": "2026-11-02T08:00:00Z"}), Matter(Course.ACT, NOW))
    assert [reason.code for reason in ended.reasons] == ["ends_in_the_past"]


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
