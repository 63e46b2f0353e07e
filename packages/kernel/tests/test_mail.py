"""A letter as an MTA delivers it: its bounds, what its headers claim, its own words, and whether a person wrote it."""

import email
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.mail.automatic import MOST_HOPS, automatic_as, is_automatic
from kernel.mail.bounds import Bounds, broken_bound, head_of
from kernel.mail.envelope import envelope_of
from kernel.mail.letter import header
from kernel.mail.quotation import own_words

SMALL = Bounds(bytes=4_000, parts=4, depth=3, header=200, headers=10)
MULTIPART = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


def deep(levels: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed;\r\n boundary=b%d\r\n\r\n--b%d\r\n" % (one, one) for one in range(levels)) + b"\r\nx"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Subject: x\r\n\r\nwords", None),
        (b"\r\n" + b"x" * 4_000, "too_large"),
        (MULTIPART + b"--x\r\n\r\nwords\r\n" * 3, None),
        (MULTIPART + b"--x\r\n\r\nwords\r\n" * 4, "too_many_parts"),
        (deep(3), None),
        (deep(4), "too_deep"),
        (b"To: " + b"a@example.org," * 20 + b"\r\n\r\n", "header_too_long"),
        (b"To: a\r\n" + b" b\r\n" * 200 + b"\r\n", "header_too_long"),
        (b"X: y\r\n" * 11 + b"\r\n", "too_many_headers"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 3 + b"\r\nwords", None),
        (b"Subject: x\r\n\r\n" + b"--x\r\n\r\n" * 50, None),
    ],
    ids=["plain", "large", "parts", "more", "deep", "deeper", "header", "folded", "headers", "within", "no-boundary"],
)
def test_a_bound_is_counted_before_anything_is_taken_apart(raw: bytes, why: str | None) -> None:
    assert broken_bound(raw, SMALL) == why


def test_a_mail_that_is_deep_and_has_few_parts_is_too_deep() -> None:
    assert broken_bound(deep(51), Bounds(parts=1_000)) == "too_deep"
    assert broken_bound(b"Content-Type: message/rfc822\r\n\r\n" * 51, Bounds()) == "too_deep"


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_what_reads_headers(raw: bytes) -> None:
    broken_bound(raw, Bounds())
    found = envelope_of(head_of(raw))
    assert found.sender is None or "@" in found.sender or found.sender


def test_what_the_headers_claim() -> None:
    found = envelope_of(
        b"Received: from a by b; Mon, 2 Nov 2026 09:00:00 +0100\r\nReceived: from x by a; nonsense\r\n"
        b"Delivered-To: CA@example.org\r\nTo: Office <ca@example.org>, b@example.org\r\nFrom: =?utf-8?q?Ad=C3=A9?= <ada@example.org>\r\n"
        b"Message-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\nReferences: <1@x>\r\n <2@x>\r\n\r\n"
    )
    assert (found.message_id, found.references, found.recipients) == ("3@x", ("2@x", "1@x"), ("ca@example.org", "b@example.org"))
    assert (found.sender, found.name) == ("ada@example.org", "Adé")
    assert found.arrived is not None
    assert found.arrived.isoformat() == "2026-11-02T09:00:00+01:00"
    assert envelope_of(b"Received: by b; 99 Nonsense\r\nReceived: x\r\n\r\n").arrived is None


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ("From: a@example.org", None),
        ("Auto-Submitted: auto-replied (vacation)", "answer"),
        ("Precedence: auto_reply", "answer"),
        ("Auto-Submitted: auto-generated", "spread"),
        ("List-Id: <x>", "spread"),
        ("Return-Path: <>", "bounce"),
        ("Content-Type: multipart/report; report-type=delivery-status", "bounce"),
        ("Content-Type: multipart/report; report-type=feedback-report", "spread"),
        ("X-Loop: here", "loop"),
        ("\n".join(["Received: x"] * (MOST_HOPS + 1)), "loop"),
        ("Subject: Out of office", "subject"),
    ],
)
def test_what_no_person_wrote_says_so(raw: str, what: str | None) -> None:
    message = email.message_from_string(f"{raw}\n\nwords", policy=email.policy.compat32)
    assert automatic_as(message, header, None) == what
    assert is_automatic(message, header, None) is (what is not None)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Words.\n\nOn Monday Ada wrote:\n> quoted\n> more\n\nBelow.", "Words.\n\nBelow."),
        ("Words.\nAm 2. November 2026 um 09:00\nschrieb Ada :\n> quoted", "Words.\nAm 2. November 2026 um 09:00\nschrieb Ada :"),
        ("Words.\n-- \nAda, of somewhere", "Words."),
        ("Words.\n----- Original Message -----\nFrom: Ada", "Words."),
        ("> only\n> quoted", ""),
    ],
)
def test_own_words_are_without_what_is_quoted(text: str, own: str) -> None:
    assert own_words(text) == own
