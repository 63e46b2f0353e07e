"""A decision's life in any order: the check equals a slow look at the history, every state has its row in the trail (R16-R36, D23, D26).

One machine has persons, links, merges and splits, global and event bans, range blocks, permissions, modifications, lifts, appeals, what a
second person turns down, receipts, and time. What each step does to the past is reckoned in `conftest.py`, apart from the service's code.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

WIKIS = ("awiki", "bwiki")
COUNTRIES = ("NL", "BE")
CHAIN = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")
NUMBER, DAYS, MOSTLY = st.integers(0, 1000), st.integers(1, 60), st.sampled_from((True, True, True, False))
STEPS = "enact enact block link unlink merge merge split permit end modify modify modify carry_out advance".split()  # noqa: SIM905 - a list
MODIFIES = ("end", "add", "drop", "swap", "back", "range", "range", "less", "part", "end")
# What comes about at least once, or the walk shows nothing.
EVERY = {"global_ban", "event_ban", "block", "link", "unlink", "merge", "merge refused", "split", "split refused", "advance", "permit"}
EVERY |= {"permit refused", "lift", "lift refused", "overturn", "name", "range", "end at"}


class Walk(RuleBasedStateMachine):
    """What may be done, in any order; what the law refuses changes neither the answers nor the past."""

    office: ClassVar[Any]
    kit: ClassVar[Any]
    loop: ClassVar[asyncio.AbstractEventLoop]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.past, self.hands, self.moments = self.kit.past(), self.kit.hands, list[datetime]()
        # Of its own in the database, and in the same order at every run.
        self.mark, self.numbers = uuid4().hex[:8], count()
        place = f"10.{uuid4().int % 250}.{uuid4().int % 250}"
        self.unused = (f"{place}.{16 * number}/28" for number in range(16))

    def visitor(self, kind: str) -> str:
        return f"{kind} visitor {self.mark} {next(self.numbers):03}"

    def now(self) -> datetime:
        found: datetime = self.office.desk.runtime.clock.law()
        return found

    def wait(self, step: Coroutine[Any, Any, Any]) -> Any:
        """Have the loop of the desk take a step."""
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(120)

    def call(self, *told: Any) -> Any:
        answer = self.wait(self.hands.call(*told))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def by_two(self, what: str, where: str, body: dict[str, Any], *, agree: bool, **who: str) -> bool:
        """Tell whether two people did it; what was turned down changes nothing."""
        came = self.wait(self.hands.by_two(where, body, agree=agree, **who))
        self.done[what if agree else f"{what} refused"] += came
        return came and agree

    @initialize(global_ban=st.booleans())
    def begin(self, *, global_ban: bool) -> None:
        for place, country in enumerate(COUNTRIES):
            opens = (self.now() + timedelta(days=15 + 40 * place)).date()
            told = {"id": f"meeting-{uuid4().hex[:12]}", "countries": [country], "organiser": "foundation"}
            self.call("events", {**told, "starts": str(opens), "ends": str(opens + timedelta(days=2))}, "event_steward", "steffi")
            self.past.events.append(self.kit.event(told["id"], country, datetime.combine(opens, time(), UTC)))
        self.past.individuals += [self.call("individuals", {}, "evaluator", "eva")["id"] for _ in range(3)]
        self.link(who=1)
        self.enact(kind=int(not global_ban), who=0, days=30, how=4)

    @rule(what=st.sampled_from(STEPS), which=NUMBER, how=NUMBER, days=DAYS, agree=MOSTLY)
    def step(self, what: str, which: int, how: int, days: int, *, agree: bool) -> None:
        takes: dict[str, Callable[[], None]] = {
            "enact": lambda: self.enact(how, which, days, which + days),
            "block": lambda: self.block(which),
            "link": lambda: self.link(which),
            "unlink": lambda: self.unlink(which),
            "merge": lambda: self.merge(which, how, agree=agree),
            "split": lambda: self.split(which, agree=agree),
            "permit": lambda: self.permit(which, how, days, agree=agree),
            "end": lambda: self.end(which, ("lift", "lift refused", "overturn")[how % 3]),
            "modify": lambda: self.modify(which, MODIFIES[how % len(MODIFIES)], days, agree=agree),
            "carry_out": lambda: self.carry_out(which),
            "advance": lambda: self.advance(days // 3 + 1),
        }
        takes[what]()

    def enact(self, kind: int, who: int, days: int, how: int) -> None:
        """Decide a ban, with an end or without, that names an account of its own, one that is linked, or nobody beside the person."""
        individual = self.past.individuals[who % len(self.past.individuals)]
        linked = [name for name, owner in self.past.undone_at if owner == individual]
        named = ([], [self.visitor("Named")], linked[:1])[how % 3]
        spec = self.office.spec("event_ban" if kind % 2 else "global_ban", accounts=[{"name": name} for name in named] or None)
        spec["individual_id"] = individual
        if kind % 2:
            event = self.past.events[how % 2]
            scopes = {"everywhere": True}, {"everywhere": False, "countries": [event.country]}, {"everywhere": False, "events": [event.id]}
            spec["scope"] = scopes[days % 3]
        if how % 2:
            spec["expires_at"] = (self.now() + timedelta(days=days)).isoformat()
        proposed = self.wait(self.office.propose(spec))
        if proposed.status_code != 201:
            self.done["enact: not lawful"] += 1
            return
        action = self.wait(self.office.signed(proposed.json(), *CHAIN[:-1]))
        assert self.wait(self.office.enact(action)).status_code == 409
        assert self.wait(self.office.sign(action, CHAIN[-1])).status_code == 200
        enacted = self.wait(self.office.enact(action)).json()
        ban = self.kit.ban(enacted["id"], spec, individual, datetime.fromisoformat(enacted["enacted_at"]))
        ban.ends.append((ban.began, datetime.fromisoformat(spec["expires_at"]) if how % 2 else None))
        for name in named:
            ban.name(name, ban.began)
        self.past.bans.append(ban)
        self.done[ban.kind] += 1

    def block(self, which: int) -> None:
        bans, network = [ban for ban in self.past.bans if ban.kind == "global_ban"], next(self.unused, None)
        if not bans or network is None:
            return
        ban = bans[which % len(bans)]
        proposed = self.wait(self.office.propose(self.office.spec("range_block", enforces=ban.id, addresses=[network])))
        if proposed.status_code == 201:
            enacted = self.wait(self.office.enact(self.wait(self.office.signed(proposed.json())))).json()
            self.past.blocks.append(self.kit.block(enacted["id"], network, ban, datetime.fromisoformat(enacted["enacted_at"])))
            self.done["block"] += 1

    def link(self, who: int) -> None:
        individual, name = self.past.individuals[who % len(self.past.individuals)], self.visitor("Linked")
        body = {"account": name, "confidence": "confirmed", "evidence": "The same three pages in the same hour, and one odd phrase."}
        link = self.call(f"individuals/{individual}/identities", body, "evaluator", "eva")["id"]
        where = f"individuals/{individual}/identities/{link}"
        self.call(f"{where}/confirmation", {"note": "So it is."}, "evaluator", "second")
        self.past.link(name, individual, where, self.now())
        self.done["link"] += 1

    def unlink(self, which: int) -> None:
        if not self.past.undone_at:
            return
        found = sorted(self.past.undone_at)[which % len(self.past.undone_at)]
        told = {"reason": "It was somebody else."}
        # What a decision has come to name is its own to let go.
        if self.wait(self.hands.call(self.past.undone_at[found], told, "evaluator", "eva", "DELETE")).status_code == 200:
            self.past.unlink(found, self.now())
            self.done["unlink"] += 1

    def merge(self, which: int, how: int, *, agree: bool) -> None:
        one, other = (self.past.individuals[place % 3] for place in (which, which + 1 + how % 2))
        if other in self.past.person(one, self.now()):
            return
        body = {"individual_id": other, "evidence": "Both wrote of the same journey."}
        if self.by_two("merge", f"individuals/{one}/merge", body, agree=agree, role="evaluator", sub="eva"):
            self.past.merge((one, other), self.now())

    def split(self, which: int, *, agree: bool) -> None:
        if not (pairs := self.past.merged()):
            return
        pair = pairs[which % len(pairs)]
        body = {"individual_id": pair[1], "reason": "They are two."}
        if self.by_two("split", f"individuals/{pair[0]}/split", body, agree=agree, role="evaluator", sub="eva"):
            self.past.split(pair, self.now())

    def permit(self, which: int, what: int, days: int, *, agree: bool) -> None:
        ban, until = self.past.ban(which), self.now() + timedelta(days=days)
        event, wiki = self.past.events[what % 2].id, WIKIS[what % 2]
        scope = {"everywhere": False, **({"projects": [wiki]} if what % 3 else {"events": [event]})}
        body = {"scope": scope, "until": until.isoformat(), "note": "An inquiry."}
        if self.by_two("permit", f"actions/{ban.id}/permissions", body, agree=agree):
            ban.permitted.append((wiki if what % 3 else event, self.now(), until))

    def end(self, which: int, how: str) -> None:
        ban, served = self.past.ban(which), {"reason": "It has served its purpose.", "note": "Quiet years."}
        if how.startswith("lift") and self.by_two("lift", f"actions/{ban.id}/lift", served, agree=how == "lift"):
            ban.over = self.now()
        if how == "overturn" and self.wait(self.hands.overturned(ban)):
            ban.over = self.now()
            self.done["overturn"] += 1

    def modified(self, ban: Any, what: str, *, agree: bool = True, **changes: Any) -> bool:
        spec = {name: value for name, value in {**ban.spec, **changes}.items() if value is not None}
        if not self.wait(self.hands.modified(ban, spec, agree=agree)):
            return False
        ban.spec = spec
        self.done[what] += 1
        return True

    def modify(self, which: int, how: str, number: int, *, agree: bool) -> None:
        ban = self.past.ban(which)
        change = self.name if how in ("add", "drop", "swap", "back") else self.end_at if how == "end" else self.range
        change(ban, how, number, agree=agree)

    def end_at(self, ban: Any, _: str, number: int, *, agree: bool) -> None:
        end = self.now() + timedelta(days=number % 60 + 1) if number % 2 else None
        if self.modified(ban, "end at", agree=agree, expires_at=end.isoformat() if end else None):
            ban.ends.append((self.now(), end))
            ban.owe_ends()

    def name(self, ban: Any, how: str, number: int, *, agree: bool) -> None:
        """Name an account more, one less, one for another, or again one that was taken away."""
        named = [one["name"] for one in ban.spec.get("accounts", [])]
        gone = sorted(name for name in ban.named if name not in named and name.startswith("Named"))
        come = [gone[number % len(gone)]] if how == "back" and gone else [self.visitor("Named")] if how in ("add", "swap") else []
        drop = [named[number % len(named)]] if how in ("drop", "swap") and named else []
        accounts = [{"name": name} for name in (*named, *come) if name not in drop]
        if accounts and (come or drop) and self.modified(ban, "name", agree=agree, accounts=accounts):
            for name in drop:
                ban.drop(name, self.now())
            for name in come:
                ban.name(name, self.now())

    def range(self, ban: Any, how: str, number: int, *, agree: bool) -> None:
        """Name a range more, one less, or a part of one."""
        named = list(ban.spec.get("addresses", []))
        chosen = named[number % len(named)] if named else None
        come = next(self.unused, None) if how == "range" else chosen and chosen.replace("/28", "/30") if how == "part" else None
        drop = None if how == "range" else chosen
        addresses = [one for one in named if one != drop] + ([come] if come and come != drop else [])
        may = ban.kind == "global_ban" and addresses != named and come not in ban.numbers
        if may and self.modified(ban, "range", agree=agree, addresses=addresses or None):
            ban.name_range(drop, come, self.now())

    def carry_out(self, which: int) -> None:
        ban = self.past.ban(which)
        action = {"id": ban.id, "kind": ban.kind}
        for one in self.wait(self.office.read(action))["enforcement"]:
            if one["state"] == "waiting" and self.wait(self.office.receipt(action, one["effect"])).status_code == 200:
                ban.wiki[one["effect"]] = True

    def advance(self, days: int) -> None:
        self.wait(self.office.desk.advance(timedelta(days=days)))
        self.done["advance"] += 1

    @invariant()
    def the_check_equals_a_slow_look(self) -> None:
        """Now, and at a moment between the steps; tooling is told of wikis, the auditor of the past and of events."""
        if not self.past.bans:
            return
        now, past = self.now(), self.past
        asked = [(name, wiki) for name in past.names() for wiki in (None, *WIKIS)]
        people = [{"user": name} | ({"wiki": wiki} if wiki else {}) for name, wiki in asked]
        self.same({"subjects": people}, [past.banned(name, wiki, now) for name, wiki in asked], asked)
        addresses = past.addresses()
        self.same({"subjects": [{"ip": one} for one in addresses]}, [past.blocked(one, now) for one in addresses], addresses)
        names = past.names()
        for event in past.events:
            expected = [past.kept_out(name, event, now) for name in names]
            self.same({"subjects": [{"user": name} for name in names], "event": event.id}, expected, names, role="auditor")
        for at in self.moments[-1:]:
            expected = [past.banned(name, wiki, at) for name, wiki in asked]
            self.same({"subjects": people, "at": at.isoformat()}, expected, asked, role="auditor")
        self.moments.append(now)
        assert self.wait(self.hands.unaudited(past)) == []

    def same(self, question: dict[str, Any], expected: list[bool], asked: list[Any], role: str = "tooling") -> None:
        if asked:
            answers = self.wait(self.hands.call("check", question, role, "tool")).json()["results"]
            found = dict(zip(map(str, asked), [one["banned"] for one in answers], strict=True))
            assert found == dict(zip(map(str, asked), expected, strict=True)), {k: v for k, v in question.items() if k != "subjects"}

    def teardown(self) -> None:
        """At the end every moment is asked about again, and what is on the wikis; no invariant is broken."""
        for at in self.moments[:-1:3]:
            asked = [(name, wiki) for name in self.past.names() for wiki in (None, *WIKIS)]
            people = [{"user": name} | ({"wiki": wiki} if wiki else {}) for name, wiki in asked]
            expected = [self.past.banned(name, wiki, at) for name, wiki in asked]
            self.same({"subjects": people, "at": at.isoformat()}, expected, asked, role="auditor")
        for ban in self.past.bans:
            shown = self.wait(self.office.read({"id": ban.id, "kind": ban.kind}))
            if shown["state"] in ("enacted", "enforced"):
                assert {one["effect"]: one["state"] == "done" for one in shown["enforcement"]} == ban.wiki
        assert self.wait(self.office.desk.findings()) == []


def each_kind_once(walk: Walk) -> None:
    """Take a step of every kind, so that the walks at random are not left to bring about the rare ones."""
    walk.begin(global_ban=True)
    steps: tuple[Callable[[], None], ...] = (
        lambda: walk.permit(0, 1, 10, agree=False),
        lambda: walk.permit(0, 1, 10, agree=True),
        lambda: walk.block(0),
        lambda: walk.modify(0, "add", 0, agree=True),
        lambda: walk.modify(0, "range", 0, agree=True),
        lambda: walk.modify(0, "end", 45, agree=True),
        lambda: walk.link(2),
        lambda: walk.unlink(0),
        lambda: walk.merge(0, 0, agree=False),
        lambda: walk.merge(0, 0, agree=True),
        lambda: walk.split(0, agree=False),
        lambda: walk.split(0, agree=True),
        lambda: walk.enact(1, 2, 10, 1),
        lambda: walk.advance(3),
        lambda: walk.end(0, "lift refused"),
        lambda: walk.end(0, "lift"),
        lambda: walk.enact(0, 1, 10, 4),
        lambda: walk.end(2, "overturn"),
    )
    for step in steps:
        walk.the_check_equals_a_slow_look()
        step()
    walk.the_check_equals_a_slow_look()
    walk.teardown()


async def walked(office: Any, kit: Any, *, walks: int, steps: int, same: bool = False) -> Counter[str]:
    """Walk so many times, so many steps, the same ways at every run or others; tell how often each thing came about."""
    told = {"office": office, "kit": kit, "loop": asyncio.get_running_loop(), "done": Counter[str]()}
    how = settings(
        max_examples=walks,
        stateful_step_count=steps,
        derandomize=same,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, type("Walk", (Walk,), told), settings=how)
    return told["done"]


async def test_in_any_order_the_check_equals_a_slow_look_at_the_history(office: Any, kit: Any) -> None:
    told = {"office": office, "kit": kit, "loop": asyncio.get_running_loop(), "done": Counter[str]()}
    walk = type("Walk", (Walk,), told)()
    await asyncio.to_thread(each_kind_once, walk)
    assert not EVERY - set(+walk.done), walk.done
    await walked(office, kit, walks=6, steps=20, same=True)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
async def test_in_many_orders_and_for_long(office: Any, kit: Any) -> None:
    done = await walked(office, kit, walks=80, steps=50)
    assert not EVERY - set(+done), done
