"""What an appeal decided is carried out, or answered with why it cannot be (R101, R102, D13, D14)."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from ban_svc.app import SERVICE
from chassis.edge import new_id
from chassis.service import Permanent
from contracts.appeal import AppealChange, AppealState
from contracts.envelope import Performer

DECIDED = SERVICE.reactions["office_actions.appeal_change.v1"]["decided"]


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


async def test_an_overturned_ban_ends_at_once_and_is_heard_once(office: Any, managers: Any) -> None:
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


async def test_an_outcome_that_cannot_be_carried_out_is_answered_with_why(office: Any, managers: Any) -> None:
    lifted = await managers.lifted(await office.enacted())
    await hear(office, decided(lifted, "overturned"))
    said = await managers.last(lifted)
    assert said["outcome_refusal"]["codes"] == ["ended_already"]
    assert said["state"] == "lifted"
    open_one = await office.proposed()
    await hear(office, decided(open_one, "overturned", None))
    assert (await managers.last(open_one))["outcome_refusal"]["codes"] == ["never_decided"]
    assert (await managers.kinds(open_one))[-1] == "outcome_refused"


async def test_an_outcome_about_an_older_issuance_is_not_applied_to_the_newer(office: Any, managers: Any) -> None:
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
