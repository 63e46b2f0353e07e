"""What holds for any text: a reading, never an error, and time in proportion to length."""

import gc
import time
from collections.abc import Callable

import pytest
from dmca_svc.reading import letter_text, read
from dmca_svc.reading.model import COUNTER_NOTICE_ELEMENTS, NOTICE_ELEMENTS, Document
from hypothesis import given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "I have a good faith belief that this is not authorized by the law.",
        "I swear, under penalty of perjury,",
        "the information is accurate",
        "I am the copyright owner",
        "**What files should be taken down?**",
        'Type the following statement: "',
        "Sincerely,",
        "[private]",
        "> ",
        "https://en.wikipedia.org/wiki/A_%FF",
        "hxxp://",
        "\n",
        "\n\n",
        ":",
        "**",
        "__",
        "I consent to the jurisdiction of Federal District Court",
        "service of process",
        "we filed an action in court",
        "we retract our notice",
        "\ufdfa",
        "\x00",
        "<br>",
        "-----Original Message-----",
        "a@b.example",
    ]
)

READ_WHOLE = 240_000
"""Characters of a text that is read to its last word; of a longer one the middle is read for addresses alone."""

LONG = 2_000_000

ADVERSARIAL = [
    "a",
    "\\",
    "\n",
    "a\n",
    "**",
    "**What ",
    "**What files should be taken down",
    '"',
    "> a\n",
    "http://a.b/c\n",
    "http://a ",
    "https://x.example/\nb/c\n",
    "<a ",
    "<a href=",
    ". Aa",
    "1 ",
    "1 a, ",
    "12345 aa. b, ",
    "a@",
    "a.b@c.d.",
    "a-",
    "Aa ",
    "signature:\n",
    "(",
    "a:\n",
    " \t",
    "Regards,\nAa Bb\n",
    "[.]",
    "www.",
    "http://",
    "from: a\n",
    "Please provide a url.A",
    "I have a good faith belief. ",
    "AA AA\n",
    "not authorized by the law ",
    "the information is true ",
    "I am A b c d, ",
    "a (at) b ",
    "12 Cheap\nFrance\n",
    "Wikimedia\n12 Road\n",
    "uploader. my ",
    "A statement that the complaining party\n",
    "name: a\n",
    "believe good faith infring ",
    "I swear under penalty of perjury. ",
]

IN_ADDRESSES = [
    "http://a.b/c\n",
    "https://x.example/\nb/c\n",
    "http://a[.]b/",
    "](http://",
    "File:a ",
    "//a.org/",
    "www.",
    "a/b ",
    "<https://a.b/c\n",
]


@given(st.text() | st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map(" ".join))
@settings(deadline=None, max_examples=200)
def test_any_text_gives_a_reading(text: str) -> None:
    reading = read(text)
    expected = {Document.NOTICE: NOTICE_ELEMENTS, Document.COUNTER_NOTICE: COUNTER_NOTICE_ELEMENTS}.get(reading.document, ())
    assert tuple(reading.elements) == expected
    assert (reading.verdict == "compliant") == (reading.document is not Document.OTHER and not reading.missing)
    assert 0 <= reading.confidence <= 1
    assert all(finding.present == (finding.where is not None) for finding in reading.elements.values())


@given(st.text())
@settings(deadline=None, max_examples=100)
def test_reading_is_pure(text: str) -> None:
    assert read(text) == read(text)


@given(st.binary(), st.sampled_from(["message/rfc822", "text/plain", "text/html", "", "text/plain; charset=\x00"]))
@settings(deadline=None, max_examples=200)
def test_any_bytes_give_a_letter(raw: bytes, media_type: str) -> None:
    assert isinstance(letter_text(raw, media_type).text, str)


def cpu(work: Callable[[], object]) -> float:
    """Tell what this thread alone took, the collector left out: it walks through all that a long test run has gathered."""
    gc.disable()
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        gc.enable()


def grows_linearly(work: Callable[[int], object], size: int) -> bool:
    """Four times the text takes four times as long, give or take what a busy machine adds; sixteen times is what an attack would want.

    What a busy machine adds is not there each time, and what a reader does with a text is: the least of three is the short text's
    time, and one good measure of three is enough for the long one.
    """
    least = min(cpu(lambda: work(size // 4)) for _ in range(3))
    return any(cpu(lambda: work(size)) < 8 * least + 0.3 for _ in range(3))


def test_what_grows_faster_is_found_out() -> None:
    assert not grows_linearly(lambda size: [0 for one in range(size) for other in range(size)], 7_000)


@pytest.mark.parametrize("piece", ["<", "<!--a", "<!", "<a ", "&#9", "<script>", '<a b="', "<![CDATA[", "<blockquote>a", "<p>a</p>"])
def test_a_malicious_page_is_read_in_linear_time(piece: str) -> None:
    assert grows_linearly(lambda size: letter_text((piece * (size // len(piece))).encode(), "text/html"), 400_000)


@pytest.mark.parametrize("piece", ["a \r\n", "A" * 76 + "\r\n", "data:image/png;base64,", "begin 644 a\r\n", "=20", ">a \r\n"])
def test_a_malicious_mail_is_read_in_linear_time(piece: str) -> None:
    head = "Content-Type: text/plain; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    assert grows_linearly(lambda size: letter_text((head + piece * (size // len(piece))).encode(), "message/rfc822"), 400_000)


@pytest.mark.parametrize(
    "piece",
    [
        "data:a/b" + ";c=d" * 9,
        "data:image/png,",
        "data:a/b;base64," + "A" * 60 + "\n",
        "A" * 70 + "!\n",
        "content-type: a/b\n",
        "begin 644 a\nM\n",
    ],
)
def test_files_in_a_malicious_text_are_found_in_linear_time(piece: str) -> None:
    assert grows_linearly(lambda size: letter_text((piece * (size // len(piece))).encode(), "text/plain"), 400_000)


def test_one_line_of_code_without_end_is_read_in_linear_time() -> None:
    assert grows_linearly(lambda size: letter_text(("data:a/b;base64," + "A" * size + "!").encode(), "text/plain"), 2_000_000)
    assert grows_linearly(lambda size: letter_text(("A" * size + "!").encode(), "text/plain"), 2_000_000)


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_malice_is_read_in_linear_time(piece: str) -> None:
    assert grows_linearly(lambda size: read((piece * (size // len(piece) + 1))[:size]), READ_WHOLE)


@pytest.mark.parametrize("piece", IN_ADDRESSES)
def test_a_list_of_addresses_without_end_is_read_in_linear_time(piece: str) -> None:
    assert grows_linearly(lambda size: read((piece * (size // len(piece) + 1))[:size]), LONG)
