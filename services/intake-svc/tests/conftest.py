"""Intake at work on a real PostgreSQL with production grants; after each test every invariant holds."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE

COMPLETE: dict[str, Any] = {
    "kind": "global_ban",
    "channel": "ca",
    "summary": "The account harasses contributors on two wikis.",
    "requester": {"name": "A. Contributor", "email": "Contributor@Example.org", "wiki_user": "contributor one", "standing_as": "community"},
    "subjects": [{"user": "example troll"}],
    "pages": [{"wiki": "examplewiki", "title": "User talk:Example"}],
    "grounds": ["harassment_multiple_projects"],
    "local_attempts": [{"url": "https://example.wiki/wiki/Noticeboard", "what": "Reported; nobody could act beyond one wiki."}],
    "evidence": [{"url": "https://example.wiki/w/index.php?diff=1"}, {"text": "It went on by mail."}],
}
SPEC: dict[str, Any] = {
    "kind": "global_ban",
    "accounts": [{"name": "Example troll"}],
    "grounds": ["harassment_multiple_projects"],
    "tou_basis": "Section 4",
    "justification": {"why": "insufficient", "note": "Two communities tried."},
    "expires_at": "2030-01-01T00:00:00+01:00",
    "disclosure": "public",
    "disclosure_reason": "Communities must know.",
}


@pytest.fixture(scope="session")
async def at_work(house: House) -> Desk:
    return await house.desk(SERVICE)


@pytest.fixture(scope="module")
async def apart(house: House) -> AsyncIterator[Desk]:
    """A desk of one file's own, for clocks that walk far: a case of child protection that nobody decides is insisted on by the hour."""
    desk = await house.desk(SERVICE, fresh=True)
    yield desk
    await desk.close()


@pytest.fixture
async def desk(at_work: Desk) -> AsyncIterator[Desk]:
    yield at_work
    assert await at_work.findings() == []


@pytest.fixture
def complete() -> dict[str, Any]:
    return {**COMPLETE}


@pytest.fixture
def spec() -> dict[str, Any]:
    return {**SPEC}


@pytest.fixture
def file(desk: Desk) -> Callable[..., Awaitable[dict[str, Any]]]:
    """File a request that is complete but for what is said otherwise; None leaves a part out."""

    async def file(**parts: Any) -> dict[str, Any]:
        body = {name: part for name, part in {**COMPLETE, **parts}.items() if part is not None}
        answer = await desk.post("/intake/v1/requests", body, role="requester_desk", sub="desk-1")
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return file


@pytest.fixture
def taken(desk: Desk, file: Callable[..., Awaitable[dict[str, Any]]]) -> Callable[..., Awaitable[str]]:
    """File a complete request whose case eva takes on."""

    async def taken(**parts: Any) -> str:
        case_id: str = (await file(**parts))["case_id"]
        answer = await desk.post(
            f"/intake/v1/cases/{case_id}/assignment", {"assignee": "eva"}, role=("evaluator", "child_protection"), sub="eva"
        )
        assert answer.status_code == 200, answer.text
        return case_id

    return taken


@pytest.fixture
def said(desk: Desk) -> Callable[[str], Awaitable[list[tuple[str, int]]]]:
    """Give what was said about a request or case, as (kind, version) in order."""

    async def said(aggregate_id: str) -> list[tuple[str, int]]:
        rows = await desk.sql(
            "SELECT convert_from(payload, 'UTF8')::jsonb AS event FROM outbox WHERE position($1 in key) > 0 ORDER BY id", aggregate_id
        )
        events = [json.loads(row["event"]) for row in rows]
        return [(event.get("case_change_kind") or event["request_change_kind"], event["version"]) for event in events]

    return said
