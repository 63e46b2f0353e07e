"""Who signs a modification: one person once, also under a dated delegation; and who takes one back (R91, R115, D1, D26)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

HOURS = timedelta(hours=1)


@pytest.fixture
async def wider(office: Any, managers: Any) -> tuple[dict[str, Any], str]:
    """A range block that shall hold a month longer, and the digest of that: signed by peer, manager, director and Legal."""
    law = office.desk.runtime.clock.law()
    ban = await office.enacted()
    address = f"10.{uuid4().int % 250}.{uuid4().int % 250}.0/28"
    spec = office.spec("range_block", enforces=ban["id"], addresses=[address], expires_at=(law + timedelta(days=30)).isoformat())
    block = await office.enacted(spec)
    proposed = await managers.proposed(block, {**spec, "expires_at": (law + timedelta(days=60)).isoformat()})
    return block, proposed.json()["modification"]["digest"]


async def delegate(office: Any, level: str, by: str, to: str, hours: int = 24) -> str:
    until = (office.desk.runtime.clock.law() + hours * HOURS).isoformat()
    body = {"level": level, "delegate": to, "until": until, "note": "On leave."}
    answer = await office.desk.post("/bans/v1/delegations", body, role=level, sub=by)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def test_a_delegate_signs_a_level_of_a_modification(office: Any, wider: tuple[dict[str, Any], str]) -> None:
    block, digest = wider
    who = f"dana-{uuid4().hex[:8]}"
    asked = {"digest": digest, "sub": who, "role": "team_peer"}
    assert (await office.sign(block, "team_peer", digest=digest)).status_code == 200
    assert (await office.sign(block, "team_manager", digest=digest)).status_code == 200
    assert office.codes(await office.sign(block, "director", **asked)) == ["role_missing"]
    delegation = await delegate(office, "director", f"dora-{who}", who)
    assert (await office.sign(block, "director", **asked)).status_code == 200
    assert office.codes(await office.sign(block, "legal", digest=digest, sub=who)) == ["signed_already"]
    signed = "SELECT s.by, s.delegation_id FROM modification_signature s JOIN modification m ON m.id = s.modification_id "
    rows = await office.desk.sql(signed + "WHERE m.digest = $1 AND s.level = 'director'", digest)
    assert [(row["by"], str(row["delegation_id"])) for row in rows] == [(who, delegation)]
    assert (await office.sign(block, "legal", digest=digest)).status_code == 200
    assert (await office.enact(block)).status_code == 200


async def test_nobody_signs_a_modification_for_somebody_who_could_not(office: Any, wider: tuple[dict[str, Any], str]) -> None:
    block, digest = wider
    who = f"dana-{uuid4().hex[:8]}"
    peer = f"pia-{who}"
    asked = {"digest": digest, "sub": who, "role": "team_peer"}
    assert (await office.sign(block, "team_peer", digest=digest, sub=peer)).status_code == 200
    await delegate(office, "team_manager", peer, who)
    assert office.codes(await office.sign(block, "team_manager", **asked)) == ["delegator_is_out"]
    await delegate(office, "team_manager", "eva", who)
    assert office.codes(await office.sign(block, "team_manager", **asked)) == ["delegator_is_out"]
    # One by somebody who may sign is taken before those.
    await delegate(office, "team_manager", f"maja-{who}", who, hours=2)
    await office.desk.advance(3 * HOURS)
    assert office.codes(await office.sign(block, "team_manager", **asked)) == ["delegator_is_out"]
    await delegate(office, "team_manager", f"maja-{who}", who)
    assert (await office.sign(block, "team_manager", **asked)).status_code == 200


async def test_who_a_modification_names_signs_and_enacts_none_of_it(office: Any, managers: Any) -> None:
    who = f"pia-{uuid4().hex[:8]}"
    spec = office.spec("event_ban")
    ban = await office.enacted(spec)
    named = {**spec, "accounts": [*spec["accounts"], {"name": who.capitalize()}]}
    digest = (await managers.proposed(ban, named, "substantial_atypical")).json()["modification"]["digest"]
    assert office.codes(await office.sign(ban, "team_peer", digest=digest, sub=who)) == ["involved"]
    delegated = f"dana-{who}"
    await delegate(office, "team_peer", who, delegated)
    assert office.codes(await office.sign(ban, "team_peer", digest=digest, sub=delegated, role="director")) == ["delegator_is_out"]
    for level in ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"):
        assert (await office.sign(ban, level, digest=digest)).status_code == 200
    assert office.codes(await office.enact(ban, sub=who)) == ["involved"]
    assert (await office.enact(ban)).status_code == 200


async def test_a_modification_is_taken_back_by_its_author_alone_and_then_another_may_be_proposed(
    office: Any, managers: Any, wider: tuple[dict[str, Any], str]
) -> None:
    block, digest = wider
    note = {"note": "The evasion has ended."}
    assert (await office.sign(block, "team_peer", digest=digest)).status_code == 200
    assert office.codes(await managers.post(block, "withdrawal", note, sub="emil", role="evaluator")) == ["not_the_evaluator"]
    withdrawn = await managers.done(block, "withdrawal", note, sub="eva", role="evaluator")
    assert (withdrawn["state"], withdrawn["modification"]["state"]) == ("enacted", "withdrawn")
    assert office.codes(await office.sign(block, "team_manager", digest=digest)) == ["review_closed"]
    assert office.codes(await managers.post(block, "withdrawal", note, sub="eva", role="evaluator")) == ["not_open"]
    assert (await office.timeline(block))[-1]["what"] != "modification_withdrawn", "a refusal stands after it"
    assert "modification_withdrawn" in [step["what"] for step in await office.timeline(block)]
    spec = (await office.read(block, reason="the test reads what is in force"))["spec"]
    again = await managers.proposed(block, {**spec, "tou_basis": "Terms of Use, section 4, as amended"})
    assert again.json()["modification"]["state"] == "proposed"
    lifted = await managers.lifted(block)
    assert lifted["state"] == "lifted"
