"""A log line holds ids and codes; what a case says does not get in, by no key, value, exception or library."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from chassis import log, metrics, trace
from chassis.errors import NotFound

SECRET = "Example Person lives at 1 Example Street"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("INFO", service="ban", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    log._install(logging.WARNING, None, None)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_ecs_json_with_ids(written: io.StringIO) -> None:
    one = UUID(int=7)
    with trace.started("test"), log.bound(request_id="0190-abc"):
        log.logger("chassis.relay").warning("relay.failed", error="KafkaError", event_id=one, tries=3, status=503, seconds=0.5)
        trace_id = trace.current_trace_id()
    (line,) = lines(written)
    assert line["log.level"] == "warning"
    assert line["message"] == line["event"]["action"] == "relay.failed"
    assert line["event"]["duration"] == 500_000_000
    assert line["trace"]["id"] == trace_id
    assert line["http"] == {"request": {"id": "0190-abc"}, "response": {"status_code": 503}}
    assert line["service"]["name"] == "ban"
    assert line["error"]["type"] == "KafkaError"
    assert line["labels"] == {"event_id": str(one), "tries": "3"}
    assert line["@timestamp"].endswith("Z")


def test_what_is_not_allowed_is_left_out_and_its_name_said(written: io.StringIO) -> None:
    logger = log.logger("x")
    logger.info("case.opened", title=SECRET, case_id=SECRET, kind=["a", SECRET], authorization="Bearer abc.def", cookie="s=1", password="p")
    logger.info(SECRET)
    composed = f"case.opened {SECRET}"
    logger.info(composed)
    assert "Example" not in written.getvalue()
    assert "Bearer" not in written.getvalue()
    first, second, third = lines(written)
    assert first["labels"]["dropped"] == "authorization case_id cookie kind password title"
    assert second["message"] == third["message"] == log.WITHHELD


def test_an_exception_shows_its_class_and_frames_and_never_its_words(written: io.StringIO) -> None:
    def inner(_told: str) -> None:
        raise ValueError(SECRET)

    try:
        try:
            inner(SECRET)
        except ValueError as error:
            raise NotFound("case") from error
    except NotFound:
        log.logger("x").exception("request.failed")
    assert "Example" not in written.getvalue()
    (line,) = lines(written)
    assert line["error"]["type"] == "NotFound"
    assert line["error"]["code"] == "not_found"
    assert "caused by ValueError" in line["error"]["stack_trace"]
    assert " inner" in line["error"]["stack_trace"]


def test_libraries_write_the_same_lines_without_their_arguments(written: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.warning("could not open %s", SECRET)
    library.warning("could not open " + SECRET)
    library.error("failed", exc_info=ValueError(SECRET))
    logging.getLogger("uvicorn.access").info('"GET /bans/v1/check?user=%s"', SECRET)
    assert "Example" not in written.getvalue()
    template, withheld, failed = lines(written)
    assert template["message"] == "could not open %s"
    assert withheld["message"].startswith(log.WITHHELD)
    assert failed["error"]["type"] == "ValueError"


def test_aiokafka_says_a_state_once_and_the_rest_is_counted(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("chassis.log.time.monotonic", lambda: now)
    before = suppressed("aiokafka.conn")
    for node in range(500):
        logging.getLogger("aiokafka.conn").error("Unable to connect to node %s", node)
    logging.getLogger("aiokafka.conn").info("connected again")
    assert [line["message"] for line in lines(written)] == ["Unable to connect to node 0", "connected again"]
    assert suppressed("aiokafka.conn") - before == 499
    now += log.QUIET_AFTER + 1
    logging.getLogger("aiokafka.conn").error("Unable to connect to node %s", 1)
    assert len(lines(written)) == 3


def suppressed(name: str) -> float:
    return metrics.registry.get_sample_value("office_log_suppressed_total", {"logger": name}) or 0.0


def test_before_configuration_nothing_below_a_warning_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.logger("x").info("a.b")
    log.logger("x").warning("a.c", name=SECRET)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Example" not in shown.err
    assert [json.loads(line)["message"] for line in shown.err.splitlines()] == ["a.c"]
