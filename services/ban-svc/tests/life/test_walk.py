"""Any order of what may happen to a ban: check, person and what is owed equal a slow look at the history (R16, R17, R29, R93, D26)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import uuid4

from ban_svc.app import SERVICE
from chassis.edge import new_id
from contracts.appeal import AppealChange, AppealState
from contracts.envelope import Performer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

DECIDED = SERVICE.reactions["office_actions.appeal_change.v1"]["decided"]
WIKIS = ("awiki", "bwiki")
LEVELS = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("permit"), st.sampled_from(WIKIS), st.integers(1, 30)),
        st.tuples(st.just("end_at"), st.sampled_from(["two people", "chain", "never"]), st.integers(1, 60)),
        st.tuples(st.just("advance"), st.just(""), st.integers(1, 20)),
        st.tuples(st.just("link"), st.just(""), st.just(0)),
        st.tuples(st.just("name"), st.sampled_from(["add", "drop", "swap", "back"]), st.integers(0, 5)),
        st.tuples(st.just("range"), st.sampled_from(["add", "add", "drop", "part"]), st.integers(0, 5)),
        st.tuples(st.just("range"), st.just("add"), st.integers(0, 5)),
        st.tuples(st.just("carry_out"), st.just(""), st.just(0)),
        st.tuples(st.sampled_from(["lift", "overturn"]), st.just(""), st.just(0)),
    ),
    min_size=3,
    max_size=8,
)


@dataclass
class History:
    """What happened, in the order it did: kept apart from all code of the service."""

    began: datetime
    ends: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    over: datetime | None = None
    permitted: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    accounts: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    ranges: list[tuple[str, datetime, datetime, datetime | None]] = field(default_factory=list)

    def holds(self, at: datetime) -> bool:
        said = [end for since, end in self.ends if since <= at]
        end = said[-1] if said else None
        return self.began <= at and (end is None or at < end) and (self.over is None or at < self.over)

    def bans(self, name: str, wiki: str | None, at: datetime) -> bool:
        excepted = any(wiki == one and since <= at < until for one, since, until in self.permitted)
        theirs = any(since <= at and (until is None or at < until) for since, until in self.accounts[name])
        return self.holds(at) and theirs and not excepted

    def blocks(self, address: str, at: datetime) -> bool:
        held = any(
            ip_address(address) in ip_network(one) and since <= at < until and (gone is None or at < gone)
            for one, since, until, gone in self.ranges
        )
        return self.holds(at) and held

    def take(self, name: str, at: datetime) -> None:
        since, _ = self.accounts[name][-1]
        self.accounts[name][-1] = (since, at)


class Walk:
    """One ban, and what is done to it."""

    def __init__(self, office: Any, ban: dict[str, Any], spec: dict[str, Any], history: History) -> None:
        self.office, self.ban, self.spec, self.history = office, ban, spec, history
        self.block = f"10.{uuid4().int % 250}.{uuid4().int % 250}"
        # What is on the wikis: effect to whether it is done there, in the numbers of whoever signed first.
        self.numbers: dict[str, str] = {}
        self.wiki: dict[str, bool] = {}

    def now(self) -> datetime:
        found: datetime = self.office.desk.runtime.clock.law()
        return found

    async def post(self, what: str, body: dict[str, Any], sub: str, role: str) -> Any:
        return await self.office.desk.post(f"/bans/v1/actions/{self.ban['id']}/{what}", body, role=role, sub=sub)

    async def permit(self, wiki: str, days: int) -> None:
        until = self.now() + timedelta(days=days)
        body = {"scope": {"everywhere": False, "projects": [wiki]}, "until": until.isoformat(), "note": "An inquiry."}
        if (await self.post("permissions", body, "maja", "team_manager")).status_code == 200:
            assert (await self.post("permissions/confirmation", {"note": "Agreed."}, "mona", "team_manager")).status_code == 200
            self.history.permitted.append((wiki, self.now(), until))

    async def modified(self, spec: dict[str, Any]) -> bool:
        """Modify the ban by whoever must sign that; tell whether it may be."""
        for nature in ("ordinary", "substantial_atypical"):
            answer = await self.post("modifications", {"spec": spec, "nature": nature, "note": "As follows."}, "eva", "evaluator")
            if "nature_understated" not in answer.text:
                break
        if answer.status_code != 200:
            return False
        modification = answer.json()["modification"]
        if modification["route"] == "two_people":
            assert (await self.post("modifications/confirmation", {"note": "Agreed."}, "mona", "team_manager")).status_code == 200
        else:
            for level in LEVELS:
                assert (await self.office.sign(self.ban, level, digest=modification["digest"])).status_code == 200
            assert (await self.office.enact(self.ban)).status_code == 200
        self.spec = spec
        return True

    async def end_at(self, how: str, days: int) -> None:
        end = None if how == "never" else self.now() + timedelta(days=days)
        spec = {**self.spec, "expires_at": end.isoformat()} if end else {key: self.spec[key] for key in self.spec if key != "expires_at"}
        if not await self.modified(spec):
            return
        self.history.ends.append((self.now(), end))
        for address, effect in self.numbers.items():
            # A block carries the end of the decision on the wiki.
            if "/" in address and self.wiki.get(effect):
                self.wiki[effect] = False

    async def name(self, how: str, number: int) -> None:
        """Name an account more, one less, one for another, or again one that was taken away."""
        now_named = [one["name"] for one in self.spec["accounts"]]
        gone = [name for name in self.numbers if name.startswith("Named") and name not in now_named]
        come = (
            [gone[number % len(gone)]]
            if how == "back" and gone
            else [f"Named visitor {uuid4().hex[:10]}"]
            if how in ("add", "swap")
            else []
        )
        drop = [now_named[number % len(now_named)]] if how in ("drop", "swap") else []
        accounts = [{"name": name} for name in now_named if name not in drop] + [{"name": name} for name in come]
        if not accounts or not await self.modified({**self.spec, "accounts": accounts}):
            return
        for name in drop:
            self.history.take(name, self.now())
            self.let_go(name)
        for name in come:
            self.history.accounts.setdefault(name, []).append((self.now(), None))
            self.owe(name, "lock")

    async def range(self, how: str, number: int) -> None:
        """Name a range more, one less, or a part of one."""
        named = list(self.spec.get("addresses", []))
        fresh = next(one for one in (f"{self.block}.{16 * place}/28" for place in range(16)) if one not in self.numbers)
        chosen = named[number % len(named)] if named else None
        come, drop = {"add": (fresh, None), "drop": (None, chosen), "part": (chosen and chosen.replace("/28", "/30"), chosen)}[how]
        addresses = [one for one in named if one != drop] + ([come] if come and come != drop else [])
        spec = {**{key: self.spec[key] for key in self.spec if key != "addresses"}, **({"addresses": addresses} if addresses else {})}
        if addresses == named or come in self.numbers or not await self.modified(spec):
            return
        until, now = self.now() + timedelta(days=90), self.now()
        for place, (one, since, end, gone) in enumerate(self.history.ranges):
            if one == drop and gone is None:
                self.history.ranges[place] = (one, since, end, now)
                until = min(until, end) if come else until
        if drop:
            self.let_go(drop)
        if come:
            self.history.ranges.append((come, now, until, None))
            self.owe(come, "global_block")

    def owe(self, aim: str, effect: str) -> None:
        """What is named again keeps its number; what was locked and not yet unlocked stays locked."""
        several = [one for one in self.numbers.values() if one.partition(":")[0] == effect]
        name = self.numbers.setdefault(aim, f"{effect}:{len(several) + 1}" if several else effect)
        undone = self.wiki.pop(_undo(name), None)
        self.wiki[name] = undone is False

    def let_go(self, aim: str) -> None:
        if self.wiki.pop(self.numbers[aim]):
            self.wiki[_undo(self.numbers[aim])] = False

    async def carry_out(self, *_: Any) -> None:
        for one in (await self.office.read(self.ban))["enforcement"]:
            if one["state"] == "waiting" and (await self.office.receipt(self.ban, one["effect"])).status_code == 200:
                self.wiki[one["effect"]] = True

    async def advance(self, _: str, days: int) -> None:
        await self.office.desk.advance(timedelta(days=days))

    async def link(self, *_: Any) -> None:
        name = f"Later visitor {uuid4().hex[:10]}"
        await self.office.enacted(self.office.spec("event_ban", accounts=[{"name": name}], individual_id=self.ban["individual_id"]))
        self.history.accounts[name] = [(self.now(), None)]

    async def lift(self, *_: Any) -> None:
        if (await self.post("lift", {"reason": "Over.", "note": "Over."}, "maja", "team_manager")).status_code == 200:
            assert (await self.post("lift/confirmation", {"note": "Agreed."}, "dora", "director")).status_code == 200
            self.history.over = self.now()

    async def overturn(self, *_: Any) -> None:
        before = (await self.office.read(self.ban))["state"]
        now = datetime(2026, 11, 2, 9, tzinfo=UTC)
        state = AppealState.model_validate(
            {
                "appeal_id": new_id(),
                "decision": {"kind": "action", "id": self.ban["id"]},
                "route": "committee",
                "state": "decided",
                "appellant_role": "subject",
                "filed_at": now,
                "outcome": "overturned",
                "decided_at": now,
            }
        )
        who: dict[str, Any] = {
            "performer": Performer(role="facilitator", id="fay"),
            "request_id": "r-1",
            "event_id": new_id(),
            "meta_dt": now,
        }
        event = AppealChange.of("decided", state=state, prior=state, version=5, dt=now, **who)
        async with self.office.desk.runtime.edge("office_actions.appeal_change.v1:decided", access_reason="event") as edge:
            await DECIDED.apply(edge, event, None)
        if (await self.office.read(self.ban))["state"] != before:
            self.history.over = self.now()

    async def compare(self, moments: list[datetime]) -> None:
        shown = await self.office.read(self.ban)
        if shown["state"] in ("enacted", "enforced"):
            assert {one["effect"]: one["state"] == "done" for one in shown["enforcement"]} == self.wiki
        for network, *_ in self.history.ranges:
            address = network.partition("/")[0]
            assert (await self.office.check(ip=address))["banned"] is self.history.blocks(address, self.now()), address
        for name in self.history.accounts:
            for wiki in (None, *WIKIS):
                asked = {"user": name} | ({"wiki": wiki} if wiki else {})
                assert (await self.office.check(**asked))["banned"] is self.history.bans(name, wiki, self.now()), (name, wiki)
                for at in moments:
                    past = {**asked, "at": at.isoformat()}
                    answer = await self.office.desk.get("/bans/v1/check", params=past, role="auditor")
                    assert answer.json()["banned"] is self.history.bans(name, wiki, at), (name, wiki, at)


def _undo(effect: str) -> str:
    what, _, place = effect.partition(":")
    return {"lock": "unlock", "global_block": "global_unblock"}[what] + (f":{place}" if place else "")


@given(steps=STEPS)
@settings(
    max_examples=14,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_check_equals_a_slow_look_at_the_history(office: Any, steps: list[tuple[str, str, int]]) -> None:
    first = f"Named visitor {uuid4().hex[:10]}"
    spec = office.spec(accounts=[{"name": first}])
    ban = await office.enacted(spec)
    began = datetime.fromisoformat(ban["enacted_at"])
    walk = Walk(office, ban, spec, History(began, accounts={first: [(began, None)]}))
    walk.owe(first, "lock")
    moments: list[datetime] = []
    for step, word, number in steps:
        moments.append(walk.now())
        await getattr(walk, step)(word, number)
        await walk.compare(moments[-1:])
    await walk.compare(moments)
    assert await office.desk.findings() == []
