"""What signers are shown of the letters is what is sent: word for word, for every kind of action (R113, DESIGN 5)."""

from typing import Any
from uuid import uuid4

import pytest
from kernel.kinds import ACTION_KINDS
from notify_svc.letters import foresee, subject_in
from notify_svc.model import Party, Person
from notify_svc.reactions import change_of

ANSWER = {
    "accounts": [{"name": "Loud visitor", "wiki": "examplewiki"}, {"name": "Another name"}],
    "warning": "Please write about the article.\nThank you.",
    "reapply_criteria": ["a year of constructive work"],
    "no_rights_until": "2028-01-01T00:00:00Z",
}
ASKER = Person("r1", "A. Asker", "asker@example.invalid")


async def sent(office: Any, event: Any) -> list[tuple[str, str, str, str | None]]:
    """Tell an event as notify-svc does, and read what was written: party, subject, text, and why it was not to go out."""
    found = subject_in(ANSWER)
    rows = await office.tell(event, facts=dict(found.facts), subject=found.people[Party.SUBJECT], requester=ASKER)
    letters = []
    for row in rows:
        path = f"/notify/v1/notifications/{row['id']}/letter"
        answer = await office.desk.get(path, role=("evaluator", "child_protection"), reason="a comparison")
        assert answer.status_code == 200, answer.text
        written = answer.json()
        letters.append((row["party"], written["subject"], written["text"], row["reason_code"]))
    return letters


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("kind", sorted(ACTION_KINDS))
async def test_every_letter_is_foreseen_as_it_is_sent(office: Any, kind: str, withheld: bool) -> None:
    more = {"expires_at": "2027-11-02T00:00:00Z"} if kind == "event_ban" else {}
    event = office.said("action", "enacted", kind=kind, disclosure="confidential", notice_withheld=withheld, **more)
    written = await sent(office, event)
    foreseen = foresee(change_of(event), subject_in(ANSWER), locale="en", told_at=office.desk.runtime.clock.law())
    assert [(one.party.value, one.rendered.subject, one.rendered.text, one.withheld) for one in foreseen] == written
    assert written


@pytest.mark.parametrize(
    ("wiki", "locale", "says"),
    [("dewiki", "de", "Ihr Recht auf Beschwerde"), ("frwiki", "en", "We do not have this letter in your language, so it is in English.")],
)
async def test_a_letter_is_in_its_readers_language_or_says_that_it_is_not(office: Any, wiki: str, locale: str, says: str) -> None:
    event = office.said("action", "enacted", kind="global_ban")
    answer = {**ANSWER, "accounts": [{"name": "Loud visitor", "wiki": wiki}]}
    found = subject_in(answer)
    (row,) = [
        one
        for one in await office.tell(event, facts=dict(found.facts), subject=found.people[Party.SUBJECT], requester=ASKER)
        if one["party"] == "subject"
    ]
    path = f"/notify/v1/notifications/{row['id']}/letter"
    read = (await office.desk.get(path, role="evaluator", reason="a comparison")).json()
    assert row["locale"] == locale
    assert says in read["text"]
    at = office.desk.runtime.clock.law()
    (foreseen,) = [one for one in foresee(change_of(event), found, locale=None, told_at=at) if one.party is Party.SUBJECT]
    assert (foreseen.locale, foreseen.rendered.subject, foreseen.rendered.text) == (locale, read["subject"], read["text"])
    (asked_for,) = [one for one in foresee(change_of(event), found, locale="en", told_at=at) if one.party is Party.SUBJECT]
    assert "We do not have" not in asked_for.rendered.text
    assert "Your right to appeal" in asked_for.rendered.text


async def test_what_names_nobody_is_foreseen_over_http_and_the_look_is_logged(desk: Any) -> None:
    action = {"action_id": str(uuid4()), "kind": "page_protection", "state": "enacted", "course": "act", "disclosure": "public"}
    body = {"action": action, "at": "2026-03-02T09:30:00Z"}
    answer = await desk.post("/notify/v1/letters/foreseen", body, role="service", reason="before it is signed")
    assert answer.status_code == 200, answer.text
    (letter,) = answer.json()["letters"]
    assert (letter["party"], letter["template"], "withheld" in letter) == ("requester", "matter_decided", False)
    assert "2 March 2026" in letter["text"]
    untold = {one["party"]: one["why"] for one in answer.json()["untold"]}
    assert untold.keys() == {"subject", "other_affected", "community", "functionaries", "organiser", "team"}
    assert untold["subject"] == "It aims at a page; the template on it tells everybody (R81)."
    looks = await desk.sql("SELECT role FROM access_log WHERE aggregate_id = $1", action["action_id"])
    assert [look["role"] for look in looks] == ["service"]
    assert await desk.sql("SELECT id FROM notification WHERE about_id = $1", action["action_id"]) == []


WRONG: list[dict[str, Any]] = [
    {"locale": "xx"},
    {"at": "2026-03-02T09:30:00"},
    {"at": 7},
    {"at": "1970-01-01T00:00:00Z"},
    {"at": "9999-12-31T00:00:00Z"},
    {"action": {"kind": "global_ban"}},
    {"letters": []},
    {"action": None},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_what_cannot_be_foreseen_is_told_plainly(desk: Any, wrong: dict[str, Any]) -> None:
    action = {"action_id": str(uuid4()), "kind": "range_block", "state": "enacted", "course": "act", "disclosure": "public"}
    body = {"action": action, "at": "2026-03-02T09:30:00Z", **wrong}
    answer = await desk.post("/notify/v1/letters/foreseen", body, role="service", reason="before it is signed")
    assert answer.status_code == 422, answer.text


async def test_a_subject_who_cannot_be_asked_for_is_no_letter_without_them(desk: Any) -> None:
    action = {"action_id": str(uuid4()), "kind": "global_ban", "state": "enacted", "course": "act", "disclosure": "public"}
    body = {"action": action, "at": "2026-03-02T09:30:00Z"}
    answer = await desk.post("/notify/v1/letters/foreseen", body, role="service", reason="before it is signed")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
