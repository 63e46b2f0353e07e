"""The door and the house behind it: request ids, headers, figures, documents, problem pages, readiness."""

import asyncio
import io
import json
import logging
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from chassis import log
from chassis.http import undocumented_problems
from chassis.http.application import build, serve
from chassis.http.openapi import openapi, openapi_of_all
from chassis.http.pages import OWN
from chassis.http.problems import TABLE
from chassis.service import Service
from chassis.testing import Desk, eventually


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 128])
async def test_a_request_id_is_kept(desk: Desk, given: str) -> None:
    answer = await desk.get("/intake/v1/nothing", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a;b", "ä", "<b>"])
async def test_a_request_id_that_is_none_is_replaced(desk: Desk, given: str) -> None:
    answer = await desk.get("/healthz", headers={"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f-]{36}", answer.headers["x-request-id"])


async def test_every_answer_carries_the_headers_of_safety(desk: Desk) -> None:
    for path in ("/healthz", "/intake/v1/tally", "/nothing", "/problems/malformed", "/docs"):
        headers = (await desk.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "default-src" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers


async def test_behind_tls_browsers_are_told_to_stay_there(desk: Desk) -> None:
    app = build([desk.runtime], desk.settings.model_copy(update={"hsts": True}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://office.test") as client:
        assert "max-age=" in (await client.get("/healthz")).headers["strict-transport-security"]


async def test_figures_are_labelled_by_route_template(desk: Desk) -> None:
    await desk.get("/intake/v1/notes/01890a5d-ac96-774b-bcce-b302099a8057", role="evaluator", reason="a test")
    await desk.get("/intake/v1/check?user=Ada", role="tooling")
    await desk.get("/intake/v1/made-up")
    await desk.get("/problems/malformed")
    figures = (await desk.get("/metrics")).text
    for label in (
        'method="GET",route="/intake/v1/notes/{note_id}",service="intake",status="404"',
        'method="GET",route="/intake/v1/check",service="intake",status="200"',
        'method="GET",route="none",service="intake",status="404"',
        'method="GET",route="/problems/{code}",service="house",status="200"',
    ):
        assert f"office_http_request_seconds_count{{{label}}}" in figures
    assert "01890a5d" not in figures
    assert "made-up" not in figures


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Give what was logged about requests so far."""
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("INFO", stream=stream)
    yield lambda: [line for line in map(json.loads, stream.getvalue().splitlines()) if line["message"] == "http.request"]
    root.handlers = before
    root.setLevel(level)
    log._install(logging.WARNING, None, None)


async def test_a_request_is_one_line_of_ids_and_the_hot_path_is_silent(desk: Desk, lines: Callable[[], list[dict[str, Any]]]) -> None:
    await desk.get("/intake/v1/notes?min_weight=7", role="evaluator", sub="ada", headers={"X-Request-ID": "line-1"})
    await desk.get("/intake/v1/check?usr=Zoe", role="tooling")
    for _ in range(20):
        await desk.get("/intake/v1/check?user=Zoe", role="tooling")
    first, second, *more = lines()
    assert first["http"]["request"] == {"id": "line-1", "method": "GET"}
    assert first["http"]["response"] == {"status_code": 200}
    assert first["service"]["name"] == "intake"
    assert {first["labels"][name] for name in ("route", "sub", "role")} == {"/intake/v1/notes", "ada", "evaluator"}
    assert len(first["trace"]["id"]) == 32
    assert second["http"]["response"] == {"status_code": 422}
    # One in a hundred is told: more than five of twenty would be, once in a hundred million runs.
    assert len(more) <= 5
    assert "Zoe" not in json.dumps(lines())


async def test_readiness_names_what_is_missing(desk: Desk) -> None:
    assert (await desk.get("/readyz")).json() == {"status": "ready"}
    desk.runtime.readiness["note index"] = lambda: False
    try:
        answer = await desk.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["intake: note index"])
    finally:
        desk.runtime.readiness.clear()


async def test_the_house_says_what_it_is(desk: Desk) -> None:
    assert (await desk.get("/healthz")).json() == {"status": "live"}
    info = (await desk.get("/_info")).json()
    assert (info["name"], info["services"]) == ("office-actions", {"intake": "/intake/v1"})
    assert (await desk.get("/_info/name")).json() == {"name": "office-actions"}
    assert (await desk.get("/_info/version")).json() == {"version": info["version"]}
    home = await desk.get("/_info/home")
    assert (home.status_code, home.headers["location"]) == (301, info["home"])


async def test_the_document_is_the_same_with_and_without_a_server(desk: Desk, notes: Service) -> None:
    served = (await desk.get("/openapi.json")).json()
    assert served == (await desk.get("/?spec")).json() == json.loads(json.dumps(openapi_of_all([notes])))


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["operationId"]: one for path in document["paths"].values() for one in path.values()}


def test_the_document_says_roles_refusals_headers_and_every_problem(notes: Service) -> None:
    document = openapi(notes)
    found = operations(document)
    write, read = found["write_note"], found["read_note"]
    assert write["summary"] == "Write a note"
    assert write["description"] == "Heavy ones are refused."
    assert write["x-roles"] == ["requester_desk", "evaluator"]
    assert write["x-refusals"] == ["too_heavy"]
    assert "/problems/too_heavy" in write["responses"]["409"]["description"]
    assert set(write["responses"]) == {"201", "400", "401", "403", "404", "409", "410", "413", "422", "429", "503"}
    assert write["requestBody"]["content"]["application/json"]["example"] == {"text": "a made-up note"}
    assert write["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/NoteForm"}
    assert [(one["name"], one["required"]) for one in write["parameters"]] == [("Idempotency-Key", True)]
    assert ("X-Access-Reason", True) in [(one["name"], one["required"]) for one in read["parameters"]]
    assert write["security"] == [{"bearer": []}]
    assert found["show_tally"]["security"] == []
    assert set(found["take_letter"]["requestBody"]["content"]) == {"text/plain", "application/json"}
    assert document["paths"]["/intake/v1/check"]["get"]["x-roles"] == ["tooling"]
    for operation in found.values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "Problem" in document["components"]["schemas"]


async def test_every_problem_has_a_page_that_loads_nothing_from_elsewhere(desk: Desk, notes: Service) -> None:
    for code in (*OWN, *notes.problems):
        page = await desk.get(f"/problems/{code}")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "What to do next" in page.text
        assert "http" not in page.text.replace("html", "")
    assert "Write a lighter one." in (await desk.get("/problems/too_heavy")).text


def test_a_refusal_without_a_page_is_found(notes: Service) -> None:
    assert undocumented_problems(notes) == []
    import dataclasses

    assert undocumented_problems(dataclasses.replace(notes, problems={})) == ["sealed", "too_heavy"]


def test_what_the_chassis_raises_has_a_status() -> None:
    from chassis import errors

    own = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OfficeError)]
    for kind in own:
        assert any(parent in TABLE for parent in kind.__mro__ if parent is not errors.OfficeError) or kind is errors.OfficeError


async def test_the_documentation_pages_load_nothing_from_elsewhere(desk: Desk) -> None:
    for path in ("/docs", "/redoc"):
        page = await desk.get(path)
        assert page.status_code == 200
        own = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert own
        assert all(link.startswith("/static-offline-docs/") for link in own)
        for link in own:
            assert (await desk.get(link)).status_code == 200


async def test_a_refusal_of_the_law_leaves_its_trace_and_nothing_else(desk: Desk) -> None:
    made = (await desk.post("/intake/v1/notes", {"text": "x"}, role="evaluator")).json()
    answer = await desk.post(f"/intake/v1/notes/{made['id']}/changes", {"text": "sealed"}, role="evaluator")
    assert answer.status_code == 409
    assert answer.json()["reasons"] == [{"code": "sealed", "says": "A sealed note stays as it is.", "cite": "R2"}]
    [row] = await desk.sql("SELECT * FROM audit WHERE request_id = $1", answer.headers["x-request-id"])
    assert (row["outcome"], row["aggregate"], str(row["aggregate_id"])) == ("refused", "note", made["id"])
    assert (row["reasons"], row["cites"], row["role"]) == (["sealed"], ["R2"], "evaluator")


async def test_a_refusal_that_cannot_be_recorded_is_503(desk: Desk, by_hand: Any) -> None:
    await by_hand(desk, "REVOKE INSERT ON intake.audit FROM intake")
    try:
        answer = await desk.post("/intake/v1/notes", {"text": "x", "weight": 101}, role="evaluator")
    finally:
        await by_hand(desk, "GRANT INSERT ON intake.audit TO intake")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


async def test_a_database_that_is_away_is_503_and_comes_back(desk: Desk, by_hand: Any) -> None:
    await by_hand(desk, "ALTER ROLE intake NOLOGIN")
    await by_hand(desk, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'intake'")
    try:
        answers = [await desk.get("/intake/v1/tally") for _ in range(3)]
    finally:
        await by_hand(desk, "ALTER ROLE intake LOGIN")
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["retry-after"] for answer in answers)

    async def back() -> bool:
        return (await desk.get("/intake/v1/tally")).status_code == 200

    await eventually(back, what="the database")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_a_server_that_is_stopped_finishes_what_it_has_begun(desk: Desk, knobs: Any) -> None:
    knobs.hold = True
    stop, port = asyncio.Event(), free_port()
    settings = desk.settings.model_copy(update={"port": port})
    app = desk.client._transport.app  # type: ignore[attr-defined]
    server = asyncio.create_task(serve(app, settings, stop=stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

        async def up() -> bool:
            try:
                return (await client.get("/healthz")).status_code == 200
            except httpx.HTTPError:
                return False

        await eventually(up, what="the server")
        headers = {"Authorization": f"Bearer {desk.token('evaluator')}", "Idempotency-Key": "drained"}
        writing = asyncio.create_task(client.post("/intake/v1/notes", json={"text": "x"}, headers=headers))
        await knobs.waiting.wait()
        stop.set()
        knobs.go_on.set()
        assert (await writing).status_code == 201
    await asyncio.wait_for(server, 10)
    gate = app.front.state.gate
    await gate.start(desk.runtime)


async def test_sigterm_stops_the_server_and_leaves_the_process_to_drain() -> None:
    program = """
import asyncio, os, signal, sys
from types import SimpleNamespace
from starlette.applications import Starlette
from chassis.http.application import build, serve
from chassis.settings import Settings

async def main():
    asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGTERM)
    await serve(Starlette(), Settings(port=int(sys.argv[1])))
    print("drained", flush=True)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(free_port()), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "drained"
    assert process.returncode == 0 != -signal.SIGTERM
