"""Intake keeps the house's promises: every refusal has its page, what is broken is found, a spec is kept as it was sent."""

from typing import Any
from uuid import UUID

import pytest
from chassis.http import undocumented_problems
from chassis.http.openapi import openapi
from chassis.testing import Desk, House
from intake_svc.app import SERVICE
from intake_svc.model.action_spec import ActionSpec
from intake_svc.model.request import Need
from intake_svc.rules.problems import PROBLEMS
from intake_svc.rules.request import MISSING


def test_every_refusal_has_its_page() -> None:
    assert undocumented_problems(SERVICE) == []
    assert set(MISSING) == set(Need)
    assert all(says.endswith(").") for says in PROBLEMS.values())


def test_every_operation_says_what_it_does() -> None:
    document = openapi(SERVICE)
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == 86
    assert all(one["summary"] and one["operationId"].count("_") for one in operations)


def test_a_spec_is_kept_in_its_senders_own_spelling() -> None:
    spec: dict[str, Any] = {
        "kind": "checkuser",
        "emergency": False,
        "extraordinary": " As it was sent. ",
        "warning": "",
        "margin": "They stopped once before.",
        "instead_of": "event_ban",
        "smallest_measure": "A shorter one would not reach.",
        "term": "long_term",
        "accounts": [{"name": "example_troll", "wiki": "examplewiki"}, {"name": "Example troll"}],
        "addresses": ["2001:DB8::/32", "192.0.2.1"],
        "individual_id": "0190b5a0-0000-7000-8000-000000000001",
        "pages": [{"wiki": "examplewiki", "title": "Example", "revision_id": 7}],
        "scope": {
            "everywhere": False,
            "countries": ["DE"],
            "places": ["Berlin"],
            "projects": [],
            "events": ["con-2027"],
            "associated": True,
        },
        "grounds": ["other: as it was sent"],
        "tou_basis": "Section 4",
        "justification": {"why": "safety", "note": "Now."},
        "overrides_local": "A court's order.",
        "prior_warnings": ["https://example.org/a?b=%20"],
        "no_warning_reason": "Severe.",
        "starts_at": "2027-01-01T00:00:00.500+02:00",
        "expires_at": "2028-01-01T00:00:00Z",
        "irrevocable": True,
        "part_of": "0190b5a0-0000-7000-8000-000000000002",
        "escalates": ["0190b5a0-0000-7000-8000-000000000003"],
        "enforces": "0190b5a0-0000-7000-8000-000000000004",
        "checkuser": {"purpose": "threat", "pertinent": True, "no_other_way": "None.", "share": "withheld", "share_why": "Safety."},
        "rights": [{"wiki": "examplewiki", "group": "sysop"}],
        "no_rights_until": "2029-01-01T00:00:00Z",
        "reapply_criteria": ["A year of good standing."],
        "protection": {"level": "sysop", "template": "pp-office", "instructions": "Leave it."},
        "imposed_by": "foundation",
        "disclosure": "confidential",
        "disclosure_reason": "Safety.",
    }
    assert ActionSpec.model_validate(spec).as_sent() == spec
    assert set(spec) == set(ActionSpec.model_fields)


_ONCE_MORE = """
    INSERT INTO audit (id, at, law_at, role, sub, operation, aggregate, aggregate_id, outcome, state, reasons, cites, request_id)
    SELECT gen_random_uuid(), at, law_at, role, sub, {}, aggregate, aggregate_id, outcome, state, reasons, cites, request_id
    FROM audit, generate_series(1, 2) WHERE aggregate_id = $1"""
BROKEN = {
    "clock-has-deadlines": "UPDATE deadline SET state = 'cancelled' WHERE aggregate_id = $1",
    "said-once": _ONCE_MORE.format("'deadline:case:at_risk'"),
    "case-has-opening": _ONCE_MORE.format("operation"),
    "version-was-said": 'UPDATE "case" SET version = version + 1 WHERE id = $1',
    "state-has-audit": """UPDATE "case" SET state = 'evaluating' WHERE id = $1""",
    "recommendation-in-force": """UPDATE "case" SET state = 'evaluating' WHERE id = $1;
        UPDATE "case" SET state = 'in_review' WHERE id = $1""",
    "lease-has-end": """UPDATE "case" SET assignee = 'eva', assigned_until = now() WHERE id = $1""",
    "stopped-clock-has-decision": """UPDATE "case" SET state = 'decided', decided_at = now(), clock_state = 'stopped', stopped_at = now()
        WHERE id = $1""",
    "complete-request-has-case": """UPDATE "case" SET request_ids = ARRAY[gen_random_uuid()] WHERE id = $1""",
    "case-has-request": """UPDATE "case" SET request_ids = request_ids || gen_random_uuid() WHERE id = $1""",
    "urgent-request-has-case": """UPDATE request SET case_id = NULL, state = 'withdrawn' WHERE case_id = $1""",
    "proposal-waits": """UPDATE "case" SET resolution_id = gen_random_uuid() WHERE id = $1""",
    "waiting-request-has-end": """INSERT INTO deadline (id, aggregate_id, kind, due_at, state)
        SELECT gen_random_uuid(), id, 'request.lapse', now() + interval '1 year', 'waiting' FROM request WHERE case_id = $1""",
    "joined-to-its-case": "UPDATE request SET duplicate_of = id WHERE case_id = $1",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_broken_behind_our_back_is_found(house: House, name: str) -> None:
    desk: Desk = await house.desk(SERVICE, fresh=True)
    body = {
        "kind": "child_protection",
        "channel": "legal_reports",
        "summary": "reported material",
        "evidence": [{"text": "reported material"}],
        "requester": {"standing_as": "public"},
    }
    filed = (await desk.post("/intake/v1/requests", body, role="requester_desk")).json()
    assert await desk.findings() == []
    for statement in BROKEN[name].split(";"):
        await desk.sql(statement, UUID(filed["case_id"]))
    assert name in {finding.invariant for finding in await desk.findings()}
    await desk.close()
