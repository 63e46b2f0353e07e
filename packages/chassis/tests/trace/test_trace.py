"""One trace id leads from the request through outbox, broker and delivery; without the SDK too, and then nearly for nothing."""

from collections.abc import Iterator

import pytest
from chassis import trace as traces
from chassis.settings import Settings
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

INCOMING = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_outside_every_trace_there_is_nothing_to_store() -> None:
    assert traces.current_traceparent() is None
    assert traces.current_trace_id() is None


def test_a_trace_id_goes_through_every_row_it_is_stored_in() -> None:
    with traces.started("request", INCOMING):
        outbox_row = traces.current_traceparent()
    with traces.started("relay", outbox_row):
        record = traces.current_traceparent()
    with traces.started("react", record), traces.started("inner"):
        assert traces.current_trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert traces.current_traceparent() is None


def test_a_request_without_a_trace_begins_one_and_two_begin_two() -> None:
    found = []
    for _ in range(2):
        with traces.started("request"):
            found.append(traces.current_trace_id())
    assert None not in found
    assert found[0] != found[1]


def test_a_deadline_weeks_later_is_a_trace_of_its_own() -> None:
    with traces.started("deadline", link=INCOMING):
        assert traces.current_trace_id() not in (None, "4bf92f3577b34da6a3ce929d0e0e4736")


@pytest.mark.parametrize("broken", ["", "garbage", "00-0-0-00", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_broken_header_begins_a_new_trace(broken: str) -> None:
    with traces.started("request", broken):
        assert traces.current_trace_id() is not None


def test_switched_off_nothing_is_configured() -> None:
    assert traces.configure_sdk(Settings(otlp=False)) is False


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_tracer", provider.get_tracer("office"))
    monkeypatch.setattr(traces, "_sampled_by_sdk", True)
    yield exporter
    provider.shutdown()


def test_with_the_sdk_spans_carry_ids_and_links_and_no_words(spans: InMemorySpanExporter) -> None:
    def fail() -> None:
        raise ValueError("Example Person")

    with pytest.raises(ValueError, match="Example"), traces.started("react", INCOMING, event_id="e-1"):
        fail()
    with traces.started("deadline", link=INCOMING):
        pass
    react, deadline = spans.get_finished_spans()
    assert react.context is not None
    assert f"{react.context.trace_id:032x}" == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert dict(react.attributes or {}) == {"office.event_id": "e-1", "error.type": "ValueError"}
    assert react.status.status_code is trace.StatusCode.ERROR
    assert react.events == ()
    assert "Example" not in react.to_json()
    assert [f"{link.context.trace_id:032x}" for link in deadline.links] == ["4bf92f3577b34da6a3ce929d0e0e4736"]
    assert deadline.parent is None
