"""Letters leave the house over SMTP: taken, put off, refused, broken off after the dot, or never connected."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP
from chassis.deliveries import Refusal
from chassis.testing import broken_at, eventually
from hypothesis import given
from hypothesis import strategies as st
from notify_svc.app import MailNotConfigured, begin
from notify_svc.deliveries import written
from notify_svc.model import Channel, Letter, Person
from notify_svc.settings import MailSettings

ASKER = Person("r1", "A. Asker", "asker@example.invalid")


@dataclass
class Sink:
    """A real SMTP server that answers as it is told and keeps what it took; a word used up, it says 250."""

    port: int = 0
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer == "taken, then silence":
            self.taken.append(envelope)
            server.transport.abort()
            return "250 OK"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer


@pytest.fixture
async def sink(desk: Any) -> AsyncIterator[Sink]:
    """The desk sends by SMTP to a sink on loopback."""
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink, hostname="sink.invalid"), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    desk.runtime.state["notify.settings"] = MailSettings(
        mail="smtp", smtp_port=sink.port, mail_from="office@example.invalid", smtp_timeout=5
    )
    yield sink
    await desk.settle()
    desk.runtime.state.pop("notify.settings")
    server.close()
    await server.wait_closed()


async def letter(office: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = await office.tell(office.said("request", "received"), requester=ASKER)
    return rows[0]


async def test_a_letter_is_taken_and_its_reader_told(office: Any, desk: Any, sink: Sink) -> None:
    row = await letter(office)
    await desk.advance(timedelta(seconds=61))
    row = await office.row(row["id"])
    assert (row["state"], row["attempts"]) == ("delivered", 1)
    (taken,) = sink.taken
    assert (taken.mail_from, taken.rcpt_tos) == ("office@example.invalid", ["asker@example.invalid"])
    message = message_from_bytes(taken.content, policy=default)
    assert message["Message-ID"] == f"<{row['id']}@example.invalid>"
    assert "Thank you for writing to us" in office.words(message)
    assert await office.kinds(row["id"]) == ["queued", "delivered"]


@pytest.mark.parametrize("place", ["at_rcpt", "at_data"])
async def test_a_server_that_says_later_is_asked_again(office: Any, desk: Any, sink: Sink, place: str) -> None:
    getattr(sink, place).extend(["451 later", "452 later still"])
    row = await letter(office)
    await desk.advance(timedelta(minutes=5))
    row = await office.row(row["id"])
    assert (row["state"], row["attempts"], len(sink.taken)) == ("delivered", 3, 1)


@pytest.mark.parametrize("place", ["at_rcpt", "at_data"])
async def test_a_refusal_for_good_waits_for_a_person(office: Any, desk: Any, sink: Sink, place: str) -> None:
    getattr(sink, place).append("550 no such mailbox of asker@example.invalid")
    row = await letter(office)
    await desk.advance(timedelta(hours=3))
    row = await office.row(row["id"])
    assert (row["state"], row["reason_code"], row["attempts"], sink.taken) == ("failed", "smtp_550", 1, [])
    assert await office.kinds(row["id"]) == ["queued", "failed"]
    # A person writes by other means, and says where that is seen.
    answer = await desk.post(
        f"/notify/v1/notifications/{row['id']}/receipts", {"url": "https://mail.example.invalid/4711"}, role="communications"
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "delivered"
    assert "example" not in str(answer.json()["receipt"])


async def test_what_broke_off_after_the_dot_is_uncertain_and_never_repeated_by_itself(office: Any, desk: Any, sink: Sink) -> None:
    sink.at_data.append("taken, then silence")
    row = await letter(office)
    await desk.advance(timedelta(hours=3))
    row = await office.row(row["id"])
    assert (row["state"], len(sink.taken)) == ("uncertain", 1)
    assert await office.kinds(row["id"]) == ["queued", "uncertain"]
    sent = message_from_bytes(sink.taken[0].content, policy=default)["Message-ID"]
    again = await desk.get(f"/notify/v1/notifications/{row['id']}/letter", role="communications", reason="to repeat it")
    assert again.json()["message_id"] == sent


async def test_a_server_that_is_down_is_asked_until_it_is_back(office: Any, desk: Any, sink: Sink) -> None:
    up = desk.runtime.state["notify.settings"]
    desk.runtime.state["notify.settings"] = up.model_copy(update={"smtp_port": 1})
    row = await letter(office)
    await desk.advance(timedelta(seconds=61))
    found = (await desk.sql("SELECT state, error, tries FROM delivery WHERE id = $1", row["delivery_id"]))[0]
    assert (found["state"], found["error"], found["tries"]) == ("waiting", "smtp_unreachable", 1)
    assert (await office.row(row["id"]))["state"] == "queued"
    desk.runtime.state["notify.settings"] = up
    await desk.advance(timedelta(seconds=6))
    assert ((await office.row(row["id"]))["state"], len(sink.taken)) == ("delivered", 1)


async def test_a_server_that_stays_down_is_told_to_a_person(office: Any, desk: Any, sink: Sink) -> None:
    desk.runtime.state["notify.settings"] = desk.runtime.state["notify.settings"].model_copy(update={"smtp_port": 1})
    row = await letter(office)
    await desk.advance(timedelta(hours=6))
    row = await office.row(row["id"])
    assert (row["state"], row["reason_code"], row["attempts"], sink.taken) == ("failed", "smtp_unreachable", 8, [])


async def test_a_wiki_letter_that_smtp_cannot_carry_is_delivered_by_hand(office: Any, desk: Any, sink: Sink) -> None:
    del sink
    rows = await office.tell(
        office.said("action", "enacted", kind="conduct_warning", disclosure="confidential"), subject=Person("s", wiki_user="X")
    )
    row = rows[0]
    assert (row["channel"], row["by_hand"], row["delivery_id"]) == ("wiki_mail", True, None)
    shown = await desk.post(f"/notify/v1/notifications/{row['id']}/receipts", {"revision_id": 5}, role="enforcer")
    assert [reason["code"] for reason in shown.json()["reasons"]] == ["not_public"]
    told = await desk.post(f"/notify/v1/notifications/{row['id']}/receipts", {"log_id": 5}, role="enforcer")
    assert told.json()["state"] == "delivered"


async def test_a_mail_that_waits_to_go_out_takes_no_receipt_by_hand(office: Any, desk: Any) -> None:
    row = await letter(office)
    answer = await desk.post(f"/notify/v1/notifications/{row['id']}/receipts", {"log_id": 5}, role="enforcer")
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["delivers_itself"]


@pytest.mark.parametrize("kind", ["error", "timeout"])
@pytest.mark.parametrize("point", ["delivery.call.before", "delivery.call.after"])
async def test_a_folder_letter_is_read_back_and_lies_there_once(office: Any, desk: Any, point: str, kind: str) -> None:
    await desk.settle()
    row = await letter(office)
    with broken_at(point, kind) as passed:
        await desk.advance(timedelta(seconds=70))
    assert point in passed
    await eventually(lambda: desk.sql("SELECT 1 FROM notification WHERE id = $1 AND state = 'delivered'", row["id"]))
    assert office.mail(row)["Message-ID"].startswith(f"<{row['id']}@")
    assert len(list((desk.settings.home / "mail").glob(f"{row['delivery_id']}*"))) == 1


@given(st.text(max_size=60), st.text(max_size=120), st.sampled_from([Channel.WIKI_MAIL, Channel.TALK_PAGE]))
def test_no_name_and_no_subject_makes_a_header_of_its_own(name: str, subject: str, channel: Channel) -> None:
    raw = written(
        Letter(uuid4(), channel, name or "x", subject, "Hello\n", "<1@example.invalid>"),
        "office@example.invalid",
        datetime(2026, 3, 2, tzinfo=UTC),
    )
    read = message_from_bytes(raw, policy=default)
    assert sorted({one.lower() for one in read}) == sorted(
        ["from", "to", "subject", "date", "message-id", "x-office-channel", "auto-submitted", "content-type", "content-transfer-encoding",
         "mime-version"]
    )  # fmt: skip
    assert read.get_content().replace("\r\n", "\n") == "Hello\n"


def test_html_stands_beside_the_text_that_every_reader_can_show() -> None:
    letter = Letter(uuid4(), Channel.MAIL, "a@example.invalid", "s", "Hello\n", "<1@example.invalid>", "<p>Hello \u05d0</p>")
    assert Letter.of_intent(letter.as_intent()) == letter
    message = message_from_bytes(written(letter, "office@example.invalid", datetime(2026, 3, 2, tzinfo=UTC)), policy=default)
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().strip()) for part in message.iter_parts()]
    # The last is what a mail reader shows if it can (RFC 2046, 5.1.4).
    assert parts == [("text/plain", "Hello"), ("text/html", "<p>Hello \u05d0</p>")]


def test_a_letter_to_nobody_is_refused_for_good() -> None:
    with pytest.raises(Refusal, match="no_address"):
        written(
            Letter(uuid4(), Channel.MAIL, "", "s", "t", "<1@example.invalid>"), "office@example.invalid", datetime(2026, 3, 2, tzinfo=UTC)
        )


def test_settings_say_what_keeps_letters_from_going_out() -> None:
    assert MailSettings().wrong(dev=True) == []
    said = " ".join(MailSettings(smtp_user="office", smtp_host="mail.example.invalid").wrong(dev=False))
    for name in ("OFFICE_ALERTS_CHILD_PROTECTION", "OFFICE_MAIL_FROM", "OFFICE_SMTP_PASSWORD_FILE", "OFFICE_SMTP_STARTTLS"):
        assert name in said
    assert "plain address" in " ".join(MailSettings(mail_from="a@b\nBcc: c@d").wrong(dev=True))


async def test_the_service_does_not_start_where_letters_could_not_go_out(desk: Any) -> None:
    await begin(desk.runtime)
    desk.runtime.state["notify.settings"] = MailSettings(mail_from="nobody")
    with pytest.raises(MailNotConfigured, match="one plain address"):
        await begin(desk.runtime)
    desk.runtime.state.pop("notify.settings")
