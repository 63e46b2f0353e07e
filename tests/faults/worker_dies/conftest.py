"""What is played while the house breaks, and how two plays are compared."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from chassis.edge import new_id
from chassis.fault import POINTS
from chassis.settings import SERVICES
from contracts.case import CaseChange
from office.demo import clock, steps
from office.demo.stage import Answer, Stage

STREAM = CaseChange.stream_name()
SCENARIO = {
    **dict.fromkeys(("ticker.read.after", "ticker.acted.before", "ticker.acted.after"), "date"),
    **dict.fromkeys(("ticker.parked.before", "ticker.parked.after"), "parked"),
}
"""Which scenario passes a point; all others are passed by `letter`."""

# No report of child protection: one that nobody decides on is insisted on by the hour, in every play that comes after.
THREAT = {"kind": "other", "channel": "emergency", "summary": "A threat to somebody.", "requester": clock.REPORT["requester"]}

HEARERS = ("ban", "appeals", "notify")


@dataclass
class Play:
    """Scenarios in one house, seen over HTTP: `send` puts a raw event on the stream of cases, `sql` looks into the database."""

    stage: Stage
    sql: Callable[..., Awaitable[Any]]
    send: Callable[[bytes, bytes], Awaitable[Any]]
    approved: list[Answer] = field(default_factory=list)
    undisturbed: dict[str, Counter[str]] = field(default_factory=dict)

    @staticmethod
    def scenario_of(point: str) -> str:
        """Name the scenario that passes a point."""
        return SCENARIO.get(point, "letter")

    async def begin(self, times: int = 1) -> None:
        """Get the actions ready for breaking each point so many times, and play each scenario once with nothing broken."""
        await self._prepare(1 + times * sum(self.scenario_of(point) == "letter" for point in POINTS))
        # What the requesters are told of their requests goes out now, and not in the first scenario.
        await self.stage.advance("PT2M")
        for scenario in ("letter", "date", "parked"):
            seen = await Effects(self.sql).begin()
            await self.play(scenario)
            self.undisturbed[scenario] = await seen.end()

    async def play(self, scenario: str) -> None:
        await getattr(self, scenario)()
        # To the end of it: what a requester is told of the request goes out after a minute.
        await self.stage.advance("PT2M")

    async def _prepare(self, count: int) -> None:
        """Bring that many actions to where they are approved."""
        cases = []
        for number in range(count):
            user = f"Example Troll {number}"
            case_id = (await steps.open_case(self.stage, user, number=number))["case_id"]
            await self.stage.post(f"/intake/v1/cases/{case_id}/assignment", "evaluator-1", {"assignee": "evaluator-1"})
            form = {"course": "act", "rationale": "Local governance does not reach far enough.", "action": steps.ban_of(user)}
            await self.stage.post(f"/intake/v1/cases/{case_id}/recommendations", "evaluator-1", form, want=201)
            cases.append(case_id)
        await self.stage.advance("PT0S")
        for case_id in cases:
            made = await self.stage.get(f"/bans/v1/actions?case_id={case_id}", "auditor-1", reason="following a case")
            self.approved.append(await steps.approve(self.stage, made["items"][0]))

    async def letter(self) -> None:
        """From approved to the letters to both parties."""
        action = self.approved.pop()
        await self.stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
        await self.stage.advance("PT2M")

        async def delivered() -> bool:
            found = await self.stage.get(f"/notify/v1/notifications?about={action['id']}", "auditor-1", reason="following a case")
            return sorted((one["party"], one["state"]) for one in found["items"]) == [("requester", "delivered"), ("subject", "delivered")]

        await self.stage.until(delivered, "both letters")

    async def date(self) -> None:
        """Two dates arrive: at risk and breached, each with its alert."""
        request = await self.stage.post("/intake/v1/requests", "requester_desk-1", THREAT, want=201)
        await self.stage.advance("PT25H")
        assert await clock.alerted(self.stage, request["case_id"], "alert_breached", reader="evaluator-1") == 1

    async def parked(self) -> None:
        """An event comes before the one that it follows: it is parked, and tried again when that one has come."""
        request = await steps.open_case(self.stage, f"Example Troll {uuid4().hex[:8]}")
        await self.stage.advance("PT0S")
        row = (await self.sql("SELECT key, payload FROM intake.outbox WHERE key LIKE $1", f"%{request['case_id']}%"))[0]
        first = CaseChange.model_validate_json(row["payload"])
        third, second = (_after(first, version) for version in (3, 2))

        async def all_have(table: str) -> bool:
            each = " + ".join(f"(SELECT count(*) FROM {one}.{table} WHERE event_id = $1)" for one in HEARERS)
            return bool((await self.sql(f"SELECT {each}", third.meta.id))[0][0] == len(HEARERS))

        await self.send(row["key"].encode(), third.to_bytes())
        await self.stage.until(lambda: all_have("parked"), "the event being parked by all who hear it")
        await self.send(row["key"].encode(), second.to_bytes())
        await self.stage.until(lambda: all_have("inbox"), "the event being heard after the one that it follows")


def _after(first: CaseChange, version: int) -> CaseChange:
    return CaseChange.of(
        "expanded", state=first.case, prior=first.case, version=version, dt=first.dt, performer=first.performer, cause=None,
        request_id=str(new_id()), event_id=new_id(), meta_dt=first.meta.dt,
    )  # fmt: skip


class Effects:
    """What happened in all five schemas between two moments, told so that two runs compare equal though every id and time differs.

    Times are left out, and so is what counts attempts: who looked how often, answers kept for repeats, seals. An id is told by the rows
    that it stands in: three rounds of naming every id after what is around it make two runs equal only if they hang together alike.
    """

    ATTEMPTS = frozenset({"access_log", "idempotency", "seal", "alembic_version"})
    COLUMNS = frozenset({"tries", "attempts", "traceparent", "changed"})
    IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b")
    TIMES = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:\d\d)?)?")

    def __init__(self, sql: Callable[..., Awaitable[list[asyncpg.Record]]]) -> None:
        self._sql = sql
        self._question = ""
        self._before: Counter[str] = Counter()

    async def begin(self) -> "Effects":
        """Remember what there is."""
        self._before = await self._rows()
        return self

    async def end(self) -> Counter[str]:
        """Tell what is new or has changed since."""
        rows = []
        for line in (await self._rows() - self._before).elements():
            table, _, row = line.partition(" ")
            found: list[str] = []
            rows.append((table, json.dumps(self._plain(json.loads(row), found)), found))
        names: dict[str, str] = {}
        for _ in range(3):
            places: dict[str, list[str]] = defaultdict(list)
            for table, row, found in rows:
                around = str((table, row, [names.get(one) for one in found]))
                for number, one in enumerate(found):
                    places[one].append(f"{number} {around}")
            names = {one: hashlib.sha256(str(sorted(told)).encode()).hexdigest()[:8] for one, told in places.items()}
        return Counter(f"{table} {row} {' '.join(names[one] for one in found)}" for table, row, found in rows)

    @staticmethod
    def unlike(found: Counter[str], wanted: Counter[str]) -> list[str]:
        """Tell what is missing (-) and what is too much (+): by the rows alone when they differ, else by how they hang together."""
        for told in (lambda line: line.rpartition("}")[0], str):
            ours, theirs = (Counter(map(told, one.elements())) for one in (found, wanted))
            if ours != theirs:
                return sorted([f"- {line}" for line in (theirs - ours).elements()] + [f"+ {line}" for line in (ours - theirs).elements()])
        return []

    async def _rows(self) -> Counter[str]:
        if not self._question:
            tables = await self._sql("SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1, 2", list(SERVICES))
            self._question = " UNION ALL ".join(
                f"SELECT '{schema}.{table} ' || to_jsonb(t)::text AS row FROM {schema}.{table} AS t"
                for schema, table in tables
                if table not in self.ATTEMPTS
            )
        return Counter(found["row"] for found in await self._sql(self._question))

    def _plain(self, value: Any, found: list[str]) -> Any:
        if isinstance(value, dict):
            kept = sorted(name for name, one in value.items() if name not in self.COLUMNS and not (name == "id" and isinstance(one, int)))
            return {name: self._plain(value[name], found) for name in kept}
        if isinstance(value, list):
            return [self._plain(one, found) for one in value]
        if not isinstance(value, str):
            return value
        if value.startswith("\\x"):
            try:
                return self._plain(json.loads(bytes.fromhex(value[2:])), found)
            except ValueError:
                return "sealed"
        found.extend(self.IDS.findall(value))
        return self.TIMES.sub("time", self.IDS.sub("id", value))


@pytest.fixture(scope="session")
def effects() -> type[Effects]:
    return Effects


@pytest.fixture(scope="session")
def playing() -> type[Play]:
    return Play
