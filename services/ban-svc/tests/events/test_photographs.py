"""Photographs of the banned, for those who keep a door, one by one (R38, D18)."""

import base64
from typing import Any
from uuid import UUID

from kernel.names import canonical_user


def plain(name: str) -> str:
    return canonical_user(name)


IMAGE = b"\xff\xd8\xff" + b"a face" * 20


async def keep(stewards: Any, individual: str, **changes: str) -> Any:
    body = {"media_type": "image/jpeg", "content": base64.b64encode(IMAGE).decode(), "source": "A badge.", **changes}
    return await stewards.desk.post(f"/bans/v1/individuals/{individual}/photographs", body, role="evaluator", sub="eva")


async def test_a_photograph_is_seen_one_by_one_under_a_grant_that_covers_the_person(stewards: Any) -> None:
    here, there = await stewards.event(), await stewards.event(countries=["BE"])
    grants = {event: await stewards.granted(event) for event in (here, there)}
    ban, name = await stewards.event_ban({"everywhere": False, "countries": ["NL"]})
    kept = (await keep(stewards, ban["individual_id"])).json()
    (person,) = [one for one in (await stewards.copy(grants[here])).json()["people"] if plain(one["names"][0]) == name]
    assert person["photographs"] == [kept["id"]]

    async def see(event: str, *, sub: str = "omar", reason: str | None = "Somebody is at the door") -> Any:
        where = f"/bans/v1/event-lists/{grants[event]}/photographs/{kept['id']}"
        return await stewards.desk.get(where, role="event_steward", sub=sub, reason=reason)

    assert (await see(here, reason=None)).status_code == 400
    assert stewards.office.codes(await see(here, sub="otto")) == ["not_a_recipient"]
    assert stewards.office.codes(await see(there)) == ["photograph_not_covered"]
    seen = (await see(here)).json()
    assert base64.b64decode(seen["content"]) == IMAGE + bytes.fromhex(seen["copy_number"])
    assert "omar" in seen["notice"]
    (row,) = await stewards.desk.sql("SELECT content FROM photograph WHERE id = $1", UUID(kept["id"]))
    assert b"a face" not in bytes(row["content"])
    where = f"/bans/v1/individuals/{ban['individual_id']}/photographs/{kept['id']}"
    assert (await stewards.desk.call("DELETE", where, role="evaluator", sub="eva")).status_code == 200
    assert (await see(here)).status_code == 404


async def test_what_is_no_photograph_is_not_kept(stewards: Any) -> None:
    person = (await stewards.event_ban({"everywhere": True}))[0]["individual_id"]
    codes = stewards.office.codes
    assert codes(await keep(stewards, person, media_type="image/png")) == ["not_an_image"]
    large = base64.b64encode(IMAGE + bytes(500_000)).decode()
    assert codes(await keep(stewards, person, content=large)) == ["photograph_too_large"]
    for wrong in ({"content": "no base64!"}, {"media_type": "image/gif"}, {"source": ""}):
        assert (await keep(stewards, person, **wrong)).status_code == 422, wrong
    for _ in range(3):
        assert (await keep(stewards, person)).status_code == 200
    assert codes(await keep(stewards, person)) == ["photographs_enough"]
