"""A long history of decisions, as rows: what a house has after years, with the chains, effects and trails that belong to them.

Enacting a million one by one would take a day. Ids grow with time, as those that the service makes; who signed, on which wiki, and how
it ended differ from action to action. What is sealed is sealed by one real key, which no list opens.
"""

from uuid import UUID

import asyncpg
from ban_svc.actions.text import SPEC
from ban_svc.app import SERVICE
from ban_svc.tables import Action
from chassis.bus.local import LocalHop
from chassis.crypto import new_data_key
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.settings import Settings

from office.bench.ground import Ground

KEY = UUID(int=9)
SPEC_BYTES = 900
IDS = """
CREATE FUNCTION bench_share(n bigint, salt int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT abs(hashint8extended(n, salt) % 100)::int
$$;
CREATE FUNCTION bench_id(n bigint, what int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex(what), 12, '0'))::uuid
$$;
CREATE TEMP TABLE kinds AS
  SELECT kind, levels, approvals, coalesce(lag(until) OVER (ORDER BY until), 0) AS since, until FROM procedure JOIN (VALUES
    ('global_ban', 40), ('event_ban', 55), ('conduct_warning', 75), ('account_termination', 85), ('range_block', 90), ('checkuser', 93),
    ('rights_removal', 96), ('page_protection', 98), ('child_protection', 99), ('other', 100)) AS share (kind, until) USING (kind);
CREATE TEMP TABLE states AS
  SELECT state, review, coalesce(lag(until) OVER (ORDER BY until), 0) AS since, until,
         state IN ('enacted', 'enforced', 'expired', 'lifted', 'overturned') AS acted, state IN ('expired', 'lifted', 'overturned') AS over
  FROM (VALUES ('proposed', 'open', 1), ('in_review', 'open', 3), ('returned', 'returned', 4), ('approved', 'approved', 5),
    ('withdrawn', 'open', 9), ('declined', 'declined', 17), ('enacted', 'approved', 25), ('enforced', 'approved', 65),
    ('expired', 'approved', 85), ('lifted', 'approved', 98), ('overturned', 'approved', 100)) AS share (state, review, until);
"""

# One range of numbers at a time: what is drawn for an action is drawn once, and used for all of its rows.
DRAWN = """
CREATE TEMP TABLE drawn AS
  SELECT n, bench_id(n, 0) AS id, kind, levels, approvals, state, review, acted, over, encode(sha256(n::text::bytea), 'hex') AS digest,
         timestamptz '2016-01-01' + n * interval '5 minutes' AS at
  FROM (SELECT n, bench_share(n, 1) AS this_kind, bench_share(n, 2) AS this_state
        FROM generate_series($1::bigint, $2::bigint - 1) AS n) AS one
  JOIN kinds ON this_kind >= kinds.since AND this_kind < kinds.until JOIN states ON this_state >= states.since AND this_state < states.until
  ORDER BY n
"""
ACTION = {
    "id": "id",
    "case_id": "bench_id(n / 2, 1)",
    "individual_id": "bench_id(n / 3, 2)",
    "kind": "kind",
    "course": "'act'",
    "state": "state",
    "evaluator": "'evaluator-' || n % 40",
    "digest": "digest",
    "policy_date": "at::date",
    "levels": "levels",
    "approvals": "approvals",
    "spec": "$1",
    "subjects": "ARRAY[substring(sha256(id::text::bytea) FOR 16)]",
    "disclosure": "'confidential'",
    "review_state": "review",
    "acting_account": "CASE WHEN acted THEN 'wmfoffice' END",
    "performed_by": "CASE WHEN acted THEN 'enforcer-' || n % 9 END",
    "wikis": "ARRAY['metawiki', 'examplewiki']",
    "effects_waiting": "CASE WHEN state = 'enacted' THEN 2 ELSE 0 END",
    "effects_done": "CASE WHEN acted AND state <> 'enacted' THEN 2 ELSE 0 END",
    "proposed_at": "at",
    "decided_at": "CASE WHEN acted THEN at + interval '2 days' END",
    "enacted_at": "CASE WHEN acted THEN at + interval '3 days' END",
    "ended_at": "CASE WHEN over THEN at + interval '1 year' END",
    "version": "4",
}
PERSONS = """
INSERT INTO individual (id, person_id, at, version) SELECT bench_id(n / 3, 2), bench_id(n / 3, 2), at, 1 FROM drawn WHERE n % 3 = 0
"""
SIGNATURES = """
INSERT INTO signature (id, action_id, digest, level, by, verdict, ordinal, note_id, at)
  SELECT bench_id(n, 16 + step::int), id, digest, level, level || '-' || n % 30, 'approve', step - 1, bench_id(n, 48 + step::int),
         at + step * interval '6 hours'
  FROM drawn, unnest(levels) WITH ORDINALITY AS chain (level, step) WHERE acted OR state = 'approved' OR (state = 'in_review' AND step = 1)
"""
EFFECTS = """
INSERT INTO enforcement (id, action_id, wiki, effect, state, log_id, by, at)
  SELECT bench_id(n, 80 + place), id, wiki, effect, CASE WHEN state = 'enacted' THEN 'waiting' ELSE 'done' END,
         CASE WHEN state <> 'enacted' THEN n END, CASE WHEN state <> 'enacted' THEN 'enforcer-1' END,
         CASE WHEN state <> 'enacted' THEN at + interval '4 days' END
  FROM drawn, (VALUES (1, 'metawiki', 'lock'), (2, 'examplewiki', 'block')) AS owed (place, wiki, effect) WHERE acted
"""
TRAIL = """
INSERT INTO audit (id, at, law_at, role, sub, operation, aggregate, aggregate_id, outcome, state, digest, policy_date, reasons, cites,
                   request_id)
  SELECT bench_id(n, 96 + step::int), at + step * interval '6 hours', at + step * interval '6 hours', 'evaluator', 'evaluator-' || n % 40,
         'http:action:' || verb, 'action', id, 'done', state, digest, at::date::text, '{}', '{}', 'bench-' || n
  FROM drawn, unnest(
    ARRAY['propose']
    || CASE WHEN acted THEN array_fill('sign'::text, ARRAY[cardinality(levels)]) || ARRAY['enact', 'enforce', 'enforce'] END
    || CASE WHEN over THEN ARRAY['end'] END) WITH ORDINALITY AS trail (verb, step)
"""
TABLES = ("individual", "action", "signature", "enforcement", "audit")


def id_of(number: int) -> UUID:
    """Give the id of the action with this number, as `bench_id` makes it."""
    return _made(number, 0)


def case_of(number: int) -> UUID:
    """Give the id of its case."""
    return _made(number // 2, 1)


def individual_of(number: int) -> UUID:
    """Give the id of whom it is against."""
    return _made(number // 3, 2)


def _made(number: int, what: int) -> UUID:
    return UUID(f"{number:012x}70008000{what:012x}")


class History:
    """The rows of a fresh database, and how far they go."""

    def __init__(self, owner: asyncpg.Connection, spec: bytes) -> None:
        """`spec` is what every action's text is sealed to."""
        self._owner = owner
        self._spec = spec
        self.length = 0

    @classmethod
    async def begin(cls, owner: asyncpg.Connection, ground: Ground, settings: Settings) -> "History":
        """Begin with none."""
        runtime = Runtime(SERVICE, settings, bus=LocalHop(), keyring=ground.keyring, peers=Peers(settings))
        try:
            async with runtime.edge("bench") as edge:
                spec = new_data_key(edge, KEY).seal("x" * SPEC_BYTES, place=SPEC).blob
        finally:
            await runtime.close()
        # Nobody signed: replica mode leaves out what asks for it. How safely the rows lie is no part of the figure.
        await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET search_path = ban")
        await owner.execute(IDS)
        return cls(owner, spec)

    async def grow(self, length: int) -> None:
        """Go on until there are so many actions."""
        await self._owner.execute("DROP TABLE IF EXISTS drawn")
        await self._owner.execute(DRAWN.replace("$1", str(self.length)).replace("$2", str(length)))
        await self._owner.execute("ANALYZE drawn")
        columns = {**_defaults(), **ACTION}
        await self._owner.execute(
            f"INSERT INTO action ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM drawn",  # noqa: S608  # our own words
            self._spec,
        )
        for rows in (PERSONS, SIGNATURES, EFFECTS, TRAIL):
            await self._owner.execute(rows)
        await self._owner.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
        self.length = length


def _defaults() -> dict[str, str]:
    """Give what a new action has in every column that says so."""
    found = {}
    for name, field in Action.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if default == []:
            found[name] = "'{}'"
        elif isinstance(default, bool | int):
            found[name] = str(default).lower()
        elif isinstance(default, str):
            found[name] = f"'{default}'"
    return found
