"""When a sender may be warned, locked out and heard, by the cases that counsel can edit, and what holds always (R117-R119, R121, D12)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_svc.model.request import Channel
from intake_svc.model.sender import Conduct, Lane, LockOutFacts, SenderFacts, SenderState
from intake_svc.rules import sender as rules
from kernel.cases import Case, load_cases
from kernel.kinds import Kind

CASES = Path(__file__).parent / "cases" / "senders.toml"
ON, NOW = date(2026, 11, 2), datetime(2026, 11, 2, 9, tzinfo=UTC)
CONDUCTS = st.lists(
    st.builds(
        Conduct,
        st.just("harassment"),
        st.integers(1, 3),
        st.booleans(),
        st.integers(0, 500).map(lambda days: NOW - timedelta(days=days)),
        st.frozensets(st.sampled_from(["eva", "mona", "sam"])),
    ),
    max_size=6,
).map(tuple)
WARNED = st.lists(st.integers(0, 500).map(lambda days: NOW - timedelta(days=days)), max_size=2).map(tuple)


@pytest.mark.parametrize("example", load_cases(CASES), ids=str)
def test_senders(example: Case) -> None:
    at = example.given
    conducts = tuple(
        Conduct(at.get("reason", "harassment"), points, at.get("intended", False), NOW - timedelta(days=days), frozenset({"sam"}))
        for days, points in at.get("conducts", [])
    )
    warned = tuple(NOW - timedelta(days=days) for days in at.get("warned", []))
    facts = SenderFacts(SenderState(at.get("state", "warned")), conducts, warned, None, frozenset(at.get("complained_of", [])))
    lane = Lane(Kind(at.get("kind", "other")), Channel(at.get("channel", "ca")), Kind(at["case"]) if "case" in at else None)
    received = NOW - timedelta(days=at.get("received", 400))
    by = at.get("by", "mona")
    proposal = LockOutFacts(at.get("proposed_by", "eva"), at.get("days", 30)) if at.get("proposed", True) else None
    decision = {
        "count": lambda: rules.may_count(lane, conducts[0], received_at=received, now=NOW, on=ON),
        "warn": lambda: rules.may_warn(facts),
        "propose": lambda: rules.may_lock_out(facts, by=by, now=NOW, on=ON),
        "confirm": lambda: rules.may_confirm(proposal, facts, by=by, now=NOW, on=ON),
        "lift": lambda: rules.may_lift(facts),
        "hear": lambda: rules.is_heard(lane, NOW + timedelta(days=at.get("left", 30)), now=NOW, on=ON),
    }[at["asks"]]()
    assert [reason.code for reason in decision.reasons] == example.expect["refused"]
    if "days" in example.expect:
        assert rules.days_for(rules.points_of(conducts, now=NOW, on=ON), on=ON) == example.expect["days"]


@given(CONDUCTS, WARNED, st.sampled_from(["eva", "mona", "ida"]), st.sampled_from(["eva", "mona", "ida"]))
def test_never_without_a_received_warning_nor_by_one_person(
    conducts: tuple[Conduct, ...], warned: tuple[datetime, ...], proposer: str, confirmer: str
) -> None:
    facts = SenderFacts(SenderState.WARNED, conducts, warned)
    if rules.may_confirm(LockOutFacts(proposer, 30), facts, by=confirmer, now=NOW, on=ON):
        assert proposer != confirmer
        assert any(one.happened_at > at for one in conducts for at in warned)
        assert not any(confirmer in one.aimed_at for one in conducts)


@given(st.sampled_from(list(Channel)), st.sampled_from([Kind.CHILD_PROTECTION, Kind.THREAT_OF_HARM, Kind.DMCA, Kind.STAFF_COMPLAINT]))
def test_the_urgent_lanes_are_never_shut(channel: Channel, kind: Kind) -> None:
    assert rules.is_heard(Lane(Kind.OTHER, channel, kind), NOW + timedelta(days=365), now=NOW, on=ON)
