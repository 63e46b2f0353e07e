"""Journey 2: a global ban, from the request to the check in a second process, the letters and the appeals."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from office.demo import global_ban, steps
from office.demo.stage import Stage


@pytest.fixture
def user() -> str:
    return f"Example Troll {uuid4().hex[:8]}"


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def timeline(stage: Stage, action_id: str) -> list[dict[str, Any]]:
    shown = await stage.get(f"/bans/v1/actions/{action_id}/timeline", "auditor-1", reason="checking")
    found: list[dict[str, Any]] = shown["items"]
    return found


async def test_the_whole_matter_as_the_demo_tells_it(stage: Stage, user: str) -> None:
    action = await global_ban.play(stage, user)
    after = await stage.get(f"/bans/v1/actions/{action['id']}", "auditor-1", reason="checking")
    assert after["state"] == "enacted"
    assert len({one["id"] for one in after["authorised_by"]}) == 7
    assert after["performed_by"]["id"] == "enforcer-1"


async def test_every_way_around_the_chain_is_refused_audited_and_changes_nothing(stage: Stage, user: str) -> None:
    request = await steps.open_case(stage, user)
    action = await steps.recommend(stage, request["case_id"], steps.ban_of(user))
    path, digest = f"/bans/v1/actions/{action['id']}", action["review"]["digest"]
    peer = {"level": "team_peer", "verdict": "approve", "digest": digest, "note": "n"}
    before = await stage.get(path, "auditor-1", reason="checking")
    await stage.refused(f"{path}/reviews", "evaluator-1", peer, roles=("team_peer",), cite="D1", reason="r")
    await stage.refused(f"{path}/reviews", "director-1", {**peer, "level": "director"}, cite="R113", reason="r")
    await stage.refused(f"{path}/enactment", "enforcer-1", {}, cite="R19")
    await stage.refused(f"{path}/reviews", "team_peer-1", {**peer, "digest": "0" * 64}, cite="D1", reason="r")
    assert await stage.get(path, "auditor-1", reason="checking") == before

    await steps.sign(stage, action, "team_peer")
    signed = await stage.get(path, "auditor-1", reason="checking")
    await stage.refused(f"{path}/reviews", "team_peer-1", {**peer, "level": "team_manager"}, roles=("team_manager",), cite="D1", reason="r")
    await stage.refused(f"{path}/amendments", "evaluator-1", {"spec": steps.ban_of(user), "note": "n"}, cite="D1", reason="r")
    await stage.refused(f"{path}/enactment", "enforcer-1", {}, cite="R19")
    assert await stage.get(path, "auditor-1", reason="checking") == signed
    refusals = [one for one in await timeline(stage, action["id"]) if one["what"].startswith("refused")]
    assert len(refusals) == 7


async def test_the_check_says_banned_in_a_second_process_within_a_second(town: Any, stage: Stage, user: str) -> None:
    port = town.another_port()
    await town.start("second", "--service", "ban", "--role", "api", port=port)
    try:
        elsewhere = town.stage(port)
        request = await steps.open_case(stage, user)
        action = await steps.approve(stage, await steps.recommend(stage, request["case_id"], steps.ban_of(user)))
        assert not (await steps.check(elsewhere, user))["banned"]
        await stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
        end = asyncio.get_running_loop().time() + 1.0
        while not (found := await steps.check(elsewhere, user))["banned"]:
            assert asyncio.get_running_loop().time() < end, "the second process does not know of the ban within a second"
            await asyncio.sleep(0.01)
        assert found["covers"]
    finally:
        await town.end("second")


async def test_the_letters_say_to_each_reader_what_is_theirs(town: Any, stage: Stage, user: str) -> None:
    request = await steps.open_case(stage, user, number=77)
    action = await steps.approve(stage, await steps.recommend(stage, request["case_id"], steps.ban_of(user)))
    await stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
    await stage.advance("PT2M")
    told = await stage.get(f"/notify/v1/notifications?about={action['id']}", "auditor-1", reason="checking")
    parties = sorted((one["party"], one["state"]) for one in told["items"])
    assert parties == [("requester", "delivered"), ("subject", "delivered")]
    letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (town.home / "mail").glob("*.eml")]
    to_requester = [words(one) for one in letters if "ada77@example.org" in str(one["To"]) and "was decided on" in words(one)]
    to_subject = [words(one) for one in letters if user in str(one["To"])]
    assert len(to_requester) == 1
    assert len(to_subject) == 1
    # D25: the requester never learns the measure; R95: the subject never learns who asked.
    assert "global ban" not in to_requester[0].lower()
    assert "ada example" not in to_subject[0].lower()


async def test_one_trace_leads_from_the_request_to_the_letter(town: Any, stage: Stage, user: str) -> None:
    request = await steps.open_case(stage, user)
    action = await steps.approve(stage, await steps.recommend(stage, request["case_id"], steps.ban_of(user)))
    trace = uuid4().hex
    sent = {"traceparent": f"00-{trace}-{'1' * 16}-01"}
    answer = await stage.ask("POST", f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {}, headers=sent)
    assert answer.status_code == 200
    await stage.advance("PT2M")
    said = "\n".join(line for line in (town.home / "all.log").read_text().splitlines() if trace in line)
    assert "/bans/v1/actions/{action_id}/enactment" in said
    assert "/bans/v1/actions/{action_id}/subject" in said, "what notify-svc asked of the owner"
    assert "delivery.done" in said
    # Through the outbox of one service, the broker, and the reaction that wrote into the outbox of the other.
    for service in ("ban", "notify"):
        assert await town.sql(f"SELECT 1 FROM {service}.outbox WHERE traceparent LIKE $1", f"%{trace}%"), service
