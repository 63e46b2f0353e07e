"""A measure of the house keeps its pages down under every notice, as long as it is in force, and tells nobody what it is (D4, D10, D20)."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from chassis.edge import new_id
from chassis.peers import Peers
from chassis.service import Permanent
from contracts.action import ActionChange, ActionState
from contracts.envelope import Performer
from dmca_svc.actions.assessment import Place
from dmca_svc.reactions import REACTIONS
from dmca_svc.rules import measure
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
NUMBERS = itertools.count(1)
STREAM = REACTIONS["office_actions.action_change.v1"]


@pytest.mark.parametrize("case", load_cases(CASES / "measures.toml"), ids=str)
def test_measure(case: Case) -> None:
    told = case.given
    if told["ask"] == "follow":
        found = {"followed": measure.is_followed(told["kind"]), "asked": measure.names_pages(told["kind"])}
        assert found == case.expect
    else:
        decision = measure.may_say_pages(in_force=told["in_force"])
        assert [reason.code for reason in decision.reasons] == case.expect.get("refused", [])


def some(count: int = 1) -> tuple[dict[str, str], ...]:
    """Name pages that no other test names."""
    return tuple({"wiki": "examplewiki", "title": f"File:Beacon {next(NUMBERS)}.jpg"} for _ in range(count))


def said(action_id: UUID, change: Any, kind: str = "page_protection") -> ActionChange:
    at = datetime(2026, 11, 20, 17, tzinfo=UTC)
    state = ActionState.model_validate(
        {
            "action_id": action_id,
            "kind": kind,
            "state": change if change in {"enacted", "declined", "lifted", "overturned", "expired"} else "enacted",
            "course": "act",
            "disclosure": "confidential",
            "nature": "ordinary",
            "decided_at": at,
            "enacted_at": at,
            "issued_at": at,
            "issuance": 1,
            "ended_at": at,
        }
    )
    performer = Performer(role="service", id="ban-svc")
    return ActionChange.of(
        change, state=state, prior=None, version=1, dt=at, performer=performer, request_id="r-1", event_id=new_id(), meta_dt=at
    )


async def hear(office: Any, event: ActionChange, pages: tuple[dict[str, str], ...] | None = None) -> None:
    places = None if pages is None else [Place(one["wiki"], one["title"]) for one in pages]
    async with office.desk.runtime.edge("inbox") as edge:
        await STREAM[event.action_change_kind].apply(edge, event, places)


async def kept(office: Any, notice_id: str) -> list[bool]:
    return [page.get("kept_by_measure", False) for page in (await office.get(notice_id))["pages"]]


async def test_what_a_measure_keeps_down_goes_back_once_it_has_ended(office: Any) -> None:
    one, two = some(2)
    notice = await office.taken_down((one, two))
    action_id = new_id()
    await hear(office, said(action_id, "enacted"), (one,))
    assert await kept(office, notice["id"]) == [True, False]
    assert (await office.get(notice["id"]))["version"] > notice["version"], "what can be seen changed"
    await office.act(f"/{notice['id']}/withdrawal", {"text": "Settled.", "pages": []}, "legal", "lea")
    proof = {"page": one, "log_id": 1}
    assert await office.refused(f"/{notice['id']}/receipts", proof, "enforcer", "enno") == ["kept_by_measure"]
    await office.receipt(notice["id"], two)
    await hear(office, said(action_id, "lifted"))
    assert await kept(office, notice["id"]) == [False, False]
    assert (await office.receipt(notice["id"], one))["state"] == "withdrawn"


async def test_a_restoration_leaves_down_what_a_measure_keeps(fresh: Any) -> None:
    pages = some(2)
    notice_id, counter = await fresh.counter_noticed(pages)
    only, other = new_id(), new_id()
    await hear(fresh, said(only, "enacted", "other"), (pages[0],))
    await hear(fresh, said(other, "enacted", "other"), (pages[1],))
    await fresh.until(counter["window"]["target"])
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["kept_by_measure"]
    await hear(fresh, said(other, "overturned", "other"))
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    proof = {"page": pages[0], "log_id": 1}
    assert await fresh.refused(f"/{notice_id}/receipts", proof, "enforcer", "enno") == ["kept_by_measure"]
    done = await fresh.receipt(notice_id, pages[1])
    assert done["counter_notices"][0]["state"] == "accepted", "what is left of it is still to be restored"


@pytest.mark.parametrize("over", ["lifted", "overturned", "expired", "declined"])
async def test_a_measure_before_the_notice_keeps_its_page_down_and_its_end_lets_go(office: Any, over: str) -> None:
    pages = some()
    action_id = new_id()
    await hear(office, said(action_id, "enacted", "child_protection"))
    path = f"/dmca/v1/measures/{action_id}/pages"
    answer = await office.desk.post(path, {"pages": [*pages]}, role="child_protection", sub="chris")
    assert (answer.status_code, answer.json()) == (200, {"kept": True})
    notice = await office.taken_down(pages)
    assert await kept(office, notice["id"]) == [True]
    await hear(office, said(action_id, over, "child_protection"))
    assert await kept(office, notice["id"]) == [False]
    late = await office.desk.post(path, {"pages": [*pages]}, role="child_protection", sub="chris")
    assert [reason["code"] for reason in late.json()["reasons"]] == ["measure_not_in_force"]


async def test_who_reads_a_notice_does_not_learn_what_keeps_its_page_down_or_that_the_named_group_said_so(office: Any) -> None:
    pages = some()
    notice = await office.taken_down(pages)
    hidden, open_one = new_id(), new_id()
    await hear(office, said(hidden, "enacted", "child_protection"))
    before = await office.said(notice["id"])
    answer = await office.desk.post(f"/dmca/v1/measures/{hidden}/pages", {"pages": [*pages]}, role="child_protection", sub="chris")
    assert answer.status_code == 200
    shown = await office.get(notice["id"])
    assert [page["kept_by_measure"] for page in shown["pages"]] == [True]
    story = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=200", role="auditor")).json()
    for words in (json.dumps(shown), json.dumps(story)):
        assert not [word for word in (str(hidden), "child_protection", "chris") if word in words]
    assert await office.said(notice["id"]) == before, "nothing is said to the uploaders or the complainant"
    rows = await office.desk.sql(
        "SELECT to_jsonb(m)::text || to_jsonb(p)::text AS row FROM measure m JOIN measure_page p ON p.measure_id = m.id"
    )
    assert rows
    assert not [row for row in rows if str(hidden) in row["row"] or "child" in row["row"] or pages[0]["title"] in row["row"]]
    # A measure on a page that everybody may know of looks the same.
    known = some()
    other = await office.taken_down(known)
    await hear(office, said(open_one, "enacted"), known)
    assert await kept(office, other["id"]) == [True]


async def test_of_a_measure_the_last_word_counts_and_legal_s_own_hold_stays(office: Any) -> None:
    one, two = some(2)
    notice = await office.taken_down((one, two))
    action_id = new_id()
    await hear(office, said(action_id, "enacted"), (one,))
    await hear(office, said(action_id, "modified"), (two,))
    assert await kept(office, notice["id"]) == [False, True]
    await hear(office, said(action_id, "modified"), (one, two))
    assert await kept(office, notice["id"]) == [True, True]
    held = {"cause": "measure", "pages": [one], "note": "Kept for another matter."}
    await office.act(f"/{notice['id']}/holds", held, "legal", "lea")
    await hear(office, said(action_id, "expired"))
    await office.act(f"/{notice['id']}/withdrawal", {"text": "Settled.", "pages": []}, "legal", "lea")
    proof = {"page": one, "log_id": 1}
    assert await office.refused(f"/{notice['id']}/receipts", proof, "enforcer", "enno") == ["kept_by_order"]
    await office.receipt(notice["id"], two)


async def test_what_is_no_measure_on_pages_or_is_not_known_is_left_alone(office: Any) -> None:
    action_id = new_id()
    await hear(office, said(action_id, "enacted", "global_ban"))
    await hear(office, said(action_id, "lifted", "global_ban"))
    await hear(office, said(action_id, "lifted"))
    path = f"/dmca/v1/measures/{action_id}/pages"
    answer = await office.desk.post(path, {"pages": []}, role="child_protection", sub="chris")
    assert answer.status_code == 404
    assert (await office.desk.post(path, {"pages": []}, role="legal", sub="lea")).status_code == 403


async def test_ban_svc_is_asked_which_pages_a_measure_names_and_never_of_child_protection(office: Any, bans: Any) -> None:
    pages = some()
    named, hidden, broken = new_id(), new_id(), new_id()
    bans.subjects = {str(named): {"pages": [*pages]}, str(broken): {"pages": [{"wiki": "examplewiki"}]}}
    office.desk.runtime.peers = Peers(office.desk.settings.model_copy(update={"ban_url": bans.url}), "dmca")
    fetch = STREAM["enacted"].fetch
    assert fetch is not None
    found = await fetch(office.desk.runtime, said(named, "enacted"))
    assert [(one.wiki, one.title) for one in found] == [("examplewiki", pages[0]["title"])]
    assert await fetch(office.desk.runtime, said(hidden, "enacted", "child_protection")) is None
    assert bans.asked == [str(named)]
    with pytest.raises(Permanent):
        await fetch(office.desk.runtime, said(broken, "enacted"))
