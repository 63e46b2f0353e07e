"""A file is what its bytes show, and whoever opens it is told first what it may do to them (D20)."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel import media_type
from kernel.media_type import SIGNATURES

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PAGE = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
MAIL = b"Received: from a by b\r\nFrom: Ada <ada@example.org>\r\nSubject: licence\r\n\r\nAttached."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\x00\xff junk before it\n%PDF-1.4", "application/pdf"),
        (b"words before it\n%PDF-1.4", "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"II*\x00\x08\x00", "image/tiff"),
        (b"MM\x00*\x00\x08", "image/tiff"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x1a\x45\xdf\xa3\x01\x00webm", "video/webm"),
        (b"PK\x03\x04\x14\x00", "application/zip"),
        (gzip.compress(b"x", mtime=0), "application/gzip"),
        (b"\x7fELF\x02\x01", "application/x-elf"),
        (b"MZ\x90\x00\x03\x00", "application/vnd.microsoft.portable-executable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "application/x-ole-storage"),
        (bytes(257) + b"ustar", "application/x-tar"),
        (b"#!/bin/sh\nrm -r x\n", "text/x-shellscript"),
        (MAIL, "message/rfc822"),
        (b"From ada Mon\r\n" + MAIL, "message/rfc822"),
        (PAGE, "text/html"),
        (b"\xef\xbb\xbf \n<Script >x", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="x">', "text/html"),
        (b'<?xml version="1.0"?><note/>', "application/xml"),
        (b'<?xml version="1.0"?><svg onload="x">', "image/svg+xml"),
        (b"<svg onload='x'>", "image/svg+xml"),
        ("Größe, 5 €\r\n".encode(), "text/plain"),
        (b"MZ is how some letters begin.", "text/plain"),
        (b"From: me, with love", "text/plain"),
        (b"Subject: x\nTo: you\n\nwords", "text/plain"),
        (b"Gr\xf6\xdfe", "application/octet-stream"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_a_type_is_what_the_bytes_show(content: bytes, kind: str) -> None:
    assert media_type.recognise(content) == kind


@pytest.mark.parametrize(
    ("claimed", "recognised", "true"),
    [
        ("application/pdf", "application/pdf", True),
        ("application/octet-stream", "application/x-elf", True),
        ("image/jpg", "image/jpeg", True),
        ("text/csv", "text/plain", True),
        ("text/html", "text/plain", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip", True),
        ("application/pdf", "application/zip", False),
        ("application/pdf", "text/html", False),
        ("application/pdf", "application/octet-stream", False),
        ("application/msword", "application/octet-stream", False),
        ("model/stl", "application/octet-stream", True),
        ("model/stl", "application/zip", False),
    ],
)
def test_what_a_file_is_called_is_held_against_what_it_is(claimed: str, recognised: str, true: bool) -> None:
    assert media_type.agrees(claimed, recognised) is true


def test_cautions_name_what_a_reader_should_not_open() -> None:
    def said(claimed: str, recognised: str) -> list[str]:
        return [caution.value for caution in media_type.cautions(claimed, recognised)]

    assert said("image/png", "image/png") == []
    assert said("application/pdf", "text/html") == ["type_mismatch", "active_content"]
    assert said("image/png", "application/x-elf") == ["type_mismatch", "executable"]
    assert said("application/zip", "application/zip") == ["archive"]


MARKS = st.sampled_from([mark for _, places in SIGNATURES for _, mark in places])


@given(st.binary(max_size=400) | st.tuples(MARKS, st.binary(max_size=50)).map(b"".join))
def test_any_bytes_have_a_type(content: bytes) -> None:
    kind = media_type.recognise(content)
    assert kind.count("/") == 1
    assert media_type.agrees(kind, kind)
