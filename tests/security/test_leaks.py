"""Markers in every field that takes a person's words, looked for in everything that the house writes, says or shows (DESIGN 4, 6, 7).

Words lie sealed under the key of their case, and go where the law wants them: back to whoever may read them, and into letters.
"""

import base64
import hashlib
import json
import re
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
from chassis.testing import eventually
from kernel.actor import Role
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


HELD = """encode("{0}", 'escape') || encode("{0}", 'hex')"""


async def places_of(house: Any, word: str) -> set[str]:
    """Look for a word in every text, JSON and bytes of every table, without regard to case."""
    columns = await house.sql(
        "SELECT table_schema, table_name, array_agg(column_name::text), array_agg(data_type::text) FROM information_schema.columns "
        "WHERE table_schema = ANY($1) AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY', 'character varying') GROUP BY 1, 2",
        [*house.desks, "office"],
    )
    found = set()
    for schema, table, names, kinds in columns:
        texts = [HELD.format(name) if kind == "bytea" else f'"{name}"::text' for name, kind in zip(names, kinds, strict=True)]
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


# --- reported material: what nobody but a named reader ever sees (D4, D20) ---------------------------------------------------------------

REPORTED = "Okapi"
"""Stands for reported material, wherever it can come in."""
FILE = f"{REPORTED}-material-".encode() * 9
PLANTED = (REPORTED, base64.b64encode(FILE[:30]).decode(), hashlib.sha256(FILE).hexdigest())
"""The words, the bytes as mail carries them, and what they hash to."""
GROUP: dict[str, Any] = {"roles": ("child_protection",), "reason": "the lane"}
ALL: dict[str, Any] = {"roles": ("legal", "child_protection"), "reason": "the lane"}
WORDS: dict[str, Any] = {
    "summary": f"{REPORTED} was put up.",
    "subjects": [{"user": f"{REPORTED} one"}],
    "pages": [{"wiki": "examplewiki", "title": f"File:{REPORTED} two.jpg"}],
    "evidence": [{"url": f"https://example.wiki/{REPORTED}3"}, {"text": f"It shows {REPORTED}."}],
}


def mail_of_it() -> bytes:
    """Write a mail with it in the subject, the text, a link, a picture in the text, a file and its name."""
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "Ada <ada@example.org>", "<planted@example.org>", f"{REPORTED} on a page"
    message.set_content(f"See https://example.wiki/{REPORTED}\n\ndata:image/png;base64,{PLANTED[1] * 3}\n")
    message.add_attachment(FILE, maintype="image", subtype="jpeg", filename=f"{REPORTED}.jpg")
    return bytes(message)


async def brought_in(stage: Stage) -> list[str]:
    """Bring it in by each way there is, and let three decide that none of it need be reported, so that nothing insists on it."""
    asker = {"name": "Ada", "email": "ada@example.org", "standing_as": "community"}
    lane = {"kind": "child_protection", "channel": "legal_reports", "requester": asker, **WORDS, "ncmec_report": f"{REPORTED} 7"}
    more = {part: lane.pop(part) for part in ("subjects", "pages", "evidence")}
    filed = [await stage.post("/intake/v1/requests", "requester_desk-1", lane, want=201)]
    await stage.post(f"/intake/v1/requests/{filed[0]['id']}/completion", "requester_desk-1", more)
    bulk = await stage.post("/intake/v1/requests/bulk", "requester_desk-1", {"requests": [lane | more]})
    filed.append(bulk["results"][0]["request"])
    for mailbox in ("legal-reports", "emergency"):
        path = f"/intake/v1/mail?recipient={mailbox}@wikimedia.org"
        headers = {"Content-Type": "message/rfc822"}
        filed.append((await stage.ask("POST", path, "requester_desk-1", mail_of_it().decode(), headers=headers)).json())
    other = {**steps.request_for(f"{REPORTED} one"), **WORDS}
    filed.append(await stage.post("/intake/v1/requests", "requester_desk-1", other, want=201))
    cases = [str(one["case_id"]) for one in filed]
    last = f"/intake/v1/cases/{cases[-1]}"
    # A case that only then turns out to be one of the lane; notes of staff say no more than these words (docs/decisions/0039).
    await stage.post(f"{last}/assignment", "evaluator-1", {"assignee": "evaluator-1"})
    text = await stage.ask("POST", f"{last}/evidence?source=mail", "evaluator-1", FILE.decode(), headers={"Content-Type": "text/plain"})
    assert text.status_code == 201, text.text
    await stage.post(f"{last}/notes", "evaluator-1", {"text": "Reported material."})
    for case in cases[-2:]:
        await stage.post(f"/intake/v1/cases/{case}/kind", "evaluator-1", {"kind": "child_protection", "reason": "Reported material."})
    for reader in ("nora", "nico", "lena"):
        assert (await stage.ask("PUT", f"/intake/v1/lane/readers/{reader}", "director-1")).is_success
    place = {"wiki": "examplewiki", "title": REPORTED, "address": f"https://example.wiki/?{REPORTED}"}
    for case in cases:
        path = f"/intake/v1/cases/{case}"
        await stage.post(f"{path}/sealed-record", "nora", {"places": [place], "words": REPORTED}, **GROUP)
        await stage.post(f"{path}/cybertip/waiver", "nora", {"ground": "not_apparent", "note": "Nothing is apparent."}, **GROUP)
        await stage.post(f"{path}/cybertip/waiver/confirmation", "nico", **GROUP)
        await stage.post(f"{path}/cybertip/waiver/confirmation", "lena", **ALL)
    await stage.advance("PT2M")
    return cases


async def test_reported_material_lies_in_the_sealed_record_and_nowhere_else(another_house: Any, house: Any, logged: Any) -> None:
    """Every table, file, event, letter, log line, figure, page and export of the house, after it came in by each way (D20)."""
    home = another_house.desk.settings.home
    stage = Stage(another_house.url, home, secrets=house.secrets)
    cases = await brought_in(stage)
    await another_house.settle()
    for word in PLANTED:
        assert await places_of(another_house, word) == set()
    for name in another_house.desks:
        for [key, payload] in await another_house.sql(f"SELECT key, payload FROM {name}.outbox"):
            assert REPORTED.lower() not in (key + json.dumps(json.loads(payload), ensure_ascii=False)).lower()
    files = [file for file in home.rglob("*") if file.is_file()]
    letters = [file for file in files if file.suffix == ".eml"]
    assert any("ada@example.org" in file.read_text() for file in letters)
    for file in files:
        held = file.read_bytes().lower()
        assert not any(word.lower().encode() in held for word in PLANTED), file.name
    for file in letters:
        parts = [part.get_payload(decode=True) for part in message_from_bytes(file.read_bytes()).walk()]
        assert not any(isinstance(part, bytes) and REPORTED.encode() in part for part in parts), file.name
    # Every read that there is, by somebody with every role but those who open the record itself.
    reads = [one.path for one in another_house.operations if one.method == "GET" and "sealed-record" not in one.path]
    shown = [path.format(case_id=case) for case in cases for path in reads if set(re.findall("{.*?}", path)) <= {"{case_id}"}]
    seen = 0
    for path in (*dict.fromkeys(shown), "/intake/v1/people/file?email=ada@example.org"):
        answer = await stage.ask("GET", path, "lena", roles=(*Role,), reason="a search")
        seen += answer.status_code == 200
        assert not any(word.lower() in answer.text.lower() for word in PLANTED), path
    assert seen > 60
    assert "http.request" in logged.getvalue()
    assert not any(word.lower() in logged.getvalue().lower() for word in PLANTED)
    # A named reader finds all of it: what was looked for is there. Of a file there is nothing for them either.
    for case in cases:
        found = await stage.get(f"/intake/v1/cases/{case}/sealed-record", "nora", **GROUP)
        assert REPORTED in json.dumps(found)
        assert not any(word in json.dumps(found) for word in PLANTED[1:])
    await stage.close()
