"""Letters are read before the edge opens: nothing slow happens while a transaction is open (DESIGN 3, 7)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import Malformed
from chassis.http import Received
from chassis.http.body import JSON, check_text
from kernel.mail.charsets import charset_of, codec_of, decoded
from starlette.requests import Request

from dmca_svc.actions.cures import words_so_far
from dmca_svc.api.forms import LetterForm
from dmca_svc.api.joining_form import JoiningForm
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import Channel
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.letter import ReadLetter

LETTERS = (JSON, "text/plain", "message/rfc822")
LARGEST_LETTER = 8 << 20
EXAMPLE = {"text": "I am the owner of the photograph ...", "channel": "legal"}


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter that was posted and read, and what its sender said about its way."""

    letter: ReadLetter
    channel: Channel
    received_at: datetime | None = None
    evidence: str | None = None


async def read_cure(request: Request, body: Received) -> Posted:
    """Read what completes a notice together with the letter, and keep its own words apart.

    Raises:
        Malformed: the body is not what its media type says, or the path names no notice.
        NotFound: there is no such notice.
    """
    try:
        notice_id = UUID(str(request.path_params["notice_id"]))
    except ValueError as error:
        raise Malformed("malformed", "path.notice_id: It must be a UUID.") from error
    posted = await read_letter(request, body)
    whole = await _read_together(request, notice_id, posted.letter.text)
    letter = replace(posted.letter, reading=whole.reading, failed=posted.letter.failed or whole.failed)
    return replace(posted, letter=letter)


async def read_joining(request: Request, body: Received) -> ReadLetter | None:
    """Read a letter that mends a notice together with that notice; one that becomes something else was read when it came.

    Raises:
        Malformed: the body is not the form, or the path names no letter.
        NotFound: there is no such letter or notice.
    """
    try:
        letter_id = UUID(str(request.path_params["notice_id"]))
    except ValueError as error:
        raise Malformed("malformed", "path.notice_id: It must be a UUID.") from error
    form = body.form(JoiningForm)
    if form.joined_as is not JoinedAs.CURE:
        return None
    async with request.app.state.runtime.edge("http:join_letter", access_reason="read together with what it completes") as edge:
        words = await words_so_far(edge, letter_id)
    return await _read_together(request, form.notice_id, words)


def _text(request: Request, body: Received) -> bytes:
    """Give a plain letter in UTF-8; as another charset only where its header names it.

    Raises:
        Malformed: it is not valid UTF-8 where no charset is named, or nobody knows the one that is.
    """
    label = charset_of(request.headers.get("content-type", ""))
    codec = codec_of(label)
    if label is not None and codec is None:
        raise Malformed("malformed", "Nobody knows the charset that the header Content-Type names; send the letter in UTF-8.")
    if codec in {None, "utf-8"}:
        return body.text().encode()
    text = decoded(body.content, label)
    check_text(text, "body")
    return text.encode()


async def _read_together(request: Request, notice_id: UUID, text: str) -> ReadLetter:
    """Read a notice and what completes it as one letter."""
    runtime = request.app.state.runtime
    async with runtime.edge("http:take_cure", access_reason="read together with what completes it") as edge:
        before = await words_so_far(edge, notice_id)
    return await reader_of(runtime).read(f"{before}\n\n{text}".encode(), "text/plain")


async def read_letter(request: Request, body: Received) -> Posted:
    """Read a posted letter in the reader's process.

    Raises:
        Malformed: the body is not what its media type says.
    """
    reader = reader_of(request.app.state.runtime)
    if body.media_type == "message/rfc822":
        return Posted(await reader.read(body.content, body.media_type), Channel.LEGAL)
    if body.media_type == "text/plain":
        return Posted(await reader.read(_text(request, body), "text/plain"), Channel.LEGAL)
    form = body.form(LetterForm)
    letter = await reader.read(form.text.encode(), "text/plain")
    return Posted(letter, form.channel, form.received_at, form.evidence)
