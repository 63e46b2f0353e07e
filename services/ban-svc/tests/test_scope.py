"""Which events a ban covers, and what a scope may say (R14, R25-R28, R36, D18)."""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from ban_svc.model import ActionSpec, Matter, Scope
from ban_svc.model.event import EventFacts, Organiser
from ban_svc.rules.scope import covers, has_its_scope, lies_in, moment_of, veiled
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.review import Course

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HACKATHON = EventFacts(
    "hackathon", ("NL",), Organiser.FOUNDATION, date(2027, 5, 14), date(2027, 5, 16), "Jaarbeurs, Utrecht", ("examplewiki",)
)
MEETUP = EventFacts("meetup", ("BE",), Organiser.ASSOCIATED, date(2027, 5, 14), date(2027, 5, 16), "Gent")


def event_of(changes: dict[str, Any]) -> EventFacts:
    return EventFacts(
        HACKATHON.id,
        tuple(changes.get("countries", HACKATHON.countries)),
        Organiser(changes.get("organiser", HACKATHON.organiser)),
        HACKATHON.starts,
        HACKATHON.ends,
        changes.get("place", HACKATHON.place) or None,
        tuple(changes.get("projects", HACKATHON.projects)),
    )


@pytest.mark.parametrize("case", load_cases(CASES / "scopes.toml"), ids=str)
def test_scopes(case: Case) -> None:
    facts = dict(case.given)
    scope = None if facts["scope"] == "none" else Scope.model_validate(facts["scope"])
    assert covers(scope, event_of(facts.get("event", {}))) is case.expect["covered"]


@pytest.mark.parametrize("case", load_cases(CASES / "event_scopes.toml"), ids=str)
def test_event_scopes(case: Case) -> None:
    text = {
        "kind": "event_ban",
        "grounds": ["bad_faith_attendance"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "safety", "note": "Attendees were threatened."},
        "disclosure": "restricted",
        "disclosure_reason": "As the kind has it.",
        **dict(case.given),
    }
    decision = has_its_scope(ActionSpec.model_validate(text), Matter(Course.ACT, NOW, events=(HACKATHON, MEETUP)))
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


VALUES = {
    "countries": ["NL", "BE", "DE"],
    "places": ["Utrecht", "Jaarbeurs", "Gent"],
    "projects": ["examplewiki", "mediawikiwiki"],
    "events": ["hackathon", "meetup", "summit"],
}
FIELDS = st.fixed_dictionaries({}, optional={name: st.lists(st.sampled_from(values), unique=True) for name, values in VALUES.items()})
EVENTS = st.builds(
    EventFacts,
    id=st.sampled_from(VALUES["events"]),
    countries=st.lists(st.sampled_from(VALUES["countries"]), min_size=1, unique=True).map(tuple),
    organiser=st.sampled_from(list(Organiser)),
    starts=st.just(date(2027, 5, 14)),
    ends=st.just(date(2027, 5, 16)),
    place=st.sampled_from([None, "Utrecht", "Jaarbeurs, Utrecht", "Gent"]),
    projects=st.lists(st.sampled_from(VALUES["projects"]), unique=True).map(tuple),
)


def scope_of(fields: dict[str, list[str]], *, associated: bool) -> Scope:
    return Scope(everywhere=not fields, associated=associated, **{name: tuple(values) for name, values in fields.items()})  # type: ignore[arg-type]  # of JSON's shape


@given(fields=FIELDS, event=EVENTS, associated=st.booleans())
def test_another_field_narrows_and_another_value_widens(fields: dict[str, list[str]], event: EventFacts, associated: bool) -> None:
    here = covers(scope_of(fields, associated=associated), event)
    for name, values in VALUES.items():
        without = {other: kept for other, kept in fields.items() if other != name}
        wider = {**fields, name: values} if name in fields else fields
        assert not here or covers(scope_of(without, associated=associated), event)
        assert not here or covers(scope_of(wider, associated=associated), event)
    assert not here or covers(scope_of(fields, associated=True), event)
    assert covers(None, event)


@given(fields=FIELDS, event=EVENTS, associated=st.booleans())
def test_it_is_covered_when_every_field_admits_it(fields: dict[str, list[str]], event: EventFacts, associated: bool) -> None:
    given_there = {
        "countries": event.countries,
        "places": [part.strip() for part in (event.place or "").split(",")],
        "projects": event.projects,
        "events": [event.id],
    }
    expected = associated or event.organiser is not Organiser.ASSOCIATED
    for name, values in fields.items():
        expected = expected and bool(set(values) & set(given_there[name]))
    assert covers(scope_of(fields, associated=associated), event) is expected


def test_a_place_is_compared_by_its_parts() -> None:
    assert lies_in("Old  Harbour, GENT", "gent, old harbour")
    assert not lies_in("Gent", "Old Harbour, Gent")
    assert not lies_in(None, "Gent")


PLACES = st.lists(st.sampled_from(["Gent", "Old Harbour", "utrecht", "UTRECHT", " "]), min_size=1, max_size=3).map(", ".join)


@given(place=PLACES, wider=PLACES)
def test_a_veiled_place_lies_where_it_lay(place: str, wider: str) -> None:
    def veil(part: str) -> str:
        return sha256(part.encode()).hexdigest()

    assert lies_in(veiled(place, veil), veiled(wider, veil)) == lies_in(place, wider)


def test_it_is_asked_of_the_start_or_of_a_later_moment() -> None:
    assert moment_of(HACKATHON, NOW) == datetime(2027, 5, 14, tzinfo=UTC)
    during = datetime(2027, 5, 15, 12, tzinfo=UTC)
    assert moment_of(HACKATHON, during) == during
