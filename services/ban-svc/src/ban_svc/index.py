"""The ban check's memory: keyed hash of an account, or network, to the moment its cover ends; no names (DESIGN 8, R20, R29, D15, D23).

Loaded in bulk at the start, patched by the process that enacts before it answers, read on by every other within half a second.
What has ended by the clock is not in force, whether or not anybody has noted it.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from chassis.errors import Unavailable
from chassis.log import logger
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ban_svc.hashes import Hashes, hashes_of

if TYPE_CHECKING:
    from chassis.edge import Edge
    from chassis.runtime import Runtime

log = logger(__name__)
LOOP = "index"
POLL = 0.5
BATCH = 10_000
_WIDTH = {4: 32, 6: 128}

# Event bans are answered to stewards from the table; tooling never learns of one (R37).
_ASKED = "(SELECT * FROM cover WHERE kind <> 'event_ban') AS asked"
_UNTIL = "max(coalesce(extract(epoch FROM ends_at)::float8, 'Infinity'::float8)) AS until"
# Each cover of an account that is excepted somewhere: its end, and wiki to the end of the exception (R16).
_DETAIL = "json_agg(json_build_array(extract(epoch FROM ends_at)::float8, permitted))::text"
_DETAILS = f"CASE WHEN bool_or(permitted IS NOT NULL) THEN {_DETAIL} END AS details"
_OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_ALL = text(f"SELECT name_hash, text(network) AS network, {_UNTIL} FROM {_ASKED} WHERE ends_at IS NULL OR ends_at > :law GROUP BY 1, 2")  # noqa: S608 - our own words
# A restored database may hold numbers of transactions that have not been yet: those rows were read at the start.
_CHANGED = """changed >= :since AND changed < pg_snapshot_xmax(pg_current_snapshot())::text::bigint"""
_PERMITTED = text(f"""
    SELECT name_hash, {_DETAIL} AS details FROM {_ASKED}
    WHERE name_hash IN (SELECT name_hash FROM cover WHERE permitted IS NOT NULL AND kind <> 'event_ban') GROUP BY 1
""")  # noqa: S608 - our own words
_WHOLE = text(f"SELECT name_hash, text(network) AS network, {_UNTIL} FROM {_ASKED} GROUP BY 1, 2")  # noqa: S608 - our own words


def _about(changed: str) -> TextClause:
    """Ask for the whole truth about every account and network of the rows that `changed` names.

    Arrays, and one question for accounts and one for networks: joined by OR they would have every row of the table read.
    """
    names, networks = (
        f"ANY(ARRAY(SELECT {what} FROM cover WHERE {changed} AND {column} IS NOT NULL))"  # noqa: S608 - our own words
        for column, what in (("name_hash", "name_hash"), ("network", "network::inet"))
    )
    return text(f"""
        SELECT name_hash, NULL AS network, {_UNTIL}, {_DETAILS} FROM {_ASKED}
        WHERE name_hash IS NOT NULL AND name_hash = {names} GROUP BY name_hash
        UNION ALL
        SELECT NULL, text(network), {_UNTIL}, NULL FROM {_ASKED} WHERE network = {networks} GROUP BY network
    """)  # noqa: S608 - our own words


_SINCE, _OF = _about(_CHANGED), _about("action_id = ANY(:actions)")


Covers = tuple[tuple[float, Mapping[str, float]], ...]
"""The covers of one account: the end of each, and the wikis that are excepted from it, each until when."""


class BanIndex:
    """Who is covered until when, in seconds since 1970 by the law's clock; infinity where a cover has no end."""

    def __init__(self, hashes: Hashes) -> None:
        """`hashes` are those of the keyring that the table was written under."""
        self._hashes = hashes
        self._accounts: dict[bytes, float] = {}
        # Few: only accounts that a permission excepts somewhere. Each cover apart, for an exception is from one ban.
        self._excepted: dict[bytes, Covers] = {}
        self._networks: dict[int, dict[int, dict[int, float]]] = {4: {}, 6: {}}
        # The same networks as they are asked: by how many bits of an address are not looked at, and how long a prefix that leaves.
        self._looks: dict[int, list[tuple[int, int, Callable[[int], float | None]]]] = {4: [], 6: []}
        self._patches = 0
        self._since: int | None = None

    @property
    def loaded(self) -> bool:
        """Whether it has been read once; before that nothing can be answered."""
        return self._since is not None

    def account_until(self, name: str, now: float, wiki: str | None = None) -> float | None:
        """Tell until when an account is covered, None when it is not, or is permitted on this wiki now.

        Raises:
            UserNameError: no account can have this name.
        """
        hashed = self._hashes.account(name)
        until = self._accounts.get(hashed)
        if until is None or now >= until:
            return None
        return until if wiki is None or hashed not in self._excepted else self._unless_permitted(hashed, wiki, now)

    def accounts_until(self, names: Sequence[tuple[str, str | None]], now: float) -> list[float | None]:
        """Tell the same of many names, each on its wiki, in their order, in far fewer calls; raises as `account_until`."""
        hashes = self._hashes.accounts([name for name, _ in names])
        found = [until if until is not None and now < until else None for until in map(self._accounts.get, hashes)]
        if self._excepted:
            for place, ((_, wiki), hashed) in enumerate(zip(names, hashes, strict=True)):
                if wiki is not None and hashed in self._excepted and found[place] is not None:
                    found[place] = self._unless_permitted(hashed, wiki, now)
        return found

    def _unless_permitted(self, hashed: bytes, wiki: str, now: float) -> float | None:
        """Tell until when an account is covered by what nothing excepts on this wiki now."""
        return max((end for end, wikis in self._excepted[hashed] if now < end and now >= wikis.get(wiki, 0.0)), default=None)

    def block_until(self, version: int, address: int, longest: int, now: float) -> float | None:
        """Tell until when an address, or a range that lies wholly inside a covered one, is covered; None when it is not.

        What is asked about is told as `kernel.addresses.block_of` gives it: IP version, first address, length of prefix.
        """
        found = 0.0
        for beyond, length, until_of in self._looks[version]:
            if length <= longest:
                until = until_of(address >> beyond)
                if until is not None and until > found:
                    found = until
        return found if now < found else None

    def put(self, rows: Iterable[Any]) -> None:
        """Take rows of (name_hash, network, until), each the whole truth about its account or network."""
        for name_hash, network, until in rows:
            # One infinity for all of them: an object each would cost 24 bytes an account.
            end = math.inf if until == math.inf else until
            if name_hash is not None:
                self._accounts[name_hash] = end
            else:
                version, length, number = place_of(network)
                networks = self._networks[version].get(length)
                if networks is None:
                    networks = self._networks[version][length] = {}
                    self._looks[version].append((_WIDTH[version] - length, length, networks.get))
                networks[number] = end

    def permit(self, rows: Iterable[Any]) -> None:
        """Take rows of (name_hash, details), each the whole truth about the exceptions of its account; None where it has none."""
        for name_hash, details in rows:
            if details is None:
                self._excepted.pop(name_hash, None)
            else:
                told = json.loads(details)
                covers = ((math.inf if end is None else end, wikis or {}) for end, wikis in told)
                self._excepted[name_hash] = tuple(sorted(covers, key=lambda cover: (cover[0], sorted(cover[1].items()))))

    def patch(self, rows: Iterable[Any]) -> None:
        """Take what this process has just committed: `refresh` reads anew when what it read is older."""
        self._patches += 1
        self._take(rows)

    def _take(self, rows: Iterable[Any]) -> None:
        """Take rows that have their exceptions with them."""
        found = list(rows)
        self.put((name_hash, network, until) for name_hash, network, until, _ in found)
        self.permit((name_hash, details) for name_hash, _, _, details in found if name_hash is not None)

    async def load(self, runtime: "Runtime") -> None:
        """Read everything in force."""
        async with runtime.db.engine.connect() as connection:
            since = await connection.scalar(_OLDEST)
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is None:
                raise Unavailable
            found = await raw.fetch(str(_ALL).replace(":law", "$1"), runtime.clock.law())
            for start in range(0, len(found), BATCH):
                self.put(found[start : start + BATCH])
            self.permit(await raw.fetch(str(_PERMITTED)))
        self._since = since

    async def refresh(self, runtime: "Runtime") -> None:
        """Read what has changed since the last look, from the oldest transaction on that was still running then."""
        if self._since is None:
            await self.load(runtime)
            return
        while True:
            patches = self._patches
            async with runtime.db.engine.connect() as connection:
                since = await connection.scalar(_OLDEST)
                rows = (await connection.execute(_SINCE, {"since": self._since})).all()
            # A patch that came in between is newer than what was just read.
            if patches == self._patches:
                break
        self._take(rows)
        self._since = since

    async def drift(self, connection: AsyncConnection, law: float) -> list[str]:
        """Compare with the table: name how many accounts and networks differ in what they answer at `law`; empty when all is well."""
        table = BanIndex(self._hashes)
        table.put(await connection.execute(_WHOLE))
        table.permit(await connection.execute(_PERMITTED))
        accounts = _differing(self._accounts, table._accounts, law)
        networks = sum(
            _differing(self._networks[version].get(length, {}), table._networks[version].get(length, {}), law)
            for version in (4, 6)
            for length in self._networks[version].keys() | table._networks[version].keys()
        )
        ours, theirs = self._excepted, table._excepted
        excepted = sum(ours.get(key) != theirs.get(key) for key in ours.keys() | theirs.keys())
        found = (("accounts", accounts), ("networks", networks), ("excepted accounts", excepted))
        return [f"{count} {what} differ" for what, count in found if count]


def place_of(network: str) -> tuple[int, int, int]:
    """Give IP version, prefix length and the prefix as a number."""
    found = ip_network(network)
    return found.version, found.prefixlen, int(found.network_address) >> (found.max_prefixlen - found.prefixlen)


def index_of(runtime: "Runtime") -> BanIndex:
    """Give the index of this process.

    Raises:
        Unavailable: it has not been loaded yet.
    """
    index: BanIndex | None = runtime.state.get(LOOP)
    if index is None or not index.loaded:
        raise Unavailable("The bans are still being loaded; try again.")
    return index


async def start_index(runtime: "Runtime") -> None:
    """Load the index of a process that answers the check."""
    index = runtime.state.setdefault(LOOP, BanIndex(hashes_of(runtime)))
    runtime.readiness["ban index"] = lambda: index.loaded
    await index.load(runtime)


async def keep_fresh(runtime: "Runtime") -> None:
    """Read on for as long as the process lives, at each poke and at least twice a second."""
    index: BanIndex = runtime.state.setdefault(LOOP, BanIndex(hashes_of(runtime)))
    runtime.readiness["ban index"] = lambda: index.loaded
    failing = False
    while True:
        try:
            await index.refresh(runtime)
        except Exception as error:  # noqa: BLE001 - the database is away: say it once, go on asking
            if not failing:
                log.warning("index.failed", error=type(error).__name__)
            failing = True
        else:
            failing = False
        await runtime.nap(LOOP, POLL)


async def patch_after_commit(edge: "Edge", *action_ids: Any) -> None:
    """Have this process know what these actions cover before it answers, and the others be poked; call it after the last change."""
    await edge.session.flush()
    rows = (await edge.session.execute(_OF, {"actions": list(action_ids)})).all()
    index: BanIndex | None = edge.runtime.state.get(LOOP)
    if index is not None:
        known = index
        edge.after_commit.append(lambda: known.patch(rows))
    edge.pokes.add(LOOP)


def _differing(ours: Mapping[Any, float], theirs: Mapping[Any, float], law: float) -> int:
    """Count what answers differently now; an end that has passed is the same as nothing."""
    return sum(max(ours.get(key, 0.0), law) != max(theirs.get(key, 0.0), law) for key in ours.keys() | theirs.keys())
