"""What a notice lacks is asked for in time, what comes joins it, and what is no notice is answered by one person (R39, D8, D9)."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from contracts.notification import About, NotificationChange, NotificationState
from dmca_svc.model import AnsweredAs, NoticeFacts, State
from dmca_svc.reactions import follow
from dmca_svc.reading import Verdict
from dmca_svc.rules import answer, cure
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.workdays import is_business_day

CASES = Path(__file__).parent / "cases"
PAGES = ({"wiki": "examplewiki", "title": f"File:Pier {number}.jpg"} for number in itertools.count(1))
SIX = ("signature", "work", "material", "contact", "good_faith", "accuracy_authority")
STATEMENTS = """I have a good faith belief that use of the material in the manner complained of is not authorized by the copyright owner,
its agent, or the law. The information in this notification is accurate, and under penalty of perjury, I am the owner of the exclusive right
that is allegedly infringed.

Ada Example
"""
CURABLE = """To the designated agent of the Wikimedia Foundation

I am Ada Example, the owner of the copyright in the photograph "Harbour at Dawn". It is shown without my permission at
https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg

My contact information: Ada Example, 12 Example Street, Springfield, telephone +1 555 0100, ada@example.org

Sincerely,
Ada Example
"""
THANKS = "Thank you for the lovely encyclopedia. My name is Bo Example, bo@example.org."


def codes(decision: Any) -> list[str]:
    return [reason.code for reason in decision.reasons]


def facts(told: Any) -> NoticeFacts:
    verdict = Verdict(told["verdict"]) if "verdict" in told else None
    state = State(told.get("state", "received"))
    return NoticeFacts(state, verdict, cure_open=told.get("open", False), cure_lapsed=told.get("lapsed", False))


@pytest.mark.parametrize("case", load_cases(CASES / "cures.toml"), ids=str)
def test_cure(case: Case) -> None:
    notice = facts(case.given)
    if case.given["ask"] == "request":
        decision = cure.may_request_cure(notice)
    else:
        decision = cure.may_take_cure(notice, automatic=case.given.get("automatic", False))
    assert codes(decision) == case.expect.get("refused", [])


@pytest.mark.parametrize("case", load_cases(CASES / "answers.toml"), ids=str)
def test_answer(case: Case) -> None:
    told = case.given
    read = Verdict(told["read"]) if "read" in told else None
    stated = frozenset(told.get("stated", []))
    decision = answer.may_answer(facts(told), AnsweredAs(told["answer"]), read=read, stated=stated, joins_itself=told.get("itself", False))
    assert codes(decision) == case.expect.get("refused", [])


@given(
    st.sampled_from(State), st.sampled_from([None, *Verdict]), st.sampled_from([None, *Verdict]), st.frozensets(st.sampled_from(SIX)),
    st.sampled_from(AnsweredAs),
)  # fmt: skip
def test_a_notice_that_complies_or_can_be_mended_is_never_sent_away_as_informal(
    state: State, verdict: Verdict | None, read: Verdict | None, stated: frozenset[str], how: AnsweredAs
) -> None:
    if answer.may_answer(NoticeFacts(state, verdict), how, read=read, stated=stated):
        assert (verdict or read) in {None, Verdict.DEFECTIVE}


@given(st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_contact_is_due_after_two_business_days_and_a_cure_is_awaited_for_ten(at: datetime) -> None:
    due = cure.contact_due(at)
    assert at < due.at_risk_at < due.target_at
    assert is_business_day((due.target_at - timedelta(hours=12)).date())
    assert cure.lapses_at(at) > due.target_at


def test_contact_is_due_for_what_is_curable_and_was_not_asked_for() -> None:
    ask = cure.awaits_contact
    new = NoticeFacts(State.RECEIVED)
    assert ask(new, read=Verdict.CURABLE, asked=False)
    assert codes(ask(new, read=None, asked=False)) == ["not_curable"]
    assert codes(ask(NoticeFacts(State.RECEIVED, Verdict.DEFECTIVE), read=Verdict.CURABLE, asked=False)) == ["not_curable"]
    assert codes(ask(NoticeFacts(State.IN_REVIEW, Verdict.CURABLE), read=None, asked=True)) == ["not_in_evaluation", "cure_asked_already"]


def test_the_statute_counts_from_the_text_that_has_everything() -> None:
    first, second, third = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 5, 9))
    assert cure.statutory_at(first, [], wanting=False) == first
    assert cure.statutory_at(first, [second, third], wanting=True) == third
    assert cure.statutory_at(first, [second], wanting=False) == first


async def asked(office: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Bring a notice to where its complainant was asked for both statements."""
    page = next(PAGES)
    notice = await office.file(CURABLE)
    await office.assess(notice["id"], lacks=("good_faith", "accuracy_authority"), pages=(page,))
    return await office.act(f"/{notice['id']}/cure-requests", {}, "evaluator", "eva"), page


async def test_a_notice_is_cured_and_comes_down_with_both_dates_kept(office: Any) -> None:
    notice, page = await asked(office)
    assert (notice["state"], notice["missing"]) == ("cure_requested", ["good_faith", "accuracy_authority"])
    assert notice["cure"]["requests"][0]["missing"] == ["good_faith", "accuracy_authority"]
    assert notice["cure"]["open_until"] == notice["cure"]["requests"][0]["lapses_at"]
    last = (await office.events(notice["id"]))[-1]
    assert (last["dmca_notice_change_kind"], last["dmca_notice"]["missing"]) == ("cure_requested", ["good_faith", "accuracy_authority"])
    before = await office.get(notice["id"])
    cured = await office.act(f"/{notice['id']}/cure", {"text": STATEMENTS}, "requester_desk", "dora")
    assert (cured["state"], cured["reading"]["verdict"]) == ("received", "compliant")
    assert "open_until" not in cured["cure"]
    assert cured["version"] > before["version"]
    letter = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/letter", role="evaluator", reason="to judge it")).json()
    assert [one["text"] for one in letter["completions"]] == [STATEMENTS]
    compliant = await office.assess(notice["id"], pages=(page,))
    assert compliant["received_at"] == notice["received_at"]
    assert compliant["statutory_at"] == cured["cure"]["received"][0]
    assert compliant["statutory_at"] >= compliant["received_at"]
    assert compliant["clock"]["target_at"] == notice["clock"]["target_at"]
    rows = await office.desk.sql("SELECT differs FROM assessment WHERE notice_id = $1 ORDER BY id", notice["id"])
    assert rows[-1]["differs"] == [], "what the person finds is compared with what was read of letter and cure together"
    await office.recommend(notice["id"])


async def test_only_a_curable_notice_is_asked_for_more_and_once_at_a_time(office: Any) -> None:
    notice = await office.file(CURABLE)
    path = f"/{notice['id']}/cure-requests"
    assert await office.refused(path, {}, "evaluator", "eva") == ["not_assessed"]
    await office.assess(notice["id"], lacks=("work",), pages=())
    assert await office.refused(path, {}, "evaluator", "eva") == ["not_curable"]
    await office.assess(notice["id"], pages=(next(PAGES),))
    assert await office.refused(path, {}, "evaluator", "eva") == ["nothing_missing"]
    await office.assess(notice["id"], lacks=("signature",), pages=(next(PAGES),))
    await office.act(path, {}, "evaluator", "eva")
    assert await office.refused(path, {}, "evaluator", "eva") == ["cure_asked_already"]
    again = await office.assess(notice["id"], pages=(next(PAGES),))
    assert (again["state"], "open_until" in again["cure"]) == ("compliant", False)


async def test_a_cure_in_the_middle_of_a_rejection_takes_the_notice_back(office: Any) -> None:
    notice, page = await asked(office)
    under = await office.recommend(notice["id"], "reject", ("other: It is not clear whose picture it is.",))
    await office.sign(under, "team_peer", "pia")
    back = await office.act(f"/{notice['id']}/cure", {"text": STATEMENTS}, "legal", "lea")
    assert (back["state"], "review" in back) == ("received", False)
    assert (await office.said(notice["id"]))[-1] == "returned"
    assert await office.refused(
        f"/{notice['id']}/reviews",
        {"level": "team_manager", "verdict": "approve", "digest": under["review"]["digest"], "note": "x"},
        "team_manager",
        "max",
    ) == ["not_in_review"]
    assert (await office.assess(notice["id"], pages=(page,)))["state"] == "compliant"
    assert await office.refused(f"/{notice['id']}/cure", {"text": STATEMENTS}, "legal", "lea") == ["nothing_missing"]


async def test_a_rejection_that_is_returned_waits_for_the_cure_again(office: Any) -> None:
    notice, _ = await asked(office)
    under = await office.recommend(notice["id"], "reject", ("not_wikimedia",))
    returned = await office.sign(under, "team_peer", "pia", "return")
    assert returned["state"] == "cure_requested"


async def test_contact_that_is_late_is_said_and_nothing_happens_by_it(fresh: Any) -> None:
    notice = await fresh.file(CURABLE)
    assert notice["cure"]["contact_due_at"] < notice["clock"]["target_at"]
    line = (await fresh.desk.get("/dmca/v1/notices", role="legal")).json()["items"][0]
    assert line["due_at"] == notice["cure"]["contact_due_at"]
    await fresh.until(notice["cure"]["contact_due_at"])
    assert await fresh.said(notice["id"]) == ["received", "at_risk", "breached"]
    clock = (await fresh.events(notice["id"]))[-1]["dmca_notice"]["clock"]
    assert (clock["measures"], clock["state"]) == ("cure_contact", "breached")
    late = await fresh.assess(notice["id"], lacks=("good_faith", "accuracy_authority"), pages=(next(PAGES),))
    assert (late["state"], late["clock"]["state"]) == ("received", "running")
    await fresh.act(f"/{notice['id']}/cure-requests", {}, "evaluator", "eva")


async def test_contact_in_time_is_no_breach_and_a_cure_that_never_comes_closes_nothing(fresh: Any) -> None:
    notice, _ = await asked(fresh)
    path = f"/{notice['id']}/recommendation"
    assert await fresh.refused(path, {"course": "reject", "note": "x"}, "evaluator", "eva") == ["ground_missing"]
    await fresh.until(notice["cure"]["open_until"])
    kinds = await fresh.said(notice["id"])
    assert kinds[:3] == ["received", "assessed", "cure_requested"]
    waiting = await fresh.get(notice["id"])
    assert (waiting["state"], waiting["cure"]["lapsed"]) == ("cure_requested", True)
    trail = (await fresh.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline", role="auditor")).json()["items"]
    assert "cure_lapsed" in [step["what"] for step in trail]
    measured = [event["dmca_notice"]["clock"].get("measures") for event in await fresh.events(notice["id"])]
    assert "cure_contact" not in measured
    under = await fresh.act(path, {"course": "reject", "note": "Nothing came."}, "evaluator", "eva")
    for level, sub in (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea")):
        under = await fresh.sign(under, level, sub)
    assert [reason["code"] for reason in under["rejection"]] == ["lacks_good_faith", "lacks_accuracy_authority"]


async def test_how_far_the_letter_is_stays_with_the_attempt(office: Any) -> None:
    notice, _ = await asked(office)
    told = NotificationState(
        notification_id=UUID("01980000-0000-7000-8000-000000000001"),
        about=About(aggregate="dmca_notice", id=UUID(notice["id"])),
        event_id=UUID("01980000-0000-7000-8000-000000000002"),
        party="complainant",
        channel="mail",
        template="dmca_cure_requested",
        locale="en",
        state="delivered",
        delivered_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    async with office.desk.runtime.edge("event:test", access_reason="a test") as edge:
        change = NotificationChange.of("delivered", state=told, prior=None, version=1, **edge.stamp())
        await follow(edge, change, None)
    shown = await office.get(notice["id"])
    assert shown["cure"]["requests"][0]["letter"] == "delivered"
    assert shown["version"] == notice["version"] + 1


async def test_a_letter_that_is_no_notice_is_pointed_to_the_volunteers_answered_and_counted(office: Any) -> None:
    letter = await office.file(THANKS)
    path = f"/{letter['id']}/answer"
    done = await office.act(path, {"answer": "vrt", "note": "A kind word."}, "evaluator", "eva")
    assert (done["state"], done["answered"]["answer"], done["clock"]["state"]) == ("rejected", "vrt", "stopped")
    assert [reason["code"] for reason in done["rejection"]] == ["no_formal_notice"]
    assert "VRT" in done["rejection"][0]["says"]
    assert (await office.events(letter["id"]))[-1]["dmca_notice"]["rejection"] == ["no_formal_notice"]
    contacts = await office.desk.get(f"/dmca/v1/notices/{letter['id']}/contacts", role="service", reason="event x")
    assert contacts.json()["rejection"] == [done["rejection"][0]["says"]]
    assert await office.refused(path, {"answer": "vrt", "note": "x"}, "evaluator", "eva") == ["not_in_evaluation"]


async def test_one_person_puts_no_notice_away(office: Any) -> None:
    notice = await office.file()
    path = f"/{notice['id']}/answer"
    body = {"answer": "vrt", "note": "x"}
    assert await office.refused(path, body, "evaluator", "eva") == ["not_assessed"]
    await office.assess(notice["id"], lacks=("signature",), pages=(next(PAGES),))
    assert await office.refused(path, body, "evaluator", "eva") == ["never_informal"]
    await office.assess(notice["id"], lacks=("work", "signature"), pages=())
    assert await office.refused(path, body, "evaluator", "eva") == ["formal_notice"]
    await office.assess(notice["id"], lacks=("work", "good_faith", "accuracy_authority"), pages=())
    assert (await office.act(path, body, "evaluator", "eva"))["state"] == "rejected"


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "joined", "note": "x"},
        {"answer": "vrt", "joins": "01980000-0000-7000-8000-000000000000", "note": "x"},
        {"answer": "shrug", "note": "x"},
        {"answer": "vrt"},
    ],
)
async def test_an_answer_that_cannot_be_read_changes_nothing(office: Any, body: dict[str, Any]) -> None:
    letter = await office.file(THANKS)
    assert (await office.desk.post(f"/dmca/v1/notices/{letter['id']}/answer", body, role="evaluator", sub="eva")).status_code == 422
    assert (await office.get(letter["id"]))["state"] == "received"


async def test_a_cure_for_no_notice_is_not_found(office: Any) -> None:
    nowhere = "/01980000-0000-7000-8000-000000000000/cure"
    await office.act(nowhere, {"text": STATEMENTS}, "requester_desk", "dora", 404)
    await office.act("/nonsense/cure", {"text": STATEMENTS}, "requester_desk", "dora", 422)
