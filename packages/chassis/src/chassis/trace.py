"""Traces through outbox, broker and deliveries: OpenTelemetry's API only, off by default, one trace id from HTTP to receipt (DESIGN 6)."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.settings import Settings

_wire = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("office")
_sampled_by_sdk = False


def current_traceparent() -> str | None:
    """Give the W3C `traceparent` to store in a row or send along; None outside every trace."""
    carrier: dict[str, str] = {}
    _wire.inject(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """Give the trace's id as 32 hex digits, as logs show it; None outside every trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


@contextmanager
def started(name: str, traceparent: str | None = None, link: str | None = None, **ids: str) -> Iterator[None]:
    """Work inside a span called `name`.

    `traceparent` continues the trace of an outbox row, a record, a delivery or a request's header; `link` begins a new trace that
    points to an old one, for deadlines that fire weeks later; with neither, the span is a child of the one in hand, or begins a trace.
    `ids` become attributes: ids and codes only. Of an exception the class is kept, never what it says.
    """
    parent = _parent(traceparent, link)
    if not _sampled_by_sdk:
        # Without the SDK spans are no objects worth making, but the ids still lead from the request to the receipt.
        with trace.use_span(NonRecordingSpan(_context_of(parent)), record_exception=False, set_status_on_exception=False):
            yield
        return
    links = [Link(_context_of(_wire.extract({"traceparent": link})))] if link else []
    attributes = {f"office.{key}": value for key, value in ids.items()}
    with _tracer.start_as_current_span(
        name, context=parent, links=links, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except BaseException as error:
            # An exception's words may be a case's words.
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            raise


def _parent(traceparent: str | None, link: str | None) -> Context | None:
    if link is not None:
        return Context()
    return _wire.extract({"traceparent": traceparent}, Context()) if traceparent else None


def _context_of(parent: Context | None) -> SpanContext:
    context = trace.get_current_span(parent).get_span_context()
    if context.is_valid:
        return context
    # Ids of traces are no secrets: they need to differ, not to be hard to guess.
    return SpanContext(random.getrandbits(128) or 1, random.getrandbits(64) or 1, is_remote=False, trace_flags=TraceFlags())


def configure_sdk(settings: Settings, service: str = "office") -> bool:
    """Send spans by OTLP when `OFFICE_OTLP` says so; the address and headers come from the standard `OTEL_EXPORTER_OTLP_…`.

    Returns whether spans are sent.

    Raises:
        ModuleNotFoundError: switched on, and the `otlp` extra is not installed.
    """
    global _sampled_by_sdk  # noqa: PLW0603  # one process has one tracer provider, and OpenTelemetry holds it the same way
    if not settings.otlp:
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # type: ignore[import-not-found,unused-ignore]  # an extra
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    _sampled_by_sdk = True
    return True
