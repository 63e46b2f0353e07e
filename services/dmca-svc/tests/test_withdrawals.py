"""The complainant takes a notice back: what is not down leaves it, what is down goes back at once unless something keeps it (D10)."""

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from chassis.edge import new_id
from dmca_svc.actions import receipt
from dmca_svc.letters.reader import reader_of
from dmca_svc.model import Channel, NoticeFacts, PageFacts, PageState, State
from dmca_svc.model.letter import Incoming
from dmca_svc.model.withdrawal import Sender
from dmca_svc.rules import withdrawal
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
NUMBERS = itertools.count(1)
HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
RETRACTION = """To the designated agent of the Wikimedia Foundation

I hereby withdraw and retract my takedown notice about the photograph "Harbour at Dawn". Please restore the file.

Ada Example, ada@example.org
"""


def some(count: int = 1) -> tuple[dict[str, str], ...]:
    """Name pages that no other test names."""
    return tuple({"wiki": "examplewiki", "title": f"File:Buoy {next(NUMBERS)}.jpg"} for _ in range(count))


def page_of(told: Any) -> PageFacts:
    down = told.get("down", True)
    return PageFacts(
        PageState.REMOVED if down else PageState.UP,
        held=told.get("held", False),
        kept=told.get("kept", False),
        ordered=told.get("ordered", False),
        withdrawn=told.get("withdrawn", False),
        measured=told.get("measured", False),
    )


@pytest.mark.parametrize("case", load_cases(CASES / "withdrawals.toml"), ids=str)
def test_withdrawal(case: Case) -> None:
    told = case.given
    page = page_of(told)
    if told["ask"] == "verify":
        sender = Sender(told["sender"]) if "sender" in told else None
        how = withdrawal.verified_by(confirmed=told.get("confirmed", False), sender=sender)
        assert how == case.expect["rests_on"]
        decision = withdrawal.may_rest_on(how, sender=sender, down=told.get("down", True))
    elif told["ask"] == "withdraw":
        notice = NoticeFacts(State(told.get("state", "taken_down")))
        decision = withdrawal.may_withdraw(notice, [page if told.get("known", True) else None])
    else:
        decision = withdrawal.may_restore_withdrawn(page, by=told.get("by", "enforcer"), evaluators={"evaluator"})
    assert [reason.code for reason in decision.reasons] == case.expect.get("refused", [])


PAGES = st.builds(
    PageFacts,
    st.sampled_from(PageState),
    held=st.booleans(),
    kept=st.booleans(),
    ordered=st.booleans(),
    withdrawn=st.booleans(),
    wrongly_restored=st.booleans(),
    measured=st.booleans(),
)


@given(PAGES, st.sampled_from(["enforcer", "evaluator"]))
def test_nothing_goes_back_by_a_withdrawal_but_what_was_taken_back_and_nothing_keeps(page: PageFacts, by: str) -> None:
    if withdrawal.may_restore_withdrawn(page, by=by, evaluators={"evaluator"}):
        assert page.withdrawn
        assert page.state is PageState.REMOVED
        assert not any((page.held, page.kept, page.ordered, page.measured))
        assert by == "enforcer"


@given(st.lists(PAGES), st.booleans())
def test_a_notice_is_withdrawn_only_when_nothing_of_it_is_down(pages: list[PageFacts], whole: bool) -> None:
    if withdrawal.is_withdrawn(pages, whole=whole):
        assert whole
        assert all(page.state is not PageState.REMOVED for page in pages)


async def withdraw(office: Any, notice_id: str, *pages: dict[str, str], **more: Any) -> dict[str, Any]:
    body = {"text": "We have settled; I take the notice back.", "pages": list(pages), **more}
    answer: dict[str, Any] = await office.act(f"/{notice_id}/withdrawal", body, "legal", "lea")
    return answer


async def test_a_notice_taken_back_before_anybody_judged_it_is_over(office: Any) -> None:
    notice = await office.file()
    gone = await withdraw(office, notice["id"], HARBOUR)
    assert (gone["state"], gone["clock"]["state"]) == ("withdrawn", "stopped")
    assert gone["withdrawn_at"]
    assert (await office.said(notice["id"]))[-1] == "withdrawn"
    again = {"text": "again", "pages": []}
    assert await office.refused(f"/{notice['id']}/withdrawal", again, "evaluator", "eva") == ["nothing_to_withdraw"]
    assessed = {"elements": {}, "pages": [], "note": "x"}
    assert "not_in_evaluation" in await office.refused(f"/{notice['id']}/assessment", assessed, "evaluator", "eva")


async def test_an_unjudged_notice_is_not_taken_back_for_a_page_that_nobody_read_in_it(office: Any) -> None:
    notice = await office.file()
    body = {"text": "x", "pages": [*some()]}
    assert await office.refused(f"/{notice['id']}/withdrawal", body, "legal", "lea") == ["no_such_page"]
    assert (await office.get(notice["id"]))["state"] == "received"


async def test_a_page_taken_back_during_the_review_voids_the_signatures(office: Any) -> None:
    one, two = some(2)
    notice = await office.file()
    await office.assess(notice["id"], pages=(one, two))
    under = await office.recommend(notice["id"])
    await office.sign(under, "team_peer", "pia")
    less = await withdraw(office, notice["id"], two)
    assert (less["state"], "review" in less) == ("compliant", False)
    assert [(page["page"], page.get("withdrawn", False)) for page in less["pages"]] == [(one, False), (two, True)]
    stale = {"level": "team_manager", "verdict": "approve", "digest": under["review"]["digest"], "note": "x"}
    assert await office.refused(f"/{notice['id']}/reviews", stale, "team_manager", "max") == ["not_in_review"]
    body = {"elements": dict.fromkeys(less["reading"]["elements"], True), "pages": [two], "note": "x"}
    assert await office.refused(f"/{notice['id']}/assessment", body, "evaluator", "eva") == ["withdrawn_already"]
    fresh = await office.recommend(notice["id"])
    assert fresh["review"]["digest"] != under["review"]["digest"]
    assert fresh["review"]["approvals"] == 0
    for level, sub in (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea")):
        fresh = await office.sign(fresh, level, sub)
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    assert await office.refused(f"/{notice['id']}/receipts", {"page": two, "log_id": 1}, "enforcer", "enno") == ["no_such_page"]
    assert (await office.receipt(notice["id"], one))["state"] == "taken_down"


async def test_a_notice_taken_back_whole_during_the_review_is_over(office: Any) -> None:
    pages = some(2)
    notice = await office.file()
    await office.assess(notice["id"], pages=pages)
    await office.recommend(notice["id"])
    assert (await withdraw(office, notice["id"], *pages))["state"] == "withdrawn"


async def test_what_is_taken_back_after_the_takedown_goes_back_at_once_by_its_receipt(office: Any) -> None:
    one, two = some(2)
    notice = await office.taken_down(pages=(one, two))
    path = f"/{notice['id']}/receipts"
    assert await office.refused(path, {"page": one, "log_id": 1}, "enforcer", "enno") == ["nothing_runs"]
    partly = await withdraw(office, notice["id"], one)
    assert (partly["state"], "withdrawn_at" in partly) == ("taken_down", False)
    assert await office.refused(path, {"page": one, "log_id": 1}, "enforcer", "lea") == ["evaluator_enforces"]
    assert await office.refused(path, {"page": two, "log_id": 1}, "enforcer", "enno") == ["nothing_runs"]
    back = await office.receipt(notice["id"], one, 4712)
    assert [(page["state"], page.get("withdrawn", False)) for page in back["pages"]] == [("restored", True), ("removed", False)]
    assert back["state"] == "taken_down"
    rest = await withdraw(office, notice["id"])
    assert (rest["state"], rest["pages"][1]["withdrawn"]) == ("taken_down", True)
    assert rest["withdrawn_at"]
    done = await office.receipt(notice["id"], two, 4713)
    assert done["state"] == "withdrawn"
    assert (await office.said(notice["id"]))[-4:] == ["withdrawn", "restored", "withdrawn", "restored"]
    assert (await office.events(notice["id"]))[-1]["dmca_notice"]["state"] == "withdrawn"


async def test_a_half_done_takedown_ends_with_what_is_left(office: Any) -> None:
    one, two = some(2)
    notice = await office.decided(pages=(one, two))
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    await office.receipt(notice["id"], one)
    left = await withdraw(office, notice["id"], two)
    assert (left["state"], left["clock"]["state"]) == ("taken_down", "stopped")
    assert (await office.said(notice["id"]))[-2:] == ["withdrawn", "taken_down"]


async def test_a_half_done_takedown_that_is_taken_back_whole_ends_when_it_is_undone(office: Any) -> None:
    one, two = some(2)
    notice = await office.decided(pages=(one, two))
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    await office.receipt(notice["id"], one)
    assert (await withdraw(office, notice["id"]))["state"] == "accepted"
    assert (await office.receipt(notice["id"], one, 4713))["state"] == "withdrawn"


async def test_an_open_counter_notice_has_what_it_asked_when_the_notice_is_taken_back(office: Any) -> None:
    pages = some()
    notice_id, counter = await office.counter_noticed(pages)
    await withdraw(office, notice_id, *pages)
    back = await office.receipt(notice_id, pages[0], 4712)
    assert (back["state"], back["counter_notices"][0]["state"]) == ("withdrawn", "restored")
    assert back["counter_notices"][0]["id"] == counter["id"]


async def test_what_a_court_action_holds_stays_down_though_the_notice_is_taken_back(office: Any) -> None:
    pages = some()
    notice_id, _ = await office.counter_noticed(pages)
    now = office.desk.runtime.clock.law().isoformat()
    told = {"forum": "court", "from": "complainant", "pages": list(pages), "received_at": now}
    await office.act(f"/{notice_id}/court-actions", told, "legal", "lea")
    kept = await withdraw(office, notice_id, *pages)
    assert kept["state"] == "held"
    assert await office.refused(f"/{notice_id}/receipts", {"page": pages[0], "log_id": 1}, "enforcer", "enno") == ["held"]


async def test_what_another_notice_keeps_down_goes_back_when_that_one_is_taken_back_too(office: Any) -> None:
    pages = some()
    first = await office.taken_down(pages)
    second = await office.decided(pages=pages)
    both = await office.act(f"/{second['id']}/takedown", {}, "enforcer", "enno")
    assert both["state"] == "taken_down", "nothing is removed twice"
    await withdraw(office, first["id"])
    proof = {"page": pages[0], "log_id": 1}
    assert await office.refused(f"/{first['id']}/receipts", proof, "enforcer", "enno") == ["kept_by_other_notice"]
    assert (await office.get(first["id"]))["state"] == "taken_down"
    await withdraw(office, second["id"])
    assert (await office.receipt(second["id"], pages[0]))["state"] == "withdrawn"
    assert (await office.receipt(first["id"], pages[0]))["state"] == "withdrawn"


async def test_a_retraction_posted_as_a_notice_joins_the_one_that_it_takes_back(office: Any) -> None:
    pages = some()
    notice = await office.taken_down(pages)
    letter = await office.file(RETRACTION)
    assert letter["reading"]["document"] == "retraction"
    own = {"text": RETRACTION, "pages": [], "retraction": letter["id"]}
    assert await office.refused(f"/{letter['id']}/withdrawal", own, "evaluator", "eva") == ["not_in_evaluation", "joins_itself"]
    await withdraw(office, notice["id"], *pages, retraction=letter["id"])
    joined = await office.get(letter["id"])
    assert (joined["state"], joined["clock"]["state"]) == ("rejected", "stopped")
    became = joined["answered"].pop("became")
    assert joined["answered"] == {"answer": "joined", "by": "lea", "joins": notice["id"], "as": "retraction"}
    target = await office.get(notice["id"])
    assert [(one["letter"], one["as"], one["became"]) for one in target["joined"]] == [(letter["id"], "retraction", became)]
    assert [one["letter"] for one in target["withdrawals"]] == [letter["id"]]
    listed = (await office.desk.get("/dmca/v1/notices?document=retraction&state=rejected&limit=200", role="legal")).json()["items"]
    assert letter["id"] in {line["id"] for line in listed}


async def arrive(office: Any, text: str, **sender: str) -> str:
    """Have a letter come by itself, from somebody intake knows."""
    read = await reader_of(office.desk.runtime).read(text.encode(), "text/plain")
    now = office.desk.runtime.clock.law()
    async with office.desk.runtime.edge("inbox") as edge:
        edge.access_reason = "a test"
        matter = await receipt.receive(edge, Incoming(read, Channel.FORWARDED, now, now, new_id(), sender))
    return str(matter.notice.id)


async def test_it_is_on_record_how_the_complainant_was_verified(office: Any) -> None:
    one, two, three = some(3)
    notice = await office.taken_down(pages=(one, two, three))
    await withdraw(office, notice["id"], one)
    await withdraw(office, notice["id"], two, complainant_verified={"how": "called back at the number in the notice"})
    same = await arrive(office, RETRACTION, email="Ada@Example.org")
    shown = await withdraw(office, notice["id"], three, retraction=same)
    found = [(entry["pages"], entry["complainant_verified"]) for entry in shown["withdrawals"]]
    assert [(pages, how["how"], how["by"], how.get("note")) for pages, how in found] == [
        ([one], "recorder", "lea", None),
        ([two], "confirmed", "lea", "called back at the number in the notice"),
        ([three], "same_sender", "lea", None),
    ]
    assert all(how["at"] for _, how in found)
    steps = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", role="auditor")).json()["items"]
    rests_on = [step["reasons"][0]["code"] for step in steps if step["what"] == "withdrawn"]
    assert rests_on == ["complainant_by_recorder", "complainant_confirmed", "complainant_same_sender"]


async def test_a_retraction_from_another_address_brings_nothing_back_before_the_complainant_was_asked(office: Any) -> None:
    pages = some()
    notice = await office.taken_down(pages)
    forged = await arrive(office, RETRACTION, email="eve@example.net")
    body: dict[str, Any] = {"text": RETRACTION, "pages": [*pages], "retraction": forged}
    path = f"/{notice['id']}/withdrawal"
    assert await office.refused(path, body, "evaluator", "eva") == ["complainant_not_verified"]
    assert "withdrawals" not in await office.get(notice["id"])
    assert (await office.get(forged))["state"] == "received"
    sure = {**body, "complainant_verified": {"how": "answered from ada@example.org"}}
    shown = await office.act(path, sure, "evaluator", "eva")
    assert shown["withdrawals"][0]["complainant_verified"]["how"] == "confirmed"
    assert (await office.receipt(notice["id"], pages[0], 4712))["state"] == "withdrawn"


async def test_the_database_lets_nothing_be_taken_back_on_nobody_s_word(office: Any) -> None:
    notice = await office.taken_down(some())
    with pytest.raises(asyncpg.CheckViolationError, match="on whose word"):
        await office.desk.sql("UPDATE page SET withdrawn_at = now(), withdrawn_by = 'x' WHERE notice_id = $1", notice["id"])


async def contacts(office: Any, notice_id: str, version: int | None = None) -> Any:
    asked = f"?event_version={version}" if version else ""
    found = await office.desk.get(f"/dmca/v1/notices/{notice_id}/contacts{asked}", role="service", sub="notify-svc", reason="event 1")
    assert found.status_code == 200, found.text
    return found.json()


async def test_only_whoever_gave_what_was_taken_back_hears_of_it(office: Any) -> None:
    one, two = some(2)
    notice = await office.decided(pages=(one, two))
    given = [{"wiki_user": "Bo Example", "pages": [one]}, {"wiki_user": "Cy Example", "pages": [two]}]
    await office.act(f"/{notice['id']}/uploaders", {"uploaders": given}, "enforcer", "enno")
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    for page in (one, two):
        await office.receipt(notice["id"], page)
    await withdraw(office, notice["id"], two)
    await office.receipt(notice["id"], two, 4712)
    down, taken_back, back = (await office.events(notice["id"]))[-3:]
    assert [event["dmca_notice_change_kind"] for event in (down, taken_back, back)] == ["taken_down", "withdrawn", "restored"]
    for event, names, pages in (
        (down, ["Bo Example", "Cy Example"], [one, two]),
        (taken_back, ["Cy Example"], [two]),
        (back, ["Cy Example"], [two]),
    ):
        found = await contacts(office, notice["id"], event["version"])
        assert [person["wiki_user"] for person in found["uploaders"]] == names
        assert found["pages"] == pages
    assert len((await contacts(office, notice["id"]))["uploaders"]) == 2
    # Asked again later, the same event has the same readers.
    await withdraw(office, notice["id"], one)
    assert [person["pages"] for person in (await contacts(office, notice["id"], taken_back["version"]))["uploaders"]] == [[two]]


async def test_nobody_hears_of_a_page_that_never_came_down(office: Any) -> None:
    one, two = some(2)
    notice = await office.decided(pages=(one, two))
    given = [{"wiki_user": "Bo Example", "pages": [one]}, {"wiki_user": "Cy Example", "pages": [two]}]
    await office.act(f"/{notice['id']}/uploaders", {"uploaders": given}, "enforcer", "enno")
    await withdraw(office, notice["id"], two)
    found = await contacts(office, notice["id"], (await office.events(notice["id"]))[-1]["version"])
    assert (found["uploaders"], found["pages"]) == ([], [two])


async def test_what_goes_back_of_two_people_is_said_to_each_once(office: Any) -> None:
    one, two = some(2)
    notice_id, counter = await office.counter_noticed((one, two))
    other = await office.counter(notice_id)
    assert await office.refused(
        f"/{notice_id}/counter-notices/{other['id']}/assessment",
        {"elements": dict.fromkeys(counter["reading"]["elements"], True), "pages": [two], "note": "x"},
        "evaluator",
        "eva",
    ) == ["page_asked_back"]
    await withdraw(office, notice_id)
    await office.receipt(notice_id, one, 1)
    await office.receipt(notice_id, two, 2)
    events = [event for event in await office.events(notice_id) if event["dmca_notice_change_kind"] == "restored"]
    assert [event["dmca_notice"].get("counter_notice_id") for event in events] == [counter["id"]]
    assert (await contacts(office, notice_id, events[0]["version"]))["pages"] == [one, two]


async def test_what_a_counter_notice_asked_for_and_what_it_did_not_are_two_events(office: Any) -> None:
    one, two = some(2)
    notice = await office.taken_down((one, two))
    counter = await office.counter(notice["id"])
    await office.accept(notice["id"], counter["id"], one)
    await withdraw(office, notice["id"])
    await office.receipt(notice["id"], one, 1)
    assert (await office.said(notice["id"])).count("restored") == 0, "said once nothing of it is down any more"
    await office.receipt(notice["id"], two, 2)
    events = [event for event in await office.events(notice["id"]) if event["dmca_notice_change_kind"] == "restored"]
    assert [event["dmca_notice"].get("counter_notice_id") for event in events] == [counter["id"], None]
    assert [(await contacts(office, notice["id"], event["version"]))["pages"] for event in events] == [[one], [two]]


async def test_the_database_lets_nothing_go_back_that_was_not_taken_back(office: Any) -> None:
    pages = some()
    notice = await office.taken_down(pages)
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    forged = (
        "INSERT INTO page_receipt (id, notice_id, page_id, effect, log_id, acting_account, by, at) "
        "SELECT gen_random_uuid(), notice_id, id, 'restored', 1, 'staff', 'x', now() FROM page WHERE notice_id = $1"
    )
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(forged, notice["id"])
        with pytest.raises(asyncpg.CheckViolationError, match="no restoration runs"):
            await connection.execute("UPDATE page SET state = 'restored', restored_at = now() WHERE notice_id = $1", notice["id"])
        await transaction.rollback()
        with pytest.raises(asyncpg.CheckViolationError, match="withdrawn when its material is back"):
            await connection.execute("UPDATE notice SET state = 'withdrawn', withdrawn_at = now() WHERE id = $1", notice["id"])
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE notice SET state = 'rejected' WHERE id = $1", (await office.file())["id"])
    finally:
        await connection.close()
    assert datetime.fromisoformat((await office.get(notice["id"]))["received_at"])
