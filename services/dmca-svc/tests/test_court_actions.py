"""Actions in court and before the Claims Board: what holds, until when, what Legal decides then (D10, 17 U.S.C. 512(g)(2)(C), 1507(d))."""

from datetime import timedelta
from typing import Any

import pytest

HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}
END = {"note": "Dismissed with prejudice."}


def now(office: Any) -> str:
    return str(office.desk.runtime.clock.law().isoformat().replace("+00:00", "Z"))


async def told(office: Any, notice_id: str, *pages: dict[str, str], **more: Any) -> dict[str, Any]:
    body = {"forum": "court", "from": "complainant", "pages": list(pages or (HARBOUR,)), "received_at": now(office), **more}
    action: dict[str, Any] = await office.act(f"/{notice_id}/court-actions", body, "legal", "lea")
    return action


async def end(office: Any, notice_id: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    ended: dict[str, Any] = await office.act(f"/{notice_id}/court-actions/{action['id']}/end", {**END, **more}, "legal", "lea")
    return ended


def points(notice: dict[str, Any]) -> list[str]:
    return [point["code"] for point in notice["open_points"] if point["code"] != "uploader_unknown"]


@pytest.mark.parametrize("forum", ["court", "ccb"])
@pytest.mark.parametrize("teller", ["complainant", "agent"])
async def test_an_action_without_a_docket_is_recorded_holds_and_legal_is_asked_for_it(office: Any, forum: str, teller: str) -> None:
    notice_id, _ = await office.counter_noticed()
    action = await told(office, notice_id, forum=forum, **{"from": teller})
    assert (action["held"], action["state"]) == (True, "holding")
    assert points(await office.get(notice_id)) == ["docket_asked"]
    path = f"/{notice_id}/court-actions/{action['id']}/docket"
    shown = await office.act(path, {"docket": "3:26-cv-00042", "court": "N.D. Cal."}, "legal", "lea")
    assert (shown["docket"], shown["court"], shown["held"]) == ("3:26-cv-00042", "N.D. Cal.", True)
    assert points(await office.get(notice_id)) == []
    await office.act(path, {"docket": "1"}, "evaluator", "eva", 403)


async def test_an_action_from_the_future_by_nobody_of_legal_or_about_nothing_here_is_refused_or_holds_nothing(office: Any) -> None:
    notice_id, _ = await office.counter_noticed()
    late = (office.desk.runtime.clock.law() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    body = {"forum": "court", "from": "complainant", "pages": [HARBOUR]}
    assert await office.refused(f"/{notice_id}/court-actions", {**body, "received_at": late}, "legal", "lea") == ["received_in_future"]
    await office.act(f"/{notice_id}/court-actions", {**body, "received_at": now(office)}, "enforcer", "enno", 403)
    action = await told(office, notice_id, {"wiki": "examplewiki", "title": "File:Nobody named this.jpg"})
    assert (action["held"], [reason["code"] for reason in action["reasons"]]) == (False, ["other_material"])
    path = f"/{notice_id}/court-actions"
    assert await office.refused(f"{path}/{action['id']}/end", END, "legal", "lea") == ["nothing_held"]
    assert (await office.desk.post(f"/dmca/v1/notices{path}/{notice_id}/end", END, role="legal", sub="lea")).status_code == 404
    assert (await office.desk.post(f"/dmca/v1/notices{path}/{action['id']}/end", END, role="enforcer", sub="enno")).status_code == 403


async def test_when_the_action_ends_the_material_stays_down_until_legal_signs(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    action = await told(fresh, notice_id)
    await fresh.until(counter["window"]["closes"])
    ended = await end(fresh, notice_id, action)
    assert (ended["state"], ended["held"], ended["ended"]["by"], ended["ended"]["note"]) == ("ended", False, "lea", END["note"])
    notice = await fresh.get(notice_id)
    assert (notice["state"], notice["counter_notices"][0]["state"]) == ("counter_noticed", "hold_ended")
    assert points(notice) == ["legal_decides"]
    assert (await fresh.said(notice_id))[-1] == "hold_ended"
    restoration, path = f"/{notice_id}/restoration", f"/{notice_id}/counter-notices/{counter['id']}/early-restoration"
    assert await fresh.refused(restoration, {}, "enforcer", "enno") == ["legal_decides"]
    again = f"/{notice_id}/court-actions/{action['id']}/end"
    assert await fresh.refused(again, END, "legal", "lea") == ["ended_already"]
    await fresh.act(path, {"note": "Nothing stands against it."}, "enforcer", "enno", 403)
    signed = await fresh.act(path, {"note": "Nothing stands against it."}, "legal", "lea")
    assert (signed["state"], signed["early_restoration"]) == ("accepted", True)
    assert points(await fresh.get(notice_id)) == []
    await fresh.act(restoration, {}, "enforcer", "enno")
    notice = await fresh.receipt(notice_id)
    assert (notice["state"], notice["counter_notices"][0]["state"]) == ("restored", "restored")
    # The days were not counted on while it was held: no breach is said of them.
    assert "breached" not in await fresh.said(notice_id)


async def test_an_action_that_ends_before_the_window_opens_opens_it_no_earlier(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await end(fresh, notice_id, await told(fresh, notice_id))
    await fresh.act(f"/{notice_id}/counter-notices/{counter['id']}/early-restoration", {"note": "Dropped."}, "legal", "lea")
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["window_not_open"]
    await fresh.until(counter["window"]["opens"])
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    assert (await fresh.receipt(notice_id))["state"] == "restored"


async def test_legal_s_signature_before_an_action_does_not_stand_for_the_one_after_it(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    path = f"/{notice_id}/counter-notices/{counter['id']}/early-restoration"
    await fresh.act(path, {"note": "The tenth day will do."}, "legal", "lea")
    action = await told(fresh, notice_id)
    assert await fresh.refused(path, {"note": "x"}, "legal", "lea") == ["held", "signed_already"]
    await end(fresh, notice_id, action)
    await fresh.until(counter["window"]["closes"])
    assert await fresh.refused(f"/{notice_id}/restoration", {}, "enforcer", "enno") == ["legal_decides"]
    await fresh.act(path, {"note": "It goes back."}, "legal", "lou")
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")


async def test_what_legal_keeps_down_when_the_action_ends_stays_down_for_other_notices_too(fresh: Any) -> None:
    notice_id, _ = await fresh.counter_noticed()
    other = await fresh.decided()
    await fresh.act(f"/{other['id']}/takedown", {}, "enforcer", "enno")
    second = await fresh.counter(other["id"])
    second = await fresh.accept(other["id"], second["id"], HARBOUR)
    ended = await end(fresh, notice_id, await told(fresh, notice_id), stays_down=True)
    assert (ended["state"], ended["stays_down"]) == ("ended", True)
    notice = await fresh.get(notice_id)
    assert (notice["state"], notice["pages"][0]["state"]) == ("taken_down", "removed")
    assert (notice["counter_notices"][0]["state"], notice["counter_notices"][0]["reasons"][0]["code"]) == ("rejected", "stays_down")
    assert (await fresh.said(notice_id))[-2:] == ["hold_ended", "assessed"]
    await fresh.until(second["window"]["closes"])
    assert "kept_by_order" in await fresh.refused(f"/{other['id']}/restoration", {}, "enforcer", "enno")


async def test_while_another_action_goes_on_the_material_stays_held(office: Any) -> None:
    notice_id, _ = await office.counter_noticed((HARBOUR, QUAY))
    first = await told(office, notice_id, HARBOUR, QUAY)
    await told(office, notice_id, HARBOUR)
    await end(office, notice_id, first)
    assert (await office.get(notice_id))["counter_notices"][0]["state"] == "held", "one page is held by the second, the other is Legal's"
    path = f"/{notice_id}/counter-notices/{(await office.get(notice_id))['counter_notices'][0]['id']}/early-restoration"
    assert await office.refused(path, {"note": "x"}, "legal", "lea") == ["held"]


async def test_a_new_action_after_the_first_has_ended_holds_anew(office: Any) -> None:
    notice_id, _ = await office.counter_noticed()
    await end(office, notice_id, await told(office, notice_id))
    await told(office, notice_id, docket="26-CCB-0007")
    notice = await office.get(notice_id)
    assert (notice["state"], notice["counter_notices"][0]["state"], points(notice)) == ("held", "held", [])


async def test_one_recorded_too_late_takes_the_page_down_again_as_our_error_and_it_can_go_back_rightly(fresh: Any) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await fresh.until(counter["window"]["target"])
    in_time = now(fresh)
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    await fresh.receipt(notice_id)
    action = await told(fresh, notice_id, received_at=in_time, docket="3:26-cv-00042")
    notice = await fresh.get(notice_id)
    assert (notice["pages"][0]["restored_in_error"], points(notice)) == (True, ["down_again"])
    down = await fresh.receipt(notice_id, log_id=4713)
    assert (down["pages"][0]["state"], points(down)) == ("removed", [])
    assert [one["effect"] for one in down["pages"][0]["receipts"]] == ["removed", "restored", "removed"]
    await end(fresh, notice_id, action)
    await fresh.act(f"/{notice_id}/counter-notices/{counter['id']}/early-restoration", {"note": "Dismissed."}, "legal", "lea")
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    back = await fresh.receipt(notice_id, log_id=4714)
    assert (back["state"], points(back), "restored_in_error" in back["pages"][0]) == ("restored", [], False)


@pytest.mark.parametrize("over", ["counter_notice_taken_back", "legal_keeps_it_down"])
async def test_what_went_back_by_our_error_counts_as_down_when_nobody_asks_for_it_any_more(fresh: Any, over: str) -> None:
    notice_id, counter = await fresh.counter_noticed()
    await fresh.until(counter["window"]["target"])
    in_time = now(fresh)
    await fresh.act(f"/{notice_id}/restoration", {}, "enforcer", "enno")
    await fresh.receipt(notice_id)
    action = await told(fresh, notice_id, received_at=in_time, docket="3:26-cv-00042")
    if over == "legal_keeps_it_down":
        await end(fresh, notice_id, action, stays_down=True)
    else:
        await fresh.act(f"/{notice_id}/counter-notices/{counter['id']}/withdrawal", {"text": "I withdraw it."}, "legal", "lea")
    notice = await fresh.get(notice_id)
    assert (notice["state"], points(notice)) == ("taken_down", ["down_again"])
    assert (await fresh.receipt(notice_id, log_id=4713))["pages"][0]["state"] == "removed"
    await fresh.counter(notice_id)
    assert (await fresh.get(notice_id))["state"] == "counter_noticed"


async def test_what_the_agent_was_told_cannot_be_rewritten_in_the_database(office: Any) -> None:
    notice_id, counter = await office.counter_noticed()
    action = await told(office, notice_id)
    refused = {
        "UPDATE court_action SET received_at = received_at + interval '1 day' WHERE id = $1": "stays as it was told",
        "UPDATE court_action SET state = 'not_holding' WHERE id = $1": "no move from holding",
        "UPDATE asked_page SET held_by = NULL WHERE held_by = $1": "keeps its page down",
    }
    for statement, says in refused.items():
        with pytest.raises(Exception, match=says):
            await office.desk.sql(statement, action["id"])
    with pytest.raises(Exception, match="held by nothing"):
        await office.desk.sql(
            "UPDATE counter_notice SET restoring = true, restoring_by = 'enno', restoring_at = closes WHERE id = $1", counter["id"]
        )


@pytest.mark.parametrize("cause", ["order", "measure"])
async def test_what_an_order_or_a_measure_keeps_down_goes_back_under_no_notice_until_it_is_lifted(fresh: Any, cause: str) -> None:
    first = await fresh.taken_down()
    body = {"cause": cause, "pages": [HARBOUR], "note": "It is on file."}
    path = f"/{first['id']}/holds"
    await fresh.act(path, body, "enforcer", "enno", 403)
    await fresh.act(path, {**body, "pages": []}, "legal", "lea", 422)
    assert await fresh.refused(path, {**body, "pages": [QUAY]}, "legal", "lea") == ["no_such_page"]
    shown = await fresh.act(path, body, "legal", "lea")
    (hold,) = shown["holds"]
    assert (hold["cause"], hold["pages"], hold["laid"]["note"]) == (cause, [HARBOUR], "It is on file.")
    # The complainant takes the first notice back, and the subscriber of a second has waited long enough: it stays down all the same.
    await fresh.act(f"/{first['id']}/withdrawal", {"text": "I take it back.", "pages": []}, "legal", "lea")
    assert "kept_by_order" in await fresh.refused(f"/{first['id']}/receipts", {"page": HARBOUR, "log_id": 1}, "enforcer", "enno")
    second = await fresh.decided()
    await fresh.act(f"/{second['id']}/takedown", {}, "enforcer", "enno")
    counter = await fresh.counter(second["id"])
    counter = await fresh.accept(second["id"], counter["id"], HARBOUR)
    await fresh.until(counter["window"]["target"])
    assert await fresh.refused(f"/{second['id']}/restoration", {}, "enforcer", "enno") == ["kept_by_order"]
    shown = await fresh.act(f"{path}/{hold['id']}/end", {"note": "Lifted."}, "legal", "lea")
    assert shown["holds"][0]["ended"]["note"] == "Lifted."
    assert await fresh.refused(f"{path}/{hold['id']}/end", {"note": "again"}, "legal", "lea") == ["ended_already"]
    assert (await fresh.desk.post(f"/dmca/v1/notices{path}/{first['id']}/end", {"note": "x"}, role="legal", sub="lea")).status_code == 404
    await fresh.act(f"/{second['id']}/restoration", {}, "enforcer", "enno")
    assert (await fresh.receipt(second["id"]))["state"] == "restored"
