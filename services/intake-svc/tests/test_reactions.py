"""A case follows its actions, and a request its acknowledgement (R101, R106, D2)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.testing import Desk
from contracts.action import ActionChange, ActionState
from contracts.notification import About, NotificationChange, NotificationState
from intake_svc.reactions import REACTIONS

CASES = "/intake/v1/cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]
Hear = Callable[..., Awaitable[None]]
Recommended = Callable[[], Awaitable[str]]


def action(edge: Edge, kind: Any, case_id: str | None, action_id: UUID, **more: Any) -> ActionChange:
    state = {"proposed": "proposed", "returned": "returned", "withdrawn": "withdrawn", "declined": "declined"}.get(kind, "enacted")
    said = ActionState.model_validate(
        {"action_id": action_id, "case_id": case_id, "kind": "global_ban", "state": state, "course": "act", "disclosure": "public"}
        | {"digest": "0" * 64, "issuance": 1, "issued_at": NOW, "decided_at": NOW, "enacted_at": NOW}
        | more
    )
    return ActionChange.of(kind, state=said, prior=None, version=1, **edge.stamp())


@pytest.fixture
def hear(desk: Desk) -> Hear:
    """Have intake react to what ban-svc says of an action."""

    async def hear(kind: str, case_id: str | None, action_id: UUID, **more: Any) -> None:
        async with desk.runtime.edge(f"office_actions.action_change.v1:{kind}") as edge:
            event = action(edge, kind, case_id, action_id, **more)
            await REACTIONS[event.stream_name()][kind].apply(edge, event, None)

    return hear


@pytest.fixture
def recommended(desk: Desk, taken: Taken, spec: dict[str, Any]) -> Recommended:
    async def recommended() -> str:
        case_id = await taken()
        await recommend(desk, case_id, spec)
        return case_id

    return recommended


async def recommend(desk: Desk, case_id: str, spec: dict[str, Any]) -> None:
    form = {"course": "act", "rationale": "It goes on.", "action": spec}
    answer = await desk.post(f"{CASES}/{case_id}/recommendations", form, role="evaluator", sub="eva")
    assert answer.status_code == 201, answer.text


async def read(desk: Desk, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"{CASES}/{case_id}", role="auditor")).json()
    return found


async def test_an_enacted_action_decides_the_case_and_stops_its_clock(desk: Desk, hear: Hear, recommended: Recommended, said: Said) -> None:
    case_id, banned = await recommended(), uuid4()
    await hear("proposed", case_id, banned)
    assert (await read(desk, case_id))["action_ids"] == [str(banned)]
    await hear("enacted", case_id, banned)
    case = await read(desk, case_id)
    assert (case["state"], case["clock"]["state"], case["action_ids"]) == ("decided", "stopped", [str(banned)])
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("recommended", 3), ("decided", 4)]
    waiting = await desk.sql("SELECT kind FROM deadline WHERE aggregate_id = $1 AND state = 'waiting' ORDER BY kind", UUID(case_id))
    assert [row["kind"] for row in waiting] == ["case.contacts", "case.lease"]
    late = await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "eva"}, role="evaluator", sub="eva")
    assert [reason["code"] for reason in late.json()["reasons"]] == ["case_decided"]
    until = {"until": "2090-01-01T00:00:00Z", "cause": "unforeseen", "note": "x"}
    stopped = await desk.post(f"{CASES}/{case_id}/extensions", until, role="evaluator", sub="eva")
    assert [reason["code"] for reason in stopped.json()["reasons"]] == ["clock_stopped"]


async def test_a_declined_action_decides_the_case_against_acting(desk: Desk, hear: Hear, recommended: Recommended) -> None:
    case_id = await recommended()
    await hear("declined", case_id, uuid4(), course="no_action")
    row = (await desk.sql('SELECT state, outcome, decided_at FROM "case" WHERE id = $1', UUID(case_id)))[0]
    assert (row["state"], row["outcome"], row["decided_at"]) == ("decided", "no_action", NOW)


@pytest.mark.parametrize("why", ["returned", "withdrawn"])
async def test_a_returned_action_brings_the_case_back_and_its_clock_runs_on(  # noqa: PLR0917 - pytest names its fixtures
    desk: Desk, hear: Hear, recommended: Recommended, said: Said, spec: dict[str, Any], why: str
) -> None:
    case_id, first = await recommended(), uuid4()
    await hear("proposed", case_id, first)
    await hear(why, case_id, first)
    case = await read(desk, case_id)
    assert (case["state"], case["clock"]["state"]) == ("evaluating", "running")
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("recommended", 3), ("reopened", 4)]
    await recommend(desk, case_id, spec)
    assert (await read(desk, case_id))["state"] == "in_review"


async def test_an_old_action_that_is_withdrawn_takes_nothing_back_while_a_new_one_is_on_its_way(
    desk: Desk, hear: Hear, recommended: Recommended, spec: dict[str, Any]
) -> None:
    case_id, old, new = await recommended(), uuid4(), uuid4()
    await hear("proposed", case_id, old)
    await hear("returned", case_id, old)
    await recommend(desk, case_id, spec)
    await hear("withdrawn", case_id, old)
    assert (await read(desk, case_id))["state"] == "in_review"
    await hear("proposed", case_id, new)
    await hear("withdrawn", case_id, old)
    assert (await read(desk, case_id))["state"] == "in_review"
    await hear("returned", case_id, new)
    assert (await read(desk, case_id))["state"] == "evaluating"


async def test_a_second_action_changes_nothing_about_a_decided_case(desk: Desk, hear: Hear, recommended: Recommended, said: Said) -> None:
    case_id, first, second = await recommended(), uuid4(), uuid4()
    await hear("enacted", case_id, first)
    before = await said(case_id)
    await hear("declined", case_id, second)
    await hear("returned", case_id, second)
    case = await read(desk, case_id)
    assert (case["state"], case["action_ids"]) == ("decided", [str(first), str(second)])
    assert await said(case_id) == before


async def test_an_action_on_no_case_of_ours_is_passed_by_or_waits_for_a_person(desk: Desk, hear: Hear) -> None:
    for kind in ("proposed", "returned", "withdrawn", "enacted", "declined"):
        await hear(kind, None, uuid4())
        with pytest.raises(NotFound):
            await hear(kind, str(uuid4()), uuid4())
    assert await desk.findings() == []


@pytest.mark.parametrize(("template", "told"), [("request_received", True), ("request_incomplete", False)])
async def test_a_delivered_acknowledgement_is_on_record_once(desk: Desk, file: Filed, said: Said, template: str, told: bool) -> None:
    filed = await file(subjects=[{"user": "Acknowledged"}])
    for _ in range(2):
        async with desk.runtime.edge("office_actions.notification_change.v1:delivered") as edge:
            state = NotificationState(
                notification_id=uuid4(),
                about=About(aggregate="request", id=UUID(filed["id"])),
                event_id=uuid4(),
                party="requester",
                channel="mail",
                template=template,
                locale="en",
                state="delivered",
                delivered_at=NOW,
            )
            event = NotificationChange.of("delivered", state=state, prior=None, version=1, **edge.stamp())
            await REACTIONS[event.stream_name()]["delivered"].apply(edge, event, None)
    assert await said(filed["id"]) == [("received", 1), ("acknowledged", 2)][: 2 if told else 1]
    read = (await desk.get(f"/intake/v1/requests/{filed['id']}", role="requester_desk", sub="desk-1")).json()
    assert ("acknowledged_at" in read) is told
