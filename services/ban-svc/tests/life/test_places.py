"""The ranges, pages and rights that a decision in force names: more by its chain, fewer by two people (R18, R69, R79-R84, D15, D16)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

DAYS = timedelta(days=1)
PAGE = {"wiki": "examplewiki", "title": "An example"}


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def somebody() -> str:
    return f"Loud visitor {uuid4().hex[:12]}"


def network() -> str:
    """Give the first three numbers of a range that no other test names."""
    return f"10.{uuid4().int % 250}.{uuid4().int % 250}"


def owed(action: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["effect"], one["state"]) for one in action["enforcement"]]


async def blocked(office: Any, *addresses: str) -> list[bool]:
    return [(await office.check(ip=address))["banned"] for address in addresses]


async def test_a_range_more_is_covered_and_one_less_released_and_a_part_of_one_is_narrower(office: Any, managers: Any) -> None:
    ours, law = network(), office.desk.runtime.clock.law
    spec = office.spec(addresses=[f"{ours}.0/25"])
    ban = await office.enacted(spec)
    await office.receipt(ban, "global_block")
    end = (await office.check(ip=f"{ours}.7"))["until"]
    await office.desk.advance(30 * DAYS)
    both = {**spec, "addresses": [f"{ours}.0/25", f"{ours}.128/26"]}
    await managers.extended(ban, both, "substantial_atypical")
    assert await blocked(office, f"{ours}.7", f"{ours}.130", f"{ours}.200") == [True, True, False]
    assert (await office.check(ip=f"{ours}.130"))["until"] > (law() + 89 * DAYS).isoformat()
    assert (await managers.proposed(ban, {**both, "addresses": [f"{ours}.0/28", f"{ours}.128/26"]})).json()["modification"]["remarks"] == []
    narrowed = await managers.done(ban, "modifications/confirmation", {"note": "Agreed."})
    assert await blocked(office, f"{ours}.7", f"{ours}.100", f"{ours}.130") == [True, False, True]
    # A part of what was named is no new evidence: it counts no longer than the whole did.
    assert (await office.check(ip=f"{ours}.7"))["until"] == end
    assert sorted(owed(narrowed)) == [
        ("global_block:2", "waiting"),
        ("global_block:3", "waiting"),
        ("global_unblock", "waiting"),
        ("lock", "waiting"),
    ]
    await office.desk.advance(61 * DAYS)
    assert await blocked(office, f"{ours}.7", f"{ours}.130") == [False, True]
    await office.desk.advance(60 * DAYS)
    assert await blocked(office, f"{ours}.130") == [False]


async def test_a_linked_address_is_forgotten_when_no_decision_names_it_any_more(office: Any, managers: Any) -> None:
    ours = network()
    spec = office.spec(addresses=[f"{ours}.0/24"])
    ban = await office.enacted(spec)
    where = f"/bans/v1/individuals/{ban['individual_id']}/identities"
    body = {"address": f"{ours}.9", "confidence": "confirmed", "evidence": "The same three pages in the same hour."}
    link = (await office.desk.post(where, body, role="evaluator", sub="eva")).json()
    confirmed = await office.desk.post(f"{where}/{link['id']}/confirmation", {"note": "Yes."}, role="evaluator", sub="second")
    assert confirmed.status_code == 200, confirmed.text
    await managers.proposed(ban, {name: spec[name] for name in spec if name != "addresses"})
    await managers.done(ban, "modifications/confirmation", {"note": "Agreed."})
    assert await blocked(office, f"{ours}.9", f"{ours}.10") == [False, False]
    assert await office.desk.sql("SELECT id FROM identity WHERE id::text = $1", link["id"]) == []


async def test_a_range_block_is_widened_by_its_chain_ends_with_its_ban_and_mixes_no_lists(office: Any, managers: Any) -> None:
    ours, law = network(), office.desk.runtime.clock.law()
    ban = await office.enacted(office.spec(expires_at=(law + 40 * DAYS).isoformat()))
    spec = office.spec("range_block", enforces=ban["id"], addresses=[f"{ours}.0/26"])
    block = await office.enacted(spec)
    for changes, codes in (
        ({"grounds": ["global_ban_evasion", "disruption"]}, ["mixed_ranges"]),
        ({"addresses": ["10.0.0.0/8"]}, ["range_too_wide"]),
        ({"addresses": [f"{ours}.1/24"]}, ["host_bits"]),
        ({"addresses": [f"{ours}.0/24", f"{ours}.0/26"]}, ["ranges_overlap"]),
        ({"addresses": None}, ["no_range"]),
        ({"accounts": named(somebody())}, ["field_not_of_kind"]),
        ({"enforces": (await office.enacted())["id"]}, ["field_fixed"]),
    ):
        wrong = {name: value for name, value in {**spec, **changes}.items() if value is not None}
        assert office.codes(await managers.proposed(block, wrong, "substantial_atypical")) == codes, changes
    await managers.extended(block, {**spec, "addresses": [f"{ours}.0/24"]}, "substantial_atypical")
    assert await blocked(office, f"{ours}.3", f"{ours}.200") == [True, True]
    assert (await office.check(ip=f"{ours}.200"))["until"] == ban["expires_at"]
    assert (await office.read(block))["acting_account"] == "wmfoffice"
    await office.desk.advance(41 * DAYS)
    assert await blocked(office, f"{ours}.3", f"{ours}.200") == [False, False]


async def test_a_block_whose_ban_ends_sooner_now_is_judged_by_when_it_ends(office: Any, managers: Any) -> None:
    law = office.desk.runtime.clock.law()
    spec = office.spec(expires_at=(law + 400 * DAYS).isoformat())
    ban = await office.enacted(spec)
    text = office.spec("range_block", enforces=ban["id"], addresses=[f"{network()}.0/28"], expires_at=(law + 300 * DAYS).isoformat())
    block = await office.enacted(text)
    sooner, later = ({**spec, "expires_at": (law + days * DAYS).isoformat()} for days in (20, 350))
    await managers.proposed(ban, sooner)
    await managers.done(ban, "modifications/confirmation", {"note": "Agreed."})
    await managers.extended(ban, later)
    # The text says 300 days and the block holds 20 of them: what looks shorter is longer.
    proposed = (await managers.proposed(block, {**text, "expires_at": (law + 200 * DAYS).isoformat()})).json()["modification"]
    assert proposed["route"] == "chain"


async def test_pages_are_added_and_released_and_protected_anew(office: Any, managers: Any) -> None:
    spec = office.spec("page_protection")
    action = await office.enacted(spec)
    for effect in ("protect", "template"):
        await office.receipt(action, effect, wiki="examplewiki")
    second = {"wiki": "testwiki", "title": "Another example"}
    both = {**spec, "pages": [PAGE, second]}
    wider = await managers.extended(action, both, "substantial_atypical")
    assert owed(wider) == [("protect", "done"), ("template", "done"), ("protect:2", "waiting"), ("template:2", "waiting")]
    stricter = {**both, "protection": {"level": "do not touch", "template": "pp-office"}}
    assert office.codes(await managers.proposed(action, stricter)) == ["nature_understated"]
    raised = await managers.extended(action, stricter, "substantial_atypical")
    assert owed(raised) == [("template", "done"), ("protect:2", "waiting"), ("template:2", "waiting"), ("protect", "waiting")]
    assert (await managers.proposed(action, {**stricter, "pages": [second]})).json()["modification"]["route"] == "two_people"
    narrowed = await managers.done(action, "modifications/confirmation", {"note": "The order names one page."})
    # It was not protected anew yet, and its template stands: that is taken away.
    assert owed(narrowed) == [("protect:2", "waiting"), ("template:2", "waiting"), ("remove_template", "waiting")]


async def test_a_right_less_is_not_given_back_and_one_more_is_removed(office: Any, managers: Any) -> None:
    spec = office.spec("rights_removal")
    action = await office.enacted(spec)
    await office.receipt(action, "remove_right:1", wiki="examplewiki")
    changed = {**spec, "rights": [spec["rights"][1], {"wiki": "testwiki", "group": "checkuser"}]}
    modified = await managers.extended(action, changed, "substantial_atypical")
    assert owed(modified) == [("remove_right:2", "waiting"), ("remove_right:3", "waiting")]
    shown = (await office.read(action, reason="to remove them"))["enforcement"]
    assert [effect["of"] for effect in shown] == ["testwiki:bureaucrat", "testwiki:checkuser"]


@pytest.mark.parametrize("kind", ["event_ban", "conduct_warning", "rights_removal", "account_termination"])
async def test_addresses_and_pages_are_of_other_kinds(office: Any, managers: Any, kind: str) -> None:
    spec = office.spec(kind)
    action = await office.enacted(spec)
    for field, value in (("addresses", ["192.0.2.0/28"]), ("pages", [PAGE])):
        codes = office.codes(await managers.proposed(action, {**spec, field: value}, "substantial_atypical"))
        assert codes in (["field_not_of_kind"], ["field_fixed"]), field


async def test_what_was_over_once_done_names_nobody_later(office: Any, managers: Any) -> None:
    for kind in ("conduct_warning", "checkuser"):
        spec = office.spec(kind)
        action = await office.enacted(spec)
        assert office.codes(await managers.proposed(action, {**spec, "accounts": named(somebody())}, "substantial_atypical")) == [
            "field_fixed"
        ]
    pages = office.spec("other", accounts=None, pages=[PAGE])
    action = await office.enacted(pages)
    aimed = {**pages, "accounts": named(somebody())}
    assert office.codes(await managers.proposed(action, aimed, "substantial_atypical")) == ["field_fixed"]


async def test_an_emergency_is_not_changed_before_its_chain_has_ended(office: Any, managers: Any) -> None:
    spec = office.spec("child_protection", emergency=True)
    answer = await office.enact(await office.proposed(spec))
    assert answer.status_code == 200, answer.text
    body = {"spec": {**spec, "tou_basis": "Section 5"}, "nature": "ordinary", "note": "Corrected."}
    where = f"/bans/v1/actions/{answer.json()['id']}/modifications"
    asked = await office.desk.post(where, body, role=("evaluator", "child_protection"), sub="eva")
    assert office.codes(asked) == ["chain_not_ended"]
