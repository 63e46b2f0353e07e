"""From the counter-notice through its window to the restoration, or the hold: every path of D10 over HTTP, on a clock that is walked."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from kernel.deadline import enforcer_may_restore_from, restore_window

HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}
BREAKWATER = {"wiki": "examplewiki", "title": "File:Breakwater.jpg"}


def wire(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_an_accepted_counter_notice_opens_its_window_from_the_day_the_agent_had_it(office: Any) -> None:
    notice_id, counter = await office.counter_noticed()
    window = restore_window(datetime.fromisoformat(counter["received_by_agent_at"]))
    assert counter["state"] == "accepted"
    assert counter["window"] == {"opens": wire(window.opens), "target": wire(window.target), "closes": wire(window.closes)}
    assert counter["subscriber_verified"]["by"] == "eva"
    path = f"/dmca/v1/notices/{notice_id}/counter-notices/{counter['id']}/letter"
    assert (await office.desk.get(path, role="legal", reason="to judge it")).json()["text"].startswith("To the designated agent")
    notice = await office.get(notice_id)
    assert (notice["state"], notice["counter_notices"][0]["id"]) == ("counter_noticed", counter["id"])
    assert (await office.said(notice_id))[-2:] == ["counter_noticed", "window_opened"]
    told = (await office.events(notice_id))[-1]["dmca_notice"]["counter_notices"][0]
    assert (told["pages"], told["window"]["opens"]) == (1, wire(window.opens))


async def test_material_goes_back_on_the_eleventh_day_by_the_enforcer_alone(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    received = datetime.fromisoformat(counter["received_by_agent_at"])
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["window_not_open"]
    await fresh.until(counter["window"]["opens"])
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["tenth_day_needs_legal"]
    await fresh.until(wire(enforcer_may_restore_from(received)))
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "eva") == ["evaluator_enforces"]
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["running_already"]
    notice = await fresh.receipt(notice_id, log_id=4712)
    assert (notice["state"], notice["pages"][0]["state"]) == ("restored", "restored")
    assert notice["counter_notices"][0]["state"] == "restored"
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["restored_already"]
    said = await fresh.said(notice_id)
    assert said[-3:] == ["window_opened", "at_risk", "restored"]


async def test_with_legal_s_signature_it_goes_back_on_the_tenth_day(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    path = f"/{notice_id}/counter-notices/{counter['id']}/early-restoration"
    signed = await fresh.act(path, {"note": "The tenth day will do."}, "legal", "lea")
    assert signed["early_restoration"] is True
    assert await fresh.refused(path, {"note": "Again."}, "legal", "lou") == ["signed_already"]
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["window_not_open"]
    await fresh.until(counter["window"]["opens"])
    await fresh.act(f"/{notice_id}/restoration", {"counter_notice_id": counter["id"]}, "enforcer", "enno")
    assert (await fresh.receipt(notice_id))["state"] == "restored"


async def test_a_window_that_closes_over_material_that_is_down_is_a_breach_and_bars_nothing(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await fresh.until(counter["window"]["closes"])
    await fresh.desk.settle()
    last = (await fresh.events(notice_id))[-1]
    assert (last["dmca_notice_change_kind"], last["dmca_notice"]["clock"]["measures"]) == ("breached", "restoration")
    assert (await fresh.said(notice_id)).count("breached") == 1
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    assert (await fresh.receipt(notice_id))["state"] == "restored"


async def test_the_complainant_s_action_holds_and_the_material_stays_down(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await fresh.until(counter["window"]["target"])
    now = wire(fresh.desk.runtime.clock.law())
    body = {"forum": "ccb", "from": "complainant", "pages": [HARBOUR], "received_at": now, "docket": "26-CCB-0001"}
    action = await fresh.act(f"/{notice_id}/court-actions", body, "legal", "lea")
    assert (action["held"], action["state"], action["reasons"], action["from"]) == (True, "holding", [], "complainant")
    notice = await fresh.get(notice_id)
    assert (notice["state"], notice["counter_notices"][0]["state"], notice["pages"][0]["state"]) == ("held", "held", "removed")
    assert notice["court_actions"][0]["docket"] == "26-CCB-0001"
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["held"]
    assert (await fresh.said(notice_id))[-2:] == ["court_action_received", "held"]
    await fresh.desk.advance(timedelta(days=10))
    assert "breached" not in await fresh.said(notice_id)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"from": "other"}, ["told_by_stranger"]),
        ({"filed_at": "2090-01-01T00:00:00Z"}, ["only_a_threat"]),
        ({"pages": [QUAY]}, ["other_material"]),
    ],
)
async def test_a_stranger_a_threat_and_other_material_are_recorded_and_hold_nothing(
    office: Any, told: dict[str, Any], why: list[str]
) -> None:
    notice_id, _ = await office.counter_noticed()
    now = wire(office.desk.runtime.clock.law())
    body = {"forum": "court", "from": "complainant", "pages": [HARBOUR], "received_at": now, **told}
    action = await office.act(f"/{notice_id}/court-actions", body, "legal", "lea")
    assert (action["held"], [reason["code"] for reason in action["reasons"]]) == (False, why)
    notice = await office.get(notice_id)
    assert (notice["state"], notice["court_actions"][0]["held"]) == ("counter_noticed", False)
    assert (await office.said(notice_id))[-1] == "court_action_received"


async def test_what_was_restored_is_compared_by_receipt_not_by_entry(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await fresh.until(counter["window"]["target"])
    in_time = wire(fresh.desk.runtime.clock.law())
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    await fresh.receipt(notice_id)
    too_late = wire(fresh.desk.runtime.clock.law())
    body = {"forum": "court", "from": "agent", "pages": [HARBOUR]}
    late = await fresh.act(f"/{notice_id}/court-actions", {**body, "received_at": too_late}, "legal", "lea")
    assert [reason["code"] for reason in late["reasons"]] == ["received_after_restoration"]
    assert (await fresh.get(notice_id))["state"] == "restored"
    held = await fresh.act(f"/{notice_id}/court-actions", {**body, "received_at": in_time}, "legal", "lea")
    assert held["held"] is True
    notice = await fresh.get(notice_id)
    assert notice["state"] == "held"
    assert notice["pages"] == [{"page": HARBOUR, "state": "restored", "restored_in_error": True}]
    notice = await fresh.receipt(notice_id, log_id=4713)
    assert (notice["state"], notice["pages"][0]["state"]) == ("held", "removed")
    assert await fresh.refused(f"/{notice_id}/receipts", {"page": HARBOUR, "log_id": 1}, "enforcer", "enno") == ["nothing_runs"]


async def test_an_action_told_of_before_the_counter_notice_was_judged_holds_it_from_the_start(office: Any) -> None:
    notice = await office.taken_down()
    counter = await office.counter(notice["id"])
    now = wire(office.desk.runtime.clock.law())
    body = {"forum": "court", "from": "complainant", "pages": [HARBOUR], "received_at": now}
    await office.act(f"/{notice['id']}/court-actions", body, "legal", "lea")
    accepted = await office.accept(notice["id"], counter["id"], HARBOUR)
    assert accepted["state"] == "held"
    assert (await office.said(notice["id"]))[-3:] == ["court_action_received", "window_opened", "held"]


async def test_three_uploaders_have_three_windows(fresh: Any) -> None:
    notice = await fresh.taken_down((HARBOUR, QUAY, BREAKWATER))
    first = await fresh.counter(notice["id"])
    second = await fresh.counter(notice["id"])
    await fresh.accept(notice["id"], first["id"], HARBOUR)
    judged = {
        "elements": dict.fromkeys(("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service"), True),
        "note": "x",
    }
    path = f"/{notice['id']}/counter-notices/{second['id']}/assessment"
    assert await fresh.refused(path, {**judged, "pages": [HARBOUR]}, "evaluator", "eva") == ["page_asked_back"]
    accepted = await fresh.accept(notice["id"], second["id"], QUAY)
    now = wire(fresh.desk.runtime.clock.law())
    body = {"forum": "court", "from": "complainant", "pages": [QUAY], "received_at": now}
    await fresh.act(f"/{notice['id']}/court-actions", body, "legal", "lea")
    await fresh.until(accepted["window"]["target"])
    await fresh.act(f"/{notice['id']}/restoration", {}, "enforcer", "enno")
    done = await fresh.receipt(notice["id"], HARBOUR)
    assert [page["state"] for page in done["pages"]] == ["restored", "removed", "removed"]
    assert done["state"] == "held"
    assert [one["state"] for one in done["counter_notices"]] == ["restored", "held"]


async def test_an_action_about_one_page_leaves_the_other_of_the_same_uploader_free(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed((HARBOUR, QUAY))
    now = wire(fresh.desk.runtime.clock.law())
    body = {"forum": "court", "from": "complainant", "pages": [HARBOUR], "received_at": now}
    await fresh.act(f"/{notice_id}/court-actions", body, "legal", "lea")
    assert (await fresh.get(notice_id))["counter_notices"][0]["state"] == "accepted"
    await fresh.until(counter["window"]["target"])
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    assert await fresh.refused(f"/{notice_id}/receipts", {"page": HARBOUR, "log_id": 1}, "enforcer", "enno") == ["held"]
    done = await fresh.receipt(notice_id, QUAY)
    assert (done["state"], done["counter_notices"][0]["state"]) == ("held", "held")
    assert (await fresh.said(notice_id))[-1] == "restored"


async def test_an_incomplete_one_waits_and_moves_nothing(office: Any) -> None:
    notice = await office.taken_down()
    counter = await office.counter(notice["id"])
    judged = await office.accept(notice["id"], counter["id"], HARBOUR, lacks=("jurisdiction_service",), subscriber_verified=None)
    assert (judged["state"], [reason["code"] for reason in judged["reasons"]]) == (
        "incomplete",
        ["lacks_jurisdiction_service", "subscriber_not_verified"],
    )
    assert "window" not in judged
    path = f"/{notice['id']}/restoration"
    assert await office.refused(path, {}, "enforcer", "enno") == ["not_complete"]
    assert (await office.accept(notice["id"], counter["id"], HARBOUR))["state"] == "accepted"
    again = {
        "elements": dict.fromkeys(("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service"), True),
        "pages": [],
        "note": "x",
    }
    assert await office.refused(f"/{notice['id']}/counter-notices/{counter['id']}/assessment", again, "evaluator", "eva") == [
        "counter_notice_judged"
    ]


async def test_about_another_person_s_material_it_is_rejected(office: Any) -> None:
    notice = await office.taken_down()
    counter = await office.counter(notice["id"])
    judged = await office.accept(notice["id"], counter["id"])
    assert (judged["state"], judged["reasons"][0]["code"]) == ("rejected", "not_subscribers_material")
    assert (await office.get(notice["id"]))["state"] == "taken_down"
    assert (await office.said(notice["id"]))[-1] == "assessed"
    assert await office.refused(f"/{notice['id']}/restoration", {}, "enforcer", "enno") == ["counter_notice_rejected"]


async def test_a_form_does_not_reach_the_agent(office: Any) -> None:
    notice = await office.taken_down()
    counter = await office.counter(notice["id"], channel="form")
    judged = await office.accept(notice["id"], counter["id"], HARBOUR)
    assert (judged["state"], judged["reasons"][0]["code"]) == ("incomplete", "not_with_agent")


async def test_what_never_came_down_is_not_asked_back(office: Any, counter_letter: str) -> None:
    notice = await office.decided()
    assert await office.refused(f"/{notice['id']}/counter-notices", {"text": counter_letter}, "legal", "lea") == ["nothing_taken_down"]
    body = {"forum": "court", "from": "complainant", "pages": [], "received_at": "2026-01-05T00:00:00Z"}
    assert await office.refused(f"/{notice['id']}/court-actions", body, "legal", "lea") == ["nothing_taken_down"]
    down = await office.taken_down()
    counter = await office.counter(down["id"])
    path = f"/{down['id']}/counter-notices/{counter['id']}/assessment"
    judged = {
        "elements": dict.fromkeys(("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service"), True),
        "note": "x",
    }
    assert await office.refused(path, {**judged, "pages": [QUAY]}, "evaluator", "eva") == ["page_not_taken_down"]
    assert await office.refused(path, {**judged, "elements": {}, "pages": []}, "evaluator", "eva") == ["elements_unjudged"]


async def test_where_several_wait_the_restoration_names_one(office: Any) -> None:
    notice = await office.taken_down((HARBOUR, QUAY))
    for page in (HARBOUR, QUAY):
        counter = await office.counter(notice["id"])
        await office.accept(notice["id"], counter["id"], page)
    assert await office.refused(f"/{notice['id']}/restoration", {}, "enforcer", "enno") == ["counter_notice_unnamed"]
    stranger = {"counter_notice_id": notice["id"]}
    answer = await office.desk.post(f"/dmca/v1/notices/{notice['id']}/restoration", stranger, role="enforcer", sub="enno")
    assert answer.status_code == 404


async def test_a_counter_notice_that_comes_while_pages_are_still_up_waits_for_the_takedown(office: Any) -> None:
    notice = await office.decided(pages=(HARBOUR, QUAY))
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    await office.receipt(notice["id"], HARBOUR)
    await office.counter(notice["id"])
    assert (await office.get(notice["id"]))["state"] == "accepted"
    assert (await office.receipt(notice["id"], QUAY))["state"] == "counter_noticed"
    assert (await office.said(notice["id"]))[-2:] == ["taken_down", "counter_noticed"]
