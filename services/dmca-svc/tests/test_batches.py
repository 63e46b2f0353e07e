"""Many at once: the same letter twice, forty of one sender, six hundred pages, a page that is down, two people at one notice (D8, R113)."""

import asyncio
import itertools
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from dmca_svc.actions import receipt
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import NoticeFacts, State
from dmca_svc.model.letter import UNREAD, Incoming, ReadLetter
from dmca_svc.model.notice import Channel
from dmca_svc.reading import Verdict
from dmca_svc.rules import duplicate
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
NUMBERS = itertools.count(1)
SIX = ("signature", "work", "material", "contact", "good_faith", "accuracy_authority")


def letter_of(letter: str, name: str) -> str:
    """Give a letter about a picture of its own, by a sender of its own."""
    return letter.replace("Harbour at Dawn", name).replace("ada@example.org", f"{name.replace(' ', '.')}@example.org")


def some(count: int = 1) -> tuple[dict[str, str], ...]:
    """Name pages that no other test names."""
    return tuple({"wiki": "examplewiki", "title": f"File:Crane {next(NUMBERS)}.jpg"} for _ in range(count))


@pytest.mark.parametrize("case", load_cases(CASES / "copies.toml"), ids=str)
def test_copy(case: Case) -> None:
    told = case.given
    verdict = Verdict(told["verdict"]) if "verdict" in told else None
    decision = duplicate.may_link(
        NoticeFacts(State(told.get("state", "received")), verdict),
        NoticeFacts(State(told.get("first", "received"))),
        itself=told.get("itself", False),
        first_is_linked=told.get("first_is_linked", False),
    )
    assert [reason.code for reason in decision.reasons] == case.expect.get("refused", [])


@given(st.text())
def test_spacing_quotation_marks_and_forms_of_a_character_make_no_other_letter(text: str) -> None:
    words = duplicate.same_words(text)
    assert duplicate.same_words(unicodedata.normalize("NFD", text)) == words
    assert duplicate.same_words("\n".join(f"  > {line}  " for line in text.splitlines())) == words
    assert duplicate.same_words(f"{text} more") != words


async def test_the_same_letter_twice_is_linked_and_answered_once(office: Any, letter: str) -> None:
    words = letter_of(letter, "Twice Told")
    first = await office.file(words)
    second = await office.file(words.replace("\n", "  \r\n"))
    assert "duplicate_of" not in first
    assert second["duplicate_of"] == first["id"]
    third = await office.file(words)
    assert third["duplicate_of"] == first["id"]
    listed = (await office.desk.get(f"/dmca/v1/notices?duplicate_of={first['id']}", role="legal")).json()["items"]
    assert [line["id"] for line in listed] == [second["id"], third["id"]]
    await office.assess(first["id"], pages=some())
    notice = await office.recommend(first["id"], "reject", ("licensed",))
    for level, sub in (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea")):
        notice = await office.sign(notice, level, sub)
    copy = await office.get(second["id"])
    assert (copy["state"], copy["clock"]["state"]) == ("received", "stopped")
    assert copy["version"] == second["version"] + 1
    assert await office.said(second["id"]) == ["received"], "whoever wrote it twice is answered once"
    fourth = await office.file(words)
    assert "duplicate_of" not in fourth, "what was decided takes no more copies: the same letter again is a matter of its own"


async def test_another_sender_of_the_same_words_is_another_matter(office: Any, letter: str) -> None:
    first = await office.file(letter_of(letter, "Shared Words"))
    other = await office.file(letter_of(letter, "Shared Words").replace("Shared.Words@", "somebody.else@"))
    assert {"duplicate_of"} & (first.keys() | other.keys()) == set()


async def test_two_copies_at_one_moment_are_one_matter(office: Any, letter: str) -> None:
    words = letter_of(letter, "At Once")
    filed = await asyncio.gather(*(office.file(words) for _ in range(5)))
    assert sorted(one.get("duplicate_of", "") != "" for one in filed) == [False, True, True, True, True]


async def test_a_person_parts_what_is_no_copy_and_links_what_is(office: Any, letter: str) -> None:
    first, other = await office.file(letter_of(letter, "Part One")), await office.file(letter_of(letter, "Part Two"))
    path, body = f"/{other['id']}/duplicate", {"of": first["id"], "note": "The same claim, retyped."}
    linked = await office.act(path, body, "evaluator", "eva")
    assert linked["duplicate_of"] == first["id"]
    assert linked["version"] == other["version"] + 1
    again = {"of": other["id"], "note": "x"}
    assert await office.refused(f"/{first['id']}/duplicate", again, "evaluator", "eva") == ["links_to_copy"]
    parted = await office.act(path, {"note": "It is about another picture."}, "evaluator", "eva")
    assert "duplicate_of" not in parted
    trail = (await office.desk.get(f"/dmca/v1/notices/{other['id']}/timeline", role="auditor")).json()["items"]
    assert [step["what"] for step in trail] == ["received", "duplicate_linked", "duplicate_parted"]
    await office.assess(other["id"], pages=some())
    assert await office.refused(path, body, "evaluator", "eva") == ["handled_already"]
    nowhere = {"of": "01980000-0000-7000-8000-000000000000", "note": "x"}
    await office.act(f"/{first['id']}/duplicate", nowhere, "evaluator", "eva", 404)


async def test_a_letter_linked_to_an_answered_one_waits_for_nothing_until_they_are_parted(office: Any, letter: str) -> None:
    first = await office.decided("reject", ("licensed",), pages=some())
    late = await office.file(letter_of(letter, "Afterthought"))
    linked = await office.act(f"/{late['id']}/duplicate", {"of": first["id"], "note": "Again."}, "evaluator", "eva")
    assert linked["clock"]["state"] == "stopped"
    parted = await office.act(f"/{late['id']}/duplicate", {"note": "No."}, "evaluator", "eva")
    assert (parted["clock"]["state"], parted["clock"]["target_at"]) == ("running", late["clock"]["target_at"])


async def test_forty_letters_of_one_sender_in_an_hour_are_all_taken_and_seen_together(office: Any, letter: str) -> None:
    words = letter_of(letter, "Forty Fold")
    filed = await asyncio.gather(*(office.file(f"{words}\nThis is picture number {number}.") for number in range(40)))
    assert len({one["id"] for one in filed}) == 40
    listed = (await office.desk.get(f"/dmca/v1/notices?sender_of={filed[7]['id']}&limit=200", role="legal")).json()["items"]
    assert {line["id"] for line in listed} == {one["id"] for one in filed}
    assert not any("duplicate_of" in line for line in listed)


async def test_a_letter_of_nobody_known_has_no_batch_and_no_copies(office: Any) -> None:
    first, second = await office.file("take it down"), await office.file("take it down")
    assert "duplicate_of" not in second
    listed = (await office.desk.get(f"/dmca/v1/notices?sender_of={first['id']}", role="legal")).json()["items"]
    assert [line["id"] for line in listed] == [first["id"]]


async def test_a_letter_with_six_hundred_addresses_is_judged_in_a_moment(office: Any, letter: str) -> None:
    addresses = "\n".join(f"https://commons.wikimedia.org/wiki/File:Crate_{number}.jpg" for number in range(600))
    notice = await office.file(f"{letter_of(letter, 'Six Hundred')}\n{addresses}")
    assert len(notice["reading"]["pages"]) >= 600
    began = time.monotonic()
    assessed = await office.assess(notice["id"], pages=some(1000))
    assert len(assessed["pages"]) == 1000
    await office.recommend(notice["id"])
    assert time.monotonic() - began < 4, "a second or two on an idle machine"
    assert (await office.events(notice["id"]))[-1]["dmca_notice"]["pages"] == 1000


async def test_a_file_used_on_thirty_wikis_is_one_page(office: Any) -> None:
    notice = await office.file()
    number = next(NUMBERS)
    ways = ("File:Caf\u00e9 {}.jpg", "File:Caf\u00e9_{}.jpg", "File:Caf\u00e9  {}.jpg", "file:caf\u00e9 {}.jpg", "Image:Cafe\u0301 {}.jpg")
    assessed = await office.assess(notice["id"], pages=[{"wiki": "commonswiki", "title": one.format(number)} for one in ways])
    assert len(assessed["pages"]) == 1


async def test_what_another_notice_has_down_is_seen_and_proposed_for_rejection(office: Any) -> None:
    pages = some(2)
    first = await office.taken_down(pages[:1])
    second = await office.file()
    partly = await office.assess(second["id"], pages=pages)
    assert [page.get("down_for") for page in partly["pages"]] == [first["id"], None]
    assert "proposed_grounds" not in partly
    whole = await office.assess(second["id"], pages=pages[:1])
    assert whole["proposed_grounds"] == ["already_removed"]
    await office.recommend(second["id"], "reject", ("already_removed",))


async def test_two_who_judge_at_once_without_a_tag_lose_nothing(office: Any) -> None:
    notice = await office.file()
    path = f"/dmca/v1/notices/{notice['id']}/assessment"
    pages = [*some()]

    async def judge(sub: str, *lacks: str) -> int:
        body = {"elements": {name: name not in lacks for name in SIX}, "pages": pages, "note": f"{sub} has read it."}
        status: int = (await office.desk.post(path, body, role="evaluator", sub=sub)).status_code
        return status

    assert set(await asyncio.gather(judge("eva"), judge("ed", "signature"))) == {200}
    rows = await office.desk.sql("SELECT by FROM assessment WHERE notice_id = $1", notice["id"])
    assert {row["by"] for row in rows} == {"eva", "ed"}
    assert await office.said(notice["id"]) == ["received", "assessed", "assessed"]
    assert (await office.get(notice["id"]))["version"] == notice["version"] + 2


async def test_a_stale_tag_changes_nothing(office: Any) -> None:
    notice = await office.file()
    body = {"text": "x", "pages": []}
    stale = {"If-Match": f'"{notice["version"]}"'}
    await office.assess(notice["id"], pages=some())
    path = f"/dmca/v1/notices/{notice['id']}/withdrawal"
    assert (await office.desk.post(path, body, role="legal", sub="lea", headers=stale)).status_code == 409
    assert (await office.get(notice["id"]))["state"] == "compliant"


async def test_what_no_person_wrote_is_kept_and_answered_by_nobody(office: Any, letter: str) -> None:
    read = await reader_of(office.desk.runtime).read(letter_of(letter, "Out Of Office").encode(), "text/plain")
    reply = ReadLetter(read.text, read.reading, read.attachments, "robot@example.org", automatic=True)
    async with office.desk.runtime.edge("http:file_notice", access_reason="a test") as edge:
        arrived = Incoming(reply, Channel.LEGAL, edge.now, edge.now)
        notice_id = str((await receipt.receive(edge, arrived)).notice.id)
    kept = await office.get(notice_id)
    assert (kept["automatic"], kept["clock"]["state"], kept["state"]) == (True, "stopped", "received")
    assert await office.said(notice_id) == []
    trail = (await office.desk.get(f"/dmca/v1/notices/{notice_id}/timeline", role="auditor")).json()["items"]
    assert [(step["what"], step["reasons"][0]["code"]) for step in trail] == [("received", "automatic_letter")]
    # Headers can lie: a person who finds a notice in it makes it one, with its first receipt.
    judged = await office.assess(notice_id, pages=some())
    assert (judged["clock"]["state"], judged["received_at"]) == ("running", kept["received_at"])
    assert await office.said(notice_id) == ["received", "assessed"]
    assert (await office.events(notice_id))[0]["version"] == 1


async def test_an_auto_reply_is_put_away_without_a_word(office: Any) -> None:
    reply = ReadLetter("I am away until Monday.", dict(UNREAD), sender="robot@example.org", automatic=True)
    async with office.desk.runtime.edge("http:file_notice", access_reason="a test") as edge:
        notice_id = str((await receipt.receive(edge, Incoming(reply, Channel.LEGAL, edge.now, edge.now))).notice.id)
    away = await office.act(f"/{notice_id}/answer", {"answer": "no_answer", "note": "An absence."}, "evaluator", "eva")
    assert away["state"] == "rejected"
    assert await office.said(notice_id) == []


async def test_a_mail_loop_ends_here(office: Any) -> None:
    mail = (
        "From: Robot <robot@example.org>\r\nTo: legal@example.org\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\n"
        "I am away until Monday.\r\n"
    )
    answer = await office.desk.call(
        "POST", "/dmca/v1/notices", role="requester_desk", content=mail.encode(), headers={"Content-Type": "message/rfc822"}
    )
    assert (answer.status_code, answer.json()["automatic"]) == (201, True)
    assert await office.said(answer.json()["id"]) == []
    notice = await office.file()
    await office.assess(notice["id"], lacks=("signature",), pages=some())
    await office.act(f"/{notice['id']}/cure-requests", {}, "evaluator", "eva")
    reply = await office.desk.call(
        "POST",
        f"/dmca/v1/notices/{notice['id']}/cure",
        role="requester_desk",
        content=mail.encode(),
        headers={"Content-Type": "message/rfc822"},
    )
    assert [one["code"] for one in reply.json()["reasons"]] == ["automatic_letter"]


async def test_thirty_megabytes_are_refused_before_they_are_read(office: Any) -> None:
    answer = await office.desk.call(
        "POST", "/dmca/v1/notices", role="requester_desk", content=b"x" * (30 << 20), headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
