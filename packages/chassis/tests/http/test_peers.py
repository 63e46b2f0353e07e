"""Asking another service: who asks, why, and what cannot be helped by asking again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from chassis.peers import PeerFailed, Peers
from chassis.service import Permanent
from chassis.settings import Settings
from chassis.testing import Desk
from chassis.trace import started
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


@pytest.fixture
async def peers(desk: Desk) -> AsyncIterator[Peers]:
    """Peers whose every service is the same stand-in for a far one, which answers as the path says."""

    async def answer(request: Request) -> Response:
        status = request.path_params["status"]
        if status == 299:
            return PlainTextResponse("no JSON")
        headers = {"Retry-After": "1"} if request.query_params.get("later") else {}
        seen = {
            name: request.headers.get(name) for name in ("authorization", "x-access-reason", "x-request-id", "user-agent", "traceparent")
        }
        body = {"seen": seen, "type": "/problems/sealed", "body": (await request.body()).decode()}
        kind = "application/problem+json" if status >= 400 else "application/json"
        return JSONResponse(body, status, headers, media_type=kind)

    far = Starlette(routes=[Route("/{status:int}", answer, methods=["GET", "POST"])])
    found = Peers(desk.settings, "appeals")
    found._client("intake")
    found._clients["intake"]._transport = httpx.ASGITransport(app=far)
    yield found
    await found.close()


async def test_a_question_says_who_asks_and_why(peers: Peers, desk: Desk) -> None:
    with started("test"):
        seen = (await peers.get("intake", "/200", reason="event 7", request_id="r-1"))["seen"]
    assert seen["x-access-reason"] == "event 7"
    assert seen["x-request-id"] == "r-1"
    assert seen["traceparent"].startswith("00-")
    assert "office-actions/" in seen["user-agent"]
    assert "@" in seen["user-agent"]
    gate = desk.client._transport.app.front.state.gate  # type: ignore[attr-defined]
    principal = await gate.authenticate(seen["authorization"])
    assert (principal.actor.sub, [role.value for role in principal.actor.roles]) == ("appeals-svc", ["service"])


async def test_a_question_may_have_a_body(peers: Peers) -> None:
    assert (await peers.post("intake", "/200", {"name": "x"}, reason="event 7"))["body"] == '{"name":"x"}'


@pytest.mark.parametrize("status", [400, 404, 409, 410, 422])
async def test_what_will_be_told_again_is_permanent(peers: Peers, status: int) -> None:
    with pytest.raises(Permanent, match=f"{status} sealed"):
        await peers.get("intake", f"/{status}", reason="event 7")


@pytest.mark.parametrize("path", ["/401", "/403", "/408", "/429", "/500", "/503", "/409?later=1", "/299"])
async def test_what_may_pass_is_not(peers: Peers, path: str) -> None:
    with pytest.raises(PeerFailed):
        await peers.get("intake", path, reason="event 7")


async def test_a_service_that_is_away_may_come_back(desk: Desk) -> None:
    peers = Peers(desk.settings.model_copy(update={"ban_url": "http://127.0.0.1:9"}))
    with pytest.raises(PeerFailed):
        await peers.get("ban", "/x", reason="event 7")
    await peers.close()


async def test_the_token_comes_from_its_file_and_is_read_again_when_refused(peers: Peers, tmp_path: Path, desk: Desk) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    peers._settings = desk.settings.model_copy(update={"service_token_file": file})

    async def sent() -> Any:
        return (await peers.get("intake", "/200", reason="event 7"))["seen"]["authorization"]

    assert await sent() == "Bearer first"
    file.write_text("second\n")
    assert await sent() == "Bearer first"
    with pytest.raises(PeerFailed):
        await peers.get("intake", "/401", reason="event 7")
    assert await sent() == "Bearer second"


async def test_outside_dev_mode_a_token_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match="OFFICE_SERVICE_TOKEN_FILE"):
        await Peers(Settings(home=tmp_path)).get("intake", "/200", reason="event 7")
