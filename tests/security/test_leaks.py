"""Markers in every field that takes a person's words, looked for in everything that the house writes, says or shows (DESIGN 4, 6, 7).

Words lie sealed under the key of their case, and go where the law wants them: back to whoever may read them, and into letters.
"""

import json
from typing import Any

import pytest
from chassis.testing import eventually
from office.demo import steps
from office.demo.stage import Stage

M = "Quagga"
"""A word that no code, name or template of the house has in it."""
READERS = {
    "a request": "/intake/v1/requests/{request_id}",
    "a case": "/intake/v1/cases/{case_id}",
    "its timeline": "/intake/v1/cases/{case_id}/timeline",
    "the list of cases": "/intake/v1/cases",
    "the list of actions": "/bans/v1/actions",
    "an action without a reason": "/bans/v1/actions/{action_id}",
    "its own timeline": "/bans/v1/actions/{action_id}/timeline",
    "an appeal": "/appeals/v1/appeals/{appeal_id}",
    "the list of appeals": "/appeals/v1/appeals",
    "the list of notifications": "/notify/v1/notifications",
}
# Where words lie open in the database, each with its reason.
OPEN: dict[str, str] = {}


def request_form() -> dict[str, Any]:
    return {
        "kind": "global_ban",
        "channel": "ca",
        "summary": f"The account {M}1 follows contributors.",
        "requester": {"name": f"Ada {M}2", "email": f"{M}3@example.org", "wiki_user": f"{M}4", "standing_as": "community"},
        "subjects": [{"user": f"{M}5"}],
        "pages": [{"wiki": "examplewiki", "title": f"Talk:{M}6"}],
        "grounds": [f"other: {M}7"],
        "local_attempts": [{"url": f"https://example.wiki/wiki/{M}8", "what": f"Tried {M}9."}],
        "evidence": [{"url": f"https://example.wiki/wiki/{M}10"}, {"text": f"It said {M}11."}],
    }


def spec() -> dict[str, Any]:
    return steps.ban_of(
        f"{M}5",
        grounds=["harassment_multiple_projects", f"other: {M}12"],
        tou_basis=f"Section 4 {M}13",
        justification={"why": "insufficient", "note": f"Because {M}14."},
        prior_warnings=[f"https://example.wiki/wiki/{M}15"],
        disclosure_reason=f"So that {M}16.",
    )


@pytest.fixture(scope="module")
async def told(another_house: Any, house: Any) -> dict[str, str]:
    """Play a matter whose every word is a marker, from the request to the letters and the appeal."""
    stage = Stage(another_house.url, another_house.desk.settings.home, secrets=house.secrets)
    request = await stage.post("/intake/v1/requests", "requester_desk-1", request_form(), want=201)
    case = f"/intake/v1/cases/{request['case_id']}"
    await stage.post(f"{case}/assignment", "evaluator-1", {"assignee": "evaluator-1"})
    until = "2035-01-01T00:00:00Z"
    await stage.post(f"{case}/extensions", "evaluator-1", {"until": until, "cause": "new_information", "note": f"More of {M}18."})
    form = {"course": "act", "rationale": f"It is time, {M}19.", "action": spec()}
    await stage.post(f"{case}/recommendations", "evaluator-1", form, want=201)

    async def made() -> Any:
        items = (await stage.get(f"/bans/v1/actions?case_id={request['case_id']}", "auditor-1"))["items"]
        return items[0] if items else None

    await another_house.settle()
    action = await eventually(made, what="the action")
    path = f"/bans/v1/actions/{action['id']}"
    for level in steps.LEVELS:
        body = {"level": level, "verdict": "approve", "digest": action["review"]["digest"], "note": f"Read, {M}20."}
        await stage.post(f"{path}/reviews", f"{level}-1", body, roles=(level,), reason=f"signing {M}21")
    await stage.post(f"{path}/enactment", "enforcer-1", {})
    await stage.advance("PT2M")
    appeal = {
        "decision": {"kind": "action", "id": action["id"]},
        "appellant": {"role": "subject", "name": f"Bob {M}22", "wiki_user": f"{M}5", "verified": {"how": f"answered by {M}23"}},
        "reasons": f"I never met {M}24.",
        "channel": "mail",
    }
    filed = await stage.post("/appeals/v1/appeals", "requester_desk-1", appeal, want=201)
    note = {"verdict": "approve", "note": f"To be heard, {M}25."}
    await stage.post(f"/appeals/v1/appeals/{filed['id']}/counsel", "legal-2", note, reason=f"the gate {M}26")
    notice = {
        "text": f"I am {M}27 of {M}28 Street, {M}29@example.org. Please remove https://example.wiki/wiki/File:{M}30.jpg",
        "channel": "legal",
    }
    posted = await stage.post("/dmca/v1/notices", "requester_desk-1", notice, want=201)
    await stage.close()
    await another_house.settle()
    return {
        "request_id": request["id"],
        "case_id": request["case_id"],
        "action_id": action["id"],
        "appeal_id": filed["id"],
        "notice_id": posted["id"],
    }


async def places_of(house: Any, word: str) -> set[str]:
    """Look for a word in every text, JSON and bytes of every table, without regard to case."""
    columns = await house.sql(
        "SELECT table_schema, table_name, array_agg(column_name::text), array_agg(data_type::text) FROM information_schema.columns "
        "WHERE table_schema = ANY($1) AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY', 'character varying') GROUP BY 1, 2",
        [*house.desks, "office"],
    )
    found = set()
    for schema, table, names, kinds in columns:
        texts = [f"encode(\"{name}\", 'escape')" if kind == "bytea" else f'"{name}"::text' for name, kind in zip(names, kinds, strict=True)]
        counts = ", ".join(f"count(*) FILTER (WHERE {text} ILIKE $1)" for text in texts)
        [row] = await house.sql(f"SELECT {counts} FROM {schema}.{table}", f"%{word}%")
        found |= {f"{schema}.{table}.{name}" for name, count in zip(names, row, strict=True) if count}
    return found


async def test_no_column_that_is_not_sealed_has_a_word_of_it(another_house: Any, told: dict[str, str]) -> None:
    # The search finds what it should: who acted stands open in every trail, and in events.
    assert {"intake.audit.sub", "ban.audit.sub", "ban.signature.by", "intake.outbox.payload"} <= await places_of(
        another_house, "team_peer-1"
    ) | await places_of(another_house, "evaluator-1")
    assert await places_of(another_house, M) - OPEN.keys() == set()


async def test_no_event_has_a_word_of_it(another_house: Any, told: dict[str, str]) -> None:
    """The outbox is the record of everything that was ever sent; here it is read as an event, escapes undone."""
    events = 0
    for name in another_house.desks:
        for [payload] in await another_house.sql(f"SELECT payload FROM {name}.outbox"):
            events += 1
            assert M.lower() not in json.dumps(json.loads(payload), ensure_ascii=False).lower()
    assert events >= 15


async def test_nothing_that_is_shown_without_a_reason_has_a_word_of_it(another_house: Any, told: dict[str, str]) -> None:
    for what, path in READERS.items():
        answer = await another_house.desk.get(path.format(**told), role="auditor")
        assert answer.status_code == 200, (what, answer.text)
        assert M.lower() not in answer.text.lower(), what
    figures = await another_house.desk.get("/metrics")
    assert M.lower() not in figures.text.lower()


async def test_no_refusal_has_a_word_of_it(another_house: Any, told: dict[str, str], logged: Any) -> None:
    """Refusals about a matter name its rule and none of its words, and neither does the log."""
    desk = another_house.desk
    refused = [
        await desk.post("/bans/v1/actions", {"case_id": told["case_id"], "course": "act", "spec": spec()}, role="evaluator"),
        await desk.post(f"/bans/v1/actions/{told['action_id']}/enactment", {}, role="enforcer", sub="enforcer-2"),
        await desk.post(f"/bans/v1/actions/{told['action_id']}/withdrawal", {"note": f"No {M}."}, role="evaluator", sub="somebody-else"),
        await desk.post(f"/intake/v1/cases/{told['case_id']}/assignment", {"assignee": f"{M}@example.org"}, role="evaluator"),
        await desk.post(f"/appeals/v1/appeals/{told['appeal_id']}/counsel", {"verdict": "refuse", "note": f"No {M}."}, role="legal"),
        await desk.post("/notify/v1/letters/preview", {"template": "nothing_such", "locale": "en", "facts": {M: M}}, role="evaluator"),
        await desk.get("/bans/v1/check", role="tooling", params={"user": f"{M}#5"}),
    ]
    for answer in refused:
        assert answer.status_code in (409, 422), answer.text
        assert M.lower() not in answer.text.lower()
    await desk.post("/intake/v1/requests", request_form(), role="requester_desk")
    await another_house.settle()
    assert "http.request" in logged.getvalue()
    assert M.lower() not in logged.getvalue().lower()


async def test_the_words_are_there_for_whoever_may_read_them(another_house: Any, told: dict[str, str]) -> None:
    """Otherwise nothing above would have been looked for in the right place."""
    shown = await another_house.desk.get(f"/bans/v1/actions/{told['action_id']}", role="auditor", reason="a test")
    assert all(f"{M}{number}" in shown.text for number in (5, 12, 13, 14, 15, 16, 20))
    said = await another_house.desk.get(f"/intake/v1/requests/{told['request_id']}/requester", role="service", reason="a test")
    assert all(f"{M}{number}" in said.text for number in (2, 3, 4))
    letter = await another_house.desk.get(f"/appeals/v1/appeals/{told['appeal_id']}/letter", role="legal", reason="a test")
    assert all(f"{M}{number}" in letter.text for number in (23, 24))
    mail = another_house.desk.settings.home / "mail"
    assert any(f"{M}3@example.org" in file.read_text() for file in mail.glob("*.eml"))
