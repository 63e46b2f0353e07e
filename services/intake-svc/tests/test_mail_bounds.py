"""Mail that is broken, hostile or too much: bounded before it is taken apart, put before a person, never lost (D20, DESIGN 7)."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.http.limits import Limits
from chassis.testing import Desk
from httpx import Response
from intake_svc.mail.reader import MailReader
from intake_svc.settings import Settings

MAIL = "/intake/v1/mail"
Post = Callable[..., Awaitable[Response]]
NOBODY = b"Subject: No sender\r\n\r\nSomebody should look at this.\r\n"
# A quotation that never ends, full of semicolons: Python's own parser of parameters takes hours over it.
HOSTILE = b'From: a@example.org\r\nContent-Type: text/plain; charset="' + b"a;" * 30_000 + b"\r\n\r\nwords"


def head(**headers: str) -> bytes:
    said = {"From": f"{uuid4().hex[:8]}@example.org", "Message-ID": f"<{uuid4()}@example.org>", **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items()).encode()


def nested(deep: int) -> bytes:
    inner = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (one, one) for one in range(deep))
    return head() + inner + b"Content-Type: text/plain\r\n\r\nDeep down.\r\n"


def parts(many: int) -> bytes:
    return head() + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nwords\r\n" * many + b"--x--\r\n"


BROKEN = {
    "too_deep": nested(200),
    "too_many_parts": parts(1_001),
    "header_too_long": head() + b"To: " + b", ".join(b"a%d@example.org" % one for one in range(10_000)) + b"\r\n\r\nwords",
    "too_many_headers": head() + b"".join(b"X-H%d: y\r\n" % one for one in range(10_000)) + b"\r\nwords",
    "too_large": head() + b"\r\n" + b"a" * 75 * 137_000,
    "reading_overran": head() + HOSTILE,
}


@pytest.fixture
def post(desk: Desk) -> Post:
    async def post(raw: bytes, to: str = "ca") -> Response:
        # Without a key, as a mail system sends it: a mail names itself.
        headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {desk.token('requester_desk', sub='relay')}"}
        return await desk.client.post(f"{MAIL}?recipient={to}@wikimedia.org", content=raw, headers=headers)

    return post


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[MailReader]:
    found = MailReader(Settings())
    await found.warm()
    yield found
    await found.close()


@pytest.mark.parametrize("why", BROKEN)
async def test_a_mail_that_breaks_a_bound_goes_before_a_person_and_nothing_of_it_is_kept(desk: Desk, post: Post, why: str) -> None:
    answer = await post(BROKEN[why])
    assert (answer.status_code, answer.json()["taken_as"]) == (202, "unread")
    row = (await desk.sql("SELECT state, why, attachments, size FROM mail WHERE id = $1", UUID(answer.json()["id"])))[0]
    assert (row["state"], row["why"], row["attachments"]) == ("waiting", why, "{}")
    assert row["size"] == len(BROKEN[why])
    told = await desk.get(f"{MAIL}/{answer.json()['id']}", role="evaluator", sub="eva", reason="triage")
    assert "text" not in told.json()
    if why != "reading_overran":  # to read it twice takes twice the time
        assert (await post(BROKEN[why])).json() == answer.json()


async def test_forty_megabytes_stay_with_the_mail_system(post: Post) -> None:
    answer = await post(head() + b"\r\n" + b"a" * 75 * 550_000, "emergency")
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (413, "too_large")


async def test_in_the_urgent_lanes_it_has_its_case_at_once(desk: Desk, post: Post) -> None:
    for to in ("emergency", "legal-reports"):
        filed = (await post(BROKEN["too_deep"], to)).json()
        row = (await desk.sql('SELECT kind FROM "case" WHERE id = $1', UUID(filed["case_id"])))[0]
        assert row["kind"] in {"threat_of_harm", "child_protection"}


async def test_bounds_are_where_they_are_said_to_be(reader: MailReader) -> None:
    assert (await reader.read(nested(49))).why is None
    assert (await reader.read(parts(998))).why is None
    assert (await reader.read(head() + b"\r\n" + b"word " * 15 * 120_000)).why == "cut"


def waited_for_a_processor() -> float:
    """Tell for how many seconds this thread could have run and others did (Linux: the second number of schedstat, in nanoseconds)."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except FileNotFoundError:
        return 0.0


async def test_the_event_loop_never_stalls_over_a_hostile_mail(reader: MailReader) -> None:
    longest, loop = 0.0, asyncio.get_running_loop()

    async def beat() -> None:
        """Keep the longest time for which the loop was at work or held up; what it waited for a processor is the machine's."""
        nonlocal longest
        while True:
            before, queued = loop.time(), waited_for_a_processor()
            await asyncio.sleep(0.005)
            longest = max(longest, loop.time() - before - 0.005 - (waited_for_a_processor() - queued))

    async def worst(raw: bytes) -> tuple[str | None, float]:
        """Three times, and the quietest counts: a busy machine stalls everybody."""
        nonlocal longest
        seen = []
        for _ in range(3):
            longest = 0.0
            why = (await reader.read(raw)).why
            seen.append(longest)
            if longest < 0.05:
                break
        return why, min(seen)

    heart = asyncio.create_task(beat())
    big = head() + b"Content-Type: text/html\r\n\r\n" + b"<p>\xd0\xb6 words</p>" * 500_000
    for raw in (HOSTILE, big, BROKEN["too_large"]):
        why, stalled = await worst(raw)
        assert why is not None
        assert stalled < 0.05, why
    heart.cancel()


async def test_a_mail_without_a_sender_is_a_request_of_nobody(desk: Desk, post: Post) -> None:
    filed = (await post(b"Message-ID: <%s@x>\r\n" % uuid4().hex.encode() + NOBODY)).json()
    row = (await desk.sql("SELECT email_hash, wiki_user_hash FROM request WHERE id = $1", UUID(filed["id"])))[0]
    assert (filed["state"], row["email_hash"], row["wiki_user_hash"]) == ("incomplete", None, None)
    two = await post(head(From="a@example.org, b@example.org", Sender="a@example.org") + b"\r\nTwo senders.\r\n")
    assert two.status_code == 201


async def test_a_charset_that_lies_and_zeros_leave_readable_words(desk: Desk, post: Post) -> None:
    raw = head(Content_Type="text/plain; charset=utf-8") + "\r\nIch habe Gründe\x00 und mehr.\r\n".encode("latin-1")
    filed = await post(raw)
    assert filed.status_code == 201, filed.text
    answer = await desk.get(MAIL, params={"limit": "200", "mailbox": "ca", "taken_as": "request"}, role="evaluator", sub="eva")
    found = [one for one in answer.json()["items"] if one["request_id"] == filed.json()["id"]]
    text = (await desk.get(f"{MAIL}/{found[0]['id']}", role="evaluator", sub="eva", reason="triage")).json()["text"]
    assert "Gründe" in text
    assert "\x00" not in text
    assert (await post(head(Subject="=?x-none?q?=FF=FE?= =?utf-8?b?!!!?=") + b"\r\nWords.\r\n")).status_code == 201


async def test_what_a_file_calls_itself_is_counted_and_not_believed(reader: MailReader) -> None:
    """A picture that calls itself words is none of the letter's words; words that call themselves a picture are opened by nobody (D20)."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
    body = b"--x\r\nContent-Type: text/plain\r\n\r\nThe words.\r\n"
    body += b"--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + picture + b"\r\n"
    body += b"--x\r\nContent-Type: image/png\r\n\r\nplanted words\r\n"
    body += b"--x\r\nContent-Type: application/x-msdownload\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nMZ\r\n"
    found = await reader.read(head(Content_Type="multipart/mixed; boundary=x") + b"\r\n" + body + b"--x--\r\n")
    assert found.text.strip() == "The words."
    assert found.attachments == {"application/octet-stream": 1, "image/png": 1, "application/x-msdownload": 1}


async def test_a_reader_that_died_is_replaced_and_the_mail_read(reader: MailReader) -> None:

    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    assert (await reader.read(head() + b"\r\nWords.\r\n")).text.strip() == "Words."


async def test_a_thousand_mails_of_one_sender_in_a_minute_are_too_many_and_the_urgent_lane_stays_open(
    desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In dev mode, in which tests run, limits let everything pass.
    limits = Limits(off=False)
    monkeypatch.setitem(desk.runtime.state, "http.limits", limits)
    key = desk.runtime.keyring.hash("intake.sender", "many@example.org").hex()
    for _ in range(59):
        limits.spend("sender", key, 60)
    answers = [await post(head(From="Many@Example.org") + b"\r\nAgain.\r\n") for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 429, 429]
    assert int(answers[1].headers["retry-after"]) > 0
    assert (await post(head(From="many@example.org") + b"\r\nSomebody is in danger.\r\n", "emergency")).status_code == 201
    assert (await post(head(From="other@example.org") + b"\r\nAnother.\r\n")).status_code == 201


async def test_many_deliveries_of_one_mail_at_once_are_one(desk: Desk, post: Post) -> None:
    raw = head() + b"\r\nOnce.\r\n"
    answers: list[Any] = await asyncio.gather(*(post(raw) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert len({one.json()["id"] for one in answers}) == 1
