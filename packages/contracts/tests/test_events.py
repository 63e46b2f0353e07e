"""What may be said, how it is written, and how it is read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args
from uuid import UUID

import pytest
from contracts import (
    STREAMS,
    AnyChange,
    AppealChange,
    BadEvent,
    CaseChange,
    CaseState,
    Performer,
    Stream,
    code_of,
    opaque,
    parse,
    stream_of,
)
from contracts.examples import examples
from contracts.schema import materialised
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
ID = UUID("0195a0c2-0000-7000-8000-000000000001")
EVALUATOR = Performer(role="evaluator", id="staff-1")
OPENED = CaseState(case_id=ID, kind="event_ban", state="open", team="trust_and_safety", received_at=NOW)


def case_change(kind: Any, **said: Any) -> CaseChange:
    facts: dict[str, Any] = {"state": OPENED, "prior": None, "version": 1, "dt": NOW, "performer": EVALUATOR}
    facts |= {"request_id": "call-1", "event_id": ID, "meta_dt": NOW} | said
    return CaseChange.of(kind, **facts)


@pytest.fixture(params=list(STREAMS.values()), ids=list(STREAMS))
def stream(request: pytest.FixtureRequest) -> Stream:
    return request.param  # type: ignore[no-any-return]  # pytest hands parameters out untyped


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_the_schema_allows_is_said_validated_and_read_back(
    stream: Stream, data: st.DataObject, any_value: Callable[..., Any], valid: Callable[..., Any]
) -> None:
    schema = materialised(stream.change)
    kind = data.draw(st.sampled_from(sorted(stream.kinds)))
    of_state = schema["properties"][stream.change.aggregate]
    state_class = stream.change.model_fields[stream.change.aggregate].annotation
    assert state_class is not None
    state, prior = (state_class.model_validate(data.draw(any_value(of_state, always=stream.kinds[kind].needs))) for _ in range(2))
    version = data.draw(st.integers(1, 3))
    event = stream.change.of(
        kind,
        state=state,
        prior=prior if version > 1 else None,
        version=version,
        dt=NOW,
        performer=Performer(role="service", id=stream.change.owner),
        request_id=data.draw(any_value(schema["properties"]["meta"]["properties"]["request_id"])),
        event_id=data.draw(st.uuids()),
        meta_dt=NOW,
    )
    sent = event.to_bytes()
    assert valid(schema, json.loads(sent)) == []
    assert b"null" not in sent or "null" in str(event)
    assert parse(f"codfw.{stream.name}", sent) == event
    assert parse(stream.name, sent).to_bytes() == sent


def test_the_kafka_key_is_an_object_of_the_key_fields(stream: Stream) -> None:
    event = examples()[stream.change.aggregate]
    ours = json.loads(event.to_bytes())[event.aggregate]
    assert json.loads(event.key_bytes()) == event.key() == {name: ours[name] for name in stream.key_fields}


def test_every_kind_is_explained_and_needs_only_fields_that_exist(stream: Stream) -> None:
    said = get_args(stream.change.model_fields[f"{stream.change.aggregate}_change_kind"].annotation)
    assert set(said) == set(stream.kinds)
    fields = materialised(stream.change)["properties"][stream.change.aggregate]["properties"]
    assert {need for kind in stream.kinds.values() for need in kind.needs} <= set(fields)


def test_prior_state_has_only_what_changed() -> None:
    evaluating = OPENED.model_copy(update={"state": "evaluating", "assignee": "staff-1"})
    event = json.loads(case_change("assigned", state=evaluating, prior=OPENED, version=2).to_bytes())
    assert event["prior_state"] == {"state": "open"}, "an absent field has no before"
    assert event["changelog_kind"] == "update"
    undone = json.loads(case_change("reopened", state=OPENED, prior=evaluating, version=3).to_bytes())
    assert undone["prior_state"] == {"state": "evaluating", "assignee": "staff-1"}
    assert "prior_state" not in json.loads(case_change("closed", prior=OPENED, version=4).to_bytes())


def test_the_first_version_inserts_and_no_event_deletes_unless_asked() -> None:
    assert case_change("opened").changelog_kind == "insert"
    assert case_change("closed", version=9, deleted=True).changelog_kind == "delete"


def test_times_are_written_in_utc_with_z() -> None:
    east = datetime(2026, 5, 4, 5, 2, 1, 5000, tzinfo=timezone(timedelta(hours=2)))
    event = json.loads(case_change("opened", dt=east).to_bytes())
    assert event["dt"] == "2026-05-04T03:02:01.005000Z"
    assert event["meta"]["dt"] == "2026-05-04T03:02:01Z"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"dt": datetime(2026, 5, 4)}, "timezone"),  # noqa: DTZ001 - a time without a zone is the fault under test
        ({"request_id": "Ada Example <ada@example.org>"}, "pattern"),
        ({"performer": Performer.model_construct(role="evaluator", id="ada@example.org")}, "pattern"),
        ({"state": OPENED.model_copy(update={"kind": "dmca"})}, "global_ban"),
        ({"state": OPENED.model_copy(update={"remarks": "free words"})}, "not permitted"),
        ({"version": 0}, "greater than or equal to 1"),
        ({"version": 2**53}, "less than or equal"),
    ],
)
def test_what_may_not_be_said_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        case_change("opened", **said)


def test_a_kind_carries_what_its_readers_need() -> None:
    with pytest.raises(ValidationError, match="recommended must carry recommendation_id, recommendation_digest, course"):
        case_change("recommended", version=2)


@pytest.mark.parametrize(("kind", "role"), [("voted", "committee"), ("voted", "evaluator"), ("recused", "legal"), ("filed", "committee")])
def test_who_votes_or_steps_back_is_never_said(kind: str, role: Any) -> None:
    filed = examples()["appeal"]
    assert isinstance(filed, AppealChange)
    with pytest.raises(ValidationError, match="never said"):
        AppealChange.model_validate({**dict(filed), "appeal_change_kind": kind, "performer": Performer(role=role, id="member-4")})


def test_a_ground_with_a_text_is_reduced_to_other() -> None:
    assert code_of("other: what somebody wrote") == "other"
    assert code_of("harassment_off_wiki") == "harassment_off_wiki"


def test_a_subject_that_is_not_opaque_becomes_a_digest() -> None:
    assert opaque("staff-1") == "staff-1"
    for said in ("ada@example.org", "192.0.2.7", "2001:db8::7", "Ada Example", "x" * 129, "", "\ud800"):
        assert Performer(role="evaluator", id=opaque(said)).id != said
    assert opaque("ada@example.org") == opaque("ada@example.org") != opaque("eda@example.org")


def test_topics_of_all_datacenters_lead_to_the_stream() -> None:
    for topic in ("office_actions.case_change.v1", "eqiad.office_actions.case_change.v1", "codfw.office_actions.case_change.v1"):
        assert stream_of(topic).change is CaseChange
    assert STREAMS["office_actions.case_change.v1"].topic("eqiad") == "eqiad.office_actions.case_change.v1"
    for foreign in ("", "case_change", "office_actions.case_change.v2", "xoffice_actions.case_change.v1", "mediawiki.recentchange"):
        with pytest.raises(BadEvent, match="no stream of ours"):
            stream_of(foreign)


def altered(**places: Any) -> bytes:
    event = json.loads(case_change("opened").to_bytes())
    for place, value in places.items():
        *path, last = place.split("__")
        inner = event
        for step in path:
            inner = inner[step]
        inner[last] = value
    return json.dumps(event).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "object"),
        (b"null", "null"),
        (altered(case_change_kind="vanished"), "case_change_kind"),
        (altered(case__state="secret words"), "case.state"),
        (altered(case__clock=None), "null is never said"),
        (altered(case__unknown_to_us=[{"deep": None}]), "null is never said"),
        (altered(case__received_at=1777863721), "case.received_at"),
        (altered(version="1"), "version"),
        (altered(version=2), "changelog_kind"),
        (altered(**{"$schema": "/office_actions/case/change/2.0.0"}), "schema"),
        (altered(**{"$schema": "/office_actions/action/change/1.0.0"}), "schema"),
        (altered(meta__stream="office_actions.action_change.v1"), "meta.stream"),
    ],
)
def test_a_poison_event_is_a_bad_event_that_repeats_no_value(data: bytes, why: str) -> None:
    with pytest.raises(BadEvent, match=why) as refused:
        parse("office_actions.case_change.v1", data)
    assert "secret words" not in str(refused.value)


def test_a_field_of_a_newer_minor_version_is_ignored() -> None:
    newer = altered(case__mood="calm", meta__zone="x", novelty={"a": 1}, **{"$schema": "/office_actions/case/change/1.4.0"})
    read = parse("office_actions.case_change.v1", newer)
    assert isinstance(read, CaseChange)
    assert read.case == OPENED
    with pytest.raises(ValidationError, match="not permitted"):
        CaseChange.model_validate_json(newer)


def test_a_heartbeat_is_known_by_its_domain() -> None:
    assert parse("office_actions.case_change.v1", altered(meta__domain="canary")).is_canary
    assert not case_change("opened").is_canary


def test_an_event_never_changes() -> None:
    event: AnyChange = case_change("opened")
    with pytest.raises(ValidationError, match="frozen"):
        event.version = 2  # type: ignore[misc]  # the write is the fault under test
