"""The law of who signs, enacts and carries out, asked through its cases (R19, R91, R93, R113, R115, D1-D4)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import EMERGENCIES, MOVES, OPEN, DelegationFacts, State
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course, Level, Review, Signature, Verdict, chain_for, may_sign

CASES = Path(__file__).parent / "cases"


NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


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
        (State.ENACTED, {}, []),
        (State.ENFORCED, {"signed": True}, ["signed_already"]),
        (State.LIFTED, {}, ["not_open"]),
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
