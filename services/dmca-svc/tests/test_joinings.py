"""A letter that came by itself becomes what it is under the notice it belongs to, by one act, with its own receipts (R87, D8, D10)."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from chassis.crypto import Sealed
from chassis.edge import new_id
from dmca_svc.actions import receipt
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import Channel, NoticeFacts, State
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.letter import Incoming
from dmca_svc.reading import Document, Verdict
from dmca_svc.rules import joining
from kernel.cases import Case, load_cases
from kernel.decision import Decision

CASES = Path(__file__).parent / "cases"
NUMBERS = itertools.count(1)
HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
FIVE = ("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service")
RETRACTION = """To the designated agent of the Wikimedia Foundation

I hereby withdraw and retract my takedown notice about https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg
Please restore the file.

Ada Example, ada@example.org
"""
SUIT = """To the designated agent of the Wikimedia Foundation

We have filed an action in the District Court against Bo Example to restrain the use of the photograph "Harbour at Dawn".

Ada Example, ada@example.org
"""


def join(told: Any) -> Decision:
    letter = NoticeFacts(State(told.get("state", "received")), Verdict(told["verdict"]) if "verdict" in told else None)
    return joining.may_join(letter, JoinedAs(told["as"]), joins_itself=told.get("itself", False), by_legal=told.get("legal", False))


@pytest.mark.parametrize("case", load_cases(CASES / "joinings.toml"), ids=str)
def test_joining(case: Case) -> None:
    told = case.given
    if told["ask"] == "belong":
        belongs = joining.may_belong(Document(told["document"]), same_sender=told["same_sender"], page_down=told["page_down"])
        assert {"belongs": belongs} == case.expect
    elif told["ask"] == "pages":
        assert joining.pages_meant(told.get("said"), read=told["read"]) == case.expect["pages"]
    else:
        assert [reason.code for reason in join(told).reasons] == case.expect.get("refused", [])


async def arrive(office: Any, text: str, *, days_ago: int = 3, by_agent: bool = True, **sender: str) -> dict[str, Any]:
    """Have a letter come by itself, as intake passes it on: received before, with the agent a day later."""
    read = await reader_of(office.desk.runtime).read(text.encode(), "text/plain")
    first = office.desk.runtime.clock.law() - timedelta(days=days_ago)
    agent = first + timedelta(days=1) if by_agent else None
    async with office.desk.runtime.edge("inbox") as edge:
        edge.access_reason = "a test"
        matter = await receipt.receive(edge, Incoming(read, Channel.FORWARDED, first, agent, new_id(), sender))
    letter: dict[str, Any] = await office.get(str(matter.notice.id))
    return letter


async def joined(office: Any, letter: dict[str, Any], notice_id: str, what: str, by: str = "evaluator", **more: Any) -> dict[str, Any]:
    body = {"notice_id": notice_id, "as": what, "note": "It is about this one.", **more}
    shown: dict[str, Any] = await office.act(f"/{letter['id']}/joining", body, by, "joe")
    assert (shown["state"], shown["clock"]["state"]) == ("rejected", "stopped")
    assert shown["answered"]["joins"] == notice_id
    assert shown["answered"]["as"] == what
    target = await office.get(notice_id)
    assert [(one["letter"], one["as"], one["became"]) for one in target["joined"]][-1] == (
        letter["id"],
        what,
        shown["answered"]["became"],
    )
    return shown


def agent_at(letter: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(letter["received_at"]) + timedelta(days=1)


async def test_a_counter_notice_counts_from_when_the_agent_had_its_letter(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    letter = await arrive(office, counter_letter, email="bo@example.org")
    assert letter["reading"]["document"] == "counter_notice"
    assert notice["id"] in letter["could_join"]
    shown = await joined(office, letter, notice["id"], "counter_notice")
    target = await office.get(notice["id"])
    (counter,) = target["counter_notices"]
    assert counter["id"] == shown["answered"]["became"]
    assert (target["state"], counter["state"]) == ("counter_noticed", "received")
    assert counter["received_at"] == letter["received_at"]
    assert datetime.fromisoformat(counter["received_by_agent_at"]) == agent_at(letter)
    assert counter["reading"] == letter["reading"]
    words = await office.desk.get(
        f"/dmca/v1/notices/{notice['id']}/counter-notices/{counter['id']}/letter", role="legal", reason="a test reads"
    )
    assert words.json()["text"] == counter_letter
    assert (await office.said(notice["id"]))[-1] == "counter_noticed"
    assert (await office.said(letter["id"]))[-1] == "rejected"
    opened = await office.accept(notice["id"], counter["id"], HARBOUR)
    assert opened["state"] == "accepted"
    again = {"notice_id": notice["id"], "as": "counter_notice", "note": "Again."}
    assert await office.refused(f"/{letter['id']}/joining", again, "evaluator", "eva") == ["not_in_evaluation"]


async def test_the_words_lie_under_the_key_of_the_notice_they_joined(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    letter = await arrive(office, counter_letter)
    await joined(office, letter, notice["id"], "counter_notice")
    rows = await office.desk.sql("SELECT letter, reading, sender FROM counter_notice WHERE notice_id = $1", notice["id"])
    assert {str(Sealed(value).key_id) for value in rows[0].values()} == {notice["id"]}


async def test_a_further_letter_completes_the_counter_notice_it_names(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    counter = await office.counter(notice["id"])
    assert (await office.accept(notice["id"], counter["id"], HARBOUR, lacks=("signature",)))["state"] == "incomplete"
    letter = await arrive(office, counter_letter, days_ago=2)
    await joined(office, letter, notice["id"], "counter_notice", counter_notice_id=counter["id"])
    opened = await office.accept(notice["id"], counter["id"], HARBOUR)
    assert opened["state"] == "accepted"
    assert opened["completed_at"] == letter["received_at"]
    assert datetime.fromisoformat(opened["received_by_agent_at"]) == agent_at(letter)


async def test_what_never_reached_the_agent_opens_no_window(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    letter = await arrive(office, counter_letter, by_agent=False)
    await joined(office, letter, notice["id"], "counter_notice")
    counter = (await office.get(notice["id"]))["counter_notices"][0]
    judged = await office.accept(notice["id"], counter["id"], HARBOUR)
    assert judged["state"] == "incomplete"
    assert [reason["code"] for reason in judged["reasons"]] == ["not_with_agent"]


async def test_a_retraction_takes_back_the_pages_that_its_letter_names(office: Any) -> None:
    quay = {"wiki": "examplewiki", "title": f"File:Mole {next(NUMBERS)}.jpg"}
    notice = await office.taken_down((HARBOUR, quay))
    letter = await arrive(office, RETRACTION, email="ada@example.org")
    assert notice["id"] in letter["could_join"]
    await joined(office, letter, notice["id"], "retraction")
    target = await office.get(notice["id"])
    assert [page.get("withdrawn", False) for page in target["pages"]] == [True, False]
    (taken_back,) = target["withdrawals"]
    assert (taken_back["pages"], taken_back["letter"]) == ([HARBOUR], letter["id"])
    assert taken_back["complainant_verified"]["how"] == "same_sender"
    assert (await office.receipt(notice["id"], HARBOUR, 4712))["pages"][0]["state"] == "restored"


async def test_a_forged_retraction_is_not_joined_before_somebody_asked_the_complainant(office: Any) -> None:
    notice = await office.taken_down()
    letter = await arrive(office, RETRACTION, email="eve@example.net")
    body: dict[str, Any] = {"notice_id": notice["id"], "as": "retraction", "note": "x"}
    path = f"/{letter['id']}/joining"
    assert await office.refused(path, body, "evaluator", "eva") == ["complainant_not_verified"]
    assert (await office.get(letter["id"]))["state"] == "received"
    await joined(office, letter, notice["id"], "retraction", complainant_verified={"how": "called back"}, pages=[])
    assert (await office.get(notice["id"]))["withdrawn_at"]


async def test_a_court_paper_that_legal_joins_holds_from_its_receipt(office: Any) -> None:
    notice_id, counter = await office.counter_noticed()
    letter = await arrive(office, SUIT)
    papers = {"forum": "court", "from": "complainant", "pages": [HARBOUR], "docket": "3:26-cv-00042"}
    body = {"notice_id": notice_id, "as": "court_action", "note": "x", **papers}
    path = f"/{letter['id']}/joining"
    assert await office.refused(path, body, "evaluator", "eva") == ["court_action_is_legals"]
    shown = await joined(office, letter, notice_id, "court_action", by="legal", **papers)
    target = await office.get(notice_id)
    (action,) = target["court_actions"]
    assert (action["id"], action["held"], action["docket"]) == (shown["answered"]["became"], True, "3:26-cv-00042")
    assert (target["state"], target["counter_notices"][0]["state"]) == ("held", "held")
    assert target["counter_notices"][0]["id"] == counter["id"]
    assert datetime.fromisoformat(action["received_at"]) == agent_at(letter)
    assert action["text"] == SUIT


async def test_a_cure_is_read_together_with_the_notice_that_it_mends(office: Any, letter: str) -> None:
    missing = letter[letter.index("I have a good faith belief") : letter.index("The information in this")]
    notice = await office.file(letter.replace(missing, ""))
    await office.assess(notice["id"], lacks=("good_faith",))
    await office.act(f"/{notice['id']}/cure-requests", {}, "evaluator", "eva")
    came = await arrive(office, f"{missing}\n\nAda Example", days_ago=0)
    shown = await joined(office, came, notice["id"], "cure")
    target = await office.get(notice["id"])
    assert target["state"] == "received"
    assert target["reading"]["missing"] == []
    assert target["cure"]["received"] == [came["received_at"]]
    assert shown["answered"]["became"]


@pytest.mark.parametrize(
    "body",
    [
        {"as": "retraction", "forum": "court"},
        {"as": "counter_notice", "pages": []},
        {"as": "court_action", "forum": "court", "from": "complainant"},
        {"as": "court_action", "pages": [], "from": "complainant"},
        {"as": "verdict"},
        {"as": "cure", "complainant_verified": {"how": "x"}},
    ],
)
async def test_what_says_nothing_of_such_a_letter_is_refused(office: Any, counter_letter: str, body: dict[str, Any]) -> None:
    letter = await office.file(counter_letter)
    told = {"notice_id": letter["id"], "note": "x", **body}
    answer = await office.desk.post(f"/dmca/v1/notices/{letter['id']}/joining", told, role="legal", sub="lea")
    assert answer.status_code == 422
    assert (await office.get(letter["id"]))["state"] == "received"


async def test_a_letter_joins_no_notice_that_does_not_take_what_it_is(office: Any, counter_letter: str, letter: str) -> None:
    came = await arrive(office, counter_letter)
    untouched = await office.file(letter)
    path = f"/{came['id']}/joining"
    body: dict[str, Any] = {"notice_id": untouched["id"], "as": "counter_notice", "note": "x"}
    assert await office.refused(path, body, "legal", "lea") == ["nothing_taken_down"]
    assert await office.refused(path, {**body, "notice_id": came["id"]}, "legal", "lea") == ["joins_itself"]
    nowhere = {**body, "notice_id": str(new_id())}
    await office.act(path, nowhere, "legal", "lea", 404)
    await office.act(path, {**nowhere, "as": "cure"}, "legal", "lea", 404)
    await office.act("/none/joining", {**body, "as": "cure"}, "legal", "lea", 422)
    assert (await office.get(came["id"]))["state"] == "received"


async def test_the_database_takes_no_joining_that_made_nothing(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    letter = await office.file(counter_letter)
    forged = "INSERT INTO joining (id, notice_id, joined_as, became, by, at) VALUES ($1, $2, 'counter_notice', $3, 'x', now())"
    with pytest.raises(asyncpg.CheckViolationError, match="became nothing"):
        await office.desk.sql(forged, letter["id"], notice["id"], new_id())
