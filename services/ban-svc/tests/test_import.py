"""Bans that were not decided here: imported from before, or a community's or an affiliate's own (R8, R26, R36)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from ban_svc.actions import import_ban
from ban_svc.model import ImportedBan
from chassis.testing import eventually
from kernel.actor import Performer
from kernel.decision import Refused
from pydantic import ValidationError

DAYS = timedelta(days=1)


async def banned(office: Any, name: str, *, yes: bool = True) -> None:
    async def answers() -> bool:
        return (await office.check(user=name))["banned"] is yes

    await eventually(answers, what="the check's answer")


async def test_an_imported_ban_is_in_force_as_recorded_and_in_the_check_once(office: Any, imports: Any) -> None:
    row = imports.row()
    name = row["accounts"][0]["name"]
    made, new = await imports.take(row)
    again, second = await imports.take(row)
    assert (made, new, second) == (again, True, False)
    await banned(office, name)
    shown = await office.read({"id": made, "kind": "global_ban"})
    assert (shown["origin"], shown["state"], shown["enacted_at"]) == ("recorded", "enforced", "2019-06-10T12:00:00Z")
    assert (shown["review"]["steps"], shown["authorised_by"], "performed_by" in shown) == ([], [], False)
    assert [item["what"] for item in await office.timeline({"id": made, "kind": "global_ban"})] == ["recorded"]
    assert office.codes(await office.propose(office.spec(accounts=[{"name": name}]))) == ["already_banned"]


async def test_an_imported_ban_expires_and_is_lifted_like_any_other(office: Any, imports: Any) -> None:
    end = office.desk.runtime.clock.law() + 5 * DAYS
    row = imports.row(expires_at=end.isoformat())
    made, _ = await imports.take(row)
    await banned(office, row["accounts"][0]["name"])
    await office.desk.advance(6 * DAYS)
    await banned(office, row["accounts"][0]["name"], yes=False)
    assert (await office.read({"id": made, "kind": "global_ban"}))["state"] == "expired"
    other = imports.row()
    lifted, _ = await imports.take(other)
    where = f"/bans/v1/actions/{lifted}/lift"
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert (await office.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    answer = await office.desk.post(f"{where}/confirmation", {"note": "Agreed."}, role="director", sub="dora")
    assert answer.json()["state"] == "lifted", answer.text
    await banned(office, other["accounts"][0]["name"], yes=False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"enacted_at": "2998-01-01T00:00:00Z"}, "not_before"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "ends_in_the_past"),
        ({"accounts": [{"name": "a|b"}]}, "name_illegal_character"),
        ({"accounts": None}, "nobody_named"),
        ({"addresses": ["192.0.2.1/24"]}, "host_bits"),
        ({"kind": "event_ban"}, "scope_missing"),
        ({"irrevocable": True}, "field_not_of_kind"),
    ],
)
async def test_a_row_that_cannot_be_is_refused_and_leaves_nothing(imports: Any, changes: dict[str, Any], code: str) -> None:
    before = await imports.office.desk.sql("SELECT count(*) FROM action")
    with pytest.raises(Refused) as refused:
        await imports.take(imports.row(**changes))
    assert code in [reason.code for reason in refused.value.reasons]
    assert await imports.office.desk.sql("SELECT count(*) FROM action") == before


async def test_who_is_banned_is_not_imported_and_a_row_needs_its_parts(office: Any, imports: Any) -> None:
    spec = office.spec()
    await office.enacted(spec)
    with pytest.raises(Refused) as refused:
        await imports.take(imports.row(accounts=spec["accounts"]))
    assert [reason.code for reason in refused.value.reasons] == ["already_banned"]
    for missing in ("ref", "kind", "enacted_at"):
        row = imports.row()
        row.pop(missing)
        with pytest.raises(ValidationError):
            ImportedBan.model_validate(row)
    with pytest.raises(ValidationError):
        ImportedBan.model_validate(imports.row(kind="conduct_warning"))


async def test_the_database_lets_the_imports_role_alone_record_and_that_role_decide_nothing(office: Any, imports: Any) -> None:
    row = imports.row()
    with pytest.raises(Exception, match="import alone"):
        async with office.desk.runtime.edge("command:ban:import", by=Performer("operator", "olga"), access_reason="import") as edge:
            await import_ban(edge, ImportedBan.model_validate(row))
    ban = await office.enacted()
    connection = await asyncpg.connect(imports.runtime.db.asyncpg_dsn)
    try:
        for statement in ("UPDATE action SET state = 'expired' WHERE id = $1", "DELETE FROM cover WHERE action_id = $1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement, ban["id"])
    finally:
        await connection.close()


# --- bans of others ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["community", "affiliate"])
async def test_a_ban_of_others_is_recorded_with_its_label_and_is_in_no_check(office: Any, whose: str) -> None:
    spec = office.spec("event_ban", imposed_by=whose)
    case = str(uuid4())
    made = await office.proposed(spec, case_id=case)
    assert (made["origin"], made["state"], made["imposed_by"], made["review"]["steps"]) == ("recorded", "recorded", whose, [])
    assert (await office.proposed(spec, case_id=case))["id"] == made["id"]
    assert "decided_elsewhere" in office.codes(await office.sign(made, "team_peer"))
    assert "not_approved" in office.codes(await office.enact(made))
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert office.codes(await office.desk.post(f"/bans/v1/actions/{made['id']}/lift", body, role="team_manager")) == ["not_in_force"]
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False
    # It stands in no way of ours.
    assert (await office.proposed(office.spec("event_ban", accounts=spec["accounts"])))["state"] == "proposed"
    listed = await office.desk.get(f"/bans/v1/actions?case_id={case}&state=recorded", role="auditor")
    assert [one["id"] for one in listed.json()["items"]] == [made["id"]]


async def test_of_others_only_a_ban_of_somebody_is_recorded(office: Any) -> None:
    warning = office.spec("conduct_warning", imposed_by="community")
    assert office.codes(await office.propose(warning)) == ["not_a_ban"]
    assert office.codes(await office.propose(office.spec(imposed_by="affiliate"), course="no_action")) == ["not_a_ban"]
    assert office.codes(await office.propose(office.spec(imposed_by="affiliate", accounts=[]))) == ["nobody_named"]


async def test_a_ban_of_others_never_turns_into_ours(office: Any) -> None:
    made = await office.proposed(office.spec("event_ban", imposed_by="community"))
    for change in ("state = 'enacted'", "imposed_by = 'foundation', state = 'proposed'", "origin = 'decided'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await office.desk.sql(f"UPDATE action SET {change} WHERE id = $1", made["id"])
