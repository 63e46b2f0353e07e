"""Lists and timelines as the history of decisions grows: the same questions at the largest beside the smallest."""

import base64
import json
import random
from collections.abc import Callable
from statistics import median
from uuid import UUID

import asyncpg
import httpx
from ban_svc.app import SERVICE
from ban_svc.model import State
from kernel.actor import Role
from kernel.kinds import ACTION_KINDS, Kind

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import OFFICE, Ground, free_port, until_ready
from office.bench.history import History, case_of, id_of, individual_of

ACTIONS = "/bans/v1/actions"
# Pairs of these are few in a long history, and fill ten lines of a short one: the answers are alike.
SELDOM = (Kind.RANGE_BLOCK, Kind.CHECKUSER, Kind.RIGHTS_REMOVAL, Kind.PAGE_PROTECTION)
ENDED = (State.ENACTED, State.ENFORCED, State.EXPIRED, State.LIFTED, State.DECLINED)
PLACE = "http:list_actions|action.id"
"""What a cursor of this list is signed for."""


async def measure_lists(ground: Ground, runs: int) -> list[Line]:
    """Ask each list and the timeline at every size, and tell the medians of the largest beside those of the smallest."""
    settings = await ground.apart(SERVICE)
    owner = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    port, database = free_port(), settings.database_url or ""
    took: dict[str, list[list[tuple[float, float]]]] = {}
    try:
        history = await History.begin(owner, ground, settings)
        command = (*OFFICE, "up", "--dev", "--service", SERVICE.name, "--role", "api", "--port", str(port))
        async with ground.program(*command, OFFICE_DATABASE_URL=database) as process:
            await until_ready(process, port)
            for length in ground.scale.listed:
                await history.grow(length)
                for name, asked in (await _questions(ground, port, length)).items():
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
        note = f"median, {largest} actions beside {smallest}, 1 connection; p99 {p99[1]:.1f} beside {p99[0]:.1f}"
        lines.append(Line(name, Goal("<=", 1.5), "ms", note, samples))
    return lines


async def _questions(ground: Ground, port: int, length: int) -> dict[str, list[str]]:
    """Write what is asked: another state, kind, person, case, place or action each time."""
    chance, token = random.Random(length), ground.token(Role.AUDITOR)  # noqa: S311  # the same questions at every run
    states, kinds = list(State), sorted(ACTION_KINDS)
    place = await _places(ground, port, token)
    paths: dict[str, Callable[[int], str]] = {
        "list of all": lambda _: ACTIONS,
        "list deep": lambda _: f"{ACTIONS}?after={place(id_of(chance.randrange(length)))}",
        "list by state": lambda n: f"{ACTIONS}?state={states[n % len(states)]}",
        "list by kind": lambda n: f"{ACTIONS}?kind={kinds[n % len(kinds)]}",
        "list by state and kind": lambda n: f"{ACTIONS}?state={ENDED[n % len(ENDED)]}&kind={chance.choice(SELDOM)}&limit=10",
        "list by individual": lambda _: f"{ACTIONS}?individual_id={individual_of(chance.randrange(length))}",
        "list by case": lambda _: f"{ACTIONS}?case_id={case_of(chance.randrange(length))}",
        "list of what waits": lambda _: "/bans/v1/enforcement?state=waiting",
        "timeline": lambda _: f"{ACTIONS}/{id_of(chance.randrange(length))}/timeline",
    }
    # Any action has a timeline, those of the named group too; the lists are those of whoever is not in it.
    tokens = dict.fromkeys(paths, token) | {"timeline": ground.token(Role.AUDITOR, Role.CHILD_PROTECTION)}
    return {
        name: [load.request("GET", path(number), token=tokens[name]) for number in range(ground.scale.asked)]
        for name, path in paths.items()
    }


async def _places(ground: Ground, port: int, token: str) -> Callable[[UUID], str]:
    """Make cursors that stand anywhere in the list: to walk a million rows would take longer than all the rest.

    Raises:
        RuntimeError: the service signs its cursors in another way.
    """
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token}"}
        page = (await client.get(f"http://127.0.0.1:{port}{ACTIONS}?limit=1", headers=headers)).raise_for_status().json()
    given, first = page["next"], page["items"][0]["id"]

    def sign(bookmark: str) -> str:
        mark = ground.keyring.hash("http.cursor", f"{PLACE}|{bookmark}")[:16]
        return base64.urlsafe_b64encode(mark + bookmark.encode()).decode().rstrip("=")

    bookmark = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))[16:].decode()
    if sign(bookmark) != given or first not in bookmark:
        raise RuntimeError(f"A cursor is no more what it was: {json.dumps(bookmark)}.")
    return lambda place: sign(bookmark.replace(first, str(place)))
