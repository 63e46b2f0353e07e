"""From bytes to text: mail in the dresses it comes in, attachments counted and never opened (D20)."""

import io
import tracemalloc
import zipfile
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


def test_a_plain_part_that_only_points_to_the_page_is_no_letter() -> None:
    message = mail()
    message.set_content("Your mail program cannot show this message. Please use one that shows pages.")
    message.add_alternative(
        f"<p>{WORDS}</p>" + "<p>The photograph on this page is mine, and I ask that it be taken down.</p>" * 10, subtype="html"
    )
    text = letter_text(message.as_bytes(), "message/rfc822").text
    assert "taken down" in text
    assert "cannot show" not in text


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
    assert letter.attachments == ["application/pdf", "text/plain"]
    assert "perjury" not in letter.text


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; owner-token=1"),
        ("Precedence", "bulk"),
        ("Precedence", "Auto_Reply"),
        ("X-Autoreply", "yes"),
        ("X-Loop", "legal@kordova.example"),
        ("List-Id", "<friends.kordova.example>"),
        ("Return-Path", "<>"),
    ],
)
def test_answer_of_a_machine_says_so(header: tuple[str, str]) -> None:
    message = mail()
    message[header[0]] = header[1]
    message.set_content("I am away.")
    assert letter_text(message.as_bytes(), "message/rfc822").automatic


@pytest.mark.parametrize(
    ("subject", "automatic"),
    [
        ("Automatic reply: Map of Tarn", True),
        ("Re: Out of Office", True),
        ("Undeliverable: your notice", True),
        ("=?utf-8?q?R=C3=A9ponse_automatique_=3A_Carte?=", True),
        ("Notice about an automatic camera", False),
        ("Re: delivery of the court papers", False),
    ],
)
def test_subjects_that_only_machines_write(subject: str, automatic: bool) -> None:
    raw = f"From: ines@kordova.example\r\nSubject: {subject}\r\n\r\nwords".encode()
    assert letter_text(raw, "message/rfc822").automatic is automatic


def test_a_persons_mail_is_not_automatic() -> None:
    message = mail()
    message["Auto-Submitted"] = "no"
    message["Precedence"] = "first-class"
    message["Return-Path"] = "<ines@kordova.example>"
    message["Received"] = "from a by b"
    message.set_content(WORDS)
    assert not letter_text(message.as_bytes(), "message/rfc822").automatic


def test_returned_mail_and_mail_that_runs_in_a_circle_are_automatic() -> None:
    report = b'From: MAILER-DAEMON@kordova.example\r\nContent-Type: multipart/report; boundary="x"\r\n\r\n--x\r\n\r\nno such user\r\n--x--'
    assert letter_text(report, "message/rfc822").automatic
    circle = b"From: ines@kordova.example\r\n" + b"Received: from a by b\r\n" * 60 + b"\r\nwords"
    assert letter_text(circle, "message/rfc822").automatic


@pytest.mark.parametrize(
    ("words", "true", "label"),
    [
        ("Größe, naïve, 5 €", "windows-1252", "iso-8859-1"),
        ("Größe, naïve", "utf-8", "iso-8859-1"),
        ("Größe, naïve", "iso-8859-1", "utf-8"),
        ("Größe, naïve", "iso-8859-1", "x-klingon"),
        ("Größe, naïve", "utf-8", "us-ascii"),
        ("Я являюсь автором этой фотографии и прошу её удалить", "koi8-r", "koi8-r"),
        ("Я являюсь автором этой фотографии и прошу её удалить", "koi8-r", "iso-8859-1"),
        ("Я являюсь автором этой фотографии и прошу её удалить", "windows-1251", "us-ascii"),
        ("我是这张照片的作者请删除", "gb18030", "gb2312"),
        ("我是这张照片的作者请删除", "gb18030", "iso-8859-1"),
        ("この写真の著作者です", "iso-2022-jp", "iso-2022-jp"),
        ("この写真の著作者です", "cp932", "shift_jis"),
        ("Größe", "utf-16", "utf-16"),
    ],
)
def test_charsets_old_and_wrongly_labelled(words: str, true: str, label: str) -> None:
    raw = f"From: a@example.org\r\nContent-Type: text/plain; charset={label}\r\n\r\n".encode() + words.encode(true)
    assert letter_text(raw, "message/rfc822").text.strip() == words


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "zlib", "base64", "undefined", "utf-7"])
def test_a_charset_that_is_none_decodes_nothing(label: str) -> None:
    raw = f"From: a@example.org\r\nContent-Type: text/plain; charset={label}\r\n\r\n".encode() + b"+ADw-script+AD4- \\x41 words-" * 20_000
    assert "\\x41 words-" in letter_text(raw, "message/rfc822").text


def test_flowed_lines_are_joined_and_the_signature_kept() -> None:
    raw = (
        b"From: a@example.org\r\nContent-Type: text/plain; format=flowed\r\n\r\nI swear, under penalty of \r\nperjury, that it is mine.\r\n"
        b"> quoted \r\nown\r\n-- \r\nInes"
    )
    assert letter_text(raw, "message/rfc822").text == "I swear, under penalty of perjury, that it is mine.\n> quoted \nown\n-- \nInes"
    broken = raw.replace(b"flowed", b"flowed; delsp=yes").replace(b"penalty of ", b"https://a.example/pa ").replace(b"perjury", b"th")
    assert "https://a.example/path, that" in letter_text(broken, "message/rfc822").text


def test_a_page_that_calls_itself_plain_is_read_as_a_page() -> None:
    raw = b"From: a@example.org\r\nContent-Type: text/plain\r\n\r\n<!DOCTYPE html><html><script>evil()</script><p>The map</p></html>"
    assert letter_text(raw, "message/rfc822").text == "The map"


def test_a_picture_that_calls_itself_text_is_counted_and_not_kept() -> None:
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(range(256)) * 20
    raw = b"From: a@example.org\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + picture
    letter = letter_text(raw, "message/rfc822")
    assert (letter.text, letter.attachments) == ("", ["application/octet-stream"])


def test_files_written_into_the_text_are_counted_and_not_kept() -> None:
    coded = "\n".join(["QUJD" * 18] * 12)
    raw = f"From: a@example.org\n\nbefore\n{coded}\nQUJDRA==\nbetween\nbegin 644 photo.jpg\nM_]C_X  02D9)1@ !\n`\nend\nafter".encode()
    letter = letter_text(raw, "message/rfc822")
    assert letter.text == "before\nbetween\nafter"
    assert letter.attachments == ["application/octet-stream"] * 2


CODE = "QUJD" * 18
PICTURE = f"data:image/PNG;base64,{CODE}"


@pytest.mark.parametrize(
    ("written", "words", "kinds"),
    [
        (f"before {PICTURE} after", "before  after", ["image/png"]),
        (f"before\n{PICTURE}\n{CODE}\n{CODE}\nafter", "before\n\nafter", ["image/png"]),
        (f"![map](data:image/svg+xml;charset=utf-8,{'%3Csvg' * 9})", "![map](", ["image/svg+xml"]),
        (f"data:;base64,{CODE}", "", ["application/octet-stream"]),
        ("data:image/png;base64,AAAA is how such an address begins", "data:image/png;base64,AAAA is how such an address begins", []),
        ("Personal data: see, please, https://example.org/" + "a" * 60, "Personal data: see, please, https://example.org/" + "a" * 60, []),
        (f"before\n{CODE * 7}\nafter", "before\nafter", ["application/octet-stream"]),
        (f"before\n{CODE}\nafter", f"before\n{CODE}\nafter", []),
        (
            "--b\nContent-Type: image/JPEG; name=x.jpg\nContent-Transfer-Encoding: base64\n\n" + f"{CODE}\n" * 9 + "QUI=\n--b--",
            "--b\nContent-Type: image/JPEG; name=x.jpg\nContent-Transfer-Encoding: base64\n\n--b--",
            ["image/jpeg"],
        ),
        (
            "Content-Type: image/jpeg\nThat is what I sent. Here is something else:\n" + f"{CODE}\n" * 9,
            "Content-Type: image/jpeg\nThat is what I sent. Here is something else:\n",
            ["application/octet-stream"],
        ),
        (
            f"Content-Type: image/gif\n\n{CODE * 7}\n\n{CODE * 7}",
            "Content-Type: image/gif\n\n",
            ["image/gif", "application/octet-stream"],
        ),
        ("begin 644 a.jpg\nM_]C_X\nand then my own words", "and then my own words", ["application/octet-stream"]),
    ],
)
@pytest.mark.parametrize("media_type", ["text/plain", "message/rfc822"])
def test_files_written_into_a_letter_are_dropped_however_it_came(written: str, words: str, kinds: list[str], media_type: str) -> None:
    raw = written if media_type == "text/plain" else f"From: a@example.org\n\n{written}"
    letter = letter_text(raw.encode(), media_type)
    assert (letter.text.rstrip("\n"), letter.attachments) == (words.rstrip("\n"), kinds)


def test_a_picture_in_the_tags_of_a_page_is_counted() -> None:
    letter = letter_text(f'<html><p>My map <img src="{PICTURE}"></p></html>'.encode(), "text/plain")
    assert (letter.text.strip(), letter.attachments) == ("My map", ["image/png"])


def test_a_zip_bomb_is_counted_and_never_opened() -> None:
    message = mail()
    message.set_content(WORDS)
    pressed = io.BytesIO()
    with zipfile.ZipFile(pressed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    message.add_attachment(pressed.getvalue(), maintype="application", subtype="zip", filename="letter.zip")
    tracemalloc.start()
    letter = letter_text(message.as_bytes(), "message/rfc822")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert letter.attachments == ["application/zip"]
    assert most < 5_000_000


def test_an_inline_picture_beside_the_words_is_counted() -> None:
    message = mail()
    message.set_content('<p>My map: <img src="cid:1@kordova.example"></p>', subtype="html")
    message.add_related(b"\x89PNG\r\n", "image", "png", cid="<1@kordova.example>")
    letter = letter_text(message.as_bytes(), "message/rfc822")
    assert (letter.text.strip(), letter.attachments) == ("My map:", ["image/png"])


def test_transfer_encoding_that_lies_does_not_lose_the_words() -> None:
    raw = b"From: a@example.org\r\nContent-Transfer-Encoding: base64\r\n\r\nThis is not base64 at all: the map of Tarn is mine."
    assert "the map of Tarn is mine" in letter_text(raw, "message/rfc822").text


def test_parts_without_a_boundary_are_read_as_words() -> None:
    raw = b"From: a@example.org\r\nContent-Type: multipart/mixed\r\n\r\nThe map of Tarn is mine."
    assert letter_text(raw, "message/rfc822").text == "The map of Tarn is mine."


def test_a_mail_from_two_is_from_nobody() -> None:
    raw = b"From: ines@kordova.example\r\nFrom: legal@wikimedia.example\r\n\r\nwords"
    assert letter_text(raw, "message/rfc822").sender is None


def test_an_empty_mail_and_what_is_no_mail() -> None:
    assert letter_text(b"", "message/rfc822").text == ""
    assert letter_text(b"just a line", "message/rfc822").text in {"", "just a line"}
    assert letter_text(b"\x00\x01\x02" * 100, "message/rfc822").attachments in ([], ["application/octet-stream"])


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
