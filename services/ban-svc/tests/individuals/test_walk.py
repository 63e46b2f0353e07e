"""Links, bans, merges and splits in any order: the check equals a slow look at the history (R17, D23)."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest


class Slowly:
    """What is true by the history alone: who was linked to whom, merged with whom, banned until when."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.pairs: set[tuple[str, str]] = set()
        self.bans: dict[str, str] = {}

    def persons(self, one: str) -> set[str]:
        reached, waiting = {one}, [one]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in self.pairs if a == here} | {a for a, b in self.pairs if b == here}
            waiting += near - reached
            reached |= near
        return reached

    def banned(self, name: str) -> bool:
        owner = self.accounts.get(name)
        return owner is not None and any(owner in self.persons(person) for person in self.bans.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_any_order_the_check_says_what_a_slow_look_at_the_history_says(people: Any, seed: int) -> None:
    """Links, bans, their ends and lifts, merges and splits in any order: memory, table and history agree after every step."""
    chance = random.Random(seed)
    slowly = Slowly()
    ids = [await people.somebody() for _ in range(4)]
    names = [f"Walker {seed} {number} {uuid4().hex[:8]}" for number in range(6)]
    links: dict[str, str] = {}
    ending: set[str] = set()
    enacted = 0
    for _ in range(26):
        step = chance.choice(("link", "link", "unlink", "merge", "merge", "split", "ban", "ban", "lift", "wait"))
        one, other = chance.sample(ids, 2)
        free = [name for name in names if name not in slowly.accounts]
        if step == "link" and free:
            links[free[0]] = await people.link(one, account=free[0])
            slowly.accounts[free[0]] = one
        elif step == "unlink" and links:
            name = chance.choice(sorted(links))
            assert (await people.unlink(slowly.accounts[name], links.pop(name))).status_code == 200
            del slowly.accounts[name]
        elif step == "merge" and other not in slowly.persons(one):
            await people.merge(one, other)
            slowly.pairs.add((one, other))
        elif step == "split" and slowly.pairs:
            pair = chance.choice(sorted(slowly.pairs))
            await people.split(*pair)
            slowly.pairs.remove(pair)
        elif step == "ban" and not any(owner in slowly.persons(one) for owner in slowly.bans.values()):
            short = chance.random() < 0.5
            end = (people.desk.runtime.clock.law() + timedelta(hours=1)).isoformat() if short else None
            ban = await people.office.enacted(people.office.spec(accounts=None, individual_id=one, expires_at=end))
            slowly.bans[ban["id"]] = one
            ending |= {ban["id"]} if short else set()
            enacted += 1
        elif step == "lift" and slowly.bans:
            await people.lift(chance.choice(sorted(slowly.bans)), slowly)
        elif step == "wait":
            await people.desk.advance(timedelta(hours=2))
            slowly.bans = {ban: owner for ban, owner in slowly.bans.items() if ban not in ending}
        assert [await people.banned(name) for name in names] == [slowly.banned(name) for name in names], step
        assert await people.desk.findings() == []
    assert enacted
