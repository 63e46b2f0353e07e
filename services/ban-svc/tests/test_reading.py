"""What is shown of a decision, to whom, and what never is: text, lists, answers between services, the bus (R95, R113, DESIGN 5, 7)."""

from typing import Any
from uuid import uuid4


async def test_the_text_and_notes_are_shown_to_whoever_says_why_and_the_read_is_logged(office: Any) -> None:
    action = await office.signed(await office.proposed(), "team_peer")
    assert "spec" not in await office.read(action)
    shown = await office.read(action, reason="I review the chain")
    assert shown["spec"]["tou_basis"] == "Terms of Use, section 4"
    assert shown["review"]["steps"][0]["note"] == "Seen by the team_peer."
    assert await office.desk.sql("SELECT 1 FROM access_log WHERE aggregate_id = $1 AND role = 'auditor'", action["id"])


async def test_lists_page_and_filter_and_show_nothing_sealed(office: Any) -> None:
    case = str(uuid4())
    made = [await office.proposed(case_id=case) for _ in range(3)]
    first = (await office.desk.get(f"/bans/v1/actions?case_id={case}&limit=2", role="auditor", reason="looking")).json()
    rest = (await office.desk.get(f"/bans/v1/actions?case_id={case}&limit=2&after={first['next']}", role="auditor")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in made]
    assert all("spec" not in one for one in first["items"])
    assert (await office.desk.get(f"/bans/v1/actions?case_id={case}&state=enacted", role="auditor")).json() == {"items": []}
    assert office.codes(await office.desk.get("/bans/v1/actions?sate=enacted", role="auditor"), 422) == ["unknown_parameter"]


async def test_services_learn_whom_it_is_about_and_whether_one_is_a_party(office: Any) -> None:
    spec = office.spec("event_ban", irrevocable=True)
    name = spec["accounts"][0]["name"]
    action = await office.enacted(spec)
    where = f"/bans/v1/actions/{action['id']}"
    told = (await office.desk.get(f"{where}/subject", role="service", reason="event 1")).json()
    assert told == {
        "action_id": action["id"],
        "kind": "event_ban",
        "individual_id": action["individual_id"],
        "accounts": [{"name": name}],
        "enacted_at": action["enacted_at"],
        "irrevocable": True,
    }
    assert office.codes(await office.desk.get(f"{where}/subject", role="service"), 400) == ["access_reason_missing"]
    for body, party in (
        ({"wiki_user": name}, True),
        ({"wiki_user": "Somebody else"}, False),
        ({"wiki_user": "a|b"}, False),
        ({"name": name}, False),
    ):
        assert (await office.desk.post(f"{where}/party", body, role="service", reason="appeal 1")).json() == {"party": party}


async def test_a_stale_etag_changes_nothing(office: Any) -> None:
    action = await office.signed(await office.proposed())
    stale = await office.enact(action, headers={"If-Match": '"1"'})
    assert office.codes(stale) == ["version_conflict"]
    assert (await office.enact(action, headers={"If-Match": f'"{action["version"]}"'})).status_code == 200


async def test_nothing_that_names_the_person_is_on_the_bus_or_in_plain_text(office: Any) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    action = await office.enacted(spec)
    for table in ("outbox", "audit", "action", "account", "cover", "signature", "note", "idempotency"):
        rows = await office.desk.sql(f"SELECT 1 FROM {table} t WHERE position($1::bytea in convert_to(t::text, 'UTF8')) > 0", name.encode())
        assert rows == [], table
    kinds = await office.desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb->>'action_change_kind' FROM outbox WHERE key LIKE '%' || $1 || '%' ORDER BY version",
        action["id"],
    )
    # Of a house in which every test enacts, some action is the one too many (R110).
    said = [row[0] for row in kinds if row[0] != "unusual_rate"]
    assert said == ["proposed", *["review_recorded"] * 7, "approved", "enacted"]


async def test_services_learn_which_pages_a_measure_names_and_of_child_protection_none(office: Any) -> None:
    spec = office.spec("page_protection")
    action = await office.enacted(spec)
    path = "/bans/v1/actions/{}/subject"
    told = (await office.desk.get(path.format(action["id"]), role="service", reason="event 1")).json()
    assert told["pages"] == spec["pages"]
    hidden = await office.enacted(office.spec("child_protection"))
    answer = await office.desk.get(path.format(hidden["id"]), role="service", reason="event 1")
    assert answer.status_code == 200
    assert "pages" not in answer.json()
