"""One JSON line an entry, in Elastic Common Schema names: ids and codes only, never what a case says (DESIGN 6)."""

import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import ecs_logging
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from chassis import metrics
from chassis.trace import current_trace_id

# Names that may be logged besides those that end in `_id`: each holds a code, a number or an opaque id.
ALLOWED = frozenset(
    {
        "channel",
        "check",
        "claim",
        "code",
        "count",
        "error",
        "group",
        "host",
        "kind",
        "level",
        "locale",
        "loop",
        "member",
        "method",
        "offset",
        "operation",
        "outcome",
        "partition",
        "pid",
        "policy_date",
        "port",
        "role",
        "route",
        "seconds",
        "service",
        "state",
        "status",
        "stream",
        "sub",
        "table",
        "template",
        "topic",
        "tries",
        "version",
        "wiki",
        "worker",
    }
)
ECS = {
    "error": "error.type",
    "code": "error.code",
    "request_id": "http.request.id",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "service": "service.name",
}
CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
# No blank, so no prose; no quote, so no JSON.
VALUE = re.compile(r"[A-Za-z0-9_.:/{}+\-]{1,128}")
QUIET_AFTER = 30.0
# What these libraries say holds hosts, ports and revisions; of every other library only the template is written.
TRUSTED = ("aiokafka", "alembic", "uvicorn.error")
WITHHELD = "text withheld"

_ecs = ecs_logging.StructlogFormatter()


def logger(name: str) -> FilteringBoundLogger:
    """Give a module's logger: `logger(__name__).warning("relay.failed", error=type(error).__name__)`.

    The event is a dotted code, the rest ids and codes whose names are allowed (`ALLOWED`, or ending in `_id`); anything else is left
    out and its name is written under `labels.dropped`. `exc_info` gives the exception's class and frames, never its words.
    """
    found: FilteringBoundLogger = structlog.get_logger(logger_name=name)
    return found


def bound(**ids: Any) -> AbstractContextManager[None]:
    """Put ids (`request_id=…`, `service=…`) into every line written inside the block, by this task and those it starts."""
    return structlog.contextvars.bound_contextvars(**ids)


def configure(level: str = "INFO", service: str | None = None, stream: TextIO | None = None) -> None:
    """Write everything from `level` on to `stream` (standard error), the lines of libraries too.

    uvicorn must be started with `log_config=None`; its access log is switched off, since queries hold names.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    _install(number, stream, service)
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Foreign)]
    root.addHandler(_Foreign())
    root.setLevel(number)
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("httpx", "httpcore", "sqlalchemy", "asyncio"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))


class Allow:
    """The processor that lets through what is allowed, under its ECS name, and nothing else."""

    def __init__(self, service: str | None = None) -> None:
        """`service` names the process where a line does not name its service."""
        self._service = service

    def __call__(self, _logger: Any, _level: str, entry: EventDict) -> EventDict:
        """Turn an entry into ECS fields."""
        event, name = entry.pop("event", None), entry.pop("logger_name", None)
        failure = _failure(entry.pop("exc_info", None))
        foreign = entry.pop("_foreign", None)
        known = isinstance(event, str) and CODE.fullmatch(event) is not None
        line: EventDict = {"event": foreign or (event if known else WITHHELD), "log.logger": name}
        if known:
            line["event.action"] = event
        if self._service:
            line["service.name"] = self._service
        if (trace_id := current_trace_id()) is not None:
            line["trace.id"] = trace_id
        dropped = [key for key, value in entry.items() if not _take(line, key, value)]
        if dropped:
            line["labels.dropped"] = " ".join(sorted(key for key in dropped if key.isidentifier()))
        line.update(failure)
        return line


def _take(line: EventDict, key: str, value: Any) -> bool:
    if key not in ALLOWED and not key.endswith("_id"):
        return False
    if isinstance(value, Enum):
        value = value.value
    if key == "seconds" and isinstance(value, int | float):
        line["event.duration"] = int(value * 1e9)
        return True
    if key == "status" and isinstance(value, int):
        line[ECS[key]] = value
        return True
    if value is None:
        return True
    written = str(value) if isinstance(value, str | int | float | UUID) else ""
    if not VALUE.fullmatch(written):
        return False
    line[ECS.get(key, f"labels.{key}")] = written
    return True


def _failure(exc_info: Any) -> Mapping[str, Any]:
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if not isinstance(error, BaseException):
        return {}
    found = {"error.type": type(error).__qualname__, "error.stack_trace": "\n".join(_frames(error))}
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or next((reason.code for reason in getattr(error, "reasons", ())), None)
    return found | ({"error.code": str(code)} if code else {})


def _frames(error: BaseException) -> list[str]:
    """Name files, lines and functions, innermost last, and the classes of the causes; no values: they may be a case's words."""
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines.append(("" if cause is error else "caused by ") + type(cause).__qualname__)
        frames = traceback.extract_tb(cause.__traceback__, limit=-30)
        lines.extend(f"  {'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


class _Foreign(logging.Handler):
    """Takes what libraries write by `logging` into the same lines."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(OncePerState())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            entry = structlog.get_logger(logger_name=record.name)
            entry.log(record.levelno, None, _foreign=_words(record), exc_info=record.exc_info)
        except Exception:  # noqa: BLE001  # the way of `logging`: a line that cannot be written never breaks the work
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        """Say where, and not what: the standard way would print the arguments."""
        sys.stderr.write(f"log line not written: {record.name} {record.pathname}:{record.lineno}\n")


def _words(record: logging.LogRecord) -> str:
    if record.name.startswith(TRUSTED):
        return record.getMessage().strip()[:500]
    # A template with its arguments apart holds none of them; a ready-made text may hold anything.
    return record.msg if isinstance(record.msg, str) and record.args else f"{WITHHELD} ({Path(record.pathname).name}:{record.lineno})"


class OncePerState(logging.Filter):
    """aiokafka writes hundreds of lines a second while a broker is away: each kind is let through once, until it was quiet for 30 s."""

    def __init__(self) -> None:
        """Nothing has been said yet."""
        super().__init__()
        self._last: MutableMapping[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let through what is new; count the rest in `office_log_suppressed_total`."""
        if not record.name.startswith("aiokafka"):
            return True
        now, key = time.monotonic(), (record.name, str(record.msg))
        last, self._last[key] = self._last.get(key), now
        if last is None or now - last > QUIET_AFTER:
            return True
        metrics.count_suppressed(record.name)
        return False


def _render(_logger: Any, level: str, entry: EventDict) -> str:
    line: str = _ecs(None, level, dict(entry))
    return line


class _Stderr:
    """Standard error as it is when a line is written, for it may have been replaced since."""

    def write(self, text: str) -> int:
        """Write to it."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush it."""
        sys.stderr.flush()


def _install(number: int, stream: TextIO | None, service: str | None) -> None:
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, Allow(service), _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream or _Stderr()),  # type: ignore[arg-type]  # it needs `write` and `flush` alone
        cache_logger_on_first_use=False,
    )


# Before `configure` too nothing but allowed fields is written, and nothing below a warning: a command's output is its own.
_install(logging.WARNING, None, None)
