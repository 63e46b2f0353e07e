"""The listener: an answer for each recipient, 250 only for what is committed, 4xx while it cannot be, 5xx for what never can (RFC 2033)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from chassis.http.limits import Limits
from chassis.testing import Desk, broken_at, eventually
from intake_svc.mail.lmtp import serve
from intake_svc.settings import Settings


class Client:
    """A mail system that hands mail over."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self._in, self._out = incoming, outgoing

    async def say(self, line: str) -> str:
        self._out.write(f"{line}\r\n".encode())
        return await self.answer()

    async def answer(self) -> str:
        while True:
            line = (await self._in.readuntil(b"\n")).decode().strip()
            if line[3:4] != "-":
                return line

    async def hand_over(self, raw: bytes, *recipients: str, sender: str = "somebody@example.org") -> list[str]:
        """Give the answer for each recipient that was taken."""
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250")
        for one in recipients:
            assert (await self.say(f"RCPT TO:<{one}@wikimedia.org>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")
        self._out.write(raw + b"\r\n.\r\n")
        await self._out.drain()
        return [await self.answer() for _ in recipients]

    async def close(self) -> None:
        self._out.close()
        await self._out.wait_closed()


@pytest.fixture
async def listening(desk: Desk) -> AsyncIterator[int]:
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(desk.runtime, Settings(lmtp_port=0), bound=bound))
    yield await bound
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    assert (await client.answer()).startswith("220")
    assert (await client.say("LHLO mx.example.org")).startswith("250")
    yield client
    await client.close()


def mail(words: str = "The account harasses people.", **headers: str) -> bytes:
    said = {"From": f"{uuid4().hex[:8]}@example.org", "Message-ID": f"<{uuid4()}@example.org>", **headers}
    return ("".join(f"{name}: {value}\r\n" for name, value in said.items()) + f"\r\n{words}").encode()


async def kept(desk: Desk) -> int:
    found: int = (await desk.sql("SELECT count(*) AS n FROM mail"))[0]["n"]
    return found


async def test_each_recipient_has_its_own_answer_and_its_own_request(desk: Desk, listening: int) -> None:
    before = await kept(desk)
    async with connected(listening) as client:
        assert (await client.say("MAIL FROM:<a@example.org>")).startswith("250")
        assert (await client.say("RCPT TO:<press@wikimedia.org>")).startswith("550")
        assert (await client.say("RCPT TO:<ca@elsewhere.example.org>")).startswith("550")
        assert (await client.say("RSET")).startswith("250")
        raw = mail()
        assert [one[:3] for one in await client.hand_over(raw, "ca", "Emergency")] == ["250", "250"]
        assert await kept(desk) == before + 2
        assert [one[:3] for one in await client.hand_over(raw, "ca", "emergency")] == ["250", "250"]
    assert await kept(desk) == before + 2


async def test_while_the_database_is_away_the_mail_system_keeps_the_mail(desk: Desk, listening: int) -> None:
    before, raw = await kept(desk), mail()
    async with connected(listening) as client:
        with broken_at("commit.before", "error"):
            assert [one[:3] for one in await client.hand_over(raw, "ca", "info")] == ["451", "250"]
        # Committed, and the answer lost: it comes again, and is one.
        with broken_at("commit.after", "error"):
            assert (await client.hand_over(raw, "ca"))[0][:3] == "451"
        assert await kept(desk) == before + 2
        assert [one[:3] for one in await client.hand_over(raw, "ca", "info")] == ["250", "250"]
    assert await kept(desk) == before + 2


async def test_what_is_too_large_is_told_to_its_sender_and_put_before_a_person(desk: Desk, listening: int) -> None:
    async with connected(listening) as client:
        large = mail("x" * 75 + ("\r\n" + "x" * 75) * 140_000)
        assert [one[:3] for one in await client.hand_over(large, "info", "emergency", sender="large@example.org")] == ["552", "552"]
        assert [one[:3] for one in await client.hand_over(mail(), "ca")] == ["250"]
    rows = await desk.sql("SELECT mailbox, state, taken_as, request_id FROM mail WHERE why = 'too_large' ORDER BY id DESC LIMIT 2")
    urgent, waits = rows
    assert (waits["mailbox"], waits["state"], waits["taken_as"]) == ("info", "waiting", "unread")
    assert (urgent["mailbox"], urgent["request_id"] is not None) == ("emergency", True)


async def test_too_many_of_one_sender_come_again_later(desk: Desk, listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(off=False)
    monkeypatch.setitem(desk.runtime.state, "http.limits", limits)
    key = desk.runtime.keyring.hash("intake.sender", "flood@example.org").hex()
    for _ in range(60):
        limits.spend("sender", key, 60)
    async with connected(listening) as client:
        again = mail(From="flood@example.org")
        assert [one[:9] for one in await client.hand_over(again, "ca", "emergency")] == ["451 4.7.1", "250 2.0.0"]


async def test_a_mail_from_no_address_is_a_mail_systems_own(desk: Desk, listening: int) -> None:
    named = f"<{uuid4()}@example.org>"
    async with connected(listening) as client:
        assert (await client.hand_over(mail("It could not be delivered.", **{"Message-ID": named}), "ca", sender=""))[0][:3] == "250"
        assert (await client.hand_over(b"Subject: x\r\n\r\nNo From, but an envelope.", "ca", sender="Env@example.org"))[0][:3] == "250"
    mark = desk.runtime.keyring.hash("intake.message_id", named.strip("<>"))
    assert (await desk.sql("SELECT taken_as FROM mail WHERE message_hash = $1", mark))[0]["taken_as"] == "bounce"
    sender = desk.runtime.keyring.hash("intake.email", "env@example.org")
    assert await desk.sql("SELECT 1 FROM request WHERE email_hash = $1", sender)


async def test_ten_thousand_recipients_are_too_many_and_a_dropped_line_files_nothing(desk: Desk, listening: int) -> None:
    before = await kept(desk)
    async with connected(listening) as client:
        await client.say("MAIL FROM:<a@example.org>")
        answers = [(await client.say(f"RCPT TO:<ca+{number}@wikimedia.org>"))[:3] for number in range(105)]
        assert answers == ["250"] * 100 + ["452"] * 5
        assert (await client.say("DATA")).startswith("354")
        client._out.write(b"From: a@example.org\r\n\r\nhalf of")
    async with connected(listening) as client:
        assert (await client.hand_over(mail(), "ca"))[0][:3] == "250"
    assert await kept(desk) == before + 1


async def test_nothing_of_a_mail_is_logged(desk: Desk, listening: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with connected(listening) as client:
            await client.hand_over(mail("planted words", From="planted@example.org"), "legal-reports", sender="planted@example.org")
    assert "planted" not in caplog.text
    row = (await desk.sql("SELECT request_id FROM mail WHERE mailbox = 'legal_reports' ORDER BY id DESC LIMIT 1"))[0]
    assert UUID(str(row["request_id"]))


async def test_what_is_in_hand_when_the_process_ends_is_finished(desk: Desk) -> None:
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(desk.runtime, Settings(lmtp_port=0), bound=bound))
    before = await kept(desk)
    client = Client(*await asyncio.open_connection("127.0.0.1", await bound))
    await client.answer()
    await client.say("LHLO mx.example.org")
    await client.say("MAIL FROM:<a@example.org>")
    await client.say("RCPT TO:<ca@wikimedia.org>")
    await client.say("DATA")
    with broken_at("commit.before", "slow", seconds=0.5) as passed:

        async def at_commit() -> bool:
            return "commit.before" in passed

        client._out.write(mail() + b"\r\n.\r\n")
        await eventually(at_commit)
        task.cancel()
        assert (await client.answer())[:3] == "250"
    await asyncio.gather(task, return_exceptions=True)
    assert await kept(desk) == before + 1
    await client.close()
