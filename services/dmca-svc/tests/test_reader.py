"""The reader's process: warm, bounded, started anew when it dies or overruns; the letter that breaks it is kept for a person (DESIGN 7)."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from dmca_svc.letters.reader import LetterReader
from dmca_svc.settings import DmcaSettings

_FOREIGN = """
import sys
before = set(sys.modules)
import dmca_svc.letters.child
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added - set(sys.stdlib_module_names) - {"dmca_svc", "kernel", "chassis"}))
ours = {name for name in sys.modules if name.startswith(("dmca_svc", "kernel", "chassis"))}
print(*sorted(name for name in ours if not name.startswith(("dmca_svc.reading", "dmca_svc.letters", "kernel.mail", "chassis.reader"))))
"""
# A quotation that never ends, full of semicolons: Python's own parser of parameters takes hours over it.
HOSTILE = b'From: a@example.org\r\nContent-Type: text/plain; charset="' + b"a;" * 400_000 + b"\r\n\r\nwords"


@pytest.fixture
async def reader() -> AsyncIterator[LetterReader]:
    found = LetterReader(DmcaSettings())
    yield found
    await found.close()


def test_the_child_imports_the_standard_library_and_the_reader_alone() -> None:
    answer = subprocess.run([sys.executable, "-c", _FOREIGN], capture_output=True, text=True, check=True)
    foreign, ours = answer.stdout.splitlines()
    assert (foreign, ours) == ("", "chassis dmca_svc kernel")


async def test_one_warm_child_reads_letter_after_letter(reader: LetterReader, letter: str) -> None:
    await reader.warm()
    pid = reader.pid
    found = await asyncio.gather(*(reader.read(letter.encode(), "text/plain") for _ in range(5)))
    assert {one.reading["document"] for one in found} == {"notice"}
    assert reader.pid == pid


async def test_a_child_that_died_is_replaced_and_the_letter_read(reader: LetterReader, letter: str) -> None:
    await reader.warm()
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    found = await reader.read(letter.encode(), "text/plain")
    assert (found.reading["document"], found.failed) == ("notice", None)


async def test_a_letter_that_overruns_is_kept_with_a_reading_that_says_nothing(letter: str) -> None:
    hasty = LetterReader(DmcaSettings(read_seconds=0.001))
    found = await hasty.read(letter.encode(), "text/plain")
    assert found.failed is not None
    assert (found.failed.code, found.text, found.reading["document"], found.reading["confidence"]) == (
        "reading_overran",
        letter,
        "other",
        0.0,
    )
    assert hasty.pid is None
    await hasty.close()


async def test_no_file_is_kept_of_a_letter_that_could_not_be_read(letter: str) -> None:
    hasty = LetterReader(DmcaSettings(read_seconds=0.001))
    code = "QUJD" * 18
    found = await hasty.read(f"{letter}data:image/png;base64,{code}\n{f'{code}{chr(10)}' * 9}".encode(), "text/plain")
    assert (found.failed is not None, found.text.rstrip(), found.attachments) == (True, letter.rstrip(), {"image/png": 1})
    await hasty.close()


async def test_a_letter_that_takes_all_memory_breaks_the_child_and_not_us(letter: str) -> None:
    small = LetterReader(DmcaSettings(read_megabytes=64))
    found = await small.read((letter * 20_000).encode(), "text/plain")
    assert found.failed is not None
    assert found.failed.code == "reading_broke"
    assert found.text.startswith("To the designated agent")
    await small.close()


async def test_a_mail_that_cannot_be_taken_apart_is_ended_in_time_and_leaves_no_word_behind() -> None:
    patient = LetterReader(DmcaSettings(read_seconds=2))
    began = time.perf_counter()
    found = await patient.read(HOSTILE, "message/rfc822")
    assert time.perf_counter() - began < 3.9  # one try, not two
    assert found.failed is not None
    assert (found.failed.code, found.text, found.attachments) == ("reading_overran", "", {})
    await patient.close()


async def test_the_event_loop_goes_on_while_a_letter_is_read(reader: LetterReader) -> None:
    await reader.warm()
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            longest = max(longest, loop.time() - before)

    heart = asyncio.create_task(beat())
    await reader.read(("https://commons.wikimedia.org/wiki/File:Example.jpg " * 60_000).encode(), "text/plain")
    heart.cancel()
    assert longest < 0.5


async def test_a_question_cut_short_does_not_answer_the_next(reader: LetterReader, letter: str, counter_letter: str) -> None:
    first = asyncio.create_task(reader.read((letter * 200).encode(), "text/plain"))
    await asyncio.sleep(0.05)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await reader.read(counter_letter.encode(), "text/plain")).reading["document"] == "counter_notice"


async def test_a_letter_that_could_not_be_read_is_a_notice_for_a_person(office: Any, monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
    from dmca_svc.letters import reader as module

    monkeypatch.setattr(module, "DmcaSettings", lambda: DmcaSettings(read_seconds=0.001))
    kept = office.desk.runtime.state.pop("dmca.reader", None)
    try:
        notice = await office.file(letter)
    finally:
        await module.close(office.desk.runtime)
        office.desk.runtime.state["dmca.reader"] = kept
    assert (notice["reading_failed"], notice["reading"]["document"]) == ("reading_overran", "other")
    assert (await office.assess(notice["id"]))["state"] == "compliant"


async def test_characters_that_no_text_may_have_are_replaced(reader: LetterReader) -> None:
    found = await reader.read(b"From: a@example.org\r\n\r\nzero \x00 and \xed\xa0\x80 half", "message/rfc822")
    assert "\x00" not in found.text
    found.text.encode()
