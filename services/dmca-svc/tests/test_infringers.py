"""Repeat infringers: strikes that come and go with the notices, and a review by a person (R48, R49, D11)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.edge import new_id
from chassis.testing import eventually
from contracts.envelope import Performer
from contracts.notification import About, NotificationChange, NotificationState
from dmca_svc.app import SERVICE
from dmca_svc.model import NoticeFacts, PageState, State
from dmca_svc.model.infringer import Counted, GivenPage, Ground, ReversalFacts, TakedownFacts, Task
from dmca_svc.rules import infringer as rules
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.digest import digest

CASES = Path(__file__).parent / "cases"
ON = datetime(2026, 11, 2, 9, tzinfo=UTC)
PAGES = {
    "down": GivenPage(PageState.REMOVED),
    "up": GivenPage(PageState.UP),
    "restored": GivenPage(PageState.RESTORED),
    "withdrawn": GivenPage(PageState.REMOVED, withdrawn=True),
    "window": GivenPage(PageState.REMOVED, asked_back=True),
    "held": GivenPage(PageState.REMOVED, asked_back=True, held=True),
    "again": GivenPage(PageState.REMOVED, counted_before=True),
}
WHY = {"up": "never_removed", "again": "counted_before", "window": "window_open"}


@pytest.mark.parametrize("case", load_cases(CASES / "infringers.toml"), ids=str)
def test_what_counts_and_when_legal_looks(case: Case) -> None:
    told, ids = case.given, [uuid4() for _ in case.given["notices"]]
    strikes = set()
    for number, (one, pages) in enumerate(zip(ids, told["notices"], strict=True), start=1):
        judged = rules.is_strike(TakedownFacts(tuple(PAGES[page] for page in pages), number in told.get("misrepresented", [])))
        if judged:
            strikes.add(one)
        else:
            wrong = ["misrepresented"] if number in told.get("misrepresented", []) else [WHY.get(page, page) for page in pages]
            assert [reason.code for reason in judged.reasons] == wrong
    reversals = frozenset(uuid4() for _ in range(told.get("reversals", 0)))
    decided = {one for number in told.get("decided", []) for one in (reversals if number == "reversals" else {ids[number - 1]})}
    counted = Counted(frozenset(strikes), reversals, frozenset(decided))
    grounds = rules.grounds_of(counted, on=ON.date())
    assert len(strikes) == case.expect["strikes"]
    assert rules.task_of(counted, on=ON.date()) == case.expect["task"]
    assert list(grounds) == case.expect["grounds"]
    assert ("terminate" if rules.proposes_termination(grounds) else "none") == case.expect["proposes"]


@pytest.mark.parametrize("case", load_cases(CASES / "reversals.toml"), ids=str)
def test_whether_a_reversal_counts(case: Case) -> None:
    told = case.given
    reversal = ReversalFacts(
        at=told["at"],
        removed_at=ON,
        theirs=told.get("theirs", True),
        told_at=ON + timedelta(days=1) if told.get("told", True) else None,
        takedown=TakedownFacts((PAGES[told.get("page", "down")],), told.get("misrepresented", False)),
    )
    decision = rules.is_reversal(reversal)
    assert [reason.code for reason in decision.reasons] == case.expect.get("not", [])
    assert decision.granted is case.expect.get("counts", False)


def test_a_page_that_nobody_is_known_to_have_given_is_no_strike() -> None:
    assert [reason.code for reason in rules.is_strike(TakedownFacts(())).reasons] == ["nothing_theirs"]


@given(st.lists(st.lists(st.sampled_from(sorted(PAGES)), min_size=1, max_size=3), max_size=6), st.booleans())
def test_only_what_stands_counts_and_nothing_counts_twice(notices: list[list[str]], reversed_too: bool) -> None:
    strikes = frozenset(uuid4() for pages in notices if rules.is_strike(TakedownFacts(tuple(PAGES[page] for page in pages))))
    assert len(strikes) == sum("down" in pages for pages in notices)
    reversals = frozenset({uuid4()}) if reversed_too else frozenset()
    open_task = rules.task_of(Counted(strikes, reversals), on=ON.date())
    assert (open_task is Task.OPEN) == (reversed_too or len(strikes) >= 3)
    assert rules.task_of(Counted(strikes, reversals, strikes | reversals), on=ON.date()) is not Task.OPEN


def test_what_people_may_record_of_a_takedown() -> None:
    ask = rules.may_record_reversal
    assert ask(removed_at=ON, at=ON + timedelta(days=1), now=ON + timedelta(days=2))
    late = ask(removed_at=ON, at=ON + timedelta(days=3), now=ON + timedelta(days=2))
    early = ask(removed_at=ON, at=ON - timedelta(days=1), now=ON)
    never = ask(removed_at=None, at=ON, now=ON)
    assert [[reason.code for reason in one.reasons] for one in (late, early, never)] == [
        ["reversed_in_future"],
        ["reversed_before_removal"],
        ["page_not_taken_down"],
    ]
    found = rules.may_find_misrepresentation
    assert found(NoticeFacts(State.TAKEN_DOWN), found_already=False)
    assert [one.code for one in found(NoticeFacts(State.IN_REVIEW), found_already=True).reasons] == ["nothing_taken_down", "found_already"]
    assert [one.code for one in rules.may_decide(Task.DECIDED).reasons] == ["no_review_open"]
    assert rules.proposes_termination((Ground.TAKEDOWN_REVERSED,)) is True


class Ledger:
    """The people who keep the ledger."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.desk = office.desk

    async def struck(self, *accounts: str, name: str = "") -> str:
        """Take down a picture that these accounts gave, and let the ledger hear of it."""
        page = {"wiki": "examplewiki", "title": f"File:{name or uuid4().hex[:12].capitalize()}.jpg"}
        notice = await self.office.decided(pages=(page,))
        await self.office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
        said = {"uploaders": [{"wiki_user": account, "pages": [page]} for account in accounts]}
        await self.office.act(f"/{notice['id']}/uploaders", said, "evaluator", "eva")
        await self.office.receipt(notice["id"], page)
        await self.desk.settle()
        return str(notice["id"])

    async def page_of(self, notice_id: str) -> dict[str, Any]:
        page: dict[str, Any] = (await self.office.get(notice_id))["pages"][0]["page"]
        return page

    async def lines(self) -> list[dict[str, Any]]:
        answer = await self.desk.get("/dmca/v1/infringers?limit=200", role="auditor")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def person(self, account: str) -> dict[str, Any]:
        """Find the one person in the ledger who has this account."""
        people = [await self.read(line["id"]) for line in await self.lines()]
        found = [one for one in people if account in [it["name"] for it in one["accounts"]]]
        assert len(found) == 1, found
        return found[0]

    async def read(self, infringer_id: str) -> dict[str, Any]:
        answer = await self.desk.get(f"/dmca/v1/infringers/{infringer_id}", role="legal", sub="lea", reason="a test reads")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def decide(self, infringer_id: str, *, terminate: bool, status: int = 200) -> Any:
        body = {"terminate": terminate, "note": "The reasons, in full."}
        answer = await self.desk.post(f"/dmca/v1/infringers/{infringer_id}/decision", body, role="legal", sub="lea")
        assert answer.status_code == status, answer.text
        return answer.json()

    async def told(self, notice_id: str, at: datetime | None = None) -> None:
        """Let notify say that the letter of the removal was delivered."""
        (row,) = await self.desk.sql("SELECT id FROM uploader WHERE notice_id = $1", UUID(notice_id))
        now = at or self.desk.runtime.clock.law()
        state = NotificationState.model_validate(
            {
                "notification_id": uuid4(),
                "about": About(aggregate="dmca_notice", id=UUID(notice_id)),
                "event_id": uuid4(),
                "party": "uploader",
                "recipient_id": row["id"],
                "channel": "talk_page",
                "template": "dmca_taken_down",
                "locale": "en",
                "state": "delivered",
                "delivered_at": now,
            }
        )
        stamp: dict[str, Any] = {"dt": now, "performer": Performer(role="service", id="notify-svc"), "request_id": "r", "meta_dt": now}
        event = NotificationChange.of("delivered", state=state, prior=None, version=2, event_id=new_id(), **stamp)
        reaction = SERVICE.reactions["office_actions.notification_change.v1"]["delivered"]
        async with self.desk.runtime.edge("event:notice:follow", access_reason="event 1") as edge:
            await reaction.apply(edge, event, None)

    async def reverted(self, notice_id: str, account: str, at: datetime | None = None, status: int = 200) -> Any:
        now = at or self.desk.runtime.clock.law()
        body = {"page": await self.page_of(notice_id), "by": account, "at": now.isoformat(), "revision_id": 4712}
        return await self.office.act(f"/{notice_id}/reversals", body, "evaluator", "eva", status)


@pytest.fixture
def ledger(office: Any) -> Ledger:
    return Ledger(office)


def account() -> str:
    return f"Quay walker {uuid4().hex[:8]}"


async def test_the_third_takedown_opens_a_review_and_a_counter_notice_closes_it(ledger: Ledger) -> None:
    name = account()
    first = await ledger.struck(name)
    await ledger.struck(name)
    person = await ledger.person(name)
    assert (person["task"], person["strikes"]) == ({"state": "none"}, {"counted": 2, "of": 3})
    third = await ledger.struck(name)
    person = await ledger.person(name)
    assert person["strikes"] == {"counted": 3, "of": 3}
    assert (person["task"]["state"], person["task"]["grounds"], person["task"]["proposal"]) == ("open", ["repeat_infringer"], "none")
    assert (await ledger.lines())[0]["task"]["state"] == "open", "open tasks stand first"
    assert {one["notice_id"]: one["strike"] for one in person["notices"]}[first] == {"counts": True}
    # A counter-notice takes the strike back by itself.
    await ledger.office.counter(third)
    await ledger.desk.settle()
    person = await ledger.person(name)
    assert (person["task"]["state"], person["strikes"]["counted"]) == ("none", 2)
    (why,) = [one["strike"] for one in person["notices"] if one["notice_id"] == third]
    assert [reason["code"] for reason in why["reasons"]] == ["window_open"]
    assert await ledger.decide(person["id"], terminate=True, status=409)


async def test_legal_decides_with_reasons_and_ban_svc_can_fetch_exactly_that(ledger: Ledger) -> None:
    name = account()
    for _ in range(3):
        last = await ledger.struck(name)
    person = await ledger.person(name)
    await ledger.decide(person["id"], terminate=True)
    event = (await ledger.office.events(last))[-1]
    assert event["dmca_notice_change_kind"] == "termination_recommended"
    about = event["dmca_notice"]
    path = f"/dmca/v1/infringers/{about['infringer_id']}/decision"
    answer = await ledger.desk.get(
        path, role="service", sub="ban-svc", reason="event 1", params={"digest": about["infringer_decision_digest"]}
    )
    told = answer.json()
    assert told["digest"] == about["infringer_decision_digest"] == digest({key: told[key] for key in told if key != "digest"})
    assert (told["notice_id"], told["decided_by"], told["terminate"]) == (last, "lea", True)
    assert (told["accounts"], told["grounds"], told["note"]) == ([{"name": name}], ["repeat_infringer"], "The reasons, in full.")
    assert name not in json.dumps(await ledger.office.events(last)), "no name on the bus"
    person = await ledger.person(name)
    assert person["task"]["state"] == "decided"
    assert [(one["terminate"], one["proposed"], one["by"]) for one in person["decisions"]] == [(True, "none", "lea")]
    # What was decided is not decided again; a fourth takedown opens a review anew.
    await ledger.decide(person["id"], terminate=False, status=409)
    await ledger.struck(name)
    assert (await ledger.person(name))["task"]["state"] == "open"
    await ledger.decide(person["id"], terminate=False)
    assert "termination_recommended" not in (await ledger.office.said((await ledger.person(name))["notices"][-1]["notice_id"]))


async def test_accounts_that_ban_svc_links_are_one_person(ledger: Ledger, bans: Any) -> None:
    one, two, three = account(), account(), account()
    await ledger.struck(one)
    await ledger.struck(two)
    apart = {(await ledger.person(one))["id"], (await ledger.person(two))["id"]}
    assert len(apart) == 2
    bans.same(one, two, three)
    await ledger.struck(one)
    person = await ledger.person(two)
    assert (person["strikes"]["counted"], person["task"]["state"]) == (3, "open")
    assert {(it["name"], it["gave"]) for it in person["accounts"]} == {(one, True), (two, True), (three, False)}
    assert person["links"]["state"] == "known"
    assert {(await ledger.read(known))["id"] for known in apart} == {person["id"]}, "both ids lead to the same person"
    # What ban-svc no longer says comes apart, and the strikes with it.
    bans.same(one, three)
    bans.same(two)
    await ledger.struck(one)
    assert (await ledger.person(two))["strikes"]["counted"] == 1
    person = await ledger.person(one)
    assert (person["strikes"]["counted"], person["task"]["state"]) == (3, "open")
    # An account that is nobody's any more stays with its own strikes, and keeps nobody else's name.
    bans.persons.clear()
    await ledger.struck(one)
    alone = await ledger.person(one)
    assert (alone["id"], alone["strikes"]["counted"], [it["name"] for it in alone["accounts"]]) == (person["id"], 4, [one])


async def test_a_silent_ban_svc_is_said_in_the_ledger_and_stops_the_decision(ledger: Ledger, bans: Any) -> None:
    name = account()
    for _ in range(3):
        await ledger.struck(name)
    person = await ledger.person(name)
    bans.broken = True
    await ledger.decide(person["id"], terminate=True, status=503)
    person = await ledger.person(name)
    assert (person["links"]["state"], person["task"]["state"], person["decisions"]) == ("unreachable", "open", [])
    bans.broken = False
    other = account()
    bans.same(name, other)
    await ledger.decide(person["id"], terminate=True)
    told = await ledger.desk.get(f"/dmca/v1/infringers/{person['id']}/decision", role="service", sub="ban-svc", reason="event 1")
    assert {it["name"] for it in told.json()["accounts"]} == {name, other}, "the accounts that are theirs at the decision"


async def test_a_takedown_is_kept_for_a_retry_while_ban_svc_is_away(ledger: Ledger, bans: Any) -> None:
    name = account()
    page = {"wiki": "examplewiki", "title": f"File:{uuid4().hex[:12].capitalize()}.jpg"}
    notice = await ledger.office.decided(pages=(page,))
    await ledger.office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    said = {"uploaders": [{"wiki_user": name, "pages": [page]}]}
    await ledger.office.act(f"/{notice['id']}/uploaders", said, "evaluator", "eva")
    await ledger.desk.settle()
    bans.broken = True
    await ledger.office.receipt(notice["id"], page)

    async def named() -> bool:
        return bool(await ledger.desk.sql("SELECT 1 FROM infringer WHERE links = 'unreachable'"))

    await eventually(named, what="the ledger's word that ban-svc was silent")
    assert (await ledger.person(name))["strikes"]["counted"] == 1
    bans.broken = False
    await ledger.desk.settle()
    assert (await ledger.person(name))["links"]["state"] == "known"


async def test_a_reversal_counts_only_after_the_letter_was_delivered(ledger: Ledger) -> None:
    name = account()
    notice = await ledger.struck(name)
    reversal = await ledger.reverted(notice, name)
    person = await ledger.person(name)
    assert person["task"]["state"] == "none"
    assert [one["code"] for one in person["reversals"][0]["counted"]["reasons"]] == ["not_notified"]
    await ledger.told(notice)
    person = await ledger.person(name)
    assert [one["code"] for one in person["reversals"][0]["counted"]["reasons"]] == ["notified_later"]
    await ledger.reverted(notice, name)
    person = await ledger.person(name)
    assert (person["task"]["state"], person["task"]["grounds"], person["task"]["proposal"]) == ("open", ["takedown_reversed"], "terminate")
    assert [(one["id"] == reversal["id"], one["counted"]["counts"], one["account"]) for one in person["reversals"]] == [
        (True, False, name),
        (False, True, name),
    ]
    # The decision rests on the notice whose takedown was reversed, though a later one is against the same person.
    later = await ledger.struck(name)
    await ledger.decide(person["id"], terminate=True)
    assert (await ledger.office.said(notice))[-1] == "termination_recommended"
    assert "termination_recommended" not in await ledger.office.said(later)
    assert (await ledger.person(name))["task"]["state"] == "decided"


async def test_a_reversal_by_somebody_else_is_kept_and_counts_against_nobody(ledger: Ledger) -> None:
    name = account()
    notice = await ledger.struck(name)
    await ledger.told(notice)
    await ledger.reverted(notice, "A passer-by")
    person = await ledger.person(name)
    assert (person["reversals"], person["task"]["state"]) == ([], "none")


async def test_what_cannot_be_a_reversal_is_refused(ledger: Ledger) -> None:
    notice = await ledger.struck(account())
    now = ledger.desk.runtime.clock.law()
    found = await ledger.reverted(notice, "Somebody", now + timedelta(days=1), 409)
    assert [one["code"] for one in found["reasons"]] == ["reversed_in_future"]
    found = await ledger.reverted(notice, "Somebody", now - timedelta(days=1), 409)
    assert [one["code"] for one in found["reasons"]] == ["reversed_before_removal"]
    body = {"page": {"wiki": "examplewiki", "title": "File:Other.jpg"}, "by": "Somebody", "at": now.isoformat(), "revision_id": 1}
    await ledger.office.act(f"/{notice}/reversals", body, "evaluator", "eva", 404)
    await ledger.office.act(f"/{notice}/reversals", body | {"url": "https://example.org/"}, "evaluator", "eva", 422)


async def test_a_misrepresentation_takes_its_strike_back(ledger: Ledger) -> None:
    name = account()
    for _ in range(3):
        last = await ledger.struck(name)
    assert (await ledger.person(name))["task"]["state"] == "open"
    await ledger.office.act(f"/{last}/misrepresentation", {"note": "The sender never owned it."}, "legal", "lea")
    person = await ledger.person(name)
    assert (person["task"]["state"], person["strikes"]["counted"]) == ("none", 2)
    refused = await ledger.office.act(f"/{last}/misrepresentation", {"note": "Again."}, "legal", "lea", 409)
    assert [one["code"] for one in refused["reasons"]] == ["found_already"]
    rejected = await ledger.office.decided("reject", ("fair_use",))
    refused = await ledger.office.act(f"/{rejected['id']}/misrepresentation", {"note": "No."}, "legal", "lea", 409)
    assert [one["code"] for one in refused["reasons"]] == ["nothing_taken_down"]


async def test_names_lie_sealed_and_a_list_opens_none(ledger: Ledger) -> None:
    name = account()
    await ledger.struck(name)
    assert name not in json.dumps(await ledger.lines())
    rows = await ledger.desk.sql("SELECT name FROM infringer_account")
    assert all(name.encode() not in row["name"] for row in rows)
    person = await ledger.person(name)
    answer = await ledger.desk.get(f"/dmca/v1/infringers/{person['id']}", role="legal")
    assert answer.status_code == 400, "who reads a person says why"
    assert (await ledger.desk.get(f"/dmca/v1/infringers/{uuid4()}", role="legal", reason="x")).status_code == 404
    answer = await ledger.desk.get(f"/dmca/v1/infringers/{person['id']}/decision", role="service", reason="event 1")
    assert answer.status_code == 404, "nothing was decided"
