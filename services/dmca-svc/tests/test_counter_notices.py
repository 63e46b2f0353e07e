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
    assert [(page["state"], page["restored_in_error"]) for page in notice["pages"]] == [("restored", True)]
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


FIVE = ("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service")
WHOLE = {"elements": dict.fromkeys(FIVE, True), "pages": [HARBOUR], "note": "Complete."}


def judged_as(account: str | None) -> dict[str, Any]:
    return {"subscriber_verified": {"how": "answered on-wiki", **({"wiki_user": account} if account else {})}, **WHOLE}


async def test_a_text_that_completes_it_opens_the_window_from_the_day_the_agent_had_that_text(fresh: Any, counter_letter: str) -> None:
    notice = await fresh.taken_down()
    counter = await fresh.counter(notice["id"])
    path = f"/{notice['id']}/counter-notices/{counter['id']}"
    assert await fresh.refused(f"{path}/completion", {"text": "My consent."}, "legal", "lea") == ["not_incomplete"]
    await fresh.accept(notice["id"], counter["id"], HARBOUR, lacks=("jurisdiction_service",))
    await fresh.desk.advance(timedelta(days=6))
    shown = await fresh.act(f"{path}/completion", {"text": counter_letter}, "requester_desk", "dora")
    assert shown["state"] == "incomplete", "a person judges it again"
    assert await fresh.refused(f"{path}/completion", {"text": "And more."}, "legal", "lea") == ["completion_unjudged"]
    await fresh.desk.advance(timedelta(days=5))
    accepted = await fresh.accept(notice["id"], counter["id"], HARBOUR)
    window = restore_window(datetime.fromisoformat(shown["completed_at"]))
    assert accepted["window"]["opens"] == wire(window.opens), "neither the first text nor the judgement counts"
    assert accepted["received_by_agent_at"] == shown["completed_at"]
    assert accepted["received_at"] == counter["received_at"], "first receipt stays on record"
    assert await fresh.refused(f"{path}/completion", {"text": "Even more."}, "legal", "lea") == ["not_incomplete"]
    letter = (await fresh.desk.get(f"/dmca/v1/notices{path}/letter", role="legal", reason="to judge it")).json()
    assert [one["text"] for one in letter["completions"]] == [counter_letter]


async def test_one_sent_to_another_address_is_passed_on_and_counts_from_then(fresh: Any, counter_letter: str) -> None:
    notice = await fresh.taken_down()
    counter = await fresh.counter(notice["id"], channel="form")
    path = f"/{notice['id']}/counter-notices/{counter['id']}"
    await fresh.accept(notice["id"], counter["id"], HARBOUR)
    assert "not_with_agent" in [point["code"] for point in (await fresh.get(notice["id"]))["open_points"]]
    await fresh.desk.advance(timedelta(days=3))
    shown = await fresh.act(f"{path}/completion", {"text": counter_letter, "channel": "forwarded"}, "requester_desk", "dora")
    accepted = await fresh.accept(notice["id"], counter["id"], HARBOUR)
    assert accepted["window"]["opens"] == wire(restore_window(datetime.fromisoformat(shown["completed_at"])).opens)


async def test_no_warning_no_judgement_and_no_later_letter_moves_a_window(fresh: Any, counter_letter: str) -> None:
    notice = await fresh.taken_down((HARBOUR, QUAY))
    counter = await fresh.counter(notice["id"])
    await fresh.desk.advance(timedelta(days=5))
    accepted = await fresh.accept(notice["id"], counter["id"], HARBOUR)
    ruled = restore_window(datetime.fromisoformat(counter["received_at"]))
    assert accepted["window"]["opens"] == wire(ruled.opens)
    await fresh.act(f"/{notice['id']}/counter-notices", {"text": counter_letter, "channel": "form"}, "legal", "lea", 201)
    other = await fresh.counter(notice["id"])
    await fresh.accept(notice["id"], other["id"], QUAY)
    shown = await fresh.get(notice["id"])
    assert shown["counter_notices"][0]["window"] == accepted["window"]
    assert shown["counter_notices"][2]["window"]["opens"] > accepted["window"]["opens"], "each has its own"


async def test_a_withdrawn_one_ends_its_window_and_leaves_the_page_to_another(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    path = f"/{notice_id}/counter-notices/{counter['id']}/withdrawal"
    await fresh.act(path, {"text": ""}, "requester_desk", "dora", 422)
    shown = await fresh.act(path, {"text": "I withdraw it."}, "requester_desk", "dora")
    assert shown["state"] == "withdrawn"
    assert shown["withdrawn_at"]
    notice = await fresh.get(notice_id)
    assert notice["state"] == "taken_down"
    assert (await fresh.said(notice_id))[-1] == "assessed"
    assert await fresh.refused(path, {"text": "Again."}, "requester_desk", "dora") == ["counter_notice_withdrawn"]
    await fresh.until(counter["window"]["closes"])
    await fresh.desk.settle()
    assert {"at_risk", "breached"} & set(await fresh.said(notice_id)) == set(), "its window has ended"
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["counter_notice_withdrawn"]
    again = await fresh.counter(notice_id)
    assert (await fresh.accept(notice_id, again["id"], HARBOUR))["state"] == "accepted"


async def test_a_restoration_that_runs_stops_when_the_counter_notice_is_taken_back(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed((HARBOUR, QUAY))
    await fresh.until(counter["window"]["target"])
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    await fresh.receipt(notice_id, HARBOUR)
    await fresh.act(f"/{notice_id}/counter-notices/{counter['id']}/withdrawal", {"text": "Stop."}, "legal", "lea")
    assert await fresh.refused(f"/{notice_id}/receipts", {"page": QUAY, "log_id": 1}, "enforcer", "enno") == ["nothing_runs"]
    notice = await fresh.get(notice_id)
    assert (notice["state"], [page["state"] for page in notice["pages"]]) == ("taken_down", ["restored", "removed"])


async def test_a_rejected_one_and_one_that_is_back_are_not_taken_back(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    rejected = await fresh.counter(notice_id)
    await fresh.accept(notice_id, rejected["id"])
    path = f"/{notice_id}/counter-notices/{rejected['id']}/withdrawal"
    assert await fresh.refused(path, {"text": "x"}, "legal", "lea") == ["counter_notice_rejected"]
    await fresh.until(counter["window"]["target"])
    await fresh.act(f"/{notice_id}/restoration", {"counter_notice_id": counter["id"]}, "enforcer", "enno")
    await fresh.receipt(notice_id)
    path = f"/{notice_id}/counter-notices/{counter['id']}/withdrawal"
    assert await fresh.refused(path, {"text": "x"}, "legal", "lea") == ["restored_already"]


async def test_somebody_else_than_whoever_gave_the_material_needs_counsel(office: Any) -> None:
    notice = await office.taken_down()
    given = {"uploaders": [{"wiki_user": "Bo Example", "pages": [HARBOUR]}]}
    await office.act(f"/{notice['id']}/uploaders", given, "evaluator", "eva")
    counter = await office.counter(notice["id"])
    path = f"/{notice['id']}/counter-notices/{counter['id']}"
    judged = await office.act(f"{path}/assessment", judged_as("Cy Example"), "evaluator", "eva")
    assert (judged["state"], [reason["code"] for reason in judged["reasons"]]) == ("incomplete", ["needs_counsel"])
    assert judged["subscriber_verified"]["wiki_user"] == "Cy Example"
    await office.act(f"{path}/signer", {"note": "x"}, "evaluator", "eva", 403)
    shown = await office.act(f"{path}/signer", {"note": "A power of attorney is on file."}, "legal", "lea")
    assert shown["signer_allowed"]["by"] == "lea"
    assert await office.refused(f"{path}/signer", {"note": "x"}, "legal", "lea") == ["signed_already"]
    judged = await office.act(f"{path}/assessment", judged_as("Cy Example"), "evaluator", "eva")
    assert (judged["state"], judged["window"]["opens"]) == (
        "accepted",
        wire(restore_window(datetime.fromisoformat(counter["received_at"])).opens),
    )
    assert await office.refused(f"{path}/signer", {"note": "x"}, "legal", "lou") == ["counter_notice_judged", "signed_already"]


@pytest.mark.parametrize("account", ["bo_Example", None])
async def test_whoever_gave_it_and_was_verified_needs_nobody(office: Any, account: str | None) -> None:
    notice = await office.taken_down()
    given = {"uploaders": [{"wiki_user": "Bo Example", "pages": [HARBOUR]}]}
    await office.act(f"/{notice['id']}/uploaders", given, "evaluator", "eva")
    counter = await office.counter(notice["id"])
    judged = await office.act(f"/{notice['id']}/counter-notices/{counter['id']}/assessment", judged_as(account), "evaluator", "eva")
    assert judged["state"] == "accepted"


async def test_a_second_counter_notice_about_the_same_page_is_refused_with_the_reason(office: Any) -> None:
    notice_id, _ = await office.counter_noticed()
    second = await office.counter(notice_id)
    path = f"/{notice_id}/counter-notices/{second['id']}/assessment"
    assert await office.refused(path, judged_as(None), "evaluator", "eva") == ["page_asked_back"]


async def test_on_the_ninth_business_day_nothing_goes_back(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    opens = datetime.fromisoformat(counter["window"]["opens"])
    await fresh.act(f"/{notice_id}/counter-notices/{counter['id']}/early-restoration", {"note": "Soon."}, "legal", "lea")
    await fresh.until(wire(opens - timedelta(minutes=1)))
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["window_not_open"]


async def test_a_counter_notice_from_the_future_is_refused(office: Any, counter_letter: str) -> None:
    notice = await office.taken_down()
    late = {"text": counter_letter, "received_at": "2090-01-01T00:00:00Z", "evidence": "the mail's stamp"}
    assert await office.refused(f"/{notice['id']}/counter-notices", late, "legal", "lea") == ["received_in_future"]


async def test_the_complainant_s_copy_has_its_words_and_pages_and_is_given_out_only_then(fresh: Any, counter_letter: str) -> None:
    notice = await fresh.taken_down((HARBOUR, QUAY))
    counter = await fresh.counter(notice["id"])

    async def sent() -> dict[str, Any]:
        answer = await fresh.desk.get(f"/dmca/v1/notices/{notice['id']}/contacts", role="service", sub="notify-svc", reason="event 3")
        found: dict[str, Any] = answer.json()["counter_notices"][0]
        return found

    assert "text" not in await sent(), "before it is accepted nobody needs its words"
    await fresh.accept(notice["id"], counter["id"], QUAY, subscriber_verified={"how": "on-wiki", "wiki_user": "Bo Example"})
    told = await sent()
    assert (told["text"], told["pages"], told["wiki_user"]) == (counter_letter, [QUAY], "Bo Example")
    rows = await fresh.desk.sql("SELECT 1 FROM access_log WHERE aggregate_id = $1 AND sub = 'notify-svc'", notice["id"])
    assert len(rows) == 2, "every such read is logged"
