"""Addresses are linked while a decision names them, for ninety days, and then deleted (R18, D23)."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg


def somename() -> str:
    return f"Quiet visitor {uuid4().hex[:12]}"


async def address_of(people: Any, ban: dict[str, Any]) -> list[asyncpg.Record]:
    covered = "SELECT text(network) AS network, ends_at FROM cover WHERE action_id = $1 AND network IS NOT NULL"
    return list(await people.desk.sql(covered, UUID(ban["id"])))


async def test_an_address_counts_while_a_decision_names_it_is_renewed_by_two_people_and_then_deleted(people: Any) -> None:
    ip = f"198.51.100.{random.randrange(1, 255)}"
    desk = people.desk
    ban = await people.office.enacted(people.office.spec(addresses=[f"{ip}/32"]))
    assert people.office.codes(await people.propose(ban["individual_id"], address="203.0.113.250")) == ["address_not_named"]
    assert (await people.office.check(ip=ip))["banned"]
    await desk.advance(timedelta(days=80))
    link = await people.link(ban["individual_id"], address=ip)
    await desk.advance(timedelta(days=20))
    assert (await people.office.check(ip=ip))["banned"], "renewed by a person"
    (known,) = (await people.read(ban["individual_id"], reason="a test"))["identities"][1:]
    assert (known["id"], known["address"], known["state"]) == (link, ip, "linked")
    await desk.advance(timedelta(days=71))
    assert not (await people.office.check(ip=ip))["banned"]
    assert await address_of(people, ban) == []
    assert await desk.sql("SELECT id FROM identity WHERE id = $1", UUID(link)) == []


async def test_an_address_that_is_unlinked_counts_no_longer_than_the_decision_says(people: Any) -> None:
    ip = f"203.0.113.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=["203.0.113.0/24"]))
    await people.desk.advance(timedelta(days=85))
    link = await people.link(ban["individual_id"], address=ip)
    assert len(await address_of(people, ban)) == 2
    assert (await people.unlink(ban["individual_id"], link)).json()["state"] == "unlinked"
    await people.desk.advance(timedelta(days=6))
    assert not (await people.office.check(ip=ip))["banned"]


async def test_a_linked_address_is_forgotten_when_the_ban_is_lifted(people: Any) -> None:
    ip = f"203.0.113.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=[ip]))
    link = await people.link(ban["individual_id"], address=ip)
    where = f"/bans/v1/actions/{ban['id']}/lift"
    body = {"reason": "It has served its purpose.", "note": "Three quiet years."}
    assert (await people.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    assert (await people.desk.post(f"{where}/confirmation", {"note": "Yes."}, role="director", sub="dora")).status_code == 200
    assert await people.desk.sql("SELECT id FROM identity WHERE id = $1", UUID(link)) == []
    name = somename()
    await people.link(ban["individual_id"], account=name)
    assert not await people.banned(name)


async def test_what_waited_longer_than_its_evidence_holds_is_not_confirmed(people: Any) -> None:
    ip = f"192.0.2.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=[ip]))
    link = (await people.propose(ban["individual_id"], address=ip)).json()
    await people.desk.advance(timedelta(days=91))
    assert (await people.confirm(ban["individual_id"], link["id"])).status_code == 404, "deleted with its time"
