"""Explicit permission: a scoped exception with an end, which the check obeys (R16, D26)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

DAYS = timedelta(days=1)


async def test_the_check_obeys_a_permission_on_its_wiki_until_its_end(office: Any, managers: Any) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    start, until = office.desk.runtime.clock.law(), office.desk.runtime.clock.law() + 10 * DAYS
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": until.isoformat(), "note": "To answer an inquiry."}
    waiting = await managers.done(ban, "permissions", body)
    assert waiting["waits_for_second"] == ["permission"]
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is True
    permitted = await managers.done(ban, "permissions/confirmation", {"note": "Agreed."}, sub="mona")
    assert permitted["permitted_until"] == until.isoformat().replace("+00:00", "Z")
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is False
    assert (await office.check(user=name, wiki="otherwiki"))["banned"] is True
    assert (await office.check(user=name))["banned"] is True
    said = await managers.last(ban)
    assert said["permission_id"]
    later = {"user": name, "wiki": "examplewiki", "at": (until + DAYS).isoformat()}
    assert (await office.desk.get("/bans/v1/check", params=later, role="tooling")).json()["banned"] is True
    during = (office.desk.runtime.clock.law()).isoformat()
    await office.desk.advance(11 * DAYS)
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is True
    for at, banned in ((during, False), (start.isoformat(), True)):
        asked = {"user": name, "wiki": "examplewiki", "at": at}
        assert (await office.desk.get("/bans/v1/check", params=asked, role="auditor")).json()["banned"] is banned, at


async def test_an_account_that_is_linked_later_inherits_the_permission_with_the_ban(office: Any, managers: Any) -> None:
    ban = await office.enacted()
    await managers.permitted(ban, office.desk.runtime.clock.law() + 10 * DAYS, projects=["examplewiki"])
    later = f"Late visitor {uuid4().hex[:8]}"
    await office.enacted(office.spec("event_ban", accounts=[{"name": later}], individual_id=ban["individual_id"]))
    assert (await office.check(user=later))["banned"] is True
    assert (await office.check(user=later, wiki="examplewiki"))["banned"] is False


async def test_a_permission_for_an_event_opens_no_wiki(office: Any, managers: Any) -> None:
    spec = office.spec()
    ban = await office.enacted(spec)
    await managers.permitted(ban, office.desk.runtime.clock.law() + 10 * DAYS, projects=["examplewiki"], countries=["NL"])
    assert (await office.check(user=spec["accounts"][0]["name"], wiki="examplewiki"))["banned"] is True


@pytest.mark.parametrize(
    ("scope", "days", "codes"),
    [
        ({"everywhere": True}, 1, ["exception_is_everywhere"]),
        ({"everywhere": False}, 1, ["exception_empty"]),
        ({"everywhere": False, "projects": ["examplewiki"]}, -1, ["ends_in_the_past"]),
    ],
)
async def test_a_permission_is_narrower_than_the_ban_and_has_an_end(
    office: Any, managers: Any, scope: dict[str, Any], days: int, codes: list[str]
) -> None:
    ban = await office.enacted()
    until = (office.desk.runtime.clock.law() + days * DAYS).isoformat()
    assert office.codes(await managers.post(ban, "permissions", {"scope": scope, "until": until, "note": "A word."})) == codes


async def test_a_permission_that_came_too_late_to_its_second_person_is_refused(office: Any, managers: Any) -> None:
    ban = await office.enacted()
    until = (office.desk.runtime.clock.law() + DAYS).isoformat()
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": until, "note": "An inquiry."}
    await managers.done(ban, "permissions", body)
    await office.desk.advance(2 * DAYS)
    assert office.codes(await managers.post(ban, "permissions/confirmation", {"note": "Late."}, sub="mona")) == ["ends_in_the_past"]
    # Its author says it anew, with an end that lies ahead.
    await managers.permitted(ban, office.desk.runtime.clock.law() + DAYS, projects=["examplewiki"])


async def test_from_a_range_block_there_is_no_exception(office: Any, managers: Any) -> None:
    block = await office.enacted(office.spec("range_block", enforces=(await office.enacted())["id"], addresses=["203.0.113.0/28"]))
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": "2099-01-01T00:00:00Z", "note": "A word."}
    assert office.codes(await managers.post(block, "permissions", body)) == ["nothing_to_except"]
    await managers.lifted(block)
