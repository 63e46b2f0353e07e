"""One notification for each event and reader, with its one outcome."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from notify_svc.model import Person, State

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SUBJECT = Person("subject", wiki_user="Loud visitor", wiki="examplewiki")


def requester(name: str = "r1", email: str | None = "asker@example.invalid", **more: Any) -> Person:
    return Person(name, "A. Asker", email, **more)


async def test_a_ban_is_told_to_its_subject_and_its_requesters_each_once(office: Any) -> None:
    event = office.said("action", "enacted", request_ids=(uuid4(), uuid4()))
    rows = await office.tell(event, subject=SUBJECT, requester=(requester("r1"), requester("r2", "other@example.invalid")))
    assert [(row["party"], row["recipient"], row["template"], row["channel"], row["state"]) for row in rows] == [
        ("subject", "subject", "global_ban", "wiki_mail", "queued"),
        ("requester", "r1", "matter_decided", "mail", "queued"),
        ("requester", "r2", "matter_decided", "mail", "queued"),
    ]
    ban = await office.sent(rows[0])
    assert (ban["To"].strip('"'), ban["X-Office-Channel"]) == ("Loud visitor", "wiki_mail")
    assert "banned you from all its websites" in office.words(ban)
    decided = office.mail(rows[1])
    assert (decided["To"], decided["X-Office-Channel"]) == ("asker@example.invalid", "mail")
    assert "was decided on 2 March 2026" in office.words(decided)
    assert office.mail(rows[2])["To"] == "other@example.invalid"
    assert {(await office.row(row["id"]))["state"] for row in rows} == {"delivered"}
    assert await office.kinds(rows[0]["id"]) == ["queued", "delivered"]


async def test_the_same_event_told_twice_is_refused_by_the_database(office: Any) -> None:
    event = office.said("action", "enacted", request_ids=(uuid4(),))
    await office.tell(event, subject=SUBJECT, requester=requester())
    with pytest.raises(Exception, match="notification_once"):
        await office.tell(event, subject=SUBJECT, requester=requester())
    assert len(await office.rows(event.meta.id)) == 2


async def test_nothing_leaves_within_the_minute_and_an_alert_at_once(office: Any, desk: Any) -> None:
    letter = (await office.tell(office.said("request", "received"), requester=requester()))[0]
    alert = (await office.tell(office.said("case", "opened", kind="child_protection", priority="urgent")))[0]
    await desk.settle()
    assert (await office.row(letter["id"]))["state"] == "queued"
    assert (await office.row(alert["id"]))["state"] == "delivered"
    message = office.mail(alert)
    assert (message["To"], message["X-Office-Channel"]) == ("child-protection@example.invalid", "staff")
    assert letter["not_before"] - letter["at"] == timedelta(minutes=1)
    # Well within it: the law's clock goes on while the test works.
    await desk.advance(timedelta(seconds=30))
    assert (await office.row(letter["id"]))["state"] == "queued"
    await desk.advance(timedelta(seconds=31))
    assert (await office.row(letter["id"]))["state"] == "delivered"


async def test_an_unusual_rate_wakes_the_team_that_acts_whatever_the_last_action_was(office: Any, desk: Any) -> None:
    (alert,) = await office.tell(office.said("action", "unusual_rate", kind="child_protection", disclosure="confidential"))
    await desk.settle()
    message = office.mail(alert)
    assert (message["To"], message["Subject"]) == ("trust-and-safety@example.invalid", "More office actions than usual: 41 in 30 days")
    words = office.words(message)
    assert "40 are usual" in words
    assert "child" not in words


async def test_a_notice_that_is_released_goes_out_then(office: Any, desk: Any) -> None:
    withheld = {"about": uuid4(), "kind": "child_protection", "disclosure": "confidential"}
    (first, _) = await office.tell(office.said("action", "enacted", notice_withheld=True, **withheld), subject=SUBJECT)
    assert (first["template"], first["state"], first["reason_code"]) == ("account_measure", "suppressed", "notice_withheld")
    (notice,) = await office.tell(
        office.said("action", "notice_released", version=2, enacted_at=AT, issued_at=AT, **withheld), subject=SUBJECT
    )
    assert (notice["template"], notice["state"]) == ("account_measure", "queued")
    assert "2 March 2026" in office.words(await office.sent(notice))


async def test_a_cancelled_letter_is_kept_as_suppressed_and_never_leaves(office: Any, desk: Any) -> None:
    row = (await office.tell(office.said("request", "received"), requester=requester()))[0]
    answer = await desk.post(f"/notify/v1/notifications/{row['id']}/cancel", {"why": "sent in error"}, role="evaluator")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["why"]) == ("suppressed", "cancelled")
    await desk.advance(timedelta(seconds=61))
    assert not (desk.settings.home / "mail" / f"{row['delivery_id']}.eml").exists()
    assert await office.kinds(row["id"]) == ["queued", "suppressed"]
    again = await desk.post(f"/notify/v1/notifications/{row['id']}/cancel", {"why": "again"}, role="evaluator")
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "not_queued")


async def test_who_gave_no_address_is_on_record_as_not_told(office: Any) -> None:
    row = (await office.tell(office.said("request", "received"), requester=requester(email=None)))[0]
    assert (row["state"], row["reason_code"], row["delivery_id"]) == ("suppressed", "gave_no_address", None)


async def test_an_address_that_hides_a_second_one_waits_for_a_person(office: Any) -> None:
    row = (await office.tell(office.said("request", "received"), requester=requester(email="a@example.invalid\nBcc: b@example.invalid")))[0]
    assert (row["state"], row["reason_code"]) == ("failed", "unreachable")


async def test_a_subject_nobody_knows_waits_for_a_person(office: Any) -> None:
    rows = await office.tell(office.said("action", "enacted"), requester=requester())
    assert [(row["party"], row["state"], row["reason_code"]) for row in rows] == [
        ("subject", "failed", "unreachable"),
        ("requester", "queued", None),
    ]


async def test_a_talk_page_is_the_last_way_for_a_public_measure_alone(office: Any) -> None:
    shy = Person("subject", wiki_user="Loud visitor", takes_wiki_mail=False)
    public = (await office.tell(office.said("action", "enacted"), subject=shy, requester=requester()))[0]
    assert (public["channel"], public["state"]) == ("talk_page", "queued")
    for kind in ("event_ban", "conduct_warning", "child_protection", "rights_removal"):
        private = (await office.tell(office.said("action", "enacted", kind=kind), subject=shy, requester=requester()))[0]
        assert (private["channel"], private["state"], private["reason_code"]) == ("mail", "failed", "unreachable")
    hidden = (await office.tell(office.said("action", "enacted", disclosure="restricted"), subject=shy, requester=requester()))[0]
    assert hidden["state"] == "failed"


async def test_the_neutral_notice_waits_while_the_named_group_withholds_it(office: Any) -> None:
    event = office.said("action", "enacted", kind="child_protection", notice_withheld=True, disclosure="confidential")
    row = (await office.tell(event, subject=SUBJECT, requester=requester()))[0]
    assert (row["state"], row["reason_code"], row["template"]) == ("suppressed", "notice_withheld", "account_measure")
    assert await office.kinds(row["id"]) == ["suppressed"]


async def test_the_complainants_copy_goes_out_once_whatever_says_it(office: Any) -> None:
    notice, counter = uuid4(), uuid4()
    window = {"opens": "2026-03-16T07:00:00Z", "target": "2026-03-18T07:00:00Z", "closes": "2026-03-21T07:00:00Z"}
    plain = {"counter_notice_id": counter, "received_at": "2026-03-02T09:30:00Z"}
    arrived = office.said("dmca_notice", "counter_noticed", about=notice, state="counter_noticed", counter_notice_id=counter,
                          counter_notices=({**plain, "state": "received"},))  # fmt: skip
    complainant = Person("complainant", "C. Plainant", "c@example.invalid")
    people = {"complainant": complainant, "uploader": Person("up", "U. Loader", "u@example.invalid", "Uploader")}
    contacts = {
        "contacts": {
            "counter_notices": [{"counter_notice_id": str(counter), "name": "U. Loader", "text": "I made it myself."}],
            "pages": [],
        }
    }
    first = await office.tell(arrived, **people, facts=contacts)
    assert [row["template"] for row in first] == ["counter_notice_received"]
    opened = {
        "counter_notices": ({**plain, "state": "accepted", "window": window},),
        "counter_notice_id": counter,
        "state": "counter_noticed",
    }
    second = await office.tell(office.said("dmca_notice", "window_opened", about=notice, version=2, **opened), **people, facts=contacts)
    third = await office.tell(office.said("dmca_notice", "counter_noticed", about=notice, version=3, **opened), **people, facts=contacts)
    assert [row["template"] for row in second] == ["counter_notice_copy"]
    assert third == []
    copy = office.words(await office.sent(second[0]))
    assert "not before 16 March 2026 and by the end of 20 March 2026" in copy
    assert "> I made it myself." in copy
    warned = office.words(office.mail(first[0]))
    assert "legal proceedings between you and the complainant" in warned


async def test_a_rejection_names_each_ground_in_its_owners_words_and_each_lack_once(office: Any) -> None:
    grounds = ["The use is fair, or another limitation of the right permits it.", "It quotes two lines."]
    decided = {"state": "rejected", "decided_at": "2026-03-09T09:30:00Z", "missing": ("signature",)}
    event = office.said("dmca_notice", "rejected", rejection=("lacks_signature", "fair_use", "other"), **decided)
    people = {"complainant": Person("complainant", "C. Plainant", "c@example.invalid")}
    letter = office.words(await office.sent((await office.tell(event, **people, facts={"contacts": {"rejection": grounds}}))[0]))
    assert all(f"* {ground}" in letter for ground in grounds)
    assert letter.count("your signature") == len(("text", "html"))
    assert "lacks signature" not in letter
    assert "appeals@" in letter


async def test_what_is_no_formal_notice_is_pointed_to_the_volunteers(office: Any) -> None:
    event = office.said("dmca_notice", "rejected", state="rejected", rejection=("no_formal_notice",), decided_at="2026-03-09T09:30:00Z")
    people = {"complainant": Person("complainant", "C. Plainant", "c@example.invalid")}
    told = ["The volunteers at info@wikimedia.org (VRT) can help without one: please tell them the address of each page."]
    letter = office.words(await office.sent((await office.tell(event, **people, facts={"contacts": {"rejection": told}}))[0]))
    assert told[0] in " ".join(letter.split())
    assert "you do not have to ask the volunteers first" in " ".join(letter.split())


async def test_an_announcement_is_published_by_hand(office: Any, desk: Any) -> None:
    page = {"wiki": "commonswiki", "title": "File:Example.jpg"}
    facts = {"contacts": {"complainant": {"name": "C. Plainant"}, "pages": [page]}, "pages_of": {"up": [page]}}
    event = office.said("dmca_notice", "taken_down", state="taken_down", wikis=("commonswiki",))
    rows = await office.tell(
        event, uploader=Person("up", wiki_user="Uploader"), complainant=Person("c", email="c@example.invalid"), facts=facts
    )
    assert [(row["template"], row["channel"], row["recipient"]) for row in rows[2:]] == [
        ("dmca_announcement", "wiki_page", "dmca_page"),
        ("dmca_commons_announcement", "wiki_page", "commons_mirror"),
    ]
    announcement = rows[2]["id"]
    letter = await desk.get(f"/notify/v1/notifications/{announcement}/letter", role="communications", reason="to publish it")
    assert letter.status_code == 200, letter.text
    assert "File&#58;Example.jpg" in letter.json()["text"]
    assert "Uploader" not in letter.json()["text"]
    answer = await desk.post(f"/notify/v1/notifications/{announcement}/receipts", {"revision_id": 4711}, role="enforcer")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["receipt"]) == ("delivered", {"revision_id": 4711, "by_hand": True})
    assert await office.kinds(announcement) == ["queued", "delivered", "published"]
    again = await desk.post(f"/notify/v1/notifications/{announcement}/receipts", {"revision_id": 4712}, role="enforcer")
    assert [reason["code"] for reason in again.json()["reasons"]] == ["already_over"]


@pytest.mark.parametrize(
    "change",
    [
        "state = 'queued', receipt = NULL, delivered_at = NULL, version = version + 1",
        "party = 'requester', version = version + 1",
        "receipt = '{}', version = version + 1",
        "attempts = 7",
        "state = 'delivered', version = version + 1",
    ],
)
async def test_what_is_over_stays_over_in_the_database_too(office: Any, desk: Any, change: str) -> None:
    alert = (await office.tell(office.said("case", "at_risk", kind="threat_of_harm")))[0]
    if "state = 'delivered'" in change:
        letter = (await office.tell(office.said("request", "received"), requester=requester(email=None)))[0]
        alert = letter
    await desk.settle()
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.sql(f"UPDATE notification SET {change} WHERE id = $1", alert["id"])


async def test_every_state_has_been_thought_of() -> None:
    assert {state.value for state in State} == {"queued", "delivered", "failed", "uncertain", "suppressed"}
