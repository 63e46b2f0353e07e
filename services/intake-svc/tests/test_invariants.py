"""Each invariant finds what it is there for: the rows are broken behind the service's back, and put back."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE
from intake_svc.invariants import INVARIANTS

CASES = "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
LANE = {"kind": "child_protection", "channel": "legal_reports", "summary": "reported material", "requester": {"standing_as": "public"}}
THREAT = {
    "kind": "page_protection",
    "channel": "emergency",
    "summary": "Now.",
    "requester": {"email": "a@example.org", "standing_as": "public"},
}
NOTICE = {"kind": "dmca", "channel": "legal", "summary": "Please remove it.", "requester": {"standing_as": "public"}}
SEEN = {"reason": "harassment", "seriousness": 3, "note": "Insults in every line."}
_ONCE_MORE = """
    INSERT INTO audit (id, at, law_at, role, sub, operation, aggregate, aggregate_id, outcome, state, reasons, cites, request_id)
    SELECT gen_random_uuid(), at, law_at, role, sub, {}, aggregate, aggregate_id, outcome, state, reasons, cites, request_id
    FROM audit, generate_series(1, 2) WHERE aggregate_id = $1"""
_OVER = """UPDATE "case" SET state = 'closed', outcome = 'refused', decided_at = now(), clock_state = 'stopped', stopped_at = now()"""
# `$1` is a case of child protection; beside it there is one that had been a threat, with evidence and a hold, a notice, and a settled mail.
BREAKS = {
    "complete-request-has-case": """UPDATE "case" SET request_ids = ARRAY[gen_random_uuid()] WHERE id = $1""",
    "urgent-request-has-case": "UPDATE request SET case_id = NULL, state = 'withdrawn' WHERE case_id = $1",
    "case-has-request": """UPDATE "case" SET request_ids = request_ids || gen_random_uuid() WHERE id = $1""",
    "letters-counted": """UPDATE "case" SET reports = reports + 1 WHERE id = $1""",
    "split-is-on-record": "UPDATE request SET letter_id = id WHERE case_id = $1",
    "receipt-kept": """UPDATE "case" SET received_at = received_at - interval '1 day' WHERE id = $1""",
    "case-has-opening": _ONCE_MORE.format("operation"),
    "state-has-audit": """UPDATE "case" SET state = 'evaluating' WHERE id = $1""",
    "version-was-said": """UPDATE "case" SET version = version + 1 WHERE id = $1""",
    "stopped-clock-has-decision": _OVER.replace("'closed'", "'decided'") + ", action_ids = '{}' WHERE id = $1",
    "clock-has-deadlines": "UPDATE deadline SET state = 'cancelled' WHERE aggregate_id = $1",
    "said-once": _ONCE_MORE.format("'deadline:case:at_risk'"),
    "lease-has-end": """UPDATE "case" SET assignee = 'eva', assigned_until = now() WHERE id = $1""",
    "recommendation-in-force": """UPDATE "case" SET state = 'in_review' WHERE id = $1""",
    "staff-as-entered": "UPDATE staff SET since = since - interval '1 day'",
    "ended-by-two-persons": _OVER + " WHERE id = $1",
    "proposal-waits": """UPDATE "case" SET resolution_id = gen_random_uuid() WHERE id = $1""",
    "waiting-request-has-end": """INSERT INTO deadline (id, aggregate_id, kind, due_at, state)
        SELECT gen_random_uuid(), id, 'request.lapse', now() + interval '1 year', 'waiting' FROM request WHERE case_id = $1""",
    "joined-to-its-case": "UPDATE request SET duplicate_of = id WHERE case_id = $1",
    "notice-was-passed-on": "UPDATE request SET received_by_agent_at = NULL WHERE kind = 'dmca'",
    "kind-on-record": """UPDATE "case" SET kind = 'other'""",
    "urgent-come-first": """UPDATE "case" SET rank = 1""",
    "lane-holds-words-alone": """UPDATE "case" SET kind = 'child_protection'""",
    "evidence-sealed-as-counted": "UPDATE evidence SET content = overlay(content placing uuid_send(gen_random_uuid()) from 2 for 16)",
    "evidence-in-the-trail": "DELETE FROM audit WHERE operation = 'http:case:evidence_added'",
    "held-key-is-there": "UPDATE data_key SET destroyed_at = now() + interval '1 day', wrapped = NULL, ring_key = NULL",
    "report-goes-on": "UPDATE deadline SET state = 'cancelled' WHERE kind = 'case.cybertip_late'",
    "reported-by-receipt": "UPDATE cybertip SET state = 'not_required', step = 'over'",
    "sealed-record-ended-whole": """UPDATE data_key SET destroyed_at = now(), wrapped = NULL, ring_key = NULL
        WHERE id IN (SELECT id FROM sealed_record)""",
    "sealed-record-has-end": "UPDATE sealed_record SET preserve_until = now()",
    "locked-out-lawfully": "UPDATE sender SET state = 'locked_out', locked_out_until = now()",
    "what-is-over-has-its-date": """UPDATE "case" SET state = 'closed', outcome = 'refused', decided_at = now()
        WHERE kind = 'page_protection'""",
    "erased-is-gone": """INSERT INTO erasure (id, what, case_id, why, state, "by", at, done_at, key_ids)
        VALUES (gen_random_uuid(), 'case', $1::uuid, 'period_over', 'done', 'intake', now(), now(), ARRAY[$1::uuid])""",
    "mail-is-on-record": "DELETE FROM audit WHERE operation LIKE '%:mail:settled'",
    "settled-mail-has-its-date": "UPDATE deadline SET state = 'cancelled' WHERE kind = 'mail.retention'",
    "urgent-mail-has-case": "UPDATE mail SET mailbox = 'emergency'",
}


@pytest.fixture(scope="module")
async def whole(house: House) -> AsyncIterator[tuple[Desk, UUID]]:
    """Rows of every kind, all in order."""
    desk = await house.desk(SERVICE, fresh=True)

    async def done(method: str, path: str, form: Any = None, **options: Any) -> Any:
        answer = await desk.call(method, path, **({"json": form} if form is not None else {}), **options)
        assert answer.is_success, answer.text
        return answer.json()

    lane, threat, notice = [await done("POST", "/intake/v1/requests", form, role="requester_desk") for form in (LANE, THREAT, NOTICE)]
    assert notice["state"] == "forwarded"
    path = f"{CASES}/{threat['case_id']}"
    await done("POST", f"{path}/assignment", {"assignee": "eva"}, **EVA)
    await done("POST", f"{path}/kind", {"kind": "page_protection", "reason": "Nobody is threatened."}, **EVA)
    await done("POST", f"{path}/evidence?source=mail", content=b"words", headers={"Content-Type": "text/plain"}, **EVA)
    await done("POST", f"{path}/holds", {"reason": "A court."}, role="legal", sub="lea", reason="a court")
    await done("POST", f"/intake/v1/requests/{threat['id']}/sender-warning", SEEN, **EVA)
    mail = {"content": b"From: b@example.org\r\n\r\nAn appeal.", "headers": {"Content-Type": "message/rfc822"}}
    sent = await done("POST", "/intake/v1/mail?recipient=appeals@wikimedia.org", role="requester_desk", **mail)
    await done("POST", f"/intake/v1/mail/{sent['id']}/settlement", {"as": "nothing", "note": "Read."}, **EVA, reason="triage")
    await done("PUT", "/intake/v1/staff/eva", {"contact": "eva@example.org", "team": "trust_and_safety"}, role="operator")
    assert await desk.findings() == []
    yield desk, UUID(lane["case_id"])
    await desk.close()


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("name", BREAKS)
async def test_what_is_broken_behind_our_back_is_found(whole: tuple[Desk, UUID], name: str) -> None:
    desk, case_id = whole
    table = re.findall(r'(?:UPDATE|DELETE FROM|INSERT INTO) "?(\w+)"?', BREAKS[name])[0]
    connection = await asyncpg.connect(desk.settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        await connection.execute(
            f'SET session_replication_role = replica; SET search_path = intake; CREATE TEMP TABLE kept AS TABLE "{table}"'
        )
        await connection.execute(BREAKS[name], *([case_id] if "$1" in BREAKS[name] else []))
        assert name in {finding.invariant for finding in await desk.findings()}
    finally:
        await connection.execute(f'DELETE FROM "{table}"; INSERT INTO "{table}" SELECT * FROM kept')
        await connection.close()
