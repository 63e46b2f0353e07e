"""Who may call: judged before the body is read, refused with a trace, revoked within a second."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from chassis.auth import Gate
from chassis.auth.revocation import STALE_AFTER
from chassis.http import walk
from chassis.service import Service
from chassis.testing import Desk, eventually
from kernel.actor import Role

BROKEN = b'{"text": "\xff'


async def test_without_a_token_broken_json_is_401(desk: Desk) -> None:
    answer = await desk.client.post("/intake/v1/notes", content=BROKEN)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["type"] == "/problems/token_missing"


async def test_with_a_token_of_another_role_broken_json_is_403(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/notes", role="auditor", content=BROKEN)
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "role_missing"


async def test_with_the_role_broken_json_is_422(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/notes", role="evaluator", content=BROKEN, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer ", "Bearer x.y.z", "bearer \u00ff"])
async def test_anything_but_a_good_bearer_token_is_401(desk: Desk, header: str) -> None:
    answer = await desk.client.get("/intake/v1/notes", headers=[(b"Authorization", header.encode("latin-1"))])
    assert answer.status_code == 401


async def test_a_scheme_is_written_in_any_case(desk: Desk) -> None:
    answer = await desk.client.get("/intake/v1/notes", headers={"Authorization": f"bEARER {desk.token('evaluator')}"})
    assert answer.status_code == 200


async def test_every_operation_opens_to_its_roles_and_to_no_other(desk: Desk, notes: Service) -> None:
    found = list(walk(notes.routers, notes.hot))
    assert ("GET", "/intake/v1/tally", ()) in found
    assert ("GET", "/intake/v1/check", (Role.TOOLING,)) in found
    for method, path, roles in found:
        for role in Role:
            answer = await desk.call(method, path.replace("{note_id}", "x"), role=role.value)
            closed = answer.status_code == 403
            assert closed == (bool(roles) and role not in roles), (method, path, role, answer.text)
        alone = await desk.call(method, path.replace("{note_id}", "x"))
        assert (alone.status_code == 401) == bool(roles)


async def test_a_missing_role_leaves_its_trace(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/notes", {"text": "x"}, role="auditor", sub="curious")
    [row] = await desk.sql("SELECT * FROM audit WHERE request_id = $1", answer.headers["x-request-id"])
    assert (row["sub"], row["role"], row["operation"], row["outcome"]) == ("curious", "auditor", "http:write_note", "refused")
    assert row["reasons"] == ["role_missing"]


async def test_the_hot_path_is_guarded_as_any_other(desk: Desk) -> None:
    answer = await desk.get("/intake/v1/check", role="tooling", params={"user": "Ada"})
    assert answer.json() == {"service": "intake", "sub": "tooling-1", "user": "Ada"}
    assert (await desk.get("/intake/v1/check", params={"user": "Ada"})).status_code == 401
    assert (await desk.get("/intake/v1/check", role="legal")).status_code == 403
    assert (await desk.get("/intake/v1/check", role="tooling", params={"usr": "Ada"})).status_code == 422
    assert (
        await desk.client.get("/intake/v1/check?user=%FF", headers={"Authorization": f"Bearer {desk.token('tooling')}"})
    ).status_code == 422


async def test_a_revoked_person_is_let_in_nowhere_within_a_second(desk: Desk) -> None:
    async def status() -> int:
        return (await desk.get("/intake/v1/notes", role="evaluator", sub="lost-laptop")).status_code

    assert await status() == 200
    answer = await desk.post("/ops/revocations", {"sub": "lost-laptop", "why": "a laptop was lost"}, role="operator")
    assert answer.status_code == 201

    async def refused() -> bool:
        return await status() == 401

    await eventually(refused, within=1.0, what="the revocation")
    assert (await desk.get("/intake/v1/notes", role="evaluator", sub="somebody-else")).status_code == 200
    [row] = await desk.sql("SELECT * FROM office.revoked WHERE sub = 'lost-laptop'")
    assert row["by"] == "operator-1"


async def test_one_token_is_revoked_and_the_persons_others_are_not(desk: Desk) -> None:
    lost, kept = desk.token("evaluator", sub="two-tokens"), desk.token("evaluator", sub="two-tokens", ttl=timedelta(minutes=5))
    gate: Gate = desk.client._transport.app.front.state.gate  # type: ignore[attr-defined]
    jti = (await gate.authenticate(f"Bearer {lost}")).jti
    await desk.post("/ops/revocations", {"jti": jti, "why": "it was printed"}, role="operator")

    async def refused() -> bool:
        return (await desk.client.get("/intake/v1/notes", headers={"Authorization": f"Bearer {lost}"})).status_code == 401

    await eventually(refused, within=1.0, what="the revocation")
    assert (await desk.client.get("/intake/v1/notes", headers={"Authorization": f"Bearer {kept}"})).status_code == 200


@pytest.mark.parametrize("form", [{"why": "x"}, {"sub": "a", "jti": "b", "why": "x"}, {"sub": "a"}, {"sub": "a b", "why": "x"}])
async def test_a_revocation_names_one_and_says_why(desk: Desk, form: dict[str, Any]) -> None:
    assert (await desk.post("/ops/revocations", form, role="operator")).status_code == 422


async def test_who_cannot_read_revocations_lets_nobody_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view = desk.client._transport.app.front.state.gate.revocations  # type: ignore[attr-defined]

    async def out_of_reach(_runtime: object) -> None:
        raise OSError

    with monkeypatch.context() as away:
        # As though the table had not been readable for longer than five seconds, and is not now.
        away.setattr(view, "read", out_of_reach)
        away.setattr(view, "_read", time.monotonic() - STALE_AFTER - 0.1)
        answer = await desk.get("/intake/v1/notes", role="evaluator")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert (await desk.get("/readyz")).json()["missing"] == ["revocations"]
        assert (await desk.get("/intake/v1/tally")).status_code == 200

    async def again() -> bool:
        return (await desk.get("/intake/v1/notes", role="evaluator")).status_code == 200

    await eventually(again, within=2.0, what="the next poll")


async def test_a_process_that_stood_still_asks_before_it_refuses(desk: Desk) -> None:
    view = desk.client._transport.app.front.state.gate.revocations  # type: ignore[attr-defined]
    view._read = time.monotonic() - STALE_AFTER - 0.1
    answers = await asyncio.gather(*(desk.get("/intake/v1/notes", role="evaluator") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
