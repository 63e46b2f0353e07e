"""Bodies: how long they may be, and whether they can be read at all, before anything looks at what they say."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import unquote_to_bytes

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from chassis.errors import Malformed, TooLarge

DEFAULT_LIMIT = 1 << 20
DEEPEST = 64
JSON = "application/json"
ANY = "*/*"
"""What an operation accepts whose body is a file, whatever it is called: its bytes are read as nothing."""

Form = TypeVar("Form", bound=BaseModel)


@dataclass(slots=True)
class BodyLimit:
    """How many bytes this request's body may have; the operation raises it before it reads."""

    bytes: int = DEFAULT_LIMIT
    seen: int = 0

    def count(self, more: int) -> None:
        """Add what has arrived.

        Raises:
            TooLarge: that is more than allowed.
        """
        self.seen += more
        if self.seen > self.bytes:
            raise TooLarge(self.bytes)


def media_type(request: Request) -> str:
    """Give the body's media type in lower case without parameters; empty when the caller names none."""
    named = request.headers.get("content-type")
    if not named:
        return ""
    message = Message()
    message["content-type"] = named
    return message.get_content_type()


def check_media_type(request: Request, accepts: Sequence[str]) -> str:
    """Give the media type of a body when the operation takes it.

    Raises:
        Malformed: it does not.
    """
    given = media_type(request)
    if given and ANY in accepts:
        return given
    if given in accepts or (JSON in accepts and given.startswith("application/") and given.endswith("+json")):
        return given
    raise Malformed("malformed", f"The header Content-Type must be one of: {', '.join(accepts)}.")


def read_json(content: bytes) -> Any:
    """Read JSON strictly: UTF-8, no NaN, no lone surrogate, no U+0000, at most 64 levels deep.

    Raises:
        Malformed: it is not that.
    """
    try:
        text = content.decode()
        value = json.loads(text, parse_constant=_not_json)
    except UnicodeDecodeError as error:
        raise Malformed("malformed", "The body is not valid UTF-8.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Malformed("malformed", "The body is not valid JSON.") from error
    _walk(value)
    return value


def check_target(query: bytes, path: bytes | None) -> None:
    """Refuse an address whose percent-encoding hides what is no text: a framework would put replacement characters in its place.

    Raises:
        Malformed: path or query is not UTF-8, or has U+0000 in it.
    """
    for part, name in ((query, "query"), (path or b"", "path")):
        if b"%" not in part:
            continue
        try:
            text = unquote_to_bytes(part).decode()
        except UnicodeDecodeError as error:
            raise Malformed("malformed", f"The {name} of the address is not valid UTF-8.") from error
        if "\x00" in text:
            check_text(text, name)


def check_text(text: str, place: str) -> None:
    """Refuse what PostgreSQL cannot store and UTF-8 cannot say.

    Raises:
        Malformed: there is U+0000 or a lone surrogate in it; `place` names where.
    """
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Malformed("malformed", f"There is a character in the {place} that no text may have: U+0000 or half of a surrogate pair.")


@dataclass(frozen=True, slots=True)
class Received:
    """A body as it came, for operations that take more than one media type. `media_type` is one of those the operation accepts."""

    content: bytes
    media_type: str

    def text(self) -> str:
        """Give a text/plain body.

        Raises:
            Malformed: it is not valid UTF-8, or has U+0000 in it.
        """
        try:
            text = self.content.decode()
        except UnicodeDecodeError as error:
            raise Malformed("malformed", "The body is not valid UTF-8.") from error
        check_text(text, "body")
        return text

    def form(self, kind: type[Form]) -> Form:
        """Give a JSON body as this form.

        Raises:
            Malformed: it is not JSON.
            RequestValidationError: it is not this form.
        """
        value = read_json(self.content)
        try:
            return kind.model_validate_json(json.dumps(value))
        except ValidationError as error:
            raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_input=False)]) from error


async def received(request: Request) -> Received:
    """Give the body as it came."""
    return Received(await request.body(), media_type(request))


ReceivedBody = Annotated[Received, Depends(received)]


def _walk(value: Any) -> None:
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, str):
            if not one.isascii() or "\x00" in one:
                check_text(one, "body")
        elif isinstance(one, dict | list):
            if depth >= DEEPEST:
                raise _too_deep()
            if isinstance(one, dict):
                waiting.extend((name, depth + 1) for name in one)
                waiting.extend((inner, depth + 1) for inner in one.values())
            else:
                waiting.extend((inner, depth + 1) for inner in one)
        elif isinstance(one, float) and not math.isfinite(one):
            _not_json("infinity")


def _too_deep() -> Malformed:
    return Malformed("malformed", f"The body is nested more than {DEEPEST} levels deep.")


def _not_json(_name: str) -> NoReturn:
    raise Malformed("malformed", "NaN and infinite numbers are not JSON.")
