"""The notice of a child-protection measure waits while the named group says so, and for nobody else (D20)."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest
from ban_svc.model import State
from ban_svc.rules import notice as law
from kernel.cases import Case, load_cases
from kernel.kinds import Kind

CASES = Path(__file__).parent / "cases"
WITHHOLD = {"danger": "investigation", "note": "An authority asked us to wait."}


@pytest.mark.parametrize("case", load_cases(CASES / "notices.toml"), ids=str)
def test_rules(case: Case) -> None:
    given = case.given
    withheld = given.get("withheld", False)
    if given["step"] == "end":
        decision = law.may_release(withheld=withheld)
    else:
        decision = law.may_withhold(Kind(given.get("kind", "child_protection")), State(given.get("state", "proposed")), withheld=withheld)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]


async def withheld(office: Any, action: dict[str, Any], **options: Any) -> Any:
    options = {"role": "child_protection", "sub": "cara", **options}
    return await office.desk.post(f"/bans/v1/actions/{action['id']}/notice-withholding", WITHHOLD, **options)


async def released(office: Any, action: dict[str, Any]) -> Any:
    path = f"/bans/v1/actions/{action['id']}/notice-withholding/end"
    return await office.desk.post(path, {"note": "It may go."}, role="child_protection", sub="cara")


async def said(office: Any, action: dict[str, Any]) -> list[tuple[str, bool]]:
    rows = await office.desk.sql(
        """SELECT p->>'action_change_kind' AS kind, coalesce((p->'action'->>'notice_withheld')::boolean, false) AS withheld
           FROM (SELECT convert_from(payload, 'UTF8')::jsonb AS p, version FROM outbox WHERE key LIKE '%' || $1 || '%') AS told
           ORDER BY version""",
        action["id"],
    )
    # Of a house in which every test enacts, some action is the one too many (R110).
    return [tuple(row) for row in rows if row[0] != "unusual_rate"]


async def test_a_notice_waits_from_before_the_enactment_until_the_group_ends_it(office: Any) -> None:
    action = await office.proposed(office.spec("child_protection", emergency=True))
    answer = await withheld(office, action)
    assert (answer.status_code, answer.json()["notice_withheld"]) == (200, True)
    assert (await office.enact(action, sub="eva")).json()["notice_withheld"] is True
    ended = await released(office, action)
    assert (ended.status_code, ended.json().get("notice_withheld")) == (200, None)
    assert await said(office, action) == [
        ("proposed", False),
        ("notice_withheld", True),
        ("enacted", True),
        ("notice_released", False),
    ]
    item = next(one for one in await office.timeline(action) if one["what"] == "notice_withheld")
    assert [(one["code"], one["cite"]) for one in item["reasons"]] == [("endangers_investigation", "D20")]
    assert "authority" not in str(await office.timeline(action))


async def test_what_was_told_is_not_withheld_and_nothing_waits_twice(office: Any) -> None:
    action = await office.proposed(office.spec("child_protection", emergency=True))
    assert office.codes(await released(office, action)) == ["notice_not_withheld"]
    assert (await withheld(office, action)).status_code == 200
    assert office.codes(await withheld(office, action)) == ["notice_withheld_already"]
    assert (await released(office, action)).status_code == 200
    await office.enact(action, sub="eva")
    assert office.codes(await withheld(office, action)) == ["notice_is_out"]


async def test_no_other_notice_waits_not_in_the_database_either(office: Any) -> None:
    action = await office.proposed()
    assert office.codes(await withheld(office, action)) == ["notice_of_another_kind"]
    with pytest.raises(asyncpg.CheckViolationError, match="action_notice"):
        await office.desk.sql("UPDATE action SET notice_withheld = true WHERE id = $1", action["id"])
