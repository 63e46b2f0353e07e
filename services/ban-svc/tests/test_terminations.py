"""An infringer's account is terminated as Legal decided, by the whole chain and once (R48, R49, D1, D11, D23)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ban_svc.app import SERVICE
from chassis.edge import new_id
from chassis.service import Permanent
from contracts.dmca_notice import DmcaNoticeChange, DmcaNoticeState
from contracts.envelope import Performer
from kernel.digest import digest

REACTION = SERVICE.reactions["office_actions.dmca_notice_change.v1"]["termination_recommended"]
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def decision(*names: str, **changes: Any) -> dict[str, Any]:
    """What dmca-svc answers about Legal's decision."""
    told = {
        "infringer_id": str(uuid4()),
        "notice_id": str(uuid4()),
        "decided_by": "lea",
        "terminate": True,
        "accounts": [{"name": name} for name in names],
        "grounds": ["repeat_infringer"],
        "note": "Three takedowns stand.",
        "at": "2026-11-02T09:00:00Z",
        **changes,
    }
    return {**told, "digest": digest(told)}


def said(told: dict[str, Any], **changes: Any) -> DmcaNoticeChange:
    """The event that dmca-svc says beside it."""
    state = DmcaNoticeState.model_validate(
        {
            "notice_id": UUID(told["notice_id"]),
            "state": "taken_down",
            "channel": "legal",
            "received_at": NOW,
            "infringer_id": UUID(told["infringer_id"]),
            "infringer_decision_digest": told["digest"],
            **changes,
        }
    )
    performer = Performer(role="legal", id="lea")
    stamp: dict[str, Any] = {"dt": NOW, "performer": performer, "request_id": "r-1", "event_id": new_id(), "meta_dt": NOW}
    return DmcaNoticeChange.of("termination_recommended", state=state, prior=state, version=9, **stamp)


async def react(office: Any, event: DmcaNoticeChange, told: dict[str, Any]) -> None:
    async with office.desk.runtime.edge("event:notice:termination_recommended", access_reason=f"event {event.meta.id}") as edge:
        await REACTION.apply(edge, event, told)


async def made(office: Any, told: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await office.desk.get("/bans/v1/actions?kind=account_termination&limit=200", role="auditor")
    return [one for one in answer.json()["items"] if one.get("notice_id") == told["notice_id"]]


async def owned_by(office: Any, account: str) -> list[dict[str, Any]]:
    answer = await office.desk.get("/bans/v1/individuals", params={"account": account}, role="service", sub="dmca-svc", reason="event 1")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_decision_becomes_one_termination_that_peer_manager_and_legal_sign(office: Any) -> None:
    told = decision(f"Quay walker {uuid4().hex[:8]}", f"Pier walker {uuid4().hex[:8]}")
    for _ in range(2):
        await react(office, said(told), told)
    (action,) = await made(office, told)
    assert (action["state"], action["origin"], "case_id" in action) == ("proposed", "decided", False)
    assert [step["level"] for step in action["review"]["steps"] if step["required"]] == ["team_peer", "team_manager", "legal"]
    action = await office.signed(action, "team_peer", "team_manager")
    assert office.codes(await office.sign(action, "legal", sub="lea")) == ["evaluator_signs"]
    action = await office.signed(action, "legal")
    assert office.codes(await office.enact(action, sub="lea")) == ["evaluator_enacts"]
    answer = await office.enact(action)
    assert answer.status_code == 200, answer.text
    action = answer.json()
    assert (action["state"], action["acting_account"]) == ("enacted", "wmfoffice")
    assert [(one["wiki"], one["effect"]) for one in action["enforcement"]] == [("metawiki", "lock:1"), ("metawiki", "lock:2")]
    name = told["accounts"][0]["name"]
    assert (await office.check(user=name))["banned"] is False, "a terminated account is no ban of the person"
    # The event once more, long after: still the one action.
    await react(office, said(told), told)
    assert len(await made(office, told)) == 1


async def test_what_was_fetched_must_be_the_decision_that_the_event_names(office: Any) -> None:
    told = decision(f"Quay walker {uuid4().hex[:8]}")
    kept = {key: value for key, value in told.items() if key != "digest"}
    other_terms = {**kept, "terminate": False}
    for spoiled in (
        told | {"accounts": [{"name": "Somebody else"}]},
        told | {"digest": "0" * 64},
        told | {"decided_by": "max"},
        {**other_terms, "digest": digest(other_terms)},
        {key: value for key, value in told.items() if key != "accounts"},
    ):
        with pytest.raises(Permanent):
            await react(office, said(told), spoiled)
    with pytest.raises(Permanent):
        await react(office, said(told, infringer_id=uuid4()), told)
    with pytest.raises(Permanent):
        await react(office, said(told, infringer_decision_digest="0" * 64), told)
    assert await made(office, told) == []


async def test_a_decision_not_to_terminate_makes_nothing(office: Any) -> None:
    told = decision(f"Quay walker {uuid4().hex[:8]}", terminate=False)
    with pytest.raises(Permanent):
        await react(office, said(told), told)
    assert await made(office, told) == []


async def test_a_person_is_named_by_any_confirmed_account_and_by_no_other(office: Any) -> None:
    one, two = f"Quay walker {uuid4().hex[:8]}", f"Pier walker {uuid4().hex[:8]}"
    spec = office.spec("account_termination", accounts=[{"name": one}, {"name": two}])
    action = await office.enacted(spec)
    asked = two[:1].lower() + two[1:].replace(" ", "_")
    (individual,) = await owned_by(office, asked)
    assert individual == {"id": action["individual_id"], "accounts": [{"name": one}, {"name": two}]}
    logged = await office.desk.sql(
        "SELECT sub FROM access_log WHERE aggregate = 'individual' AND aggregate_id = $1", action["individual_id"]
    )
    assert ("dmca-svc",) in [tuple(row) for row in logged]
    assert await owned_by(office, "Nobody of this name") == []
    assert await owned_by(office, "[[no account]]") == []


async def test_who_asks_for_a_person_says_why_and_says_whose_account(office: Any) -> None:
    path = "/bans/v1/individuals"
    assert (await office.desk.get(path, params={"account": "Somebody"}, role="service")).status_code == 400
    assert (await office.desk.get(path, role="service", reason="event 1")).status_code == 422
    assert (await office.desk.get(path, params={"account": "Somebody"}, role="tooling", reason="event 1")).status_code == 403
