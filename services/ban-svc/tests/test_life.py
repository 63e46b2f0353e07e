"""What happens to a decision after it was enacted: it ends, is excepted from, modified, overturned (R8, R16, R26, R29-R31, R101, D26)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ban_svc.app import SERVICE
from chassis.edge import new_id
from chassis.service import Permanent
from contracts.appeal import AppealChange, AppealState
from contracts.envelope import Performer

DECIDED = SERVICE.reactions["office_actions.appeal_change.v1"]["decided"]
DAYS = timedelta(days=1)


class Managers:
    """Two managers and a director, and what they do to an action in force."""

    def __init__(self, office: Any) -> None:
        self.office, self.desk = office, office.desk

    async def post(self, action: dict[str, Any], what: str, body: dict[str, Any], sub: str = "maja", role: str = "team_manager") -> Any:
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/{what}", body, role=role, sub=sub)

    async def done(self, action: dict[str, Any], what: str, body: dict[str, Any], **who: str) -> dict[str, Any]:
        answer = await self.post(action, what, body, **who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def lifted(self, action: dict[str, Any]) -> dict[str, Any]:
        await self.done(action, "lift", {"reason": "It has served its purpose.", "note": "Three quiet years."})
        return await self.done(action, "lift/confirmation", {"note": "Agreed."}, sub="dora", role="director")

    async def permitted(self, action: dict[str, Any], until: Any, **scope: Any) -> dict[str, Any]:
        body = {"scope": {"everywhere": False, **scope}, "until": until.isoformat(), "note": "To answer an inquiry."}
        await self.done(action, "permissions", body)
        return await self.done(action, "permissions/confirmation", {"note": "Agreed."}, sub="mona")

    async def proposed(self, action: dict[str, Any], spec: dict[str, Any], nature: str = "ordinary", **who: str) -> Any:
        who = {"sub": "eva", "role": "evaluator"} | who
        return await self.post(action, "modifications", {"spec": spec, "nature": nature, "note": "As follows."}, **who)

    async def extended(self, action: dict[str, Any], spec: dict[str, Any], nature: str = "ordinary") -> dict[str, Any]:
        answer = await self.proposed(action, spec, nature)
        assert answer.status_code == 200, answer.text
        review = answer.json()["modification"]["review"]
        for step in review["steps"]:
            if step["state"] in ("open", "waiting"):
                signed = await self.office.sign(action, step["level"], digest=review["digest"])
                assert signed.status_code == 200, signed.text
        enacted = await self.office.enact(action)
        assert enacted.status_code == 200, enacted.text
        return dict(enacted.json())

    async def kinds(self, action: dict[str, Any]) -> list[str]:
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8')::jsonb->>'action_change_kind' AS kind FROM outbox WHERE key LIKE '%' || $1 || '%' "
            "ORDER BY version",
            action["id"],
        )
        return [row["kind"] for row in rows]

    async def last(self, action: dict[str, Any]) -> dict[str, Any]:
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8')::jsonb->>'action' AS said FROM outbox WHERE key LIKE '%' || $1 || '%' "
            "ORDER BY version DESC LIMIT 1",
            action["id"],
        )
        return dict(json.loads(rows[0]["said"]))


@pytest.fixture
async def managers(office: Any) -> Managers:
    return Managers(office)


# --- lifts (R30) ------------------------------------------------------------------------------------------------------------------


async def test_a_ban_is_lifted_by_two_people_and_its_range_blocks_end_with_it(office: Any, managers: Managers) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    address = f"198.51.100.{uuid4().int % 250}"
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=[address]))
    await office.receipt(ban)
    proposed = await managers.done(ban, "lift", {"reason": "It has served its purpose.", "note": "Three quiet years."})
    assert (proposed["state"], proposed["waits_for_second"]) == ("enforced", ["lift"])
    assert (await office.check(user=name))["banned"] is True
    lifted = await managers.done(ban, "lift/confirmation", {"note": "Agreed."}, sub="dora", role="director")
    assert lifted["state"] == "lifted"
    assert lifted["ended_at"]
    assert (await office.check(user=name))["banned"] is False
    assert (await office.check(ip=address))["banned"] is False
    assert (await office.read(block))["state"] == "lifted"
    assert [(one["effect"], one["state"]) for one in lifted["enforcement"]] == [("lock", "done"), ("unlock", "waiting")]
    assert (await office.receipt(ban, "unlock")).json()["enforcement"][1]["state"] == "done"
    assert (await managers.kinds(ban))[-1] == "lifted"
    past = {"user": name, "at": ban["enacted_at"]}
    assert (await office.desk.get("/bans/v1/check", params=past, role="auditor")).json()["banned"] is True


async def test_nobody_confirms_their_own_lift_and_nothing_is_lifted_that_is_not_in_force(office: Any, managers: Managers) -> None:
    spec = office.spec("event_ban", expires_at=(office.desk.runtime.clock.law() + 30 * DAYS).isoformat())
    ban = await office.enacted(spec)
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Now."})) == ["nothing_waits"]
    await managers.done(ban, "lift", body)
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Mine."})) == ["confirms_own"]
    assert office.codes(await managers.post(ban, "lift", body, sub="mona")) == ["proposed_already"]
    assert (await managers.post(ban, "lift", body)).status_code == 200
    assert office.codes(await managers.post(ban, "lift", body, role="director"), 403) == ["role_missing"]
    await office.desk.advance(31 * DAYS)
    assert office.codes(await managers.post(ban, "lift/confirmation", {"note": "Late."}, sub="mona")) == ["not_in_force"]
    assert office.codes(await managers.post(ban, "lift", body)) == ["not_in_force"]


async def test_a_warning_is_not_lifted_and_who_is_aimed_at_or_stepped_aside_lifts_nothing(office: Any, managers: Managers) -> None:
    body = {"reason": "It has served its purpose.", "note": "Quiet."}
    warning = await office.enacted(office.spec("conduct_warning"))
    assert office.codes(await managers.post(warning, "lift", body)) == ["nothing_to_lift"]
    who = f"mara-{uuid4().hex[:8]}"
    ban = await office.enacted(office.spec(accounts=[{"name": who.capitalize()}]))
    assert office.codes(await managers.post(ban, "lift", body, sub=who)) == ["involved"]
    other = await office.proposed()
    await office.desk.post(f"/bans/v1/actions/{other['id']}/recusals", {"why": "I know them."}, role="team_manager", sub="maja")
    enacted = (await office.enact(await office.signed(other))).json()
    assert office.codes(await managers.post(enacted, "lift", body)) == ["recused"]


async def test_what_was_not_done_yet_is_owed_no_more_when_a_ban_ends(office: Any, managers: Managers) -> None:
    lifted = await managers.lifted(await office.enacted())
    assert lifted["enforcement"] == []
    assert office.codes(await office.receipt(lifted)) == ["not_in_force", "no_such_effect"]


async def test_a_ban_that_expired_owes_the_unlock_and_not_what_ends_on_the_wiki_by_itself(office: Any) -> None:
    end = office.desk.runtime.clock.law() + 2 * DAYS
    ban = await office.enacted(office.spec(addresses=[f"203.0.113.{uuid4().int % 250}"], expires_at=end.isoformat()))
    await office.receipt(ban)
    await office.receipt(ban, "global_block")
    await office.desk.advance(3 * DAYS)
    expired = await office.read(ban)
    assert expired["state"] == "expired"
    assert [one["effect"] for one in expired["enforcement"] if one["state"] == "waiting"] == ["unlock"]


# --- permissions (R16) ------------------------------------------------------------------------------------------------------------


async def test_the_check_obeys_a_permission_on_its_wiki_until_its_end(office: Any, managers: Managers) -> None:
    spec = office.spec()
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    start, until = office.desk.runtime.clock.law(), office.desk.runtime.clock.law() + 10 * DAYS
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": until.isoformat(), "note": "To answer an inquiry."}
    waiting = await managers.done(ban, "permissions", body)
    assert waiting["waits_for_second"] == ["permission"]
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is True
    permitted = await managers.done(ban, "permissions/confirmation", {"note": "Agreed."}, sub="mona")
    assert permitted["permitted_until"] == until.isoformat().replace("+00:00", "Z")
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is False
    assert (await office.check(user=name, wiki="otherwiki"))["banned"] is True
    assert (await office.check(user=name))["banned"] is True
    said = await managers.last(ban)
    assert said["permission_id"]
    later = {"user": name, "wiki": "examplewiki", "at": (until + DAYS).isoformat()}
    assert (await office.desk.get("/bans/v1/check", params=later, role="tooling")).json()["banned"] is True
    during = (office.desk.runtime.clock.law()).isoformat()
    await office.desk.advance(11 * DAYS)
    assert (await office.check(user=name, wiki="examplewiki"))["banned"] is True
    for at, banned in ((during, False), (start.isoformat(), True)):
        asked = {"user": name, "wiki": "examplewiki", "at": at}
        assert (await office.desk.get("/bans/v1/check", params=asked, role="auditor")).json()["banned"] is banned, at


async def test_an_account_that_is_linked_later_inherits_the_permission_with_the_ban(office: Any, managers: Managers) -> None:
    ban = await office.enacted()
    await managers.permitted(ban, office.desk.runtime.clock.law() + 10 * DAYS, projects=["examplewiki"])
    later = f"Late visitor {uuid4().hex[:8]}"
    await office.enacted(office.spec("event_ban", accounts=[{"name": later}], individual_id=ban["individual_id"]))
    assert (await office.check(user=later))["banned"] is True
    assert (await office.check(user=later, wiki="examplewiki"))["banned"] is False


async def test_a_permission_for_an_event_opens_no_wiki(office: Any, managers: Managers) -> None:
    spec = office.spec()
    ban = await office.enacted(spec)
    await managers.permitted(ban, office.desk.runtime.clock.law() + 10 * DAYS, projects=["examplewiki"], countries=["NL"])
    assert (await office.check(user=spec["accounts"][0]["name"], wiki="examplewiki"))["banned"] is True


@pytest.mark.parametrize(
    ("scope", "days", "codes"),
    [
        ({"everywhere": True}, 1, ["exception_is_everywhere"]),
        ({"everywhere": False}, 1, ["exception_empty"]),
        ({"everywhere": False, "projects": ["examplewiki"]}, -1, ["ends_in_the_past"]),
    ],
)
async def test_a_permission_is_narrower_than_the_ban_and_has_an_end(
    office: Any, managers: Managers, scope: dict[str, Any], days: int, codes: list[str]
) -> None:
    ban = await office.enacted()
    until = (office.desk.runtime.clock.law() + days * DAYS).isoformat()
    assert office.codes(await managers.post(ban, "permissions", {"scope": scope, "until": until, "note": "A word."})) == codes


async def test_a_permission_that_came_too_late_to_its_second_person_is_refused(office: Any, managers: Managers) -> None:
    ban = await office.enacted()
    until = (office.desk.runtime.clock.law() + DAYS).isoformat()
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": until, "note": "An inquiry."}
    await managers.done(ban, "permissions", body)
    await office.desk.advance(2 * DAYS)
    assert office.codes(await managers.post(ban, "permissions/confirmation", {"note": "Late."}, sub="mona")) == ["ends_in_the_past"]
    # Its author says it anew, with an end that lies ahead.
    await managers.permitted(ban, office.desk.runtime.clock.law() + DAYS, projects=["examplewiki"])


async def test_from_a_range_block_there_is_no_exception(office: Any, managers: Managers) -> None:
    block = await office.enacted(office.spec("range_block", enforces=(await office.enacted())["id"], addresses=["203.0.113.0/28"]))
    body = {"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": "2099-01-01T00:00:00Z", "note": "A word."}
    assert office.codes(await managers.post(block, "permissions", body)) == ["nothing_to_except"]
    await managers.lifted(block)


# --- modifications (D26) ----------------------------------------------------------------------------------------------------------


async def test_an_extension_by_months_is_ordinary_goes_through_the_chain_and_opens_no_new_issuance(office: Any, managers: Managers) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec(expires_at=(law + 400 * DAYS).isoformat())
    name = spec["accounts"][0]["name"]
    ban = await office.enacted(spec)
    later = (law + 500 * DAYS).isoformat()
    extended = await managers.extended(ban, {**spec, "expires_at": later})
    assert extended["expires_at"] == later.replace("+00:00", "Z")
    assert (await office.check(user=name))["until"] == later.replace("+00:00", "Z")
    said = await managers.last(ban)
    assert (said["nature"], said["issuance"]) == ("ordinary", 1)
    assert (await managers.kinds(ban))[-1] == "modified"
    await office.desk.advance(450 * DAYS)
    assert (await office.check(user=name))["banned"] is True
    await office.desk.advance(60 * DAYS)
    assert (await office.read(ban))["state"] == "expired"


async def test_what_is_substantial_and_atypical_is_a_new_issuance(office: Any, managers: Managers) -> None:
    spec = office.spec("event_ban", scope={"everywhere": False, "countries": ["NL"]}, expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    wider = {**spec, "scope": {"everywhere": False, "countries": ["BE", "NL"]}}
    wider.pop("expires_at")
    assert office.codes(await managers.proposed(ban, wider)) == ["nature_understated"]
    proposed = (await managers.proposed(ban, wider, "substantial_atypical")).json()["modification"]
    assert proposed["remarks"] == ["scope_widened", "made_indefinite"]
    assert office.codes(await managers.post(ban, "modifications/confirmation", {"note": "Yes."})) == ["chain_decides"]
    assert office.codes(await managers.proposed(ban, wider, "substantial_atypical")) == ["proposed_already"]
    for level in ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"):
        assert (await office.sign(ban, level, digest=proposed["digest"])).status_code == 200
    assert office.codes(await office.enact(ban, sub="eva")) == ["evaluator_enacts"]
    before = await office.read(ban)
    enacted = (await office.enact(ban)).json()
    assert "expires_at" in before
    assert "expires_at" not in enacted
    said = await managers.last(ban)
    assert (said["nature"], said["issuance"]) == ("substantial_atypical", 2)
    assert said["issued_at"] > said["enacted_at"]
    shown = await office.read(ban, reason="the test reads what is in force")
    assert shown["spec"]["scope"]["countries"] == ["BE", "NL"]


async def test_the_chain_over_a_modification_is_signed_as_the_chain_over_a_decision(office: Any, managers: Managers) -> None:
    spec = office.spec("event_ban", expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    digest = (await managers.proposed(ban, {**spec, "expires_at": "2099-06-01T00:00:00Z"})).json()["modification"]["digest"]
    assert office.codes(await office.sign(ban, "director", digest=digest)) == ["not_in_turn"]
    assert office.codes(await office.sign(ban, "team_peer", digest=digest, sub="eva")) == ["evaluator_signs"]
    assert office.codes(await office.sign(ban, "team_peer", digest="0" * 64)) == ["review_closed", "signed_already", "stale_digest"]
    assert (await office.sign(ban, "team_peer", digest=digest)).status_code == 200
    assert office.codes(await office.sign(ban, "team_manager", digest=digest, sub="one-team_peer")) == ["signed_already"]
    assert "enacted_already" in office.codes(await office.enact(ban))
    returned = (await office.sign(ban, "team_manager", "return", digest=digest)).json()
    assert returned["modification"]["state"] == "returned"
    assert office.codes(await office.sign(ban, "director", digest=digest)) == ["review_closed"]
    assert (await office.read(ban))["expires_at"] == "2099-01-01T00:00:00Z"


async def test_a_range_block_has_no_legal_in_its_column_and_its_modification_has(office: Any, managers: Managers) -> None:
    ban = await office.enacted()
    law = office.desk.runtime.clock.law()
    end, later = (law + 30 * DAYS).isoformat(), (law + 60 * DAYS).isoformat()
    spec = office.spec("range_block", enforces=ban["id"], addresses=["198.51.100.240/28"], expires_at=end)
    block = await office.enacted(spec)
    assert (await office.receipt(block, "global_block")).json()["state"] == "enforced"
    proposed = (await managers.proposed(block, {**spec, "expires_at": later})).json()["modification"]
    assert [step["level"] for step in proposed["review"]["steps"]] == ["team_peer", "team_manager", "director", "legal"]
    for level in ("team_peer", "team_manager", "director", "legal"):
        assert (await office.sign(block, level, digest=proposed["digest"])).status_code == 200
    moved = (await office.enact(block)).json()
    # A block carries its end on the wiki, so it is made anew there.
    assert (moved["state"], [one["state"] for one in moved["enforcement"]]) == ("enacted", ["waiting"])
    await managers.lifted(block)


async def test_a_narrowing_takes_two_people_one_of_them_the_manager_and_a_block_ends_no_later_than_its_ban(
    office: Any, managers: Managers
) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec(expires_at=(law + 400 * DAYS).isoformat())
    ban = await office.enacted(spec)
    block = await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=["198.51.100.224/28"]))
    sooner = (law + 20 * DAYS).isoformat()
    assert (await managers.proposed(ban, {**spec, "expires_at": sooner})).json()["modification"]["route"] == "two_people"
    digest = (await office.read(ban))["modification"]["digest"]
    assert office.codes(await office.sign(ban, "team_peer", digest=digest)) == ["two_people_decide"]
    confirmation = {"note": "Agreed."}
    assert office.codes(await managers.post(ban, "modifications/confirmation", confirmation, sub="dora", role="director")) == [
        "manager_missing"
    ]
    narrowed = await managers.done(ban, "modifications/confirmation", confirmation)
    assert narrowed["expires_at"] == sooner.replace("+00:00", "Z")
    assert (await office.read(block))["expires_at"] == narrowed["expires_at"]
    assert (await managers.last(ban))["issuance"] == 1
    assert (await managers.kinds(block))[-1] == "modified"
    await office.desk.advance(21 * DAYS)
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False
    assert (await office.check(ip="198.51.100.225"))["banned"] is False


async def test_extensions_that_together_exceed_the_first_term_are_remarked_for_legal(office: Any, managers: Managers) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec("event_ban", expires_at=(law + 30 * DAYS).isoformat())
    ban = await office.enacted(spec)
    proposed = (await managers.proposed(ban, {**spec, "expires_at": (law + 80 * DAYS).isoformat()})).json()["modification"]
    assert (proposed["nature"], proposed["remarks"]) == ("ordinary", ["exceeds_first_term"])


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["nothing_changed"]),
        ({"accounts": [{"name": "Somebody else"}]}, ["field_fixed"]),
        ({"expires_at": "2020-01-01T00:00:00Z"}, ["ends_in_the_past"]),
        ({"grounds": ["nonsense"]}, ["ground_unknown"]),
    ],
)
async def test_a_modification_that_may_not_be_is_refused_and_changes_nothing(
    office: Any, managers: Managers, changes: dict[str, Any], codes: list[str]
) -> None:
    spec = office.spec("event_ban")
    ban = await office.enacted(spec)
    assert office.codes(await managers.proposed(ban, {**spec, **changes}, "substantial_atypical")) == codes
    assert await office.read(ban) == {key: value for key, value in ban.items() if key != "spec"}
    assert office.codes(await managers.proposed(ban, office.spec("conduct_warning"), "substantial_atypical")) == ["kind_changed"]


# --- appeals (R101) ---------------------------------------------------------------------------------------------------------------


def decided(action: dict[str, Any], outcome: str, issuance: int | None = 1, kind: str = "action") -> AppealChange:
    """The event that appeals says."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    state = AppealState.model_validate(
        {
            "appeal_id": new_id(),
            "decision": {"kind": kind, "id": action["id"]},
            "issuance": issuance,
            "route": "committee",
            "state": "decided",
            "appellant_role": "subject",
            "filed_at": now,
            "outcome": outcome,
            "decided_at": now,
        }
    )
    return AppealChange.of(
        "decided",
        state=state,
        prior=state,
        version=5,
        dt=now,
        performer=Performer(role="facilitator", id="fay"),
        request_id="r-1",
        event_id=new_id(),
        meta_dt=now,
    )


async def hear(office: Any, event: AppealChange) -> None:
    async with office.desk.runtime.edge("office_actions.appeal_change.v1:decided", access_reason=f"event {event.meta.id}") as edge:
        await DECIDED.apply(edge, event, None)


async def test_an_overturned_ban_ends_at_once_and_is_heard_once(office: Any, managers: Managers) -> None:
    spec = office.spec()
    ban = await office.enacted(spec)
    event = decided(ban, "overturned")
    for _ in range(2):
        await hear(office, event)
    assert (await office.read(ban))["state"] == "overturned"
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False
    assert (await managers.kinds(ban)).count("overturned") == 1
    assert (await managers.last(ban))["appeal_id"] == str(event.appeal.appeal_id)


async def test_a_decision_not_to_act_falls_by_an_appeal(office: Any) -> None:
    action = await office.signed(await office.proposed(course="no_action"), "team_peer", "team_manager", "director", "chief")
    await hear(office, decided(action, "overturned"))
    assert (await office.read(action))["state"] == "overturned"


@pytest.mark.parametrize("outcome", ["ratified", "remanded"])
async def test_what_is_ratified_or_remanded_stays_in_force(office: Any, outcome: str) -> None:
    ban = await office.enacted()
    await hear(office, decided(ban, outcome))
    assert (await office.read(ban))["state"] == "enacted"
    assert (await office.timeline(ban))[-1]["what"] == f"appeal_{outcome}"


async def test_an_outcome_that_cannot_be_carried_out_is_answered_with_why(office: Any, managers: Managers) -> None:
    lifted = await managers.lifted(await office.enacted())
    await hear(office, decided(lifted, "overturned"))
    said = await managers.last(lifted)
    assert said["outcome_refusal"]["codes"] == ["ended_already"]
    assert said["state"] == "lifted"
    open_one = await office.proposed()
    await hear(office, decided(open_one, "overturned", None))
    assert (await managers.last(open_one))["outcome_refusal"]["codes"] == ["never_decided"]
    assert (await managers.kinds(open_one))[-1] == "outcome_refused"


async def test_an_outcome_about_an_older_issuance_is_not_applied_to_the_newer(office: Any, managers: Managers) -> None:
    spec = office.spec("event_ban", expires_at="2099-01-01T00:00:00Z")
    ban = await office.enacted(spec)
    await managers.extended(ban, {**spec, "irrevocable": True}, "substantial_atypical")
    await hear(office, decided(ban, "overturned", 1))
    assert (await managers.last(ban))["outcome_refusal"]["codes"] == ["issued_anew"]


async def test_an_outcome_about_something_else_changes_nothing_and_an_unknown_action_waits_for_a_person(office: Any) -> None:
    ban = await office.enacted()
    await hear(office, decided(ban, "overturned", kind="request"))
    assert (await office.read(ban))["state"] == "enacted"
    with pytest.raises(Permanent):
        await hear(office, decided({"id": str(uuid4())}, "overturned"))


# --- the database (R113) ----------------------------------------------------------------------------------------------------------


async def test_the_database_lifts_permits_modifies_and_overturns_nothing_that_was_not_decided_so(office: Any, managers: Managers) -> None:
    ban = await office.enacted(office.spec("event_ban", expires_at="2099-01-01T00:00:00Z"))
    await managers.done(ban, "lift", {"reason": "It has served its purpose.", "note": "Quiet."})
    for change, says in {
        "state = 'lifted', ended_at = now()": "two people",
        "state = 'overturned', ended_at = now()": "no appeal",
        "expires_at = NULL": "modification alone",
        "expires_at = now()": "modification alone",
        "irrevocable = true": "modification alone",
        "issuance = 2": "modification alone",
        f"modified_by = '{new_id()}', expires_at = NULL": "not modified",
        f"permission_id = '{new_id()}'": "not permitted",
        "imposed_by = 'community', state = 'recorded'": "never",
        "source_hash = 'x'": "never changes",
    }.items():
        with pytest.raises(asyncpg.CheckViolationError, match=says):
            await office.desk.sql(f"UPDATE action SET {change} WHERE id = $1", UUID(ban["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="lift_two_people"):
        await office.desk.sql(
            "UPDATE lift SET state = 'confirmed', confirmed_by = by, confirmed_at = now() WHERE action_id = $1", UUID(ban["id"])
        )
