"""A read over HTTP: the access is in the log before the first byte, and where it cannot be written the answer is 503 and holds nothing."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from chassis.audit import log_access
from chassis.crypto import new_data_key, reveal
from chassis.edge import new_id
from chassis.http import OpenEdge, Router
from chassis.service import Service
from chassis.testing import Desk, House
from kernel.actor import Role
from pydantic import BaseModel

WORDS = "the words of a made-up matter"
PLACE = "matter.summary"


class MatterView(BaseModel):
    """What a reader is shown."""

    id: UUID
    summary: str


def routes(matter: Any) -> Router:
    """Give one read that logs, and one whose view forgot to."""
    router = Router(prefix="/ledger/v1", tags=["ledger"])

    @router.get("/matters/{matter_id}", roles=(Role.EVALUATOR,), reads="a matter")
    async def read_matter(edge: OpenEdge, matter_id: UUID) -> MatterView:
        """Read a matter."""
        row = await edge.get(matter, matter_id, "matter")
        await log_access(edge, "matter", matter_id)
        return MatterView(id=matter_id, summary=await reveal(edge, row.summary, place=PLACE))

    @router.get("/careless/{matter_id}", roles=(Role.EVALUATOR,))
    async def read_carelessly(edge: OpenEdge, matter_id: UUID) -> MatterView:
        """Read a matter and forget to log it."""
        row = await edge.get(matter, matter_id, "matter")
        return MatterView(id=matter_id, summary=await reveal(edge, row.summary, place=PLACE))

    return router


@pytest.fixture
async def desk(house: House, ledger: Any, ledger_service: Service) -> Desk:
    return await house.desk(replace(ledger_service, routers=(routes(ledger.matter),)))


@pytest.fixture
async def matter_id(ledger: Any, desk: Desk) -> UUID:
    async with desk.runtime.edge("http:matter:open") as edge:
        key = new_data_key(edge, new_id())
        edge.session.add(ledger.matter(id=key.id, state="open", summary=key.seal(WORDS, place=PLACE)))
    return key.id


async def test_a_read_is_answered_and_logged_with_who_and_why(desk: Desk, matter_id: UUID) -> None:
    answer = await desk.get(f"/ledger/v1/matters/{matter_id}", role="evaluator", sub="person-1", reason="request 12")
    assert (answer.status_code, answer.json()["summary"]) == (200, WORDS)
    (row,) = await desk.sql("SELECT sub, role, aggregate_id, request_id FROM access_log")
    assert tuple(row) == ("person-1", "evaluator", matter_id, answer.headers["X-Request-ID"])


async def test_a_read_without_a_reason_is_not_answered(desk: Desk, matter_id: UUID) -> None:
    answer = await desk.get(f"/ledger/v1/matters/{matter_id}", role="evaluator")
    assert answer.status_code == 400
    assert WORDS not in answer.text


async def test_no_log_no_read(ledger: Any, desk: Desk, matter_id: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    await ledger.admin("REVOKE INSERT ON access_log FROM ledger")
    try:
        answer = await desk.get(f"/ledger/v1/matters/{matter_id}", role="evaluator", reason="request 12")
    finally:
        await ledger.admin("GRANT INSERT ON access_log TO ledger")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["reasons"][0]["code"] == "access_not_logged"
    assert "Retry-After" in answer.headers
    shown = capsys.readouterr()
    for place in (answer.text, str(answer.headers), shown.out, shown.err):
        assert WORDS not in place
        assert "request 12" not in place


async def test_a_view_that_forgets_to_log_shows_nothing(desk: Desk, matter_id: UUID) -> None:
    answer = await desk.get(f"/ledger/v1/careless/{matter_id}", role="evaluator", reason="request 12")
    assert answer.status_code == 500
    assert WORDS not in answer.text
    assert await desk.sql("SELECT id FROM access_log") == []
