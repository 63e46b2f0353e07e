"""From bytes to text: mail in the dresses it comes in, attachments counted and never opened (D20)."""

from email.message import EmailMessage

import pytest
from dmca_svc.reading import letter_text

WORDS = "I drew the map of Tarn. Größe: Ähre."


def mail() -> EmailMessage:
    """A mail with headers and nothing else."""
    message = EmailMessage()
    message["From"] = "Ines Kordova <ines@kordova.example>"
    message["Subject"] = "Map of Tarn"
    message["Message-ID"] = "<1@kordova.example>"
    return message


def test_plain_text_in_its_charset() -> None:
    assert letter_text(WORDS.encode(), "text/plain; charset=utf-8").text == WORDS
    assert letter_text(WORDS.encode("iso-8859-1"), 'text/plain; charset="iso-8859-1"').text == WORDS
    assert letter_text(WORDS.encode("windows-1252"), "text/plain").text == WORDS


def test_text_in_a_charset_that_nobody_knows_is_still_read() -> None:
    assert "map of Tarn" in letter_text(WORDS.encode(), "text/plain; charset=x-klingon").text


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_mail_in_every_transfer_encoding(encoding: str) -> None:
    message = mail()
    message.set_content(WORDS, cte=encoding)
    letter = letter_text(message.as_bytes(), "message/rfc822")
    assert letter.text.strip() == WORDS
    assert (letter.sender, letter.message_id, letter.subject) == ("ines@kordova.example", "<1@kordova.example>", "Map of Tarn")


def test_old_charset_in_a_mail() -> None:
    message = mail()
    message.set_content(WORDS, charset="iso-8859-1", cte="quoted-printable")
    assert letter_text(message.as_bytes(), "message/rfc822").text.strip() == WORDS


def test_of_two_dresses_the_plain_one_is_read() -> None:
    message = mail()
    message.set_content("plain words")
    message.add_alternative("<p>dressed words</p>", subtype="html")
    assert letter_text(message.as_bytes(), "message/rfc822").text.strip() == "plain words"


def test_html_only_mail_gives_its_words_without_scripts() -> None:
    message = mail()
    message.set_content(
        "<style>p{}</style><script>alert('I swear')</script><p>The map&nbsp;of <b>Tarn</b></p>"
        '<p><a href="https://commons.wikimedia.org/wiki/File:Map.svg">here</a></p><blockquote>quoted words</blockquote>',
        subtype="html",
    )
    text = letter_text(message.as_bytes(), "message/rfc822").text
    assert "The map of Tarn" in text
    assert "<https://commons.wikimedia.org/wiki/File:Map.svg>" in text
    assert "> quoted words" in text
    assert "swear" not in text


def test_letter_forwarded_as_attachment_is_read() -> None:
    inner = mail()
    inner.set_content(WORDS)
    outer = mail()
    outer.set_content("Please see the attached.")
    outer.add_attachment(inner)
    letter = letter_text(outer.as_bytes(), "message/rfc822")
    assert WORDS in letter.text
    assert letter.attachments == []


def test_attachments_are_counted_by_type_and_never_read() -> None:
    message = mail()
    message.set_content(WORDS)
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="letter.pdf")
    message.add_attachment(b"I swear under penalty of perjury", maintype="text", subtype="plain", filename="oath.txt")
    letter = letter_text(message.as_bytes(), "message/rfc822")
    assert letter.attachments == [("application/pdf", 8), ("text/plain", 32)]
    assert "perjury" not in letter.text


def test_answer_of_a_machine_says_so() -> None:
    message = mail()
    message["Auto-Submitted"] = "auto-replied"
    message.set_content("I am away.")
    assert letter_text(message.as_bytes(), "message/rfc822").automatic
    assert not letter_text(mail().as_bytes(), "message/rfc822").automatic


def test_mail_in_mail_in_mail_ends_somewhere() -> None:
    message = mail()
    message.set_content("the innermost words")
    for _ in range(60):
        outer = mail()
        outer.set_content("see below")
        outer.add_attachment(message)
        message = outer
    letter = letter_text(message.as_bytes(), "message/rfc822")
    assert "see below" in letter.text
    assert "innermost" not in letter.text
    assert letter.attachments


def test_headers_that_lie_do_no_harm() -> None:
    raw = (
        b"From: =?utf-8?b?////?=\r\nSubject: =?nope?q?=FF?=\r\n"
        b"Content-Type: text/plain; charset=nope\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64"
    )
    assert isinstance(letter_text(raw, "message/rfc822").text, str)
