"""A recommendation on a case becomes an action, once, when it is what the event names (matrix row 3, D1)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ban_svc.actions import sign
from ban_svc.app import SERVICE
from ban_svc.tables import Action
from chassis.edge import new_id
from chassis.service import Permanent
from contracts.case import CaseChange, CaseState
from contracts.envelope import Performer
from kernel.actor import Actor
from kernel.actor import Performer as Who
from kernel.decision import Refused
from kernel.digest import digest
from kernel.review import Level, Verdict

REACTION = SERVICE.reactions["office_actions.case_change.v1"]["recommended"]


def recommendation(case_id: UUID, spec: dict[str, Any] | None, course: str = "act", optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """What intake answers about a recommendation."""
    covered = {"case": str(case_id), "course": course, "evaluator": "eva", "optional_levels": sorted(optional), "spec": spec or {}}
    told = {
        "recommendation_id": str(new_id()),
        "case_id": str(case_id),
        "course": course,
        "evaluator": "eva",
        "optional_levels": list(optional),
        "digest": digest(covered),
        "recommended_at": "2026-11-02T09:00:00Z",
    }
    return told | ({"spec": spec} if spec is not None else {})


def said(told: dict[str, Any], kind: str = "global_ban", version: int = 2, **changes: Any) -> CaseChange:
    """The event that intake says beside it."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    state = CaseState.model_validate(
        {
            "case_id": told["case_id"],
            "kind": kind,
            "state": "in_review",
            "team": "trust_and_safety",
            "received_at": now,
            "request_ids": (uuid4(),),
            "recommendation_id": told["recommendation_id"],
            "recommendation_digest": told["digest"],
            "course": told["course"],
            **changes,
        }
    )
    return CaseChange.of(
        "recommended",
        state=state,
        prior=state,
        version=version,
        dt=now,
        performer=Performer(role="evaluator", id="eva"),
        request_id="r-1",
        event_id=new_id(),
        meta_dt=now,
    )


async def react(office: Any, event: CaseChange, told: dict[str, Any]) -> None:
    async with office.desk.runtime.edge("office_actions.case_change.v1:recommended", access_reason=f"event {event.meta.id}") as edge:
        await REACTION.apply(edge, event, told)


async def made(office: Any, case_id: UUID) -> list[dict[str, Any]]:
    answer = await office.desk.get(f"/bans/v1/actions?case_id={case_id}", role="auditor")
    return list(answer.json()["items"])


async def test_a_recommendation_becomes_an_action_with_its_digest_once(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec("conduct_warning"), optional=("communications",))
    event = said(told, "conduct_warning")
    for _ in range(2):
        await react(office, event, told)
    (action,) = await made(office, case)
    assert (action["state"], action["review"]["digest"], action["version"]) == ("proposed", told["digest"], 1)
    assert [step["level"] for step in action["review"]["steps"] if step["state"] in ("open", "waiting")] == [
        "team_peer",
        "team_manager",
        "director",
        "chief",
        "legal",
        "communications",
    ]
    assert office.codes(await office.sign(action, "team_peer", sub="eva")) == ["evaluator_signs"]


async def test_what_was_fetched_must_be_what_the_event_names(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec())
    for spoiled in (
        told | {"course": "no_action"},
        told | {"digest": "0" * 64},
        told | {"evaluator": "somebody"},
        told | {"spec": office.spec()},
        told | {"case_id": str(uuid4())},
        told | {"spec": {"kind": "global_ban"}},
        {key: value for key, value in told.items() if key != "evaluator"},
    ):
        with pytest.raises(Permanent):
            await react(office, said(told), spoiled)
    with pytest.raises(Permanent):
        await react(office, said(told, recommendation_digest="0" * 64), told)
    assert await made(office, case) == []


@pytest.mark.parametrize(
    ("kind", "changes", "optional", "code"),
    [
        ("global_ban", {"prior_warnings": None}, (), "warnings_missing"),
        ("interaction_ban", {}, (), "interaction_bans_off"),
        ("range_block", {"enforces": "0190aaaa-0000-7000-8000-00000000ffff", "addresses": ["192.0.2.0/24"]}, (), "ban_not_in_force"),
        ("global_ban", {}, ("legal",), "level_not_at_choice"),
        ("checkuser", {"emergency": True}, (), "direct_request_is_no_emergency"),
    ],
)
async def test_what_the_law_refuses_goes_back_to_its_evaluator_with_the_reasons(
    office: Any, kind: str, changes: dict[str, Any], optional: tuple[str, ...], code: str
) -> None:
    case = uuid4()
    told = recommendation(case, office.spec(kind, **changes), optional=optional)
    for _ in range(2):
        await react(office, said(told, kind), told)
    (action,) = await made(office, case)
    assert (action["state"], action["review"]["state"], action["version"]) == ("returned", "returned", 2)
    last = (await office.timeline(action))[-1]
    assert (last["what"], [reason["code"] for reason in last["reasons"]]) == ("returned", [code])
    assert office.codes(await office.sign(action, "team_peer")) == ["returned"]
    assert "not_approved" in office.codes(await office.enact(action))
    # As it stands it is no more lawful the second time.
    stands = await office.desk.post(f"/bans/v1/actions/{action['id']}/amendments", {"note": "It stands."}, role="evaluator", sub="eva")
    if code != "level_not_at_choice":
        assert office.codes(stands) == [code]


async def test_what_went_back_stands_in_nobodys_way_and_is_answered_by_a_lawful_text(office: Any) -> None:
    case, lawful = uuid4(), office.spec()
    told = recommendation(case, {name: value for name, value in lawful.items() if name != "prior_warnings"})
    await react(office, said(told), told)
    (action,) = await made(office, case)
    await office.proposed(office.spec("event_ban", accounts=lawful["accounts"]))
    other = await office.proposed(office.spec(accounts=lawful["accounts"]))
    body = {"spec": lawful, "note": "The warnings are named now."}
    where = f"/bans/v1/actions/{action['id']}"
    assert office.codes(await office.desk.post(f"{where}/amendments", body, role="evaluator", sub="eva")) == ["already_proposed"]
    taken_back = await office.desk.post(f"/bans/v1/actions/{other['id']}/withdrawal", {"note": "Twice."}, role="evaluator", sub="eva")
    assert taken_back.status_code == 200
    amended = (await office.desk.post(f"{where}/amendments", body, role="evaluator", sub="eva")).json()
    assert (amended["state"], (await office.signed(amended))["state"]) == ("proposed", "approved")


async def test_a_recommendation_that_answers_a_return_unlawfully_goes_back_again(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec())
    await react(office, said(told), told)
    (action,) = await made(office, case)
    assert (await office.sign(action, "team_peer", "return")).json()["state"] == "returned"
    again = recommendation(case, office.spec(grounds=[]))
    await react(office, said(again, version=4), again)
    (back,) = await made(office, case)
    assert (back["id"], back["state"], back["version"]) == (action["id"], "returned", action["version"] + 4)
    assert (await office.timeline(back))[-1]["reasons"][0]["code"] == "ground_missing"
    assert back["review"]["digest"] != action["review"]["digest"]


async def test_a_text_that_says_where_material_lies_is_kept_nowhere(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec("child_protection", pages=[{"wiki": "examplewiki", "title": "A page"}]))
    await react(office, said(told, "child_protection"), told)
    (row,) = await office.desk.sql("SELECT id, state, spec FROM action WHERE case_id = $1", case)
    assert (row["state"], row["spec"]) == ("returned", None)
    again = recommendation(case, office.spec("child_protection", pages=[{"wiki": "examplewiki", "title": "Another"}]))
    await react(office, said(again, "child_protection", version=3), again)
    assert await office.desk.sql("SELECT spec FROM action WHERE case_id = $1", case) == [(None,)]
    body = {"note": "It stands."}
    where = f"/bans/v1/actions/{row['id']}/amendments"
    answer = await office.desk.post(where, body, role=("evaluator", "child_protection"), sub="eva")
    assert office.codes(answer) == ["nothing_proposed"]


async def test_nothing_is_made_of_what_names_no_action(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, None)
    await react(office, said(told), told)
    (action,) = await made(office, case)
    assert (await office.timeline(action))[-1]["reasons"][0]["code"] == "nothing_proposed"
    told = recommendation(uuid4(), office.spec("dmca"))
    with pytest.raises(Refused):
        await react(office, said(told), told)


async def test_who_is_named_in_the_case_signs_nothing(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec()) | {"named": ["Pia-of-the-case", "a|b"]}
    await react(office, said(told), told)
    (action,) = await made(office, case)
    assert office.codes(await office.sign(action, "team_peer", sub="pia-of-the-case")) == ["involved"]


async def test_a_decision_not_to_act_takes_the_kind_of_its_case(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, None, "no_action")
    await react(office, said(told, "event_ban"), told)
    (action,) = await made(office, case)
    assert (action["kind"], action["review"]["course"], "spec" in action) == ("event_ban", "no_action", False)
    assert (await office.signed(action, *[level.value for level in Level][:4]))["state"] == "declined"


async def test_a_new_recommendation_answers_a_return(office: Any) -> None:
    case = uuid4()
    told = recommendation(case, office.spec())
    await react(office, said(told), told)
    (action,) = await made(office, case)
    assert (await office.sign(action, "team_peer", "return")).json()["state"] == "returned"
    again = recommendation(case, told["spec"])
    await react(office, said(again, version=4), again)
    (amended,) = await made(office, case)
    assert (amended["id"], amended["state"], amended["review"]["approvals"]) == (action["id"], "proposed", 0)
    assert amended["review"]["digest"] not in (action["review"]["digest"], told["digest"])
    assert (await office.signed(amended))["state"] == "approved"


async def test_an_action_made_by_event_is_signed_by_code_as_over_http(office: Any) -> None:
    """The chain does not live in the HTTP layer: whoever calls the action is asked the same."""
    action = await office.proposed()
    runtime = office.desk.runtime
    with pytest.raises(Refused) as refused:
        async with runtime.edge("test", actor=Actor("eva", frozenset({Level.TEAM_PEER.role})), by=Who("team_peer", "eva")) as edge:
            await sign(
                edge, UUID(action["id"]), level=Level.TEAM_PEER, verdict=Verdict.APPROVE, digest=action["review"]["digest"], note="Mine."
            )
    assert [reason.code for reason in refused.value.reasons] == ["evaluator_signs"]
    async with runtime.edge("test") as edge:
        assert (await edge.get(Action, UUID(action["id"]), "action")).state == "proposed"
