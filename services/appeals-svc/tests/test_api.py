"""What the wire takes and shows: bad input changes nothing, names stay sealed, each reads what is theirs (DESIGN 5, 7)."""

from __future__ import annotations

from typing import Any

import pytest
from appeals_svc.api import ROUTERS
from appeals_svc.app import SERVICE
from chassis.edge import new_id
from chassis.http import undocumented_problems, walk
from chassis.migrations import differences
from chassis.testing import Desk
from kernel.actor import Role

APPEALS = "/appeals/v1/appeals"
GOOD: dict[str, Any] = {
    "decision": {"kind": "action", "id": "0195a0c2-0000-7000-8000-000000000005"},
    "appellant": {"role": "subject", "wiki_user": "Example", "verified": {"how": "by mail"}},
    "reasons": "The edits were made by somebody else.",
    "channel": "mail",
}


def changed(*path: str, to: Any) -> dict[str, Any]:
    """Copy the good body with one place changed."""
    body: dict[str, Any] = {**GOOD, "decision": {**GOOD["decision"]}, "appellant": {**GOOD["appellant"]}}
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return body


BAD = {
    "unknown field": changed("outcome", to="overturned"),
    "unknown role": changed("appellant", "role", to="friend"),
    "unknown channel": changed("channel", to="telegram"),
    "unknown kind": changed("decision", "kind", to="case"),
    "an id that is none": changed("decision", "id", to="7"),
    "a number for a name": changed("appellant", "wiki_user", to=7),
    "nobody": changed("appellant", to={"role": "subject", "verified": {"how": "by mail"}}),
    "a name that turns around": changed("appellant", "name", to="Exa\u202emple"),
    "a name over two lines": changed("appellant", "name", to="Exa\nmple"),
    "a mail address with a line break": changed("appellant", "email", to="a@example.org\nBcc: b@example.org"),
    "a mail address that is none": changed("appellant", "email", to="example.org"),
    "a user name that MediaWiki refuses": changed("appellant", "wiki_user", to="A#B"),
    "an address as user name": changed("appellant", "wiki_user", to="192.0.2.7"),
    "blank reasons": changed("reasons", to="   "),
    "reasons that never end": changed("reasons", to="x" * 50_001),
    "U+0000 in the reasons": changed("reasons", to="a\u0000b"),
    "verified without saying how": changed("appellant", "verified", to={}),
    "a time as a number": changed("claimed_informed_at", to=1700000000),
    "a number written as text": changed("claimed_informed_at", to="1700000000"),
    "a time without its zone": changed("claimed_informed_at", to="2026-03-02T09:30:00"),
    "null for absent reasons and a list for the appellant": {**changed("appellant", to=[]), "reasons": None},
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_told_and_changes_nothing(desk: Desk, owners: Any, name: str) -> None:
    before = await desk.sql("SELECT count(*) FROM appeal")
    answer = await desk.post(APPEALS, BAD[name], role="requester_desk")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert "Example" not in answer.text
    assert owners.asked == []
    assert await desk.sql("SELECT count(*) FROM appeal") == before


@pytest.mark.parametrize(
    "body",
    [
        {"decision": GOOD["decision"], "role": "witness"},
        {"decision": GOOD["decision"], "role": "subject", "on": "soon"},
        {"decision": GOOD["decision"], "role": "subject", "on": 5},
        {"decision": GOOD["decision"], "role": "subject", "on": "2026-02-30"},
        {"decision": GOOD["decision"], "role": "subject", "at": "2026-02-03"},
    ],
)
async def test_a_question_that_cannot_be_read_is_not_answered(desk: Desk, body: dict[str, Any]) -> None:
    assert (await desk.post("/appeals/v1/eligibility", body, role="requester_desk")).status_code == 422


async def test_filing_needs_a_key_and_every_operation_its_role(desk: Desk) -> None:
    assert (
        await desk.client.post(APPEALS, json=GOOD, headers={"Authorization": f"Bearer {desk.token('requester_desk')}"})
    ).status_code == 400
    for method, path, roles in walk(ROUTERS):
        assert roles
        where = path.replace("{appeal_id}", str(new_id())).replace("{member_id}", str(new_id()))
        for role in Role:
            answer = await desk.call(method, where, role=role, reason="a walk", json={} if method == "POST" else None)
            assert (answer.status_code == 403) == (role not in roles), (method, path, role)
        assert (await desk.call(method, where)).status_code == 401


async def test_an_unknown_appeal_is_404_and_an_unknown_parameter_422(desk: Desk) -> None:
    nobody = f"{APPEALS}/{new_id()}"
    assert (await desk.get(nobody, role="legal")).status_code == 404
    assert (await desk.post(f"{nobody}/counsel", {"verdict": "approve", "note": "as it is"}, role="legal")).status_code == 404
    assert (await desk.post(f"{nobody}/verification", {"how": "by mail"}, role="requester_desk")).status_code == 404
    assert (await desk.post(f"{APPEALS}/7/verification", {"how": "by mail"}, role="requester_desk")).status_code == 422
    assert (await desk.get(f"{APPEALS}?decision={new_id()}", role="legal")).status_code == 422
    assert (await desk.get(f"{APPEALS}?state=pending", role="legal")).status_code == 422


async def test_who_appeals_and_why_is_sealed_and_every_look_is_logged(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    who = {"name": "Anna Example", "email": "anna@example.org"}
    appeal = (await clerk.file(ban, appellant=who, reasons="A sentence that nobody else writes.")).json()["id"]
    rows = await desk.sql(
        "SELECT to_jsonb(a)::text AS row, encode(name, 'escape') || encode(reasons, 'escape') AS sealed FROM appeal a WHERE id = $1", appeal
    )
    said = await desk.sql("SELECT convert_from(payload, 'UTF8') AS said FROM outbox WHERE key LIKE '%' || $1 || '%'", appeal)
    for plain in ("Anna", "anna@example.org", "sentence"):
        assert all(plain not in str(value) for row in (*rows, *said) for value in row.values())
    path = f"{APPEALS}/{appeal}/appellant"
    assert (await desk.get(path, role="service")).status_code == 400
    found = await desk.get(path, role="service", reason="event 7")
    decision = {"kind": "action", "id": str(ban)}
    assert found.json() == {"appeal_id": appeal, "role": "subject", "wiki_user": "Example", "decision": decision, **who}
    letter = await desk.get(f"{APPEALS}/{appeal}/letter", role="legal", reason="the gate")
    assert letter.json()["reasons"] == "A sentence that nobody else writes."
    looks = await desk.sql("SELECT role FROM access_log WHERE aggregate_id = $1 ORDER BY at", appeal)
    assert [row["role"] for row in looks] == ["service", "legal"]


async def test_the_desk_reads_and_completes_what_it_filed_itself(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    appeal = (await clerk.file(ban, sub="dora", reasons=None)).json()["id"]
    assert (await desk.get(f"{APPEALS}/{appeal}", role="requester_desk", sub="dirk")).status_code == 404
    for step, body in (("reasons", {"reasons": "It was not me."}), ("verification", {"how": "by mail"})):
        assert (await desk.post(f"{APPEALS}/{appeal}/{step}", body, role="requester_desk", sub="dirk")).status_code == 404
    listed = {
        sub: (await desk.get(f"{APPEALS}?decision_id={ban}", role="requester_desk", sub=sub)).json()["items"] for sub in ("dora", "dirk")
    }
    assert ([one["id"] for one in listed["dora"]], listed["dirk"]) == ([appeal], [])
    assert [one["id"] for one in (await desk.get(f"{APPEALS}?decision_id={ban}&state=incomplete", role="service")).json()["items"]] == [
        appeal
    ]
    assert (await desk.get(f"{APPEALS}?decision_id={ban}&state=accepted", role="auditor")).json() == {"items": []}


async def test_the_list_pages_in_the_order_of_filing(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    filed = [(await clerk.file(ban)).json()["id"] for _ in range(3)]
    first = (await desk.get(f"{APPEALS}?decision_id={ban}&limit=2", role="legal")).json()
    rest = (await desk.get(f"{APPEALS}?decision_id={ban}&limit=2&after={first['next']}", role="legal")).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == filed
    assert "next" not in rest


async def test_every_refusal_has_its_page_and_the_migrations_agree_with_the_tables(desk: Desk) -> None:
    assert undocumented_problems(SERVICE) == []
    assert await differences(SERVICE, desk.settings.model_copy(update={"database_url": desk.settings.database_url})) == []
