"""Every kind of decision from its proposal to what it does, over HTTP, and delegates who sign (R59-R85, R91, D1, D2, D14, D15, D20)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

EVERY = {
    "child_protection": ("wmfoffice", [("metawiki", "lock")], "confidential"),
    "rights_removal": ("wmfoffice", [("examplewiki", "remove_right:1"), ("testwiki", "remove_right:2")], "restricted"),
    "checkuser": ("staff", [("examplewiki", "check")], "confidential"),
    "page_protection": ("wmfoffice", [("examplewiki", "protect"), ("examplewiki", "template")], "public"),
    "range_block": ("staff", [("metawiki", "global_block")], "public"),
    "account_termination": ("wmfoffice", [("metawiki", "lock")], "confidential"),
    "other": ("wmfoffice", [("metawiki", "measure")], "restricted"),
}


@pytest.mark.parametrize("kind", EVERY)
async def test_each_kind_goes_through_its_chain_and_owes_what_it_does(office: Any, kind: str) -> None:
    account, effects, disclosure = EVERY[kind]
    changes = {"addresses": [f"198.18.{uuid4().int % 250}.0/24"], "grounds": ["disruption"]} if kind == "range_block" else {}
    action = await office.proposed(office.spec(kind, **changes))
    early = office.codes(await office.enact(action))
    assert "not_approved" in early
    assert "level_not_heard" in early
    done = (await office.enact(await office.signed(action))).json()
    assert (done["state"], done["acting_account"], done["emergency"]) == ("enacted", account, False)
    assert [(one["wiki"], one["effect"]) for one in done["enforcement"]] == effects
    said = await office.desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb->'action' FROM outbox WHERE key LIKE '%' || $1 || '%' ORDER BY version DESC LIMIT 1",
        action["id"],
    )
    assert f'"disclosure": "{disclosure}"' in said[0][0]
    for wiki, effect in effects:
        answer = await office.receipt(done, effect, wiki=wiki)
        assert answer.status_code == 200, answer.text
    assert (await office.read(done))["state"] == "enforced"


async def test_a_check_makes_nobody_known_and_bans_nobody(office: Any) -> None:
    spec = office.spec("checkuser", addresses=["198.18.253.7"])
    done = await office.enacted(spec)
    assert "individual_id" not in done
    assert (await office.check(user=spec["accounts"][0]["name"]))["banned"] is False
    assert (await office.check(ip="198.18.253.7"))["banned"] is False


async def test_pages_are_nobody(office: Any) -> None:
    assert "individual_id" not in await office.enacted(office.spec("page_protection"))
    pages = {"accounts": None, "pages": [{"wiki": "examplewiki", "title": "An example"}]}
    assert "individual_id" not in await office.enacted(office.spec("other", **pages))


@pytest.mark.parametrize(
    ("kind", "changes", "codes"),
    [
        ("rights_removal", {"rights": None}, ["rights_missing"]),
        ("checkuser", {"checkuser": None}, ["checkuser_missing"]),
        (
            "page_protection",
            {"protection": {"level": "do_not_touch", "template": "reset", "instructions": "Cite."}},
            ["reset_excludes_do_not_touch"],
        ),
        ("other", {"extraordinary": None}, ["not_extraordinary"]),
        ("child_protection", {"pages": [{"wiki": "examplewiki", "title": "A page"}]}, ["location_elsewhere"]),
        ("global_ban", {"emergency": True}, ["no_emergency"]),
    ],
)
async def test_what_a_kind_must_say_is_refused_with_its_reason(office: Any, kind: str, changes: dict[str, Any], codes: list[str]) -> None:
    assert office.codes(await office.propose(office.spec(kind, **changes))) == codes


@pytest.mark.parametrize("kind", ["child_protection", "checkuser", "rights_removal", "event_ban"])
async def test_not_to_act_goes_through_its_own_chain_and_is_kept_with_its_reasons(office: Any, kind: str) -> None:
    action = await office.proposed(office.spec(kind), course="no_action")
    asked = [step["level"] for step in action["review"]["steps"] if step["state"] in ("open", "waiting")]
    assert asked == {
        "child_protection": ["team_peer", "team_manager"],
        "checkuser": ["team_peer"],
    }.get(kind, ["team_peer", "team_manager", "director", "chief"])
    declined = await office.signed(action, *asked)
    assert declined["state"] == "declined"
    assert "no_action" in office.codes(await office.enact(declined))
    kept = await office.read(declined, reason="the yearly look at what was not acted on")
    assert kept["spec"]["justification"]["note"] == "Three communities asked for help."
    assert [step["note"] for step in kept["review"]["steps"] if "note" in step] == [f"Seen by the {level}." for level in asked]


async def test_one_dissent_has_the_whole_column_asked_not_to_act_and_the_next_reads_why(office: Any) -> None:
    action = await office.proposed(office.spec("conduct_warning"), course="no_action")
    action = (await office.sign(action, "team_peer", "dissent")).json()
    trail = await office.timeline(action)
    assert [reason["code"] for reason in trail[-1]["reasons"]] == ["divergence"]
    asked = [step["level"] for step in action["review"]["steps"] if step["state"] in ("open", "waiting")]
    assert asked == ["team_manager", "director", "chief", "legal"]
    read = await office.desk.get(f"/bans/v1/actions/{action['id']}", role="team_manager", reason="my signature is asked")
    assert (read.json()["review"]["steps"][0]["state"], read.json()["review"]["steps"][0]["note"]) == (
        "dissented",
        "Seen by the team_peer.",
    )
    assert (await office.signed(action, *asked))["state"] == "declined"


async def test_what_a_text_leaves_unsaid_is_shown_to_those_who_sign(office: Any) -> None:
    action = await office.proposed(office.spec("conduct_warning"))
    assert action["review"]["remarks"] == ["margin_unsaid"]
    assert [(one["code"], one["cite"]) for one in (await office.timeline(action))[0]["reasons"]] == [("margin_unsaid", "R62")]
    read = await office.desk.get(f"/bans/v1/actions/{action['id']}", role="team_peer", reason="my signature is asked")
    assert read.json()["review"]["remarks"] == ["margin_unsaid"]
    assert "remarks" not in (await office.read(action))["review"]
    said = await office.proposed(office.spec("conduct_warning", margin="They apologised.", instead_of="event_ban"))
    assert said["review"]["remarks"] == ["courtesy_for_a_ban"]
    assert (said["spec"]["margin"], said["spec"]["instead_of"]) == ("They apologised.", "event_ban")
    not_to_act = await office.proposed(office.spec("event_ban"), course="no_action")
    assert not_to_act["review"]["remarks"] == ["contributions_do_not_outweigh"]
    rights = await office.proposed(office.spec("rights_removal", smallest_measure="Each of them was misused."))
    assert "remarks" not in rights["review"]
    assert office.codes(await office.propose(office.spec("global_ban", margin="None."))) == ["field_not_of_kind"]


async def test_a_global_ban_says_that_it_binds_the_person_as_an_agent_of_others_too(office: Any) -> None:
    assert (await office.proposed())["binds_as"] == ["own", "agent_of_others"]
    assert "binds_as" not in await office.proposed(office.spec("event_ban"))


async def test_an_amendment_may_not_change_what_the_law_asks(office: Any) -> None:
    action = (await office.sign(await office.proposed(office.spec("rights_removal")), "team_peer", "return")).json()
    body = {"note": "Without its rights.", "spec": office.spec("rights_removal", rights=None)}
    answer = await office.desk.post(f"/bans/v1/actions/{action['id']}/amendments", body, role="evaluator", sub="eva")
    assert office.codes(answer) == ["rights_missing"]
    assert (await office.read(action))["state"] == "returned"


async def test_child_protection_is_seen_and_worked_on_by_the_named_group_alone(office: Any) -> None:
    outside = await office.propose(office.spec("child_protection"), role="evaluator")
    assert office.codes(outside) == ["not_in_named_group"]
    case = str(uuid4())
    action = await office.proposed(office.spec("child_protection"), case_id=case)
    where = f"/bans/v1/actions/{action['id']}"
    for role in ("evaluator", "legal", "auditor", "enforcer"):
        for path in (where, f"{where}/timeline"):
            answer = await office.desk.get(path, role=role, reason="I wonder")
            assert answer.status_code == 403, (role, path)
        for asked in (f"case_id={case}", "kind=child_protection"):
            assert (await office.desk.get(f"/bans/v1/actions?{asked}", role=role)).json() == {"items": []}
    seen = (await office.desk.get(f"/bans/v1/actions?case_id={case}", role="child_protection")).json()
    assert [one["id"] for one in seen["items"]] == [action["id"]]
    body = {"level": "team_peer", "verdict": "approve", "digest": action["review"]["digest"], "note": "Seen."}
    assert office.codes(await office.desk.post(f"{where}/reviews", body, role="team_peer")) == ["not_in_named_group"]
    assert office.codes(await office.desk.post(f"{where}/recusals", {"why": "I know them."}, role="team_peer")) == ["not_in_named_group"]
    approved = await office.signed(action)
    answer = await office.desk.post(f"{where}/enactment", {}, role="enforcer", sub="enno")
    assert office.codes(answer) == ["not_in_named_group"]
    # Here alone whoever proposed it may enact it.
    done = await office.enact(approved, sub="eva", role="child_protection")
    assert done.json()["performed_by"] == {"role": "child_protection", "id": "eva"}
    receipt = {"wiki": "metawiki", "effect": "lock", "receipt": {"log_id": 1}}
    assert office.codes(await office.desk.post(f"{where}/enforcement", receipt, role="enforcer", sub="enno")) == ["not_in_named_group"]
    ban = await office.enacted()
    stranger = await office.desk.post(f"/bans/v1/actions/{ban['id']}/enforcement", receipt, role="child_protection", sub="cleo")
    assert office.codes(stranger) == ["role_missing"]
    for role, seen_there in (("enforcer", False), ("child_protection", True)):
        owed = (await office.desk.get("/bans/v1/enforcement?state=waiting&limit=200", role=role)).json()["items"]
        assert (action["id"] in str(owed)) is seen_there
    assert (await office.desk.post(f"{where}/enforcement", receipt, role="child_protection", sub="eva")).json()["state"] == "enforced"


async def test_the_place_of_material_is_in_no_effect_that_others_learn(office: Any) -> None:
    spec = office.spec("child_protection", accounts=None, grounds=["unlawful_material"])
    done = (await office.enact(await office.signed(await office.proposed(spec)))).json()
    assert [(one["wiki"], one["effect"]) for one in done["enforcement"]] == [("sealed_record", "remove")]
    rows = await office.desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb->'action' FROM outbox WHERE key LIKE '%' || $1 || '%'", done["id"]
    )
    assert all("sealed_record" not in row[0] for row in rows)


async def test_nobody_writes_where_material_lies_in_a_note_or_as_the_proof_of_a_receipt(office: Any) -> None:
    spec = office.spec("child_protection", grounds=["unlawful_material"])
    action = await office.proposed(spec)
    place, where = "It is at https://example.org/wiki/A_page.", f"/bans/v1/actions/{action['id']}"
    body = {"level": "team_peer", "verdict": "approve", "digest": action["review"]["digest"], "note": place}
    group: dict[str, Any] = {"role": ("team_peer", "child_protection"), "sub": "pia"}
    assert office.codes(await office.desk.post(f"{where}/reviews", body, **group)) == ["location_elsewhere"]
    assert office.codes(await office.desk.post(f"{where}/recusals", {"why": place}, **group)) == ["location_elsewhere"]
    written = await office.desk.sql("SELECT count(*) AS n FROM note WHERE action_id = $1", UUID(action["id"]))
    assert written[0]["n"] == 0
    done = (await office.enact(await office.signed(action))).json()
    address = {"url": "https://example.org/wiki/A_page"}
    for told in ({"wiki": "sealed_record", "effect": "remove", "receipt": {"revision_id": 9}}, {"receipt": address}):
        assert office.codes(await office.receipt(done, **told)) == ["location_elsewhere"]
    taken = await office.receipt(done, "remove", wiki="sealed_record")
    assert [one["state"] for one in taken.json()["enforcement"]] == ["waiting", "done"]


async def delegated(office: Any, level: str = "director", by: str = "dora", delegate: str = "dana", **changes: Any) -> Any:
    law = office.desk.runtime.clock.law()
    body = {"level": level, "delegate": delegate, "until": (law + timedelta(days=10)).isoformat(), "note": "On leave.", **changes}
    return await office.desk.post("/bans/v1/delegations", body, role=level, sub=by)


async def test_a_delegate_signs_for_a_level_while_the_delegation_lasts(office: Any) -> None:
    delegate = f"dana-{uuid4().hex[:8]}"
    action = await office.signed(await office.proposed(office.spec("conduct_warning")), "team_peer", "team_manager")
    assert office.codes(await office.sign(action, "director", role="team_manager", sub=delegate)) == ["role_missing"]
    given = await delegated(office, delegate=delegate)
    assert given.status_code == 201, given.text
    assert office.codes(await office.sign(action, "chief", role="team_manager", sub=delegate)) == ["role_missing", "not_in_turn"]
    signed = (await office.sign(action, "director", role="team_manager", sub=delegate)).json()
    assert signed["authorised_by"][-1] == {"role": "director", "id": delegate}
    # One person: neither another level, nor for another.
    await delegated(office, level="chief", by="cora", delegate=delegate)
    assert office.codes(await office.sign(signed, "chief", role="team_manager", sub=delegate)) == ["signed_already"]
    where = f"/bans/v1/delegations/{given.json()['id']}/end"
    assert office.codes(await office.desk.post(where, {}, role="chief", sub="cora")) == ["not_the_delegator"]
    assert (await office.desk.post(where, {}, role="director", sub="dora")).json()["ended_at"]
    assert office.codes(await office.desk.post(where, {}, role="director", sub="dora")) == ["delegation_over"]
    other = await office.signed(await office.proposed(office.spec("conduct_warning")), "team_peer", "team_manager")
    assert office.codes(await office.sign(other, "director", role="team_manager", sub=delegate)) == ["role_missing"]
    listed = (await office.desk.get("/bans/v1/delegations?level=director&limit=200", role="auditor")).json()["items"]
    assert given.json()["id"] in [one["id"] for one in listed]
    assert all("note" not in one for one in listed)


async def test_nobody_signs_for_a_person_who_may_not_sign(office: Any) -> None:
    delegate, evaluator = f"dana-{uuid4().hex[:8]}", "eva"
    await delegated(office, by=evaluator, delegate=delegate)
    action = await office.signed(await office.proposed(office.spec("conduct_warning")), "team_peer", "team_manager")
    assert office.codes(await office.sign(action, "director", role="team_manager", sub=delegate)) == ["delegator_is_out"]
    # A holder who may sign lets the same person sign.
    await delegated(office, delegate=delegate)
    assert (await office.sign(action, "director", role="team_manager", sub=delegate)).status_code == 200


async def test_a_delegation_is_refused_where_it_may_not_be_given(office: Any) -> None:
    law = office.desk.runtime.clock.law()
    assert office.codes(await delegated(office, delegate="dora")) == ["delegates_to_self"]
    assert office.codes(await delegated(office, until=(law + timedelta(days=93)).isoformat())) == ["delegation_too_long"]
    assert office.codes(await delegated(office, until=(law - timedelta(days=1)).isoformat())) == [
        "ends_before_it_starts",
        "ends_in_the_past",
    ]
    assert office.codes(await delegated(office, delegate="two words"), 422) == ["malformed"]
    body = {"level": "director", "delegate": "dana", "until": (law + timedelta(days=1)).isoformat(), "note": "Mine."}
    assert office.codes(await office.desk.post("/bans/v1/delegations", body, role="chief", sub="cora")) == ["role_missing"]


async def test_a_delegation_begins_when_it_says_and_ends_by_the_clock(office: Any) -> None:
    delegate, law = f"dana-{uuid4().hex[:8]}", office.desk.runtime.clock.law()
    await delegated(
        office, delegate=delegate, **{"from": (law + timedelta(days=1)).isoformat(), "until": (law + timedelta(days=2)).isoformat()}
    )
    action = await office.signed(await office.proposed(office.spec("conduct_warning")), "team_peer", "team_manager")
    assert office.codes(await office.sign(action, "director", role="team_manager", sub=delegate)) == ["role_missing"]
    await office.desk.advance(timedelta(days=3))
    assert office.codes(await office.sign(action, "director", role="team_manager", sub=delegate)) == ["role_missing"]
