"""The chain of custody: what happened over which text, who looked and why, who could have (R113, R114, D17, D18, D20)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from chassis.testing import eventually
from kernel.actor import Role
from kernel.digest import digest


async def read(office: Any, action: dict[str, Any], *, role: Any = "auditor", sub: str = "ada", **options: Any) -> Any:
    path = f"/bans/v1/actions/{action['id']}/custody"
    return await office.desk.get(path, role=role, sub=sub, **{"reason": "a court asked", **options})


async def test_each_step_stands_beside_the_digest_of_its_text(office: Any) -> None:
    action = await office.proposed()
    first = action["review"]["digest"]
    await office.signed(action, "team_peer")
    assert office.codes(await office.sign(action, "director")) == ["not_in_turn"]
    returned = (await office.sign(action, "team_manager", "return")).json()
    text = office.spec("global_ban", accounts=returned.get("spec", office.spec())["accounts"], tou_basis="Terms of Use, section 5")
    amended = await office.desk.post(
        f"/bans/v1/actions/{action['id']}/amendments", {"spec": text, "note": "A better basis."}, role="evaluator", sub="eva"
    )
    assert amended.status_code == 200, amended.text
    second = amended.json()["review"]["digest"]
    done = await office.enact(await office.signed(amended.json()))
    assert done.status_code == 200, done.text
    found = (await read(office, action)).json()
    steps = [(one["what"], one["digest"]) for one in found["steps"] if one["what"] != "unusual_rate"]
    assert steps[:3] == [("proposed", first), ("review_recorded", first), ("refused: sign_action", first)]
    assert ("amended", second) in steps
    assert steps[-1] == ("enacted", second)
    words = [(one["level"], one["verdict"], one["digest"]) for one in found["signatures"]]
    assert words[:2] == [("team_peer", "approve", first), ("team_manager", "return", first)]
    assert {one[2] for one in words[2:]} == {second}
    assert len(words) == 9
    assert [one["state"] for one in found["steps"] if one["what"] == "enacted"] == ["enacted"]


async def test_a_copy_is_marked_and_found_again_in_the_trail_with_the_reason_for_it(office: Any) -> None:
    action = await office.enacted()
    one = (await read(office, action)).json()
    assert one["mark"]["made_for"] == {"role": "auditor", "id": "ada"}
    assert "made for ada alone" in one["notice"]
    said = {name: part for name, part in one.items() if name not in ("notice", "mark")}
    assert digest(said) == one["mark"]["digest"]
    two = (await read(office, action, role="legal", sub="lena", reason="counsel's file")).json()
    (step,) = [step for step in two["steps"] if step["what"] == "custody_copied"]
    assert (step["by"]["id"], step["copy_digest"], step["request_id"]) == ("ada", one["mark"]["digest"], one["mark"]["request_id"])
    assert step["digest"] == action["review"]["digest"]
    looks = [(look["by"]["id"], look["reason"]) for look in two["looks"] if look["operation"].endswith("read_action_custody")]
    assert looks == [("ada", "a court asked")]
    assert two["mark"]["digest"] != one["mark"]["digest"]


async def test_the_seal_of_a_step_is_shown_once_it_is_sealed(office: Any) -> None:
    action = await office.enacted()
    await office.desk.settle()

    from chassis.seal import seal_step
    from chassis.seal.sealer import SealError

    # The worker seals too, every two seconds: whoever comes second is refused, and asks again.
    async def sealed_whole() -> bool:
        try:
            await seal_step(office.desk.runtime)
        except SealError:
            return False
        return True

    await eventually(sealed_whole, what="the seal of every step")
    found = (await read(office, action)).json()
    sealed = [step["seal"]["no"] for step in found["steps"]]
    assert len(sealed) == len(found["steps"])
    rows = await office.desk.sql("SELECT no, row_hash FROM seal WHERE no = $1", sealed[0])
    assert found["steps"][0]["seal"]["hash"] == rows[0]["row_hash"].hex()


async def test_only_the_auditor_and_legal_ask_and_for_a_measure_of_child_protection_in_the_named_group(office: Any) -> None:
    action = await office.proposed(office.spec("child_protection"))
    assert (await read(office, action)).status_code == 403
    assert (await read(office, action, role=("legal", "child_protection"))).status_code == 200
    assert (await read(office, action, role="evaluator")).status_code == 403
    assert (await read(office, action, role=("auditor", "child_protection"), reason=None)).status_code == 400


async def test_who_could_see_it_is_who_is_answered(office: Any) -> None:
    """What the answer says of roles is compared with what each role is answered in fact."""
    for kind in ("global_ban", "child_protection"):
        action = await office.proposed(office.spec(kind))
        found = (await read(office, action, role=("auditor", "child_protection"))).json()
        said = {one["role"]: one for one in found["could_see"]["roles"]}
        for role in Role:
            reads = [one.removeprefix("GET ") for one in said.get(role, {"operations": []})["operations"] if one.startswith("GET ")]
            for path in ("/bans/v1/actions/{action_id}", "/bans/v1/actions/{action_id}/timeline", "/bans/v1/actions/{action_id}/subject"):
                answer = await office.desk.get(path.format(action_id=action["id"]), role=role.value, reason="a walk")
                alone = path in reads and "also" not in said[role]
                assert answer.is_success is alone, (kind, role, path, answer.status_code)
        assert said["legal"].get("also") == ("child_protection" if kind == "child_protection" else None)
        assert "tooling" not in said


async def test_once_in_force_tooling_may_ask_the_check_and_the_register_lists_it(office: Any) -> None:
    ban = (await read(office, await office.enacted())).json()["could_see"]
    (tooling,) = [one for one in ban["roles"] if one["role"] == "tooling"]
    assert tooling["operations"] == ["GET /bans/v1/check", "POST /bans/v1/check"]
    assert ban["register_entry"] == "listed"
    assert "event_steward" not in {one["role"] for one in ban["roles"]}
    warning = (await read(office, await office.enacted(office.spec("conduct_warning")))).json()["could_see"]
    assert warning["register_entry"] == "half_year_totals"
    assert "tooling" not in {one["role"] for one in warning["roles"]}


async def test_grants_of_the_lists_on_which_it_stood_and_their_copies(office: Any) -> None:
    desk = office.desk
    day = desk.runtime.clock.law() + timedelta(days=20)

    async def event(country: str) -> str:
        body = {"countries": [country], "organiser": "foundation", "starts": str(day.date()), "ends": str(day.date())}
        answer = await desk.post("/bans/v1/events", {"id": f"fest-{uuid4().hex[:12]}", **body}, role="event_steward", sub="steffi")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def granted(event: str) -> str:
        body = {"event": event, "recipients": ["omar"], "ground": "nda", "document": "Agreement 12", "until": day.isoformat()}
        answer = await desk.post("/bans/v1/event-lists", body, role="event_steward", sub="steffi")
        assert answer.status_code == 200, answer.text
        path = f"/bans/v1/event-lists/{answer.json()['id']}/confirmation"
        assert (await desk.post(path, {"note": "Signed."}, role="team_manager", sub="maja")).status_code == 200
        return str(answer.json()["id"])

    here, elsewhere = await granted(await event("NL")), await granted(await event("SE"))
    # A list of an event to come names those whom a ban will keep from it, also before the ban begins.
    begins = (day - timedelta(days=10)).isoformat()
    ban = await office.enacted(office.spec("event_ban", scope={"everywhere": False, "countries": ["NL"]}, starts_at=begins))
    copied = await desk.get(f"/bans/v1/event-lists/{here}/copy", role="event_steward", sub="omar", reason="badges")
    assert copied.status_code == 200, copied.text
    found = (await read(office, ban)).json()
    grants = {one["list_id"]: one for one in found["could_see"]["grants"]}
    assert here in grants
    assert elsewhere not in grants
    assert grants[here]["recipients"] == ["omar"]
    assert [(one["made_for"], one["copy_number"]) for one in found["copies"]] == [("omar", copied.json()["copy_number"])]
    assert "event_steward" not in {one["role"] for one in found["could_see"]["roles"]}
