"""The queue of cases as they grow: each filter in each order, at the largest beside the smallest."""

import random
from collections.abc import Callable
from statistics import median

import asyncpg
from intake_svc.app import SERVICE
from intake_svc.model.case import Sort
from kernel.actor import Role
from kernel.kinds import CASE_KINDS, Kind

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import OFFICE, Ground, free_port, until_ready

CASES = "/intake/v1/cases"
PEOPLE = 40
# Of ten years' cases most are decided; what is open is a handful, as it is in a short history.
DRAWN = """
INSERT INTO "case" (id, kind, state, team, priority, rank, received_at, due_at, target_at, at_risk_at, clock_state, stopped_at, assignee,
    assigned_until, request_ids, action_ids, open_action_ids, complained_of, awaits_action, outcome, decided_at, reports, version)
  SELECT id, kind, state, team, priority, CASE WHEN state <> 'decided' AND priority = 'urgent' THEN 0 ELSE 2 END, at, due,
    CASE WHEN clocked THEN due END, CASE WHEN clocked THEN at + (due - at) * 0.75 END,
    CASE WHEN clocked THEN CASE WHEN state = 'decided' THEN 'stopped' ELSE clock END END,
    CASE WHEN clocked AND state = 'decided' THEN at + interval '20 days' END,
    CASE WHEN state <> 'open' THEN 'evaluator-' || share % $3 END, CASE WHEN state <> 'open' THEN timestamptz '2090-01-01' END,
    ARRAY[id], '{}', '{}', '{}', false, CASE WHEN state = 'decided' THEN 'act' END,
    CASE WHEN state = 'decided' THEN at + interval '20 days' END, 1, 2
  FROM (
    SELECT *, at + CASE WHEN clocked THEN interval '28 days' ELSE interval '0' END AS due,
      CASE WHEN kind IN ('threat_of_harm', 'child_protection') THEN 'urgent' ELSE 'normal' END AS priority,
      CASE WHEN kind IN ('account_termination', 'user_information') THEN 'legal' ELSE 'trust_and_safety' END AS team,
      (ARRAY['running', 'at_risk', 'breached'])[1 + share % 3] AS clock
    FROM (
      SELECT n, (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid AS id, share,
        (ARRAY[$4])[1 + share % $5] AS kind, timestamptz '2016-01-01' + n * interval '5 minutes' AS at,
        CASE share % 20 WHEN 0 THEN 'open' WHEN 1 THEN 'evaluating' WHEN 2 THEN 'in_review' ELSE 'decided' END AS state,
        share % 2 = 0 AS clocked
      FROM (SELECT n, abs(hashint8extended(n, 1) % 1000000)::bigint AS share FROM generate_series($1::bigint, $2::bigint - 1) AS n) AS one
    ) AS two
  ) AS three
"""


async def measure_queue(ground: Ground, runs: int) -> list[Line]:
    """Ask for a page of each filter in each order at every size, and tell the largest beside the smallest."""
    settings = await ground.apart(SERVICE)
    owner = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    port, database, length = free_port(), settings.database_url or "", 0
    took: dict[str, list[list[tuple[float, float]]]] = {}
    try:
        # No request, deadline or trail belongs to these rows: replica mode leaves out what asks for them.
        await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET search_path = intake")
        command = (*OFFICE, "up", "--dev", "--service", SERVICE.name, "--role", "api", "--port", str(port))
        async with ground.program(*command, OFFICE_DATABASE_URL=database) as process:
            await until_ready(process, port)
            for wanted in ground.scale.listed:
                await grow(owner, length, wanted)
                length = wanted
                for name, asked in _questions(ground).items():
                    await load.times(port, asked[: len(asked) // 4])
                    times = [sorted(await load.times(port, asked)) for _ in range(runs)]
                    took.setdefault(name, []).append([(median(one), one[len(one) * 99 // 100]) for one in times])
    finally:
        await owner.close()
        await ground.drop(settings)
    smallest, largest = (f"{ground.scale.listed[place]:,}" for place in (0, -1))
    lines = []
    for name, (small, *_, large) in took.items():
        samples = [Sample(after[0] * 1e3, before[0] * 1e3) for before, after in zip(small, large, strict=True)]
        p99 = [median(one[1] for one in runs_of) * 1e3 for runs_of in (small, large)]
        note = f"median, {largest} cases beside {smallest}, 1 connection; p99 {p99[1]:.1f} beside {p99[0]:.1f}"
        lines.append(Line(name, Goal("<=", 1.5), "ms", note, samples))
    return lines


async def grow(owner: asyncpg.Connection, begin: int, end: int) -> None:
    """Go on until there are so many cases."""
    kinds = sorted(CASE_KINDS - {Kind.CHILD_PROTECTION})
    given = {"$1": str(begin), "$2": str(end), "$3": str(PEOPLE), "$4": ", ".join(f"'{kind}'" for kind in kinds), "$5": str(len(kinds))}
    statement = DRAWN
    for name, value in given.items():
        statement = statement.replace(name, value)
    await owner.execute(statement)
    await owner.execute('VACUUM (ANALYZE) "case"')


def _questions(ground: Ground) -> dict[str, list[str]]:
    """Write what is asked: another state, kind, team, person or clock each time."""
    chance, token = random.Random(5), ground.token(Role.AUDITOR)  # noqa: S311  # the same questions at every run
    kinds = sorted(CASE_KINDS - {Kind.CHILD_PROTECTION})
    filters: dict[str, Callable[[], str]] = {
        "": lambda: "",
        " by state": lambda: f"&state={chance.choice(('open', 'evaluating', 'in_review', 'decided'))}",
        " by kind": lambda: f"&kind={chance.choice(kinds)}",
        " by team": lambda: f"&team={chance.choice(('legal', 'trust_and_safety'))}",
        " by assignee": lambda: f"&assignee=evaluator-{chance.randrange(PEOPLE)}",
        " by clock": lambda: f"&clock={chance.choice(('running', 'at_risk', 'breached', 'stopped'))}",
    }
    return {
        f"queue{name}, {sort}": [load.request("GET", f"{CASES}?sort={sort}{one()}", token=token) for _ in range(ground.scale.asked)]
        for name, one in filters.items()
        for sort in Sort
    }
