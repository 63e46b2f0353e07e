"""The review chain: the matrix, the signatures, the outcome (R19, R66, R113, D1, D2, D3, D24)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.decision import Refused
from kernel.kinds import REQUEST_KINDS, Kind
from kernel.review import (
    MATRIX,
    Chain,
    Course,
    Level,
    Review,
    ReviewState,
    Signature,
    Verdict,
    approvals_of,
    chain_for,
    may_enact_on,
    may_sign,
    open_level,
    state_of,
    steps_of,
)

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def chain_of(facts: dict[str, Any]) -> Chain:
    optional = frozenset(Level(level) for level in facts.get("optional", []))
    return chain_for(Kind(facts["kind"]), Course(facts.get("course", "act")), optional=optional, on=ON)


def signature_of(line: str) -> Signature:
    level, verdict, *rest = line.split()
    by = rest[0] if rest else f"one of {level}"
    return Signature(Level(level), by, Verdict(verdict), "another text" if "stale" in rest else "the text", AT)


def review_of(facts: dict[str, Any]) -> Review:
    chain = chain_of(facts)
    return Review(
        kind=chain.kind,
        course=chain.course,
        chain=chain,
        digest="the text",
        evaluator="evaluator",
        signatures=tuple(signature_of(line) for line in facts.get("signatures", [])),
        recused=frozenset(facts.get("recused", [])),
        involved=frozenset(facts.get("involved", [])),
        emergency_enactor=facts.get("emergency_enactor"),
    )


@pytest.mark.parametrize("case", load_cases(CASES / "review-chains.toml"), ids=str)
def test_chains(case: Case) -> None:
    if "refused" in case.expect:
        with pytest.raises(Refused) as refused:
            chain_of(dict(case.given))
        assert [reason.code for reason in refused.value.reasons] == case.expect["refused"]
        assert {reason.cite for reason in refused.value.reasons} == {case.cite}
        return
    chain = chain_of(dict(case.given))
    column = case.expect.get("column", case.expect["levels"])
    assert (list(chain.levels), list(chain.column), chain.approvals) == (case.expect["levels"], column, case.expect["approvals"])


@pytest.mark.parametrize("case", load_cases(CASES / "review-standing.toml"), ids=str)
def test_standing(case: Case) -> None:
    review = review_of(dict(case.given))
    stands: dict[str, Any] = {
        "state": state_of(review),
        "approvals": approvals_of(review),
        "steps": [step.state for step in steps_of(review)],
        "enact": [reason.code for reason in may_enact_on(review).reasons],
    }
    if turn := open_level(review):
        stands["turn"] = turn
    assert ("turn" in case.expect) == ("turn" in stands)
    assert {key: stands[key] for key in case.expect} == dict(case.expect)


@pytest.mark.parametrize("case", load_cases(CASES / "review-signing.toml"), ids=str)
def test_signing(case: Case) -> None:
    facts = dict(case.given)
    decision = may_sign(
        review_of(facts),
        by=facts["by"],
        level=Level(facts["level"]),
        verdict=Verdict.APPROVE,
        digest="another text" if facts.get("text") == "stale" else "the text",
        role_held=facts.get("role", True),
    )
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


def test_every_kind_of_request_has_a_column_and_no_other_kind_has() -> None:
    assert set(MATRIX.names()) == {kind.value for kind in REQUEST_KINDS}


def test_every_level_is_signed_in_the_role_of_its_name() -> None:
    assert [level.role for level in Level] == [Role(level.value) for level in Level]


def test_a_step_shows_who_signed_and_when_and_whether_the_matrix_asks_for_it() -> None:
    review = review_of({"kind": "conduct_warning", "optional": ["communications"], "signatures": ["team_peer approve anna"]})
    first, *_, communications, executive_director = steps_of(review)
    assert (first.by, first.at, first.required) == ("anna", AT, True)
    assert (communications.required, communications.by, executive_director.required) == (False, None, False)


PEOPLE = ("evaluator", "enactor", "aimed-at", "stepped-aside", "anna", "boris", "chen", "dana", "emeka", "fatou", "goran")
SIGNATURES = st.builds(
    Signature,
    st.sampled_from(Level),
    st.sampled_from(PEOPLE),
    st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.DISSENT, Verdict.RETURN]),
    st.sampled_from(["the text", "the text", "another text"]),
    st.just(AT),
)


@st.composite
def any_review(draw: st.DrawFn) -> Review:
    """Draw a review with signatures in any order, most often in one that nearly follows the chain, so that many are approved."""
    kind = draw(st.sampled_from(sorted(REQUEST_KINDS)))
    course = draw(st.sampled_from(Course))
    chain = chain_for(kind, course, on=ON)
    people = draw(st.permutations(PEOPLE))
    in_turn = [Signature(level, by, Verdict.APPROVE, "the text", AT) for level, by in zip(chain.column, people, strict=False)]
    signatures = [*in_turn, *in_turn] if draw(st.booleans()) else []
    for stray in draw(st.lists(SIGNATURES, max_size=8)):
        signatures.insert(draw(st.integers(0, len(signatures))), stray)
    recused, involved = frozenset({"stepped-aside"}), frozenset({"aimed-at"})
    return Review(kind, course, chain, "the text", "evaluator", tuple(signatures), recused, involved, "enactor")


@given(any_review())
def test_no_signatures_approve_without_every_level_heard_by_distinct_free_people(review: Review) -> None:
    approved = state_of(review) is ReviewState.APPROVED
    assert may_enact_on(review).granted == approved
    steps = [step for step in steps_of(review) if step.required]
    signers = [step.by for step in steps if step.by]
    assert len(signers) == len(set(signers))
    assert not {"evaluator", "enactor", "aimed-at", "stepped-aside"} & set(signers)
    for step in steps:
        if step.by:
            assert any(sign.by == step.by and sign.level is step.level and sign.digest == review.digest for sign in review.signatures)
    if approved:
        assert review.course is Course.ACT
        assert [step.level for step in steps] == list(review.chain.column)
        assert len(signers) == len(review.chain.column)
        assert approvals_of(review) >= (3 if review.kind is Kind.GLOBAL_BAN else 1 if review.kind is Kind.CHECKUSER else 2)


@given(any_review(), SIGNATURES)
def test_a_signature_counts_exactly_when_it_may_be_made(review: Review, new: Signature) -> None:
    decision = may_sign(review, by=new.by, level=new.level, verdict=new.verdict, digest=new.digest, role_held=True)
    after = Review(
        review.kind,
        review.course,
        review.chain,
        review.digest,
        review.evaluator,
        (*review.signatures, new),
        review.recused,
        review.involved,
        review.emergency_enactor,
    )
    assert decision.granted == (steps_of(after) != steps_of(review))
