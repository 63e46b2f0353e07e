"""Who may see and do what over HTTP, and what bad input is told."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.http import undocumented_problems, walk
from kernel.actor import Role
from notify_svc.app import SERVICE
from notify_svc.model import Person

ASKER = Person("r1", "A. Asker", "asker@example.invalid")
STAFF = {
    *("evaluator", "team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"),
    *("enforcer", "facilitator", "child_protection", "auditor"),
}


async def told(office: Any, *, matter: str = "global_ban", aggregate: str = "action", kind: str = "enacted", **more: Any) -> dict[str, Any]:
    state = {"matter_kind": matter} if aggregate == "appeal" else {"kind": matter}
    rows = await office.tell(office.said(aggregate, kind, **state, **more), requester=ASKER, subject=Person("s", wiki_user="Loud visitor"))
    return dict(rows[0])


async def test_a_list_names_who_was_told_and_nothing_of_them(office: Any, desk: Any) -> None:
    event = office.said("action", "enacted", request_ids=(uuid4(),))
    await office.tell(event, requester=ASKER, subject=Person("s", wiki_user="Loud visitor"))
    answer = await desk.get(f"/notify/v1/notifications?about={event.state.action_id}", role="evaluator")
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [(one["party"], one["channel"], one["template"], one["locale"], one["state"]) for one in items] == [
        ("subject", "mail", "global_ban", "en", "queued"),
        ("requester", "mail", "matter_decided", "en", "queued"),
    ]
    assert set(items[0]) == {"id", "about", "event_id", "party", "channel", "template", "locale", "state", "at", "version"}
    assert {one["event_id"] for one in items} == {str(event.meta.id)}
    assert "Loud" not in answer.text
    assert "asker" not in answer.text


async def test_a_list_pages_and_filters(office: Any, desk: Any) -> None:
    about = uuid4()
    for version in range(1, 4):
        await office.tell(office.said("request", "received", about=about, version=version), requester=ASKER)
    first = (await desk.get(f"/notify/v1/notifications?about={about}&limit=2", role="auditor")).json()
    rest = (await desk.get(f"/notify/v1/notifications?about={about}&limit=2&after={first['next']}", role="auditor")).json()
    assert [len(first["items"]), len(rest["items"]), "next" in rest] == [2, 1, False]
    assert (await desk.get(f"/notify/v1/notifications?about={about}&state=failed", role="auditor")).json()["items"] == []
    wrong = await desk.get("/notify/v1/notifications?stat=failed", role="auditor")
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/unknown_parameter")


@pytest.mark.parametrize(
    ("of", "seen_by"),
    [
        ({"matter": "child_protection"}, {"child_protection", "auditor"}),
        ({"aggregate": "appeal", "kind": "filed"}, {"legal", "facilitator", "enforcer", "auditor"}),
        ({"matter": "conduct_warning"}, STAFF - {"communications", "executive_director", "facilitator", "child_protection"}),
        ({}, STAFF - {"facilitator", "child_protection"}),
    ],
)
async def test_each_lane_is_seen_by_its_own(office: Any, desk: Any, of: dict[str, str], seen_by: set[str]) -> None:
    row = await told(office, **of)
    for role in Role:
        answer = await desk.get(f"/notify/v1/notifications?about={row['about_id']}", role=role.value)
        assert answer.status_code == (200 if role in STAFF else 403)
        assert bool(answer.is_success and answer.json()["items"]) is (role.value in seen_by), role


async def test_what_lies_in_another_lane_is_not_there(office: Any, desk: Any) -> None:
    row = await told(office, matter="child_protection")
    path = f"/notify/v1/notifications/{row['id']}"
    assert (await desk.post(f"{path}/cancel", {"why": "x"}, role="evaluator")).status_code == 404
    assert (await desk.post(f"{path}/receipts", {"log_id": 1}, role="enforcer")).status_code == 404
    assert (await desk.get(f"{path}/letter", role="enforcer", reason="curious")).status_code == 404
    assert (await desk.post(f"{path}/cancel", {"why": "x"}, role="child_protection")).status_code == 200


async def test_a_letter_is_read_for_a_reason_that_is_logged(office: Any, desk: Any) -> None:
    row = await told(office)
    path = f"/notify/v1/notifications/{row['id']}/letter"
    assert (await desk.get(path, role="enforcer")).status_code == 400
    assert await desk.sql("SELECT 1 FROM access_log WHERE aggregate_id = $1", row["id"]) == []
    answer = await desk.get(path, role="enforcer", sub="enno", reason="to deliver it")
    assert (answer.json()["to"], answer.json()["channel"]) == ("Loud visitor", "wiki_mail")
    assert [one["sub"] for one in await desk.sql("SELECT sub FROM access_log WHERE aggregate_id = $1", row["id"])] == ["enno"]


async def test_a_correction_is_a_letter_of_its_own_to_the_same_reader(office: Any, desk: Any) -> None:
    found = {"subject": Person("subject", wiki_user="Marked subject", email="s@example.invalid", wiki="dewiki")}
    (row,) = [one for one in await office.tell(office.said("action", "expired"), **found) if one["party"] == "subject"]
    path, words = f"/notify/v1/notifications/{row['id']}/correction", {"wrong": "It ended in May.", "right": "Es endete im\nJuni."}
    early = await desk.post(path, words, role="legal", reason="a mistake")
    assert (early.status_code, early.json()["reasons"][0]["code"]) == (409, "not_delivered")
    await office.sent(row)
    assert (await desk.post(path, words, role="operator", reason="a mistake")).status_code == 403
    answer = await desk.post(path, words, role="legal", reason="a mistake")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["event_id"], told["template"], told["locale"], told["state"]) == (str(row["id"]), "correction", "de", "queued")
    again = await desk.post(path, words, role="legal", reason="a mistake")
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "corrected_already")
    message = await office.sent(await office.row(told["id"]))
    assert message["To"] == "s@example.invalid"
    assert message["Message-ID"] == f"<{told['id']}@{office.mail(row)['Message-ID'].rpartition('@')[2]}"
    assert "stand etwas Falsches:\n\n> It ended in May.\n\nRichtig ist:\n\n> Es endete im\n> Juni." in office.words(message).replace(
        "\r", ""
    )
    next_one = await desk.post(f"/notify/v1/notifications/{told['id']}/correction", words, role="legal", reason="a mistake")
    assert next_one.status_code == 201, next_one.text


async def test_a_preview_writes_the_letter_and_sends_nothing(desk: Any) -> None:
    before = await desk.sql("SELECT count(*) FROM notification")
    facts = {"reference": "0195", "since": "2026-03-02", "appeals": [{"to": "appeals@example.org", "on": "2026-09-02"}]}
    form = {"template": "global_ban", "locale": "en", "facts": facts}
    answer = await desk.post("/notify/v1/letters/preview", form, role="communications")
    assert answer.status_code == 200
    assert "until 2 September 2026" in answer.json()["text"]
    assert set(answer.json()) == {"subject", "text", "html"}
    assert "until 2 September 2026" in answer.json()["html"]
    assert await desk.sql("SELECT count(*) FROM notification") == before


@pytest.mark.parametrize(
    "form",
    [
        {"template": "no_such", "locale": "en", "facts": {}},
        {"template": "../../etc/passwd", "locale": "en", "facts": {}},
        {"template": "global_ban", "locale": "tlh", "facts": {"reference": "1", "since": "2026-03-02"}},
        {"template": "global_ban", "locale": "en", "facts": {"reference": "1", "since": "2026-03-02", "requester": "Marked requester"}},
        {"template": "global_ban", "locale": "en", "facts": {"reference": 1}},
        {"template": "global_ban", "locale": "en", "facts": {"reference": "x" * 2000, "since": "2026-03-02"}},
    ],
)
async def test_a_preview_that_cannot_be_written_says_which_facts_it_takes(desk: Any, form: dict[str, Any]) -> None:
    answer = await desk.post("/notify/v1/letters/preview", form, role="evaluator")
    assert answer.status_code == 422
    assert "Marked requester" not in answer.text


@pytest.mark.parametrize(
    "receipt",
    [
        {},
        {"revision_id": 1, "log_id": 2},
        {"revision_id": 0},
        {"revision_id": "1"},
        {"url": "javascript:alert(1)"},
        {"url": "https://x y"},
        {"log_id": 1, "x": 1},
    ],
)
async def test_a_receipt_is_one_thing_that_proves_it(office: Any, desk: Any, receipt: dict[str, Any]) -> None:
    row = await told(office)
    answer = await desk.post(f"/notify/v1/notifications/{row['id']}/receipts", receipt, role="enforcer")
    assert answer.status_code == 422
    assert (await office.row(row["id"]))["state"] == "queued"


async def test_a_refusal_leaves_its_trace(office: Any, desk: Any) -> None:
    row = await told(office)
    await desk.post(f"/notify/v1/notifications/{row['id']}/receipts", {"log_id": 1}, role="enforcer", sub="enno")
    found = await desk.sql("SELECT sub, outcome, reasons FROM audit WHERE aggregate_id = $1 AND outcome = 'refused'", row["id"])
    assert [(one["sub"], one["reasons"]) for one in found] == [("enno", ["delivers_itself"])]


async def test_an_unknown_notification_is_not_there(desk: Any) -> None:
    assert (await desk.post(f"/notify/v1/notifications/{uuid4()}/cancel", {"why": "x"}, role="legal")).status_code == 404


def test_operations_and_their_roles() -> None:
    found = {(method, path.removeprefix("/notify/v1")): set(roles) for method, path, roles in walk(SERVICE.routers)}
    assert found["POST", "/notifications/{notification_id}/receipts"] == {Role.ENFORCER, Role.COMMUNICATIONS}
    assert found["POST", "/letters/preview"] == {Role.EVALUATOR, Role.COMMUNICATIONS}
    assert not [place for place, roles in found.items() if roles & {Role.OPERATOR, Role.TOOLING, Role.REQUESTER_DESK} or not roles]
    assert undocumented_problems(SERVICE) == []
