"""Two individuals found to be one person, and two again without loss (R17, D23)."""

from typing import Any
from uuid import uuid4

EVIDENCE = "The same three pages in the same hour, and one odd phrase."


def somename() -> str:
    return f"Quiet visitor {uuid4().hex[:12]}"


async def test_two_found_to_be_one_share_what_stands_and_are_two_again_without_loss(people: Any) -> None:
    ban = await people.office.enacted()
    banned, other = ban["individual_id"], await people.somebody()
    name = somename()
    link = await people.link(other, account=name)
    before = await people.read(other)
    assert not await people.banned(name)
    await people.merge(banned, other)
    assert await people.banned(name)
    assert (await people.read(other))["same_as"] == [banned]
    assert (await people.read(other))["action_ids"] == [ban["id"]]
    later = somename()
    await people.link(banned, account=later)
    subject = await people.desk.get(f"/bans/v1/actions/{ban['id']}/subject", role="service", reason="event 1")
    assert {account["name"] for account in subject.json()["accounts"]} >= {name, later}
    party = await people.desk.post(f"/bans/v1/actions/{ban['id']}/party", {"wiki_user": name}, role="service", reason="event 1")
    assert party.json() == {"party": True}
    await people.split(other, banned)
    assert (await people.banned(name), await people.banned(later)) == (False, True)
    after = await people.read(other)
    assert (after["same_as"], after["action_ids"], after["identities"]) == ([], [], before["identities"])
    assert [one["state"] for one in after["merges"]] == ["split"]
    assert link == after["identities"][0]["id"]
    await people.merge(other, banned)
    assert await people.banned(name)
    assert [one["state"] for one in (await people.read(banned))["merges"]] == ["split", "standing"]


async def test_a_new_ban_on_either_of_two_merged_is_one_on_both(people: Any) -> None:
    one, other = await people.somebody(), await people.somebody()
    names = [somename(), somename()]
    await people.link(one, account=names[0])
    await people.link(other, account=names[1])
    spec = people.office.spec(accounts=[{"name": name} for name in names])
    assert people.office.codes(await people.office.propose(spec)) == ["several_individuals"]
    await people.merge(one, other)
    await people.office.enacted(people.office.spec(accounts=[{"name": names[0]}]))
    assert [await people.banned(name) for name in names] == [True, True]


async def test_what_stands_against_either_is_listed_for_both_as_long_as_they_are_one(people: Any) -> None:
    first, second = await people.office.enacted(), await people.office.enacted(people.office.spec("event_ban"))

    async def listed() -> list[list[str]]:
        asked = [f"/bans/v1/actions?individual_id={ban['individual_id']}" for ban in (first, second)]
        return [[one["id"] for one in (await people.desk.get(where, role="auditor")).json()["items"]] for where in asked]

    apart, together = [[first["id"]], [second["id"]]], [first["id"], second["id"]]
    assert await listed() == apart
    await people.merge(second["individual_id"], first["individual_id"])
    assert await listed() == [together, together]
    await people.split(first["individual_id"], second["individual_id"])
    assert await listed() == apart
    nobody = await people.desk.get(f"/bans/v1/actions?individual_id={uuid4()}", role="auditor")
    assert (nobody.status_code, nobody.json()["items"]) == (200, [])


async def test_a_merge_and_a_split_take_two_people_and_can_be_turned_down(people: Any) -> None:
    one, other, third = [await people.somebody() for _ in range(3)]
    codes = people.office.codes
    body = {"individual_id": other, "evidence": EVIDENCE}
    assert codes(await people.call("POST", f"/{one}/merge", {**body, "individual_id": one})) == ["merges_itself"]
    assert codes(await people.call("POST", f"/{one}/merge/confirmation", {"note": "Yes."}, sub="second")) == ["nothing_to_confirm"]
    assert (await people.call("POST", f"/{one}/merge", body)).status_code == 200
    assert codes(await people.call("POST", f"/{third}/merge", body)) == ["merge_waits"]
    assert codes(await people.call("POST", f"/{one}/merge/confirmation", {"note": "Yes."})) == ["confirms_own"]
    assert (await people.call("DELETE", f"/{other}/merge", {"reason": "They met."}, sub="second")).status_code == 200
    assert codes(await people.call("DELETE", f"/{one}/merge", {"reason": "They met."})) == ["nothing_to_confirm"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})) == ["not_merged"]
    await people.merge(one, other)
    await people.merge(other, third)
    assert codes(await people.call("POST", f"/{one}/merge", {**body, "individual_id": third})) == ["merged_already"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": third, "reason": "Two."})) == ["not_merged"]
    assert (await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})).status_code == 200
    assert codes(await people.call("POST", f"/{one}/split/confirmation", {"note": "Two."})) == ["confirms_own"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})) == ["merge_waits"]
    assert (await people.call("DELETE", f"/{one}/split", {"reason": "One."}, sub="second")).status_code == 200
    assert (await people.read(one))["same_as"] == sorted([other, third])
    await people.split(other, one)
    assert [(await people.read(who))["same_as"] for who in (one, other, third)] == [[], [third], [other]]
