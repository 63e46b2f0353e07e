"""The law of what happens to a decision after its enactment, asked through its cases (R8, R16, R29-R31, R91-R93, R101-R103, R110, D26)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import (
    ActionSpec,
    BeforeFacts,
    Effect,
    EffectState,
    LifeFacts,
    LookFacts,
    Matter,
    Route,
    Scope,
    State,
    Term,
    WaitingFacts,
)
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.kinds import Kind
from kernel.review import Course

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TODAY = NOW.date()


def spec_of(kind: str, changes: dict[str, Any]) -> ActionSpec:
    text = {
        "kind": kind,
        "accounts": [{"name": "Loud visitor"}],
        "scope": {"everywhere": True},
        "grounds": ["harassment_at_events"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "safety", "note": "Attendees were threatened."},
        "disclosure": "restricted",
        "disclosure_reason": "As the kind has it.",
        **changes,
    }
    return ActionSpec.model_validate_json(json.dumps(text))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def facts_of(told: dict[str, Any]) -> LifeFacts:
    flags = {name: told.get(name, False) for name in ("involved", "recused", "named_group", "signed_after")}
    return LifeFacts(
        kind=Kind(told.get("kind", "event_ban")),
        state=State(told.get("state", "enacted")),
        now=NOW,
        expires_at=moment(told.get("expires_at")),
        enacted_at=NOW - timedelta(days=300),
        issuance=told.get("issuance"),
        **flags,
    )


def waiting_of(told: dict[str, Any]) -> WaitingFacts | None:
    found = told.get("waiting")
    return WaitingFacts(found["by"], found.get("manages", True), Route(found.get("route", "two_people"))) if found else None


@pytest.mark.parametrize("case", load_cases(CASES / "modifications.toml"), ids=str)
def test_modifications(case: Case) -> None:
    told = dict(case.given)
    kind = told.get("kind", "event_ban")
    old, new = spec_of(kind, told.get("old", {})), spec_of(kind, told.get("new", {}))
    term = Term(datetime(2026, 1, 1, tzinfo=UTC), moment(told.get("first_end")))
    decision = rules.may_modify(facts_of(told), old, new, told.get("nature", "ordinary"), term, waiting=waiting_of(told), by="eva")
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    if decision:
        judged = rules.judge(old, new, term)
        assert (judged.nature, judged.route(told.get("nature", "ordinary")), [one.code for one in judged.remarks]) == (
            case.expect["nature"],
            case.expect["route"],
            case.expect["remarks"],
        )


def ask(told: dict[str, Any]) -> Any:
    facts, waiting, by = facts_of(told), waiting_of(told), told.get("by", "maja")
    look = LookFacts(EffectState(told["effect"]) if "effect" in told else None, "enno", by)
    course = Course(told.get("course", "act"))
    waits = waiting or WaitingFacts("nobody")
    return {
        "lift": lambda: rules.may_lift(facts, waiting=waiting, by=by),
        "confirm": lambda: rules.may_confirm(facts, waiting, by=by, manages=told.get("manages", True)),
        "permission": lambda: rules.may_permit(
            facts, Scope.model_validate(told["scope"], strict=False), datetime.fromisoformat(told["until"]), waiting=waiting, by=by
        ),
        "turn_down": lambda: rules.may_turn_down(facts, waiting, by=by),
        "take_back": lambda: rules.may_take_back(waiting, by=by),
        "sign": lambda: rules.is_signed(waits, told["review"]),
        "enact": lambda: rules.may_enact_modification(facts, waits if told["review"] != "confirmed" else None, told["review"], by=by),
        "outcome": lambda: rules.may_apply(facts, told["outcome"], issuance=told.get("appealed")),
        "receipt": lambda: rules.may_enforce(
            facts.state, facts.kind, course, by=by, evaluator="eva", known="effect" in told, waiting=told.get("effect") != "done"
        ),
        "failure": lambda: rules.may_tell_failure(look),
        "look": lambda: rules.may_look(look),
        "recorded": lambda: rules.was_decided_here(told["origin"]),
        "effects": lambda: rules.brings_something(course, told=True),
    }[told["ask"]]()


@pytest.mark.parametrize("case", load_cases(CASES / "life.toml"), ids=str)
def test_life(case: Case) -> None:
    decision = ask(dict(case.given))
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


# --- scopes: narrower is what the words say (R28) ---------------------------------------------------------------------------------

FIELD = st.one_of(st.none(), st.sets(st.sampled_from(["aa", "bb", "cc"]), min_size=1).map(lambda found: tuple(sorted(found))))
SCOPES = st.builds(lambda projects, events: Scope(everywhere=False, projects=projects, events=events), FIELD, FIELD)


def _points(scope: Scope) -> set[tuple[str, str]]:
    every = ("aa", "bb", "cc", "dd")
    return {(project, event) for project in scope.projects or every for event in scope.events or every}


@given(new=SCOPES, old=SCOPES)
def test_a_scope_is_narrower_exactly_when_it_holds_nowhere_else(new: Scope, old: Scope) -> None:
    assert rules.is_narrower(new, old) is (_points(new) <= _points(old))


def test_no_scope_is_narrower_than_none_and_none_is_not_narrower_than_one() -> None:
    one = Scope(everywhere=False, projects=("examplewiki",))
    assert rules.is_narrower(None, None)
    assert rules.is_narrower(one, None)
    assert not rules.is_narrower(None, one)
    assert not rules.is_narrower(one.model_copy(update={"associated": True}), one)


@given(
    old=st.one_of(st.none(), st.integers(1, 4000)),
    new=st.one_of(st.none(), st.integers(1, 4000)),
    first=st.one_of(st.none(), st.integers(1, 999)),
)
def test_what_lasts_longer_always_burdens_and_what_lasts_shorter_never_does(old: int | None, new: int | None, first: int | None) -> None:
    def at(days: int | None) -> dict[str, str]:
        return {"expires_at": (NOW + timedelta(days=days)).isoformat()} if days else {}

    judged = rules.judge(
        spec_of("event_ban", at(old)), spec_of("event_ban", at(new)), Term(NOW, NOW + timedelta(days=first) if first else None)
    )
    longer = old is not None and (new is None or new > old)
    assert (judged.route("ordinary") is Route.CHAIN) is longer
    assert judged.nature == "ordinary" or longer


# --- what the check obeys, what is undone, what is usual --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "wikis"),
    [
        ({"projects": ("bwiki", "awiki", "awiki")}, ("awiki", "bwiki")),
        ({"projects": ("awiki",), "countries": ("NL",)}, ()),
        ({"projects": ("awiki",), "events": ("gathering",)}, ()),
        ({"countries": ("NL",)}, ()),
    ],
)
def test_the_check_of_a_wiki_obeys_what_names_it_and_nothing_offline_beside(scope: dict[str, Any], wikis: tuple[str, ...]) -> None:
    assert rules.wikis_of(Scope(everywhere=False, **scope)) == wikis


def test_what_was_done_is_undone_but_what_ends_on_the_wiki_by_itself_ends_there() -> None:
    done = [Effect("metawiki", "lock:2"), Effect("metawiki", "global_block"), Effect("awiki", "remove_right")]
    assert rules.reversals_of(done, by_the_clock=False, on=TODAY) == (
        Effect("metawiki", "unlock:2"),
        Effect("metawiki", "global_unblock"),
    )
    assert rules.reversals_of(done, by_the_clock=True, on=TODAY) == (Effect("metawiki", "unlock:2"),)
    assert [rules.is_renewed(one, on=TODAY) for one in done] == [False, True, False]


def test_a_modification_of_any_kind_is_signed_by_legal() -> None:
    facts = facts_of({})
    for kind in ("range_block", "event_ban", "page_protection"):
        chain = rules.chain_of_modification(spec_of(kind, {}), facts)
        assert "legal" in chain.levels
        assert chain.levels == chain.column


@pytest.mark.parametrize(
    ("kind", "changes", "letter", "entry", "clocks"),
    [
        ("global_ban", {"disclosure": "public"}, "global_ban", "listed", ["appeal_until"]),
        (
            "global_ban",
            {"disclosure": "public", "addresses": ["192.0.2.1"]},
            "global_ban",
            "listed",
            ["addresses_forgotten", "appeal_until"],
        ),
        ("global_ban", {"disclosure": "restricted"}, "global_ban", "not_listed", ["appeal_until"]),
        ("event_ban", {"expires_at": "2026-12-01T00:00:00Z"}, "event_ban", "restricted_list", ["expires", "appeal_until"]),
        ("event_ban", {"disclosure": "confidential"}, "event_ban", "not_listed", ["appeal_until"]),
        ("conduct_warning", {"warning": "Please stop."}, "conduct_warning", "half_year_totals", ["appeal_until"]),
        ("child_protection", {}, "account_measure", "half_year_totals", ["appeal_until"]),
        ("range_block", {}, None, "not_listed", ["appeal_until"]),
        (
            "rights_removal",
            {"no_rights_until": "2027-12-01T00:00:00Z", "reapply_criteria": ["a quiet year"]},
            "rights_removal",
            "not_listed",
            ["appeal_until", "may_apply_again"],
        ),
    ],
)
def test_what_signers_are_shown(kind: str, changes: dict[str, Any], letter: str | None, entry: str, clocks: list[str]) -> None:
    spec = spec_of(kind, changes)
    letters = rules.letters_of(spec, NOW, reference="01")
    assert [one.template for one in letters if one.party == "subject"] == ([letter] if letter else [])
    assert letters[-1].facts == {"reference": "01", "decided_on": "2026-11-02"}
    assert rules.register_of(spec) == entry
    assert [one.what for one in rules.clocks_of(spec, NOW, spec.expires_at)] == clocks
    if kind == "child_protection":
        assert letters[0].facts == {"reference": "01", "account": "Loud visitor", "since": "2026-11-02"}


def test_what_was_decided_before_is_imported_and_what_others_decided_is_recorded() -> None:
    ours, theirs = spec_of("event_ban", {}), spec_of("event_ban", {"imposed_by": "affiliate"})
    matter = Matter(course=Course.ACT, now=NOW)
    assert (rules.is_of_others(ours), rules.is_of_others(theirs), rules.is_of_others(None)) == (False, True, False)
    assert rules.may_record(theirs, matter)
    assert rules.may_import(ours, BeforeFacts(NOW - timedelta(days=1)), matter)
    late = rules.may_import(ours, BeforeFacts(NOW + timedelta(days=1)), Matter(course=Course.ACT, now=NOW, banned_already=True))
    assert [one.code for one in late.reasons] == ["not_before", "already_banned"]
    none = rules.may_record(spec_of("conduct_warning", {}), Matter(course=Course.NO_ACTION, now=NOW))
    assert [one.code for one in none.reasons] == ["not_a_ban", "not_a_ban"]
