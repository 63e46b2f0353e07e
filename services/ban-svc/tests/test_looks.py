"""Every look at what was, or at who is banned from an event, is in the access log; one at now opens nobody (R37, R95, D18)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from ban_svc.hashes import hashes_of


async def test_a_look_at_the_past_is_logged_for_each_who_is_asked_about_and_one_at_now_for_nobody(office: Any) -> None:
    desk, auditor = office.desk, f"ada-{uuid4().hex[:8]}"
    spec = office.spec()
    ban, hashes = await office.enacted(spec), hashes_of(desk.runtime)
    subjects = [{"user": spec["accounts"][0]["name"]}, {"user": "Nobody knows me"}, {"ip": "192.0.2.7"}, {"ip": "192.0.2.7"}]
    body = {"subjects": subjects, "at": (desk.runtime.clock.law() - timedelta(days=1)).isoformat()}
    answer = await desk.post("/bans/v1/check", body, role="auditor", sub=auditor, reason="an audit of old lists")
    assert [one["banned"] for one in answer.json()["results"]] == [False, False, False, False]
    looks = await desk.sql("SELECT aggregate, aggregate_id FROM access_log WHERE sub = $1", auditor)
    unknown = [hashes.account("Nobody knows me"), hashes.address("192.0.2.7")]
    wanted = {("individual", UUID(ban["individual_id"])), *(("subject", UUID(bytes=one)) for one in unknown)}
    assert ({tuple(look) for look in looks}, len(looks)) == (wanted, 3)
    await desk.post("/bans/v1/check", {"subjects": subjects}, role="auditor", sub=auditor)
    assert len(await desk.sql("SELECT id FROM access_log WHERE sub = $1", auditor)) == 3
