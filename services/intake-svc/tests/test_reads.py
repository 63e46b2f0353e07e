"""No read of intake shows what somebody wrote, or who they are, without its row in the access log (R95, DESIGN 7)."""

from typing import Any
from uuid import UUID, uuid4

from chassis.http.route import OfficeRoute
from chassis.testing import Desk, House
from intake_svc.app import SERVICE

MARK = f"planted{uuid4().hex}"
WHO = {"name": MARK, "email": f"{MARK}@example.org", "wiki_user": f"P{MARK[1:]}", "standing_as": "community"}
SUB = "somebody-of-the-staff"
SHOWS = {
    "/cases/{case_id}/alerts",
    "/cases/{case_id}/evaluation",
    "/cases/{case_id}/evidence",
    "/cases/{case_id}/evidence/{evidence_id}/content",
    "/cases/{case_id}/file",
    "/cases/{case_id}/holds",
    "/cases/{case_id}/notes",
    "/cases/{case_id}/recommendations/{recommendation_id}",
    "/cases/{case_id}/resolution",
    "/people/file",
    "/requests/{request_id}/letter",
    "/requests/{request_id}/requester",
    "/senders/{sender_id}",
    "/staff/{sub}",
}
"""The reads that show a word of somebody's: each must do so here, or this test would be about nothing."""
BEST = ("service", "legal", "auditor", "evaluator", "child_protection", "operator")
"""Which of its roles reads: the one that sees most."""


def reads() -> list[OfficeRoute]:
    return [one for router in SERVICE.routers for one in router.routes if isinstance(one, OfficeRoute) and "GET" in (one.methods or ())]


async def planted(desk: Desk, complete: dict[str, Any], spec: dict[str, Any]) -> dict[str, str]:
    """Write the mark wherever intake takes words; give the ids of what holds them."""
    eva: dict[str, Any] = {"role": "evaluator", "sub": "eva"}

    async def done(method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        answer = await desk.call(method, f"/intake/v1{path}", **({"json": body} if body is not None else {}), **options)
        assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    desk_1: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
    filed = await done("POST", "/requests", {**complete, "requester": WHO, "summary": MARK}, **desk_1)
    case = f"/cases/{filed['case_id']}"
    notice = {"kind": "dmca", "channel": "legal", "requester": WHO, "evidence": [{"text": MARK}]}
    letter = await done("POST", "/requests", notice, **desk_1)
    conduct = {"reason": "harassment", "seriousness": 1, "aimed_at": ["sam"], "note": MARK}
    sender = await done("POST", f"/requests/{filed['id']}/sender-conduct", conduct, **eva)
    await done("PUT", f"/staff/{SUB}", {"contact": f"{MARK}@example.org", "team": "legal"}, role="operator")
    await done("POST", f"{case}/assignment", {"assignee": "eva"}, **eva)
    await done("POST", f"{case}/notes", {"text": MARK}, **eva)
    words: dict[str, Any] = {"content": MARK.encode(), "headers": {"Content-Type": "text/plain"}, "params": {"source": MARK}}
    evidence = await done("POST", f"{case}/evidence", **words, **eva)
    await done("POST", f"{case}/findings", {"point": "prompted", "found": "met", "facts": MARK}, **eva)
    await done("POST", f"{case}/holds", {"reason": MARK}, role="legal")
    alert = {"kind": "law_enforcement_alerted", "authority": MARK, "happened_at": "2020-01-01T00:00:00Z", "why": MARK}
    await done("POST", f"{case}/alerts", alert, role="legal")
    await done("POST", f"{case}/resolution", {"how": "deferred", "note": MARK}, **eva)
    second = {**spec, "tou_basis": MARK}
    made = await done("POST", f"{case}/recommendations", {"course": "act", "rationale": MARK, "action": second}, **eva)
    return {
        "case_id": filed["case_id"],
        "request_id": filed["id"],
        "letter_id": letter["id"],
        "sender_id": sender["id"],
        "evidence_id": evidence["id"],
        "recommendation_id": made["recommendation_id"],
        "sub": SUB,
    }


async def test_what_somebody_wrote_is_shown_by_no_read_that_leaves_no_row(
    house: House, complete: dict[str, Any], spec: dict[str, Any]
) -> None:
    desk = await house.desk(SERVICE, fresh=True)
    ids = await planted(desk, complete, spec)
    shown, silent = set(), set()
    for route in reads():
        path = route.path
        if path.endswith("/letter"):
            path = path.replace("{request_id}", ids["letter_id"])
        for name, value in ids.items():
            path = path.replace("{" + name + "}", value)
        roles = [str(role) for role in route.operation.roles]
        role = next((one for one in BEST if one in roles), roles[0])
        query = {"email": WHO["email"]} if route.path.endswith("/people/file") else {}
        query |= {"name": WHO["email"]} if route.path.endswith("/senders") else {}
        before = (await desk.sql("SELECT count(*) AS n FROM access_log"))[0]["n"]
        answer = await desk.get(path, role=(role, "child_protection") if role == "legal" else role, reason="a test of reads", params=query)
        looked = (await desk.sql("SELECT count(*) AS n FROM access_log"))[0]["n"] > before
        if MARK in answer.text.replace(path, ""):
            shown.add(route.path.removeprefix("/intake/v1"))
            if not looked:
                silent.add(route.path)
    assert silent == set()
    assert shown >= SHOWS, f"these reads show nothing here any more: {sorted(SHOWS - shown)}"
    unasked = await desk.get(f"/intake/v1/cases/{UUID(ids['case_id'])}/notes", role="legal", params={})
    assert unasked.status_code == 400
    await desk.close()
