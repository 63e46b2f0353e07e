"""What is carried out on wikis by hand: receipts, failures, the second look, what a burst of decisions does (R91-R93, R110, R113)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

DAYS = timedelta(days=1)
FAILURE, LOOK = "enforcement/failure", "enforcement/second-look"


async def post(office: Any, action: dict[str, Any], what: str, sub: str = "enno", role: str = "enforcer", **body: Any) -> Any:
    effect = {"wiki": "metawiki", "effect": "lock", "note": "As seen in the log."} | body
    return await office.desk.post(f"/bans/v1/actions/{action['id']}/{what}", effect, role=role, sub=sub)


async def owed(office: Any, state: str, action: dict[str, Any]) -> list[str]:
    """The effects of one action in the list of all that stand so."""
    found: list[str] = []
    after = ""
    while True:
        answer = await office.desk.get(f"/bans/v1/enforcement?state={state}&limit=200{after}", role="enforcer")
        assert answer.status_code == 200, answer.text
        found += [one["effect"] for one in answer.json()["items"] if one["action_id"] == action["id"]]
        if "next" not in answer.json():
            return found
        after = f"&after={answer.json()['next']}"


async def kinds(office: Any, action: dict[str, Any]) -> list[str]:
    rows = await office.desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb->>'action_change_kind' AS kind FROM outbox "
        "WHERE key LIKE '%' || $1 || '%' ORDER BY version",
        action["id"],
    )
    # Of a house in which every test enacts, some action is the one too many (R110).
    return [row["kind"] for row in rows if row["kind"] != "unusual_rate"]


async def test_what_waits_fails_is_done_and_is_undone_since_is_in_its_list(office: Any) -> None:
    ban = await office.enacted()
    assert await owed(office, "waiting", ban) == ["lock"]
    failed = (await post(office, ban, FAILURE)).json()
    assert (failed["state"], failed["enforcement"][0]["state"]) == ("enacted", "failed")
    assert (await owed(office, "waiting", ban), await owed(office, "failed", ban)) == ([], ["lock"])
    done = (await office.receipt(ban)).json()
    assert (done["state"], await owed(office, "done", ban)) == ("enforced", ["lock"])
    assert (await post(office, ban, LOOK, sub="ella", stands=True)).json()["state"] == "enforced"
    drifted = (await post(office, ban, LOOK, sub="ella", stands=False)).json()
    assert (drifted["state"], drifted["enforcement"][0]["state"]) == ("enacted", "drifted")
    assert await owed(office, "drifted", ban) == ["lock"]
    assert (await office.receipt(ban, receipt={"log_id": 4712})).json()["state"] == "enforced"
    assert (await kinds(office, ban))[-4:] == ["enforcement_failed", "enforced", "enforcement_failed", "enforced"]


async def test_the_second_look_is_another_persons_and_comes_after_the_receipt(office: Any) -> None:
    ban = await office.enacted()
    assert office.codes(await post(office, ban, LOOK, sub="ella", stands=True)) == ["no_receipt_yet"]
    await office.receipt(ban)
    assert office.codes(await post(office, ban, LOOK, stands=True)) == ["looks_at_own"]
    assert office.codes(await post(office, ban, FAILURE)) == ["receipt_there"]
    for what, more in ((LOOK, {"stands": True}), (FAILURE, {})):
        assert office.codes(await post(office, ban, what, sub="ella", effect="block", **more)) == ["no_such_effect"]
    assert office.codes(await post(office, ban, LOOK, sub="ella"), 422) == ["malformed"]


async def test_what_was_undone_by_others_is_not_owed_back_when_the_ban_ends(office: Any) -> None:
    end = office.desk.runtime.clock.law() + 2 * DAYS
    ban = await office.enacted(office.spec(expires_at=end.isoformat()))
    await office.receipt(ban)
    await post(office, ban, LOOK, sub="ella", stands=False)
    await office.desk.advance(3 * DAYS)
    assert (await office.read(ban))["enforcement"] == []


async def test_the_list_takes_no_parameter_that_it_does_not_know(office: Any) -> None:
    assert office.codes(await office.desk.get("/bans/v1/enforcement?sate=failed", role="enforcer"), 422) == ["unknown_parameter"]
    assert office.codes(await office.desk.get("/bans/v1/enforcement", role="tooling"), 403) == ["role_missing"]


# --- what a receipt says beside its proof, and what others undid (R84, R92, R93) ----------------------------------------------------


async def test_a_block_is_taken_when_it_bars_what_it_must_and_what_is_unsaid_is_on_record(office: Any) -> None:
    block = await office.enacted(office.spec("range_block", grounds=["disruption"], addresses=[f"198.18.{uuid4().int % 250}.0/24"]))
    listed = await office.desk.get("/bans/v1/enforcement?state=waiting&limit=200", role="enforcer")
    (owed_one,) = [one for one in listed.json()["items"] if one["action_id"] == block["id"]]
    assert (owed_one["must_bar"], "Office action" in owed_one["mark"]) == (["createaccount", "edit", "sendemail"], True)
    little = {"log_id": 9, "bars": ["edit"], "marked": True}
    assert office.codes(await office.receipt(block, "global_block", receipt=little)) == ["bars_too_little"]
    said = {"log_id": 9, "bars": ["edit", "createaccount", "sendemail"], "marked": False}
    (effect,) = (await office.receipt(block, "global_block", receipt=said)).json()["enforcement"]
    assert effect["receipt"] == said
    assert [one["code"] for one in (await office.timeline(block))[-1]["reasons"]] == ["unmarked"]
    seen = await post(office, block, LOOK, sub="ella", effect="global_block", stands=True, marked=True)
    assert seen.json()["enforcement"][0]["still_marked"] is True
    assert "reasons" not in (await office.timeline(block))[-1]
    ban = await office.enacted()
    await office.receipt(ban)
    assert [one["code"] for one in (await office.timeline(ban))[-1]["reasons"]] == ["mark_unsaid"]
    rights = await office.enacted(office.spec("rights_removal"))
    await office.receipt(rights, "remove_right:1", wiki="examplewiki", receipt={"log_id": 10, "marked": False})
    step = (await office.timeline(rights))[-1]
    assert (step["what"], [one["code"] for one in step["reasons"]]) == ("receipt_taken", ["unmarked"])


async def test_what_others_undid_is_done_again_and_stays_on_record_as_ground_for_a_sanction(office: Any) -> None:
    ban = await office.enacted()
    await office.receipt(ban)
    body = {"stands": False, "undone_by": "Helpful admin", "note": "Unlocked with a comment about fairness."}
    await post(office, ban, LOOK, sub="ella", **body)
    (why,) = (await office.timeline(ban))[-1]["reasons"]
    assert (why["code"], why["cite"]) == ("undone_by_others", "R93")
    where = f"/bans/v1/actions/{ban['id']}/reversals"
    assert office.codes(await office.desk.get(where, role="auditor"), 400) == ["access_reason_missing"]
    (found,) = (await office.desk.get(where, role="auditor", reason="a sanction is considered")).json()["items"]
    assert (found["undone_by"], found["note"], found["receipt"]) == (body["undone_by"], body["note"], {"log_id": 4711})
    assert (found["found_by"], found["done_again"]) == ("ella", False)
    await office.receipt(ban, receipt={"log_id": 4712, "marked": True})
    (found,) = (await office.desk.get(where, role="auditor", reason="a sanction is considered")).json()["items"]
    assert (found["receipt"], found["done_again"]) == ({"log_id": 4711}, True)
    assert [one["receipt"] for one in (await office.read(ban))["enforcement"]] == [{"log_id": 4712, "marked": True}]
    # Undone a second time it is a second reversal, and names nobody where nobody is known.
    await post(office, ban, LOOK, sub="ella", stands=False)
    items = (await office.desk.get(where, role="auditor", reason="a sanction is considered")).json()["items"]
    assert [(one["receipt"]["log_id"], "undone_by" in one) for one in items] == [(4711, True), (4712, False)]
    assert office.codes(await post(office, ban, LOOK, sub="ella", stands=True, undone_by="Helpful admin")) == ["nothing_undone"]
    rows = await office.desk.sql("SELECT convert_from(payload, 'UTF8') FROM outbox WHERE key LIKE '%' || $1 || '%'", ban["id"])
    assert all("Helpful admin" not in row[0] for row in rows)


async def test_looked_at_again_and_found_to_stand_it_is_owed_no_more(office: Any) -> None:
    ban = await office.enacted()
    await office.receipt(ban)
    await post(office, ban, LOOK, sub="ella", stands=False)
    await post(office, ban, LOOK, sub="ella", stands=False)
    assert (await post(office, ban, LOOK, sub="ella", stands=True)).json()["state"] == "enforced"
    where = f"/bans/v1/actions/{ban['id']}/reversals"
    assert len((await office.desk.get(where, role="auditor", reason="a look")).json()["items"]) == 1


async def test_a_receipt_stays_as_it_was_entered_in_the_database_too(office: Any) -> None:
    ban = await office.enacted()
    await office.receipt(ban)
    connection = await asyncpg.connect(office.desk.runtime.db.asyncpg_dsn)
    try:
        for change in ("log_id = 1", "state = 'waiting', log_id = NULL", "marked = true"):
            with pytest.raises(asyncpg.CheckViolationError, match="stays as it was entered"):
                await connection.execute(f"UPDATE enforcement SET {change} WHERE action_id = $1", ban["id"])
        reversal = """INSERT INTO reversal (id, action_id, enforcement_id, by, at, note_id)
                      SELECT gen_random_uuid(), action_id, id, 'ella', now(), gen_random_uuid() FROM enforcement WHERE action_id = $1"""
        with pytest.raises(asyncpg.CheckViolationError, match="found undone"):
            await connection.execute(reversal, ban["id"])
        again = """INSERT INTO enforcement (id, action_id, wiki, effect, state, again_of)
                   SELECT gen_random_uuid(), action_id, wiki, 'unlock', 'waiting', id FROM enforcement WHERE action_id = $1"""
        with pytest.raises(asyncpg.CheckViolationError, match="what was undone"):
            await connection.execute(again, ban["id"])
    finally:
        await connection.close()


# --- effects, before and after (DESIGN 5) -----------------------------------------------------------------------------------------


async def effects(office: Any, action: dict[str, Any], **options: Any) -> Any:
    options = {"role": "legal", "reason": "before I sign"} | options
    return await office.desk.get(f"/bans/v1/actions/{action['id']}/effects", **options)


async def test_what_enacting_would_do_is_told_before_anybody_signs(office: Any) -> None:
    end = (office.desk.runtime.clock.law() + 200 * DAYS).isoformat()
    spec = office.spec(addresses=["203.0.113.77"], expires_at=end)
    proposed = await office.proposed(spec)
    assert office.codes(await effects(office, proposed, reason=None), 400) == ["access_reason_missing"]
    told = (await effects(office, proposed)).json()
    assert (told["accounts"], told["addresses"], told["acting_account"]) == (spec["accounts"], ["203.0.113.77"], "wmfoffice")
    assert told["wikis"] == [
        {"wiki": "metawiki", "effect": "lock", "state": "planned"},
        {"wiki": "metawiki", "effect": "global_block", "state": "planned"},
    ]
    assert [(one["party"], one["template"]) for one in told["letters"]] == [
        ("subject", "global_ban"),
        ("requester", "matter_decided"),
    ]
    assert told["letters"][0]["facts"]["account"] == spec["accounts"][0]["name"]
    assert told["register"] == {"entry": "listed", "disclosure": "public", "cite": "D17"}
    assert [one["what"] for one in told["clocks"]] == ["addresses_forgotten", "appeal_until", "expires"]
    assert [one["effect"] for one in told["reversal"]] == ["unlock", "global_unblock"]
    logged = await office.desk.sql("SELECT 1 FROM access_log WHERE aggregate_id = $1 AND role = 'legal'", proposed["id"])
    assert logged


async def test_afterwards_it_tells_the_receipts_the_reversal_and_what_ends_with_it(office: Any) -> None:
    ban = await office.enacted()
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=["203.0.113.192/28"]))
    await office.receipt(ban)
    told = (await effects(office, ban)).json()
    assert told["wikis"] == [{"wiki": "metawiki", "effect": "lock", "state": "done", "receipt": {"log_id": 4711}}]
    assert (told["reversal"], told["ends_with_it"]) == ([{"wiki": "metawiki", "effect": "unlock"}], [block["id"]])
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": "2998-01-01T00:00:00Z", "note": "An inquiry."}
    for what, sub, said in (("permissions", "maja", body), ("permissions/confirmation", "mona", {"note": "Agreed."})):
        answer = await office.desk.post(f"/bans/v1/actions/{ban['id']}/{what}", said, role="team_manager", sub=sub)
        assert answer.status_code == 200, answer.text
    (permitted,) = (await effects(office, ban)).json()["permissions"]
    assert (permitted["scope"], permitted["until"]) == (body["scope"], body["until"])
    await office.desk.post(f"/bans/v1/actions/{ban['id']}/lift", {"reason": "Over.", "note": "Over."}, role="team_manager", sub="maja")
    await office.desk.post(f"/bans/v1/actions/{ban['id']}/lift/confirmation", {"note": "Yes."}, role="director", sub="dora")


@pytest.mark.parametrize(
    ("kind", "template", "entry"),
    [("event_ban", "event_ban", "restricted_list"), ("conduct_warning", "conduct_warning", "half_year_totals")],
)
async def test_each_kind_has_its_letter_and_its_place_in_the_register(office: Any, kind: str, template: str, entry: str) -> None:
    told = (await effects(office, await office.proposed(office.spec(kind)))).json()
    assert (told["letters"][0]["template"], told["register"]["entry"], told["wikis"]) == (template, entry, [])


async def test_effects_of_child_protection_are_the_named_groups_to_read(office: Any) -> None:
    measure = await office.proposed(office.spec("child_protection"))
    assert office.codes(await effects(office, measure), 403) == ["not_in_named_group"]
    told = (await effects(office, measure, role="child_protection")).json()
    assert (told["register"]["entry"], told["letters"][0]["template"]) == ("half_year_totals", "account_measure")


async def test_from_a_decision_not_to_act_nothing_follows(office: Any) -> None:
    assert office.codes(await effects(office, await office.proposed(course="no_action"))) == ["nothing_follows"]


# --- a burst (R110) ---------------------------------------------------------------------------------------------------------------


async def test_a_burst_at_one_minute_works_like_one_and_more_than_usual_is_remarked(office: Any) -> None:
    # What other tests enacted lies in the same house, some of it longer ago by the law's clock.
    since = office.desk.runtime.clock.law() - 29 * DAYS
    before = (await office.desk.sql("SELECT count(*) FROM action WHERE enacted_at > $1 AND origin = 'decided'", since))[0][0]
    room = asyncio.Semaphore(8)

    async def warned() -> dict[str, Any]:
        async with room:
            return dict(await office.signed(await office.proposed(office.spec("conduct_warning"))))

    approved = await asyncio.gather(*(warned() for _ in range(max(20, 41 - before))))
    answers = await asyncio.gather(*(office.enact(one, sub=f"enno-{uuid4().hex[:6]}") for one in approved))
    assert [answer.status_code for answer in answers] == [200] * len(approved)
    last = await office.enacted(office.spec("conduct_warning"))
    (enacted,) = [item for item in await office.timeline(last) if item["what"] == "enacted"]
    assert [(reason["code"], reason["cite"]) for reason in enacted["reasons"]] == [("unusual_rate", "R110")]
    metrics = await office.desk.get("/metrics")
    figures = dict(line.split() for line in metrics.text.splitlines() if line.startswith("office_actions_"))
    assert float(figures["office_actions_enacted"]) > float(figures["office_actions_usual"]) == 40
