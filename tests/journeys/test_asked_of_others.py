"""What ban-svc says with the others' help: the letters before anybody signs for them, and whom to ask afterwards (R94, R113, DESIGN 5)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from chassis.peers import Peers
from chassis.testing import House
from office.demo import steps
from office.demo.stage import Stage


@asynccontextmanager
async def cut_off(runtime: Any) -> AsyncIterator[None]:
    """Have a service ask the others where nobody listens."""
    lost = Peers(runtime.settings.model_copy(update={"port": 9}), runtime.service.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "peers", lost)
        yield
    await lost.close()


@pytest.fixture
async def stage(whole_house: Any, house: House) -> AsyncIterator[Stage]:
    found = Stage(whole_house.url, whole_house.desk.settings.home, secrets=house.secrets)
    yield found
    await found.close()


@pytest.fixture
async def approved(stage: Stage) -> dict[str, Any]:
    """A global ban that every level has signed."""
    user = f"Example Troll {uuid4().hex[:8]}"
    request = await steps.open_case(stage, user)
    spec = steps.ban_of(user, expires_at="2099-05-04T00:00:00Z")
    return await steps.approve(stage, await steps.recommend(stage, request["case_id"], spec))


async def effects(stage: Stage, action: dict[str, Any], **options: Any) -> dict[str, Any]:
    return dict(await stage.get(f"/bans/v1/actions/{action['id']}/effects", "team_peer-1", reason="before I sign", **options))


async def sent(stage: Stage, action: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Read what notify-svc wrote for an action."""

    async def told() -> Any:
        return (await stage.get(f"/notify/v1/notifications?about={action['id']}", "evaluator-1"))["items"]

    letters = {}
    for one in await stage.until(told, "the letters"):
        letter = await stage.get(f"/notify/v1/notifications/{one['id']}/letter", "evaluator-1", reason="a comparison")
        letters[one["party"], one["template"]] = (letter["subject"], letter["text"])
    return letters


def shown(found: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    return {(one["party"], one["template"]): (one["subject"], one["text"]) for one in found["letters"]}


async def test_signers_read_the_letters_word_for_word_before_they_sign(stage: Stage, approved: dict[str, Any]) -> None:
    before = await effects(stage, approved)
    assert [one["template"] for one in before["letters"]] == ["global_ban", "matter_decided"]
    assert "4 May 2099" in before["letters"][0]["text"]
    await stage.post(f"/bans/v1/actions/{approved['id']}/enactment", "enforcer-1", {})
    assert shown(before) == await sent(stage, approved)
    # Of an action in force the same is read, with what waits for its receipt and what its end would undo.
    after = await effects(stage, approved)
    assert shown(after) == shown(before)
    assert [one["state"] for one in after["wikis"]] == ["waiting"]
    assert after["reversal"] == []
    receipt = {"wiki": "metawiki", "effect": "lock", "receipt": {"log_id": 4711}}
    await stage.post(f"/bans/v1/actions/{approved['id']}/enforcement", "enforcer-1", receipt)
    done = await effects(stage, approved)
    assert [(one["state"], one["receipt"]["log_id"]) for one in done["wikis"]] == [("done", 4711)]
    assert done["reversal"] == [{"wiki": "metawiki", "effect": "unlock"}]


async def test_without_notify_the_rest_is_answered_and_the_letters_are_named(
    whole_house: Any, stage: Stage, approved: dict[str, Any]
) -> None:
    async with cut_off(whole_house.desks["ban"].runtime):
        found = await effects(stage, approved)
    assert [(one["template"], "text" in one, one["not_rendered"]) for one in found["letters"]] == [
        ("global_ban", False, "notify-svc could not write it now; ask again."),
        ("matter_decided", False, "notify-svc could not write it now; ask again."),
    ]
    assert found["wikis"] == [{"wiki": "metawiki", "effect": "lock", "state": "planned"}]


async def contacts(stage: Stage, action: dict[str, Any], person: str = "auditor-1") -> Any:
    return await stage.ask("GET", f"/bans/v1/actions/{action['id']}/contacts", person, reason="a community asks")


async def entered(stage: Stage, sub: str, **entry: str) -> None:
    body = {"team": "trust_and_safety", **entry}
    answer = await stage.ask("PUT", f"/intake/v1/staff/{sub}", "operator-1", body)
    assert answer.status_code == 200, answer.text


async def test_in_doubt_one_asks_whoever_did_it_or_who_led_them_then(whole_house: Any, stage: Stage, approved: dict[str, Any]) -> None:
    refused = await contacts(stage, approved)
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (409, "nobody_acted")
    enforcer, leads, later = (f"enforcer-{uuid4().hex[:6]}", f"manager-{uuid4().hex[:6]}", f"manager-{uuid4().hex[:6]}")
    answer = await stage.ask("POST", f"/bans/v1/actions/{approved['id']}/enactment", enforcer, {}, roles=("enforcer",))
    assert answer.status_code == 200, answer.text

    unknown = (await contacts(stage, approved)).json()
    assert unknown["performed_by"] == {"role": "enforcer", "id": enforcer}
    assert "PUT /intake/v1/staff" in unknown["staff"]["missing"]
    assert "contact" not in unknown["staff"]
    assert "does not say who led them" in unknown["line_manager"]["missing"]

    # Entered as it was then; since, they are reached elsewhere, and somebody else leads them.
    await entered(stage, enforcer, contact="enno@example.org", line_manager=leads, since="2020-01-01T00:00:00Z")
    assert "PUT /intake/v1/staff" in (await contacts(stage, approved)).json()["line_manager"]["missing"]
    await entered(stage, leads, contact="mona@example.org", since="2020-01-01T00:00:00Z")
    await stage.advance("PT1H")
    await entered(stage, enforcer, contact="team@example.org", line_manager=later)
    found = (await contacts(stage, approved)).json()
    assert found["staff"] == {"id": enforcer, "contact": "team@example.org", "team": "trust_and_safety"}
    assert found["line_manager"] == {"id": leads, "contact": "mona@example.org", "team": "trust_and_safety"}
    asked = "SELECT l.role, l.sub FROM intake.access_log l JOIN intake.staff s ON s.id = l.aggregate_id WHERE s.sub = $1"
    looks = {(look["role"], look["sub"]) for look in await whole_house.sql(asked, leads)}
    assert ("service", "ban-svc") in looks

    async with cut_off(whole_house.desks["ban"].runtime):
        lost = await contacts(stage, approved)
    assert (lost.status_code, lost.headers["retry-after"]) == (503, "2")
    assert "staff directory" in lost.json()["detail"]
