"""Who may appeal what, until when, and who answers: counsel's cases, and what holds for every date (R32, R33, R101-R109)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from appeals_svc import rules
from appeals_svc.model import (
    MOVES,
    AppellantRole,
    Channel,
    DecisionFacts,
    DecisionKind,
    GlobalBan,
    Letter,
    Nature,
    Participation,
    Standing,
    State,
    Term,
)
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.kinds import Kind
from kernel.months import months_after

CASES = Path(__file__).parent / "cases"
ELIGIBILITY = [case for name in ("event_bans", "windows", "kinds") for case in load_cases(CASES / f"{name}.toml")]
ISSUED = datetime(2026, 1, 15, 10, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def decision(given: Any) -> DecisionFacts:
    """Build the facts that a case gives."""
    first = Term(1, given["issued"], Nature.FIRST, 1, given.get("expires"), given.get("irrevocable", False))
    terms = [first]
    for change in given.get("modified", ()):
        nature = Nature(change["nature"])
        issuance = terms[-1].issuance + (nature is Nature.SUBSTANTIAL_ATYPICAL)
        terms.append(Term(len(terms) + 1, change["at"], nature, issuance, change.get("expires"), change.get("irrevocable", False)))
    return DecisionFacts(
        kind=DecisionKind(given.get("kind", "action")),
        matter=Kind(given["matter"]),
        acts=given.get("acts", True),
        standing=Standing(given.get("standing", "final")),
        terms=tuple(terms),
        letters=tuple(Letter(one["at"], one.get("version")) for one in given.get("letters", ())),
        taken_in_by=tuple(GlobalBan(one["in_force"], one.get("ended")) for one in given.get("taken_in", ())),
    )


def codes(decided: Any) -> list[str]:
    return [reason.code for reason in decided.reasons]


@pytest.mark.parametrize(
    "case", [one for name in ("event_bans", "windows", "kinds") for one in load_cases(CASES / f"{name}.toml")], ids=str
)
def test_who_may_appeal_what_until_when(case: Case) -> None:
    facts, filed = decision(case.given), case.given["filed"]
    role, claimed = AppellantRole(case.given.get("role", "subject")), case.given.get("claimed")
    assert codes(rules.may_appeal(facts, role, filed, claimed)) == case.expect["reasons"]
    if "route" in case.expect:
        assert rules.route_of(facts, role, Channel(case.given.get("channel", "mail")), filed) == case.expect["route"]
    issuance = rules.issuance_at(facts.terms, filed)
    if issuance is None:
        return
    window = rules.window_of(facts, issuance)
    told = {
        "until": window.until,
        "policy_until": window.policy_until,
        "after_policy": rules.after_policy(window, filed),
        "on_claim": rules.rests_on_claim(window, filed, claimed),
    }
    wanted = {name: value for name, value in case.expect.items() if name not in ("reasons", "route")}
    assert {name: told[name] for name in wanted} == wanted


@pytest.mark.parametrize("case", load_cases(CASES / "filing.toml"), ids=str)
def test_who_files(case: Case) -> None:
    what = {"kind": "notice", "matter": "dmca"} if case.given.get("kind") else {"matter": "global_ban"}
    known = decision({**what, "issued": ISSUED}) if case.given.get("known", True) else None
    claim = rules.Claim(case.given.get("verified", True), case.given.get("party"), case.given.get("earlier", False))
    at = ISSUED + timedelta(days=400 if case.given.get("late") else 1)
    assert codes(rules.may_file(known, AppellantRole.SUBJECT, at, claim)) == case.expect["reasons"]


@pytest.mark.parametrize("case", load_cases(CASES / "counsel.toml"), ids=str)
def test_counsel_who_had_no_part_decides(case: Case) -> None:
    part = [Participation(sub, role) for sub, role in case.given.get("part", ())]
    state = State(case.given.get("state", "with_counsel"))
    assert codes(rules.may_decide(state, "counsel", part)) == case.expect["reasons"]


@pytest.mark.parametrize("case", load_cases(CASES / "standing.toml"), ids=str)
def test_when_there_is_a_decision(case: Case) -> None:
    given = case.given
    standing = rules.standing_of(
        state=given["state"],
        enacted=given.get("enacted", False),
        emergency=given.get("emergency", False),
        chain_approved=given.get("approved", False),
    )
    assert standing == case.expect["standing"]


@pytest.mark.parametrize(
    ("state", "missing", "late", "wanted"),
    [
        (State.INCOMPLETE, True, False, []),
        (State.INCOMPLETE, True, True, ["reasons_too_late"]),
        (State.INCOMPLETE, False, False, ["reasons_not_asked"]),
        (State.WITH_COUNSEL, False, True, ["reasons_not_asked"]),
    ],
)
def test_reasons_are_taken_for_fourteen_days(state: State, missing: bool, late: bool, wanted: list[str]) -> None:
    due = rules.reasons_due(ISSUED)
    assert due == ISSUED + timedelta(days=14)
    at = due if late else due - timedelta(seconds=1)
    assert codes(rules.may_give_reasons(state, missing=missing, due_at=due, at=at)) == wanted


@pytest.mark.parametrize(
    ("state", "verified", "wanted"),
    [
        (State.FILED, False, []),
        (State.INCOMPLETE, False, []),
        (State.INCOMPLETE, True, ["already_verified"]),
        (State.ACCEPTED, True, ["already_verified"]),
        (State.INELIGIBLE, False, ["verification_not_awaited"]),
    ],
)
def test_an_appellant_is_verified_once(state: State, verified: bool, wanted: list[str]) -> None:
    assert codes(rules.may_verify(state, verified=verified)) == wanted


def test_an_accepted_appeal_has_28_days_and_is_at_risk_at_21() -> None:
    clock = rules.answer_clock(ISSUED)
    assert (clock.at_risk_at, clock.target_at) == (ISSUED + timedelta(days=21), ISSUED + timedelta(days=28))


def test_what_has_ended_never_moves_again() -> None:
    ended = {state for state, moves in MOVES.items() if not moves}
    assert ended == {State.INELIGIBLE, State.REFUSED_BY_COUNSEL, State.DECIDED, State.WITHDRAWN, State.MOOT}
    assert set(MOVES) == set(State)


@given(issued=MOMENTS, informed=MOMENTS, filed=MOMENTS)
def test_being_informed_only_ever_lengthens_the_window(issued: datetime, informed: datetime, filed: datetime) -> None:
    base = {"matter": "global_ban", "issued": issued}
    plain, told = decision(base), decision({**base, "letters": [{"at": informed, "version": 1}]})
    window = rules.window_of(told, told.terms[0])
    assert window.late_at == max(months_after(issued), months_after(informed))
    assert window.policy_late_at == months_after(issued)
    assert rules.in_time(window, window.until)
    assert not rules.in_time(window, window.late_at)
    if rules.may_appeal(plain, AppellantRole.SUBJECT, filed):
        assert rules.may_appeal(told, AppellantRole.SUBJECT, filed)


@given(issued=MOMENTS, changes=st.lists(st.tuples(MOMENTS, st.booleans()), max_size=6), filed=MOMENTS)
def test_an_ordinary_modification_never_moves_the_window(issued: datetime, changes: list[tuple[datetime, bool]], filed: datetime) -> None:
    changes = sorted((at, great) for at, great in changes if at > issued)
    every = [{"at": at, "nature": "substantial_atypical" if great else "ordinary"} for at, great in changes]
    facts = decision({"matter": "global_ban", "issued": issued, "modified": every})
    great = decision({"matter": "global_ban", "issued": issued, "modified": [one for one in every if one["nature"] != "ordinary"]})
    role = AppellantRole.REQUESTER
    assert rules.may_appeal(facts, role, filed) == rules.may_appeal(great, role, filed)


@given(
    term=st.builds(Term, st.just(1), st.just(ISSUED), st.just(Nature.FIRST), st.just(1), st.none() | MOMENTS, st.booleans()),
    told=st.none() | MOMENTS,
    bans=st.lists(st.builds(GlobalBan, st.booleans(), st.none() | MOMENTS), max_size=3),
    filed=MOMENTS,
    role=st.sampled_from(AppellantRole),
)
def test_no_event_ban_in_a_standing_global_ban_is_appealable_and_ca_asks_for_a_delivered_notice(
    term: Term, told: datetime | None, bans: list[GlobalBan], filed: datetime, role: AppellantRole
) -> None:
    letters = () if told is None else (Letter(told, 1),)
    facts = DecisionFacts(DecisionKind.ACTION, Kind.EVENT_BAN, acts=True, standing=Standing.FINAL, terms=(term,), letters=letters)
    facts = replace(facts, taken_in_by=tuple(bans))
    decided = rules.may_appeal(facts, role, filed)
    if any(ban.in_force for ban in bans):
        assert "part_of_global_ban" in codes(decided) or filed < ISSUED
    delivered = told is not None and told <= filed
    open_to_ca = role is AppellantRole.SUBJECT and delivered and term.expires_at is None and not term.irrevocable
    assert rules.ca_is_open(facts, role, filed) == open_to_ca
    if decided and not rules.in_time(rules.window_of(facts, term), filed):
        assert open_to_ca
        assert rules.route_of(facts, role, Channel.MAIL, filed) == "ca"


KINDS_OF_DECISION = st.tuples(st.sampled_from(DecisionKind), st.sampled_from(Kind), st.booleans())


@given(filed=MOMENTS, what=KINDS_OF_DECISION, role=st.sampled_from(AppellantRole))
def test_every_reason_cites_its_rule_and_every_appeal_has_a_route(
    filed: datetime, what: tuple[DecisionKind, Kind, bool], role: AppellantRole
) -> None:
    kind, matter, acts = what
    facts = DecisionFacts(kind, matter, acts, Standing.FINAL, (Term(1, ISSUED, Nature.FIRST, 1),))
    assert all(reason.cite[0] in "RD" and reason.says.endswith(".") for reason in rules.may_appeal(facts, role, filed).reasons)
    assert rules.route_of(facts, role, Channel.MAIL, filed) in {"committee", "staff", "counsel"}
