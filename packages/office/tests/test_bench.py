"""The bench's parts run at tiny sizes and say what they measured; how fast anything is, no test asks."""

import json
from typing import Any

import pytest
from chassis.testing import House
from office.bench import load, measure
from office.bench.figure import Goal, Line, Sample, Scale, as_json, as_table
from office.bench.ground import BARE, free_port, program, until_ready
from office.bench.matters import EVENTS_A_KEY, events
from office.bench.run import FIGURES, measure_all
from office.cli import BadInput, main

TINY = Scale(
    accounts=60, ranges=8, subjects=10, seconds=0.2, sent=40, heard=40, handovers=5, idle=0, grown=(40,), grown_ranges=12,
    replicas=2, changes=1, checks_a_second=50, listed=(100, 200), asked=4, due=40,
)  # fmt: skip


async def test_every_figure_is_measured_beside_its_bare_thing(house: House, kafka: str) -> None:
    lines: list[Line] = []
    assert kafka
    assert await measure_all(list(FIGURES), 1, TINY, lines.extend, home=house.home) == []
    said = {line.figure: json.loads(as_json(line)) for line in lines}
    grown = [f"{figure} of {count}" for count in TINY.grown for figure in ("index", "index bytes", "check", "check many")]
    grown = [one.replace("index bytes of", "index of") + " bytes" if "bytes" in one else one for one in grown]
    lists = ["list of all", "list deep", *(f"list by {what}" for what in ("state", "kind", "state and kind", "individual", "case"))]
    lists += ["list of what waits", "timeline"]
    queue = [
        f"queue{only}, {order}"
        for only in ("", *(f" by {what}" for what in ("state", "kind", "team", "assignee", "clock")))
        for order in ("due", "-due", "received")
    ]
    others = ["visible", *lists, *queue, "filing", "bulk", "mail", "deadlines", "relay", "inbox", "handover p50", "handover p99"]
    assert list(said) == ["check at 1", "check at 32", "check many", *grown, "check p99 grown", *others]
    for one in said.values():
        assert one["ours"] > 0, one
        assert one["goal"][:2] in (">=", "<=")
        assert len(one["runs"]) == 1
        alone = one["figure"] in ("handover p99", "visible", "deadlines") or one["figure"].startswith("index")
        assert ("ratio" in one) == ("bare" in one) == (not alone)


async def test_a_load_with_a_pace_asks_no_more_than_that() -> None:
    port = free_port()
    async with program([*BARE, "check", str(port)], {}) as process:
        await until_ready(process, port)
        target = load.Target(port, [load.request("GET", "/check?user=Somebody")])
        answered = await load.rates(load.Plan({"paced": target}, ["paced"], 4, 0.5, 40))
    assert 0 < answered["paced"] <= 50


async def test_a_server_that_answers_something_else_ends_the_run() -> None:
    port = free_port()
    async with program([*BARE, "check", str(port)], {}) as process:
        await until_ready(process, port)
        fine = load.Target(port, [load.request("GET", "/check?user=Somebody")])
        wrong = load.Target(port, [load.request("GET", "/nowhere")])
        answered = await load.rates(load.Plan({"fine": fine}, ["fine"], 2, 0.1))
        assert answered["fine"] > 0
        with pytest.raises(RuntimeError, match="404"):
            await load.rates(load.Plan({"fine": fine, "wrong": wrong}, ["fine", "wrong"], 2, 0.1))
        with pytest.raises(RuntimeError, match="404"):
            await load.times(port, wrong.requests)


def test_a_figure_is_the_median_of_its_runs() -> None:
    line = Line("relay", Goal(">=", 0.4), "events/s", "a note", [Sample(50, 100), Sample(10, 100), Sample(45, 100)])
    assert line.public() == {
        "figure": "relay", "ratio": 0.45, "goal": ">= 0.4", "met": True, "runs": [0.5, 0.1, 0.45], "unit": "events/s", "note": "a note",
        "bare": 100, "ours": 45,
    }  # fmt: skip


def test_a_goal_without_a_bare_thing_is_about_ours() -> None:
    line = Line("ready", Goal("<=", 8), "s", "", [Sample(9.0), Sample(8.5), Sample(7.0)])
    assert not line.met
    assert {"ratio", "bare"}.isdisjoint(line.public())
    assert "MISSED" in as_table([line])


def test_the_events_of_a_run_are_whole_and_have_no_gaps() -> None:
    from contracts.streams import parse

    made = [(event_id, key, version, parse("office_actions.case_change.v1", payload)) for event_id, key, version, payload in events(12)]
    for event_id, key, version, event in made:
        assert (event.meta.id, event.key_bytes().decode(), event.version) == (event_id, key, version)
    assert len({one[0] for one in made}) == 12
    assert [one[2] for one in made[: EVENTS_A_KEY + 1]] == [1, 2, 3, 4, 5, 1]


@pytest.mark.parametrize("options", [{"only": ["nothing"], "runs": 3}, {"only": None, "runs": 0}])
def test_an_unknown_figure_or_no_run_is_said_in_a_sentence(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"figure|runs"):
        measure(**options, json=False)


def test_the_figures_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--only", "none"]) == 0
    assert capsys.readouterr().out.split() == [*FIGURES, "idle"]
