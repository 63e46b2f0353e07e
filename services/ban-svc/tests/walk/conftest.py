"""What happened to persons and to the decisions on them, and what follows from that alone; and the hands that do it over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from ban_svc.app import SERVICE
from chassis.edge import new_id
from contracts.appeal import AppealChange, AppealState
from contracts.envelope import Performer

DECIDED = SERVICE.reactions["office_actions.appeal_change.v1"]["decided"]
CHAIN = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")
Span = tuple[datetime, datetime | None]
Spans = dict[Any, list[Span]]


def lasts(spans: list[Span], at: datetime) -> bool:
    return any(since <= at and (until is None or at < until) for since, until in spans)


def begin(spans: Spans, what: Any, at: datetime) -> None:
    spans.setdefault(what, []).append((at, None))


def cease(spans: Spans, what: Any, at: datetime) -> None:
    spans[what][-1] = (spans[what][-1][0], at)


@dataclass(eq=False)
class Event:
    """An event of one country, which opens and closes."""

    id: str
    country: str
    opens: datetime


@dataclass(eq=False)
class Ban:
    """A decision in force, or that was: `named` are accounts, `ranges` have the ninety days of each beside the time that it was named."""

    id: str
    spec: dict[str, Any]
    individual: str
    began: datetime
    ends: list[Span] = field(default_factory=list)
    over: datetime | None = None
    permitted: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    named: Spans = field(default_factory=dict)
    ranges: list[tuple[str, datetime, datetime, datetime | None]] = field(default_factory=list)
    # What is on the wikis: effect to whether it is done there, in the numbers of whoever signed first.
    numbers: dict[str, str] = field(default_factory=dict)
    wiki: dict[str, bool] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.spec["kind"])

    def end(self, at: datetime) -> datetime | None:
        said = [until for since, until in self.ends if since <= at]
        return said[-1] if said else None

    def holds(self, at: datetime) -> bool:
        end = self.end(at)
        return self.began <= at and (end is None or at < end) and (self.over is None or at < self.over)

    def excepts(self, what: str, at: datetime) -> bool:
        return any(what == one and since <= at < until for one, since, until in self.permitted)

    def names_range(self, address: str, at: datetime) -> bool:
        return any(
            ip_address(address) in ip_network(one) and since <= at < until and (gone is None or at < gone)
            for one, since, until, gone in self.ranges
        )

    def keeps_from(self, event: Event) -> bool:
        scope = self.spec.get("scope")
        if scope is None or scope["everywhere"]:
            return True
        return event.id in scope.get("events", []) if "events" in scope else event.country in scope["countries"]

    def name(self, account: str, at: datetime) -> None:
        begin(self.named, account, at)
        if self.kind == "global_ban":
            self.owe(account, "lock")

    def drop(self, account: str, at: datetime) -> None:
        cease(self.named, account, at)
        if self.kind == "global_ban":
            self.let_go(account)

    def name_range(self, drop: str | None, come: str | None, at: datetime) -> None:
        """An address that a ban names counts for ninety days, and a part of one no longer than the whole."""
        until = at + timedelta(days=90)
        for place, (one, since, end, gone) in enumerate(self.ranges):
            if one == drop and gone is None:
                self.ranges[place] = (one, since, end, at)
                until = min(until, end) if come else until
        if drop:
            self.let_go(drop)
        if come:
            self.ranges.append((come, at, until, None))
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

    def owe_ends(self) -> None:
        """A block carries the end of the decision on the wiki."""
        for aim, effect in self.numbers.items():
            if "/" in aim and self.wiki.get(effect):
                self.wiki[effect] = False


@dataclass(eq=False)
class Block:
    """A range kept out to enforce a ban: it ends with that, also where its end comes nearer, and never later again."""

    id: str
    network: str
    ban: Ban
    began: datetime

    def holds(self, at: datetime) -> bool:
        at_first = self.ban.end(self.began)
        ends = [at_first, *(until for since, until in self.ban.ends if self.began < since <= at)]
        over = [one for one in (*ends, self.ban.over) if one is not None]
        return self.began <= at and all(at < one for one in over)


@dataclass(eq=False)
class Past:
    """Everything that happened, in the order it did: no line of it asks the service."""

    individuals: list[str] = field(default_factory=list)
    # Where each link that stands is undone.
    undone_at: dict[tuple[str, str], str] = field(default_factory=dict)
    links: dict[tuple[str, str], list[Span]] = field(default_factory=dict)
    merges: dict[tuple[str, str], list[Span]] = field(default_factory=dict)
    bans: list[Ban] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def link(self, name: str, owner: str, undone_at: str, at: datetime) -> None:
        begin(self.links, (name, owner), at)
        self.undone_at[name, owner] = undone_at

    def unlink(self, link: tuple[str, str], at: datetime) -> None:
        cease(self.links, link, at)
        del self.undone_at[link]

    def merge(self, pair: tuple[str, str], at: datetime) -> None:
        begin(self.merges, pair, at)

    def split(self, pair: tuple[str, str], at: datetime) -> None:
        cease(self.merges, pair, at)

    def merged(self) -> list[tuple[str, str]]:
        return sorted(pair for pair, spans in self.merges.items() if spans[-1][1] is None)

    def ban(self, which: int) -> Ban:
        return self.bans[which % len(self.bans)]

    def person(self, one: str, at: datetime) -> set[str]:
        """Everybody who counts as one with this individual."""
        reached, waiting = {one}, [one]
        pairs = [pair for pair, spans in self.merges.items() if lasts(spans, at)]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            waiting += near - reached
            reached |= near
        return reached

    def owners(self, name: str, at: datetime) -> set[str]:
        """Whose an account is: by a link of two people, or because a decision names it, or named it when it ended."""
        linked = {who for (account, who), spans in self.links.items() if account == name and lasts(spans, at)}
        return linked | {ban.individual for ban in self.bans if lasts(ban.named.get(name, []), at)}

    def against(self, name: str, at: datetime) -> Iterator[Ban]:
        owners = self.owners(name, at)
        for ban in self.bans:
            if ban.holds(at) and owners & self.person(ban.individual, at):
                yield ban

    def banned(self, name: str, wiki: str | None, at: datetime) -> bool:
        return any(ban.kind == "global_ban" and not ban.excepts(wiki or "", at) for ban in self.against(name, at))

    def kept_out(self, name: str, event: Event, asked: datetime) -> bool:
        at = max(asked, event.opens)
        return any(ban.keeps_from(event) and not ban.excepts(event.id, at) for ban in self.against(name, at))

    def blocked(self, address: str, at: datetime) -> bool:
        named = any(ban.holds(at) and ban.names_range(address, at) for ban in self.bans)
        return named or any(ip_address(address) in ip_network(one.network) and one.holds(at) for one in self.blocks)

    def names(self) -> list[str]:
        named = [name for ban in self.bans for name in ban.named]
        return sorted({account for account, _ in self.links} | set(named))

    def addresses(self) -> list[str]:
        """Of every range the first address and the last."""
        found = [one for ban in self.bans for one, *_ in ban.ranges] + [one.network for one in self.blocks]
        return sorted({str(ip_network(one)[place]) for one in found for place in (0, -1)})


def _undo(effect: str) -> str:
    what, _, place = effect.partition(":")
    return {"lock": "unlock", "global_block": "global_unblock"}[what] + (f":{place}" if place else "")


# What was said of an action and is not in the trail as it was said; what the trail goes on from without having come there; where it ends.
UNAUDITED = """
WITH trail AS (SELECT *, lag(state) OVER (PARTITION BY aggregate_id ORDER BY at, id) AS before FROM audit
               WHERE aggregate = 'action' AND outcome = 'done' AND aggregate_id = ANY ($1::uuid[])),
     said AS (SELECT event_id, convert_from(payload, 'UTF8')::jsonb AS payload FROM outbox
              WHERE key = ANY (SELECT '{"action_id":"' || one || '"}' FROM unnest($1::uuid[]) AS one))
SELECT 'said' AS what, said.payload->>'action_change_kind' AS which FROM said LEFT JOIN trail t ON t.event_id = said.event_id
  WHERE t.state IS DISTINCT FROM said.payload->'action'->>'state'
UNION ALL SELECT 'came from', t.operation FROM trail t WHERE t.prior_state IS DISTINCT FROM t.before
UNION ALL SELECT 'is', a.state FROM action a WHERE a.id = ANY ($1::uuid[])
  AND a.state IS DISTINCT FROM (SELECT t.state FROM trail t WHERE t.aggregate_id = a.id ORDER BY t.at DESC, t.id DESC LIMIT 1)
UNION ALL SELECT 'person', i.id::text FROM individual i WHERE i.id = ANY ($2::uuid[])
  AND i.version > (SELECT count(*) FROM audit t WHERE t.aggregate_id = i.id AND t.outcome = 'done')
-- A decision in force, or a change of one, without every level over its very text; or a narrowing by one person.
UNION ALL SELECT 'unsigned', a.id::text FROM action a WHERE a.id = ANY ($1::uuid[]) AND a.enacted_at IS NOT NULL AND NOT a.levels <@ ARRAY(
  SELECT s.level::text FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest AND s.verdict = 'approve' AND s.by <> a.evaluator)
UNION ALL SELECT 'unsigned', m.id::text FROM modification m WHERE m.action_id = ANY ($1::uuid[]) AND m.state = 'confirmed' AND CASE m.route
  WHEN 'two_people' THEN m.by = m.confirmed_by ELSE NOT $3::text[] <@ ARRAY(
    SELECT s.level::text FROM modification_signature s WHERE s.modification_id = m.id AND s.verdict = 'approve' AND s.by <> m.by) END
"""


class Hands:
    """What is done to persons and decisions over HTTP; each tells whether the law let it be done."""

    def __init__(self, office: Any) -> None:
        self.office = office

    async def call(self, where: str, body: dict[str, Any], role: str, sub: str, method: str = "POST") -> Any:
        return await self.office.desk.call(method, f"/bans/v1/{where}", json=body, role=role, sub=sub)

    async def by_two(self, where: str, body: dict[str, Any], *, agree: bool, role: str = "team_manager", sub: str = "maja") -> bool:
        """One person proposes, a manager confirms it, or turns it down."""
        if (await self.call(where, body, role, sub)).status_code != 200:
            return False
        told = {"note": "Agreed."} if agree else {"reason": "Not now."}
        second = (f"{where}/confirmation", told, "team_manager", "mona") if agree else (where, told, "team_manager", "mona", "DELETE")
        answer = await self.call(*second)
        assert answer.status_code == 200, answer.text
        return True

    async def modified(self, ban: Ban, spec: dict[str, Any], *, agree: bool) -> bool:
        """Change the text of a ban by whoever must sign that; what needs two people only is turned down where they do not agree."""
        where = f"actions/{ban.id}"
        for nature in ("ordinary", "substantial_atypical"):
            body = {"spec": spec, "nature": nature, "note": "As follows."}
            answer = await self.call(f"{where}/modifications", body, "evaluator", "eva")
            if "nature_understated" not in answer.text:
                break
        if answer.status_code != 200:
            return False
        modification = answer.json()["modification"]
        if modification["route"] == "chain":
            for level in CHAIN:
                assert (await self.office.enact({"id": ban.id, "kind": ban.kind})).status_code != 200
                assert (await self.office.sign({"id": ban.id, "kind": ban.kind}, level, digest=modification["digest"])).status_code == 200
            answer = await self.office.enact({"id": ban.id, "kind": ban.kind})
        elif agree:
            answer = await self.call(f"{where}/modifications/confirmation", {"note": "Agreed."}, "team_manager", "mona")
        else:
            answer = await self.call(f"{where}/modifications", {"reason": "Not now."}, "team_manager", "mona", "DELETE")
        assert answer.status_code == 200, answer.text
        return agree or modification["route"] == "chain"

    async def overturned(self, ban: Ban) -> bool:
        """Have the committee decide so."""
        before, now = (await self.office.read({"id": ban.id, "kind": ban.kind}))["state"], datetime(2026, 11, 2, 9, tzinfo=UTC)
        told: dict[str, Any] = {"decision": {"kind": "action", "id": ban.id}, "route": "committee", "appellant_role": "subject"}
        told |= {"appeal_id": new_id(), "state": "decided", "filed_at": now, "outcome": "overturned", "decided_at": now}
        state, who = AppealState.model_validate(told), Performer(role="facilitator", id="fay")
        event = AppealChange.of(
            "decided", state=state, prior=state, version=5, dt=now, performer=who, request_id="r-1", event_id=new_id(), meta_dt=now
        )
        async with self.office.desk.runtime.edge("office_actions.appeal_change.v1:decided", access_reason="event") as edge:
            await DECIDED.apply(edge, event, None)
        return bool((await self.office.read({"id": ban.id, "kind": ban.kind}))["state"] != before)

    async def unaudited(self, past: Past) -> list[tuple[str, str]]:
        """Name what is in a state that nobody put on record, or in force without its signatures."""
        actions = [one.id for one in (*past.bans, *past.blocks)]
        found = await self.office.desk.sql(UNAUDITED, actions, past.individuals, CHAIN)
        return [(row["what"], row["which"]) for row in found]


@dataclass(frozen=True)
class Kit:
    """The past, and the hands, for the one who walks."""

    hands: Hands
    past: type[Past] = Past
    ban: type[Ban] = Ban
    block: type[Block] = Block
    event: type[Event] = Event


@pytest.fixture
async def kit(office: Any) -> Kit:
    return Kit(Hands(office))
