"""What is done to one person in the same moment is done one after the other (R17, D23)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

EVIDENCE = "The same three pages in the same hour, and one odd phrase."


def somename() -> str:
    return f"Quiet visitor {uuid4().hex[:12]}"


async def done(call: Callable[[], Awaitable[Any]]) -> Any:
    """Call, and come again as long as the service says so."""
    for _ in range(20):
        answer = await call()
        if answer.status_code != 503:
            return answer
        await asyncio.sleep(0.05)
    return answer


async def test_a_ban_and_a_link_in_the_same_moment_miss_each_other_never(people: Any) -> None:
    for _ in range(4):
        person, known, fresh = await people.somebody(), somename(), somename()
        await people.link(person, account=known)
        action = await people.office.signed(await people.office.proposed(people.office.spec(accounts=[{"name": known}])))
        link = (await people.propose(person, account=fresh)).json()["id"]
        ban, linked = await asyncio.gather(
            done(lambda action=action: people.office.enact(action)),
            done(lambda person=person, link=link: people.confirm(person, link)),
        )
        assert (ban.status_code, linked.status_code) == (200, 200)
        assert [await people.banned(name) for name in (known, fresh)] == [True, True]


async def test_one_account_confirmed_for_two_people_in_the_same_moment_is_of_one(people: Any) -> None:
    one, other, name = await people.somebody(), await people.somebody(), somename()
    links = [(person, (await people.propose(person, account=name)).json()["id"]) for person in (one, other)]
    answers = await asyncio.gather(*(done(lambda person=person, link=link: people.confirm(person, link)) for person, link in links))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    linked = await people.desk.sql(
        "SELECT individual_id FROM identity WHERE state = 'linked' AND id = ANY($1)", [UUID(link) for _, link in links]
    )
    assert len(linked) == 1


async def test_a_merge_and_a_link_in_the_same_moment_miss_each_other_never(people: Any) -> None:
    ban = await people.office.enacted()
    other, name = await people.somebody(), somename()
    link = (await people.propose(other, account=name)).json()["id"]
    body = {"individual_id": other, "evidence": EVIDENCE}
    assert (await people.call("POST", f"/{ban['individual_id']}/merge", body)).status_code == 200
    where = f"/{ban['individual_id']}/merge/confirmation"
    answers = await asyncio.gather(
        done(lambda: people.call("POST", where, {"note": "Yes."}, sub="second")), done(lambda: people.confirm(other, link))
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await people.banned(name)
