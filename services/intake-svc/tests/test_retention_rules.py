"""How long things are kept, and who may be erased, by the cases that counsel can edit, and what holds always (D7, D20, D27)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_svc.model.request import OVER, RequestState
from intake_svc.model.retention import Asked, Kept, Measure
from intake_svc.rules import POLICY
from intake_svc.rules import retention as rules
from kernel.cases import Case, load_cases
from kernel.decision import Decision
from kernel.kinds import CASE_KINDS, Kind

CASES = Path(__file__).parent / "cases" / "retention.toml"
ON, DECIDED = date(2026, 11, 2), datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = st.one_of(st.none(), st.integers(0, 900).map(lambda days: DECIDED + timedelta(days=days)))
ACTIONS = st.tuples(st.booleans(), LATER, LATER)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def kept_of(said: Mapping[str, Any]) -> Kept:
    measures = tuple(
        Measure(Kind(one["kind"]), one.get("acts", True), at(one.get("issued")) or DECIDED, at(one.get("informed")), at(one.get("ended")))
        for one in said.get("actions", [])
    )
    return Kept(
        kind=Kind(said.get("kind", "global_ban")),
        over_at=DECIDED if said.get("over", True) else None,
        outcome=said.get("outcome"),
        measures=measures,
        informed_at=at(said.get("informed")),
        in_review=said.get("in_review", False),
        held=said.get("held", False),
        appealed=said.get("appealed", False),
        appeal_ended_at=at(said.get("appeal_ended")),
        preserved=said.get("preserved", False),
        erased=said.get("erased", False),
    )


@pytest.mark.parametrize("example", load_cases(CASES), ids=str)
def test_retention(example: Case) -> None:
    said, kept = example.given, kept_of(example.given)
    if said["ask"] == "dates":
        found = {"contact": rules.contact_until(kept, on=ON), "case": rules.kept_until(kept, on=ON)}
        assert found == {name: at(example.expect[name]) for name in found}
        return
    asked = Asked(said.get("ground", "asked_by_requester"), said.get("verified", "confirmed_address"))
    decision = rules.may_destroy(kept, on=ON) if said["ask"] == "destroy" else rules.may_erase(kept, asked, on=ON)
    assert codes(decision) == example.expect["refused"]


@pytest.mark.parametrize("state", sorted(OVER | {RequestState.FORWARDED}))
def test_what_has_no_case_is_kept_by_how_it_ended(state: RequestState) -> None:
    kept = Kept(Kind.OTHER, DECIDED)
    until = rules.request_until(state, kept, on=ON)
    days = POLICY.value("keeps_request_days", on=ON).get(state)
    assert until == (DECIDED + timedelta(days=days) if days else rules.contact_until(kept, on=ON))
    assert rules.request_until(state, Kept(Kind.OTHER, None), on=ON) is None


def test_two_persons_erase_and_a_review_has_its_day() -> None:
    assert rules.may_confirm("lea", by="max")
    assert codes(rules.may_confirm("lea", by="lea")) == ["own_erasure"]
    assert codes(rules.may_confirm(None, by="lea")) == ["no_erasure_proposed"]
    kept, due = Kept(Kind.GLOBAL_BAN, DECIDED, "no_action"), rules.next_review(DECIDED, on=ON)
    assert due == datetime(2027, 11, 3, tzinfo=UTC)
    assert rules.may_review(kept, due, now=due)
    for other, on_day in (
        (kept, None),
        (Kept(Kind.GLOBAL_BAN, DECIDED, "deferred"), due),
        (Kept(Kind.OTHER, DECIDED, "no_action", erased=True), due),
    ):
        assert codes(rules.may_review(other, on_day, now=due)) == ["no_review_due"]
    assert codes(rules.may_review(kept, due, now=due - timedelta(seconds=1))) == ["no_review_due"]


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(CASE_KINDS)), st.lists(st.tuples(st.booleans(), LATER, LATER), max_size=3), LATER, st.booleans(), st.booleans()
)
def test_nothing_goes_before_the_last_appeal_nor_while_something_needs_it(
    kind: Kind, actions: list[tuple[bool, datetime | None, datetime | None]], appeal: datetime | None, held: bool, over: bool
) -> None:
    measures = tuple(Measure(kind, acts, DECIDED, informed, ended) for acts, informed, ended in actions)
    outcome = "act" if any(one.acts for one in measures) else "no_action"
    minor = kind is Kind.CHILD_PROTECTION
    kept = Kept(kind, DECIDED if over else None, outcome, measures, held=held, appeal_ended_at=appeal, preserved=minor)
    contact, case = rules.contact_until(kept, on=ON), rules.kept_until(kept, on=ON)
    assert (contact is not None) is over
    if contact is not None:
        assert contact > max([DECIDED, *(one.informed_at or DECIDED for one in measures)]) + timedelta(days=180 + 30)
        assert case is None or case >= contact
    if rules.may_destroy(kept, on=ON):
        assert over
        assert not held
        assert not minor
        assert all(one.ended_at or one.kind in POLICY.value("over_when_done", on=ON) for one in measures if one.acts)


def test_a_contact_needs_no_ground_to_go_and_a_standing_lasts_as_long_as_it_counts() -> None:
    assert rules.may_erase_contact(Kept(Kind.GLOBAL_BAN, DECIDED, "act"))
    assert codes(rules.may_erase_contact(Kept(Kind.GLOBAL_BAN, DECIDED, "act", held=True, appealed=True))) == ["held", "appeal_open"]
    seen = [DECIDED, DECIDED + timedelta(days=40)]
    assert rules.standing_until(seen, now=DECIDED, on=ON) == DECIDED + timedelta(days=40 + 365)
    assert rules.standing_until([], now=DECIDED, on=ON) == DECIDED + timedelta(days=365)
