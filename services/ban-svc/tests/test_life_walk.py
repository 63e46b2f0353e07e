"""Any order of what may happen to a ban: the check equals a slow look at the history, now and for each moment past (R16, R29)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
    accounts: dict[str, datetime] = field(default_factory=dict)

    def holds(self, at: datetime) -> bool:
        said = [end for since, end in self.ends if since <= at]
        end = said[-1] if said else None
        return self.began <= at and (end is None or at < end) and (self.over is None or at < self.over)

    def bans(self, name: str, wiki: str | None, at: datetime) -> bool:
        excepted = any(wiki == one and since <= at < until for one, since, until in self.permitted)
        return self.holds(at) and self.accounts[name] <= at and not excepted


class Walk:
    """One ban, and what is done to it."""

    def __init__(self, office: Any, ban: dict[str, Any], spec: dict[str, Any], history: History) -> None:
        self.office, self.ban, self.spec, self.history = office, ban, spec, history

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

    async def end_at(self, how: str, days: int) -> None:
        end = None if how == "never" else self.now() + timedelta(days=days)
        spec = {**self.spec, "expires_at": end.isoformat()} if end else {key: self.spec[key] for key in self.spec if key != "expires_at"}
        for nature in ("ordinary", "substantial_atypical"):
            answer = await self.post("modifications", {"spec": spec, "nature": nature, "note": "As follows."}, "eva", "evaluator")
            if "nature_understated" not in answer.text:
                break
        if answer.status_code != 200:
            return
        modification = answer.json()["modification"]
        if modification["route"] == "two_people":
            assert (await self.post("modifications/confirmation", {"note": "Agreed."}, "mona", "team_manager")).status_code == 200
        else:
            for level in LEVELS:
                assert (await self.office.sign(self.ban, level, digest=modification["digest"])).status_code == 200
            assert (await self.office.enact(self.ban)).status_code == 200
        self.spec = spec
        self.history.ends.append((self.now(), end))

    async def advance(self, _: str, days: int) -> None:
        await self.office.desk.advance(timedelta(days=days))

    async def link(self, *_: Any) -> None:
        name = f"Later visitor {uuid4().hex[:10]}"
        await self.office.enacted(self.office.spec("event_ban", accounts=[{"name": name}], individual_id=self.ban["individual_id"]))
        self.history.accounts[name] = self.now()

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
        who = {"performer": Performer(role="facilitator", id="fay"), "request_id": "r-1", "event_id": new_id(), "meta_dt": now}
        event = AppealChange.of("decided", state=state, prior=state, version=5, dt=now, **who)
        async with self.office.desk.runtime.edge("office_actions.appeal_change.v1:decided", access_reason="event") as edge:
            await DECIDED.apply(edge, event, None)
        if (await self.office.read(self.ban))["state"] != before:
            self.history.over = self.now()

    async def compare(self, moments: list[datetime]) -> None:
        for name in self.history.accounts:
            for wiki in (None, *WIKIS):
                asked = {"user": name} | ({"wiki": wiki} if wiki else {})
                assert (await self.office.check(**asked))["banned"] is self.history.bans(name, wiki, self.now()), (name, wiki)
                for at in moments:
                    past = {**asked, "at": at.isoformat()}
                    answer = await self.office.desk.get("/bans/v1/check", params=past, role="auditor")
                    assert answer.json()["banned"] is self.history.bans(name, wiki, at), (name, wiki, at)


@given(steps=STEPS)
@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_check_equals_a_slow_look_at_the_history(office: Any, steps: list[tuple[str, str, int]]) -> None:
    spec = office.spec()
    ban = await office.enacted(spec)
    began = datetime.fromisoformat(ban["enacted_at"])
    walk = Walk(office, ban, spec, History(began, accounts={spec["accounts"][0]["name"]: began}))
    moments: list[datetime] = []
    for step, word, number in steps:
        moments.append(walk.now())
        await getattr(walk, step)(word, number)
        await walk.compare(moments[-1:])
    await walk.compare(moments)
    assert await office.desk.findings() == []
