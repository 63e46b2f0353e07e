"""A case is taken on, extended and recommended on, and seen by whom the rules let (R95-R100, R113, D4)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Desk
from intake_svc.actions.reading import visible_to
from intake_svc.rules.case import may_read_case
from intake_svc.tables import Case
from kernel.actor import Actor, Role
from kernel.digest import digest
from sqlalchemy import select

CASES = "/intake/v1/cases"
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


def waits_behind(case: dict[str, Any]) -> bool:
    return case["priority"] != "urgent" or case["state"] in {"decided", "closed"}


def last_target(case: dict[str, Any]) -> datetime:
    clock = case["clock"]
    return datetime.fromisoformat(clock["extensions"][-1]["until"] if clock["extensions"] else clock["target_at"])


async def test_a_case_is_taken_for_a_time_and_nobody_takes_it_away(desk: Desk, file: Filed, said: Said) -> None:
    case_id = (await file())["case_id"]
    path = f"{CASES}/{case_id}/assignment"
    taken = await desk.post(path, {"assignee": "eva", "for": "P7D"}, role="evaluator", sub="eva")
    assert (taken.json()["assignee"], taken.json()["state"], taken.json()["version"]) == ("eva", "evaluating", 2)
    assert taken.headers["etag"] == '"2"'
    olga = await desk.post(path, {"assignee": "olga"}, role="evaluator", sub="olga")
    assert (olga.status_code, codes(olga)) == (409, ["case_taken"])
    assert (await desk.get(f"{CASES}/{case_id}", role="evaluator", sub="olga")).status_code == 404
    long = await desk.post(path, {"assignee": "eva", "for": "P93D"}, role="evaluator", sub="eva")
    assert codes(long) == ["lease_out_of_bounds"]
    given = await desk.post(path, {"assignee": "olga"}, role="evaluator", sub="eva")
    assert given.json()["assignee"] == "olga"
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("assigned", 3)]
    trail = (await desk.get(f"{CASES}/{case_id}/timeline", role="auditor")).json()["items"]
    refused = [item for item in trail if item["what"] == "refused: assign case"]
    assert [item["reasons"][0]["code"] for item in refused] == ["case_taken", "lease_out_of_bounds"]
    assert refused[0]["by"] == {"role": "evaluator", "id": "olga"}


async def test_of_several_who_take_one_case_at_once_one_has_it(desk: Desk, file: Filed, said: Said) -> None:
    path = f"{CASES}/{(await file())['case_id']}"
    people = ("eva", "olga", "ida", "una")
    answers = await asyncio.gather(*(desk.post(f"{path}/assignment", {"assignee": sub}, role="evaluator", sub=sub) for sub in people))
    has = [answer.json()["assignee"] for answer in answers if answer.status_code == 200]
    assert [codes(answer) for answer in answers if answer.status_code != 200] == [["case_taken"]] * 3
    assert [(await desk.get(path, role="auditor")).json()["assignee"]] == has
    assert await said(path.rpartition("/")[2]) == [("opened", 1), ("assigned", 2)]


@pytest.mark.parametrize("lasts", ["PT0S", "P", "28 days", "P1M", 3600, "-P1D", ""])
async def test_a_time_that_is_none_is_refused(desk: Desk, file: Filed, lasts: Any) -> None:
    case_id = (await file())["case_id"]
    answer = await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "eva", "for": lasts}, role="evaluator", sub="eva")
    assert answer.status_code == (409 if lasts == "PT0S" else 422)


async def test_a_stale_version_is_a_conflict(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    late = await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "eva"}, role="evaluator", sub="eva", headers={"If-Match": '"1"'})
    assert (late.status_code, codes(late)) == (409, ["version_conflict"])


async def test_child_protection_is_the_named_groups_and_each_look_has_a_reason(desk: Desk, file: Filed) -> None:
    filed = await file(kind="child_protection", channel="legal_reports", summary="reported material")
    path = f"{CASES}/{filed['case_id']}"
    for role in ("evaluator", "team_manager", "auditor", "legal"):
        assert (await desk.get(path, role=role, reason="curious")).status_code == 404
        listed = (await desk.get(f"{CASES}?kind=child_protection", role=role)).json()["items"]
        assert listed == []
    assert (await desk.get(path, role="child_protection")).status_code == 400
    assert (await desk.get(CASES, role="child_protection")).status_code == 400
    assert (await desk.get(path, role="child_protection", reason="it is mine")).json()["kind"] == "child_protection"
    logged = await desk.sql("SELECT sub FROM access_log WHERE aggregate_id = $1", UUID(filed["case_id"]))
    assert [row["sub"] for row in logged] == ["child_protection-1"]
    outsider = await desk.post(f"{path}/assignment", {"assignee": "eva"}, role="evaluator", sub="eva")
    assert outsider.status_code == 404
    insider = await desk.post(f"{path}/assignment", {"assignee": "nora"}, role=("evaluator", "child_protection"), sub="nora")
    assert insider.json()["assignee"] == "nora"
    request = f"/intake/v1/requests/{filed['id']}"
    assert (await desk.get(request, role="auditor", reason="curious")).status_code == 404
    assert (await desk.get(request, role="child_protection")).status_code == 400
    assert (await desk.get(request, role="requester_desk", sub="desk-1")).status_code == 200


async def test_a_list_shows_what_a_read_shows_to_every_reader(desk: Desk, file: Filed, taken: Taken, spec: dict[str, Any]) -> None:
    await file(kind="child_protection")
    await file()
    case_id = await taken()
    await desk.post(
        f"{CASES}/{case_id}/recommendations", {"course": "act", "rationale": "It goes on.", "action": spec}, role="evaluator", sub="eva"
    )
    await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "olga"}, role="evaluator", sub="eva")
    async with desk.runtime.edge("test") as edge:
        every = list(await edge.session.scalars(select(Case)))
        for role in Role:
            if role is Role.SERVICE:
                continue
            for sub in ("eva", "olga", "else"):
                for roles in (frozenset({role}), frozenset({role, Role.CHILD_PROTECTION})):
                    reader = Actor(sub, roles)
                    listed = {row.id for row in await edge.session.scalars(select(Case).where(visible_to(reader, edge.now)))}
                    assert listed == {row.id for row in every if may_read_case(row.facts(), reader, now=edge.now)}, (role, sub)


async def test_lists_are_filtered_sorted_and_paged_in_a_stable_order(desk: Desk, file: Filed) -> None:
    for kind in ("event_ban", "conduct_warning", "event_ban"):
        await file(kind=kind)

    async def walk(query: str) -> list[dict[str, Any]]:
        found, after = [], ""
        while True:
            page = (await desk.get(f"{CASES}?{query}{after}", role="auditor")).json()
            found += page["items"]
            if "next" not in page:
                return found
            after = f"&after={page['next']}"

    everything = [case["id"] for case in await walk("sort=due&limit=40")]
    assert len(everything) == len(set(everything)) > 3
    few = (await desk.get(f"{CASES}?limit=2", role="auditor")).json()
    assert [case["id"] for case in few["items"]] == everything[:2]
    backwards = await walk("sort=-due&limit=200")
    assert [case["id"] for case in backwards] == everything[::-1]
    due = [(waits_behind(case), last_target(case)) for case in backwards if "clock" in case]
    assert due == sorted(due, reverse=True)
    only = (await desk.get(f"{CASES}?kind=event_ban&state=open&team=trust_and_safety&clock=running&limit=200", role="auditor")).json()[
        "items"
    ]
    assert {(case["kind"], case["state"]) for case in only} == {("event_ban", "open")}
    assert (await desk.get(f"{CASES}?knd=event_ban", role="auditor")).status_code == 422
    assert (await desk.get(f"{CASES}?kind=exile", role="auditor")).status_code == 422


async def test_an_extension_names_its_cause_and_leaves_the_first_target_on_record(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}"
    before = (await desk.get(path, role="evaluator", sub="eva")).json()["clock"]
    until = datetime.fromisoformat(before["target_at"]) + timedelta(days=14)
    form = {"until": until.isoformat(), "cause": "new_information", "note": "A second wiki wrote."}
    clock = (await desk.post(f"{path}/extensions", form, role="evaluator", sub="eva")).json()["clock"]
    assert (clock["target_at"], clock["at_risk_at"], clock["state"]) == (before["target_at"], before["at_risk_at"], "running")
    assert [(one["cause"], one["by"], datetime.fromisoformat(one["until"])) for one in clock["extensions"]] == [
        ("new_information", "eva", until)
    ]
    dates = await desk.sql("SELECT kind, due_at FROM deadline WHERE aggregate_id = $1 AND state = 'waiting'", UUID(case_id))
    assert {row["kind"]: row["due_at"] for row in dates}["case.breached"] == until
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("extended", 3)]
    earlier = form | {"until": before["target_at"]}
    assert codes(await desk.post(f"{path}/extensions", earlier, role="evaluator", sub="eva")) == ["not_later"]
    holiday = await desk.post(f"{path}/extensions", form | {"cause": "holiday"}, role="evaluator", sub="eva")
    assert holiday.status_code == 422
    assert (await desk.post(f"{path}/extensions", form, role="evaluator", sub="olga")).status_code == 404


async def test_a_kind_without_a_clock_has_none_to_extend(desk: Desk, taken: Taken) -> None:
    case_id = await taken(kind="conduct_warning")
    assert "clock" not in (await desk.get(f"{CASES}/{case_id}", role="evaluator", sub="eva")).json()
    form = {"until": "2090-01-01T00:00:00Z", "cause": "unforeseen", "note": "Ill."}
    assert codes(await desk.post(f"{CASES}/{case_id}/extensions", form, role="evaluator", sub="eva")) == ["no_clock"]


async def test_a_recommendation_is_kept_as_it_was_sent_and_its_digest_is_said(desk: Desk, taken: Taken, spec: dict[str, Any]) -> None:
    case_id = await taken()
    form = {"course": "act", "rationale": "It goes on.", "action": spec}
    answer = await desk.post(f"{CASES}/{case_id}/recommendations", form, role="evaluator", sub="eva")
    assert answer.status_code == 201
    made = answer.json()
    assert [one["code"] for one in made.pop("open_points")] == ["checklist_open"]
    assert "spec" not in made
    path = f"{CASES}/{case_id}/recommendations/{made['recommendation_id']}"
    fetched = (await desk.get(path, role="service", reason="event 9")).json()
    assert fetched == {**made, "spec": spec}
    covered = {"case": case_id, "course": "act", "evaluator": "eva", "optional_levels": [], "spec": spec}
    assert made["digest"] == digest(covered)
    rows = await desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb -> 'case' AS said FROM outbox WHERE position($1 in key) > 0 ORDER BY id DESC LIMIT 1",
        case_id,
    )
    said = json.loads(rows[0]["said"])
    assert (said["state"], said["course"], said["recommendation_digest"]) == ("in_review", "act", made["digest"])
    assert (await desk.get(path, role="service")).status_code == 400
    assert (
        await desk.get(f"{CASES}/{uuid4()}/recommendations/{made['recommendation_id']}", role="service", reason="event 9")
    ).status_code == 404
    again = await desk.post(f"{CASES}/{case_id}/recommendations", form, role="evaluator", sub="eva")
    assert (again.status_code, codes(again)) == (409, ["in_review"])


async def test_what_may_not_be_recommended_is_refused_with_every_reason(
    desk: Desk, file: Filed, taken: Taken, spec: dict[str, Any]
) -> None:
    path = f"{CASES}/{(await file())['case_id']}/recommendations"
    nobody = await desk.post(path, {"course": "act", "rationale": "Now."}, role="evaluator", sub="eva")
    assert (nobody.status_code, codes(nobody)) == (409, ["not_assignee", "action_missing"])
    path = f"{CASES}/{await taken()}/recommendations"
    notice = await desk.post(path, {"course": "act", "rationale": "Now.", "action": spec | {"kind": "dmca"}}, role="evaluator", sub="eva")
    assert codes(notice) == ["dmca_is_no_action"]
    level = {"course": "act", "rationale": "Now.", "action": spec, "optional_levels": ["communications"]}
    assert codes(await desk.post(path, level, role="evaluator", sub="eva")) == ["level_not_at_choice"]
    no_action = await desk.post(path, {"course": "no_action", "rationale": "It stopped."}, role="evaluator", sub="eva")
    assert no_action.status_code == 201


BAD_SPECS = {
    "an unknown field": {"severity": 3},
    "a null": {"expires_at": None},
    "a null inside": {"scope": {"everywhere": True, "projects": None}},
    "a kind that is no action": {"kind": "staff_complaint"},
    "a time without its zone": {"expires_at": "2030-01-01T00:00:00"},
    "a day that is none": {"expires_at": "2030-02-30T00:00:00Z"},
    "a number for a flag": {"irrevocable": 1},
    "an account that is an address": {"accounts": [{"name": "192.0.2.1"}]},
    "no grounds": {"grounds": None},
}


@pytest.mark.parametrize("wrong", BAD_SPECS.values(), ids=BAD_SPECS.keys())
async def test_a_spec_of_another_shape_is_refused_and_changes_nothing(
    desk: Desk, taken: Taken, spec: dict[str, Any], wrong: dict[str, Any]
) -> None:
    case_id = await taken()
    form = {"course": "act", "rationale": "Now.", "action": {**spec, **wrong}}
    answer = await desk.post(f"{CASES}/{case_id}/recommendations", form, role="evaluator", sub="eva")
    assert answer.status_code == 422
    assert (await desk.get(f"{CASES}/{case_id}", role="evaluator", sub="eva")).json()["state"] == "evaluating"


async def test_every_operation_knows_its_roles_and_no_unknown_id_is_an_error(desk: Desk) -> None:
    nothing = uuid4()
    for method, path, roles, body in (
        ("GET", f"{CASES}/{nothing}", {"evaluator", "auditor", "service"}, None),
        ("GET", f"{CASES}/{nothing}/timeline", {"evaluator", "auditor"}, None),
        ("POST", f"{CASES}/{nothing}/assignment", {"evaluator"}, {"assignee": "eva"}),
        ("POST", f"{CASES}/{nothing}/extensions", {"evaluator"}, {"until": "2090-01-01T00:00:00Z", "cause": "unforeseen", "note": "x"}),
        ("POST", f"{CASES}/{nothing}/recommendations", {"evaluator"}, {"course": "no_action", "rationale": "x"}),
        ("GET", f"{CASES}/{nothing}/recommendations/{nothing}", {"service"}, None),
        ("POST", f"{CASES}/{nothing}/party", {"service"}, {}),
        ("GET", f"/intake/v1/requests/{nothing}", {"requester_desk", "service"}, None),
        ("POST", f"/intake/v1/requests/{nothing}/completion", {"requester_desk"}, {"summary": "x"}),
        ("GET", f"/intake/v1/requests/{nothing}/letter", {"service"}, None),
        ("GET", f"/intake/v1/requests/{nothing}/requester", {"service"}, None),
    ):
        options: dict[str, Any] = {"json": body} if body is not None else {}
        for role in roles:
            answer = await desk.call(method, path, role=role, reason="looking", **options)
            assert (answer.status_code, codes(answer)) == (404, ["not_found"]), (method, path, role)
        for role in ("tooling", "operator", "committee", "enforcer"):
            assert (await desk.call(method, path, role=role, reason="looking", **options)).status_code == 403, (method, path, role)
        assert (await desk.call(method, path, **options)).status_code == 401
