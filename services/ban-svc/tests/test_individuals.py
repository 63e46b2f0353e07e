"""Who is behind accounts: links of two people, what is inherited, addresses for ninety days, merged and split (R17, R18, R75, D16, D23)."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ban_svc.actions.merges import components
from ban_svc.model.individual import LINK_MOVES, MERGE_MOVES, Confidence, Confirming, Link, LinkState, MergeState
from ban_svc.rules import individual as law
from chassis.testing import Desk
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
NAMED = ("198.51.100.0/24", "2001:db8::/32")
EVIDENCE = "The same three pages in the same hour, and one odd phrase."


class People:
    """The words of these tests about individuals."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.desk: Desk = office.desk

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, role: str = "evaluator", sub: str = "eva") -> Any:
        options = {"json": body} if body is not None else {}
        headers = {"Idempotency-Key": uuid4().hex}
        return await self.desk.call(method, f"/bans/v1/individuals{path}", role=role, sub=sub, headers=headers, **options)

    async def somebody(self) -> str:
        answer = await self.call("POST", "", {})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def propose(self, individual: str, *, sub: str = "eva", **changes: Any) -> Any:
        body = {"confidence": "confirmed", "evidence": EVIDENCE, **changes}
        return await self.call("POST", f"/{individual}/identities", body, sub=sub)

    async def confirm(self, individual: str, link: str, *, sub: str = "second", role: str = "evaluator") -> Any:
        return await self.call("POST", f"/{individual}/identities/{link}/confirmation", {"note": "I see the same."}, role=role, sub=sub)

    async def link(self, individual: str, **subject: str) -> str:
        proposed = await self.propose(individual, **subject)
        assert proposed.status_code == 200, proposed.text
        answer = await self.confirm(individual, proposed.json()["id"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "linked"
        return str(answer.json()["id"])

    async def unlink(self, individual: str, link: str) -> Any:
        return await self.call("DELETE", f"/{individual}/identities/{link}", {"reason": "It was somebody else."})

    async def merge(self, one: str, other: str) -> None:
        answer = await self.call("POST", f"/{one}/merge", {"individual_id": other, "evidence": EVIDENCE})
        assert answer.status_code == 200, answer.text
        answer = await self.call("POST", f"/{one}/merge/confirmation", {"note": "I see the same."}, role="team_manager", sub="maja")
        assert answer.status_code == 200, answer.text

    async def split(self, one: str, other: str) -> None:
        answer = await self.call("POST", f"/{one}/split", {"individual_id": other, "reason": "They are two."})
        assert answer.status_code == 200, answer.text
        answer = await self.call("POST", f"/{one}/split/confirmation", {"note": "So they are."}, sub="second")
        assert answer.status_code == 200, answer.text

    async def lift(self, action: str, slowly: "Slowly") -> None:
        where, body = f"/bans/v1/actions/{action}/lift", {"reason": "It has served its purpose.", "note": "Quiet years."}
        assert (await self.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
        assert (await self.desk.post(f"{where}/confirmation", {"note": "Yes."}, role="director", sub="dora")).status_code == 200
        del slowly.bans[action]

    async def read(self, individual: str, **options: Any) -> dict[str, Any]:
        answer = await self.desk.get(f"/bans/v1/individuals/{individual}", role="auditor", **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def banned(self, name: str) -> bool:
        return bool((await self.office.check(user=name))["banned"])


@pytest.fixture
async def people(office: Any) -> People:
    return People(office)


def somename() -> str:
    return f"Quiet visitor {uuid4().hex[:12]}"


@pytest.mark.parametrize("case", load_cases(CASES / "identities.toml"), ids=str)
def test_identities(case: Case) -> None:
    facts = {"account": "Quiet visitor", "confidence": "confirmed", "evidence": "The same three pages, the same hour.", **dict(case.given)}
    if "address" in facts:
        facts["account"] = None
    for name in ("confidence", "confidence_now"):
        if name in facts:
            facts[name] = Confidence(facts[name])
    decision = law.may_link(Link(staff=frozenset({"Eva"}), named=NAMED, **facts), on=ON)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


async def test_the_database_knows_the_same_moves(office: Any) -> None:
    for name, moves in (("link", LINK_MOVES), ("merge", MERGE_MOVES)):
        for old in moves:
            for new in moves:
                (row,) = await office.desk.sql(f"SELECT legal_{name}_move($1, $2) AS may", old.value, new.value)
                assert row["may"] == (old == new or new in moves[old]), (name, old, new)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"waits": False}, ["nothing_to_confirm"]),
        ({"by": "eva"}, ["confirms_own"]),
        ({"aimed_at": True}, ["involved"]),
    ],
)
def test_a_second_person_confirms(facts: dict[str, Any], codes: list[str]) -> None:
    decision = law.may_confirm(Confirming(**{"waits": True, "proposed_by": "eva", "by": "second", **facts}))
    assert [reason.code for reason in decision.reasons] == codes


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (LinkState.PROPOSED, []),
        (LinkState.LINKED, []),
        (LinkState.UNLINKED, ["unlinked_already"]),
        (LinkState.SUPERSEDED, ["unlinked_already"]),
        (None, ["named_by_decision"]),
    ],
)
def test_a_link_is_undone_once_and_a_decision_is_not_undone_so(state: LinkState | None, codes: list[str]) -> None:
    assert [reason.code for reason in law.may_unlink(state).reasons] == codes


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"same": True, "one_person": True}, ["merges_itself"]),
        ({"one_person": True}, ["merged_already"]),
        ({"waiting": True}, ["merge_waits"]),
    ],
)
def test_two_are_merged_once(facts: dict[str, bool], codes: list[str]) -> None:
    assert [reason.code for reason in law.may_merge(**{"same": False, "one_person": False, "waiting": False, **facts}).reasons] == codes


@pytest.mark.parametrize(
    ("state", "waiting", "codes"),
    [
        (MergeState.STANDING, False, []),
        (MergeState.STANDING, True, ["merge_waits"]),
        (MergeState.SPLIT_PROPOSED, False, ["merge_waits"]),
        (MergeState.SPLIT, False, ["not_merged"]),
        (None, False, ["not_merged"]),
    ],
)
def test_what_was_merged_is_split(state: MergeState | None, waiting: bool, codes: list[str]) -> None:
    assert [reason.code for reason in law.may_split(state, waiting=waiting).reasons] == codes


def test_an_address_lasts_ninety_days_and_no_longer_than_what_names_it() -> None:
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert law.linked_until(now, None) == now + timedelta(days=90)
    assert law.linked_until(now, now + timedelta(days=2)) == now + timedelta(days=2)
    decisions = [(now, ("192.0.2.0/24",)), (now + timedelta(days=1), ("192.0.2.1",)), (None, ("2001:db8::/32",))]
    assert law.last_end("192.0.2.1", decisions) == now + timedelta(days=1)
    assert law.last_end("2001:db8::1", decisions) is None
    assert law.last_end("203.0.113.1", decisions) is None


def test_what_changed_meanwhile_stands_against_a_confirmation() -> None:
    assert not law.may_still_link(elsewhere=False, over=False).reasons
    codes = [reason.code for reason in law.may_still_link(elsewhere=True, over=True).reasons]
    assert codes == ["linked_to_another", "evidence_too_old"]
    assert [reason.code for reason in law.may_turn_down(waits=False).reasons] == ["nothing_to_confirm"]
    assert law.may_turn_down(waits=True).granted


IDS = [UUID(int=number) for number in range(8)]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=10))
def test_who_counts_as_one_is_who_is_reached_by_merges(pairs: list[tuple[UUID, UUID]]) -> None:
    found = components(IDS, pairs)
    for one in IDS:
        reached, waiting = {one}, [one]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            waiting += near - reached
            reached |= near
        assert {other for other in IDS if found[other] == found[one]} == reached
        assert found[one] == min(reached)


async def test_an_account_created_today_inherits_once_two_people_have_linked_it(people: People) -> None:
    ban = await people.office.enacted()
    name = somename()
    proposed = await people.propose(ban["individual_id"], account=name)
    link = proposed.json()
    assert (link["state"], "account" in link, await people.banned(name)) == ("proposed", False, False)
    assert people.office.codes(await people.confirm(ban["individual_id"], link["id"], sub="eva")) == ["confirms_own"]
    assert not await people.banned(name)
    assert (await people.confirm(ban["individual_id"], link["id"])).json()["confirmed_by"] == "second"
    assert await people.banned(name.replace(" ", "_"))
    assert people.office.codes(await people.confirm(ban["individual_id"], link["id"])) == ["nothing_to_confirm"]
    unlinked = await people.unlink(ban["individual_id"], link["id"])
    assert (unlinked.json()["state"], await people.banned(name)) == ("unlinked", False)
    assert people.office.codes(await people.unlink(ban["individual_id"], link["id"])) == ["unlinked_already"]


async def test_what_is_only_possible_or_likely_inherits_nothing(people: People) -> None:
    ban = await people.office.enacted()
    name = somename()
    for confidence in ("possible", "likely"):
        await people.link(ban["individual_id"], account=name, confidence=confidence)
        assert not await people.banned(name)
    assert people.office.codes(await people.propose(ban["individual_id"], account=name, confidence="possible")) == ["linked_already"]
    await people.link(ban["individual_id"], account=name)
    assert await people.banned(name)
    states = [one["state"] for one in (await people.read(ban["individual_id"]))["identities"]]
    assert states == ["linked", "superseded", "superseded", "linked"]


async def test_a_ban_enacted_later_covers_accounts_linked_before(people: People) -> None:
    person = await people.somebody()
    names = [somename(), somename()]
    for name in names:
        await people.link(person, account=name)
    ban = await people.office.enacted(people.office.spec(accounts=[{"name": names[0]}]))
    assert ban["individual_id"] == person
    assert [await people.banned(name) for name in names] == [True, True]


async def test_what_a_decision_names_outweighs_what_was_thought(people: People) -> None:
    person, name = await people.somebody(), somename()
    await people.link(person, account=name, confidence="possible")
    ban = await people.office.enacted(people.office.spec(accounts=[{"name": name}]))
    assert ban["individual_id"] != person
    assert [one["state"] for one in (await people.read(person))["identities"]] == ["superseded"]
    assert people.office.codes(await people.propose(person, account=name)) == ["linked_to_another"]
    (decided,) = (await people.read(ban["individual_id"]))["identities"]
    assert (decided["decided_by"], decided["state"]) == (ban["id"], "linked")
    assert people.office.codes(await people.unlink(ban["individual_id"], decided["id"])) == ["named_by_decision"]


async def test_one_account_is_of_one_person(people: People) -> None:
    one, other, name = await people.somebody(), await people.somebody(), somename()
    await people.link(one, account=name)
    assert people.office.codes(await people.propose(other, account=name)) == ["linked_to_another"]
    rival = somename()
    early = (await people.propose(one, account=rival)).json()
    assert people.office.codes(await people.propose(one, account=rival)) == ["link_proposed_already"]
    late = (await people.propose(other, account=rival)).json()
    assert (await people.confirm(one, early["id"])).status_code == 200
    assert people.office.codes(await people.confirm(other, late["id"])) == ["linked_to_another"]
    assert (await people.unlink(other, late["id"])).json()["state"] == "unlinked"


async def test_nobody_of_the_office_is_linked(people: People) -> None:
    person = await people.somebody()
    assert people.office.codes(await people.propose(person, account="Somebody (WMF)")) == ["staff_account"]
    assert people.office.codes(await people.propose(person, account="eva")) == ["performer_is_not_linked"]
    ban = await people.office.enacted()
    signer = await people.propose(ban["individual_id"], account="one-director", sub="somebody")
    assert people.office.codes(signer) == ["performer_is_not_linked"]
    await people.link(person, account="Second-to-none")
    other = (await people.propose(person, account=somename())).json()
    assert people.office.codes(await people.confirm(person, other["id"], sub="second-to-none")) == ["involved"]


@pytest.mark.parametrize(
    ("subject", "codes"),
    [
        ({"account": "a|b"}, ["name_illegal_character"]),
        ({"account": "Quiet\u200bvisitor"}, ["name_invisible_character"]),
        ({"account": "Quiet\u2066visitor"}, ["name_direction_mark"]),
        ({"account": "192.0.2.1"}, ["name_is_address"]),
        ({"address": "0.0.0.0/0"}, ["range_too_wide"]),
        ({"address": "::/0"}, ["range_too_wide"]),
        ({"address": "192.0.2.1/24"}, ["host_bits"]),
        ({"address": "::ffff:192.0.2.1"}, ["address_not_named"]),
        ({"address": "nowhere"}, ["not_an_address"]),
        ({"account": "Quiet visitor", "evidence": "CheckUser says so."}, ["checkuser_is_no_identity"]),
    ],
)
async def test_what_can_be_nobody_is_linked_to_nobody(people: People, subject: dict[str, str], codes: list[str]) -> None:
    person = await people.somebody()
    assert people.office.codes(await people.propose(person, **subject)) == codes
    assert (await people.read(person))["identities"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"confidence": "confirmed", "evidence": "e"},
        {"account": "A", "address": "192.0.2.1", "confidence": "confirmed", "evidence": "e"},
        {"account": "A", "confidence": "certain", "evidence": "e"},
        {"account": "A", "confidence": "confirmed", "evidence": " "},
        {"account": "A", "confidence": "confirmed", "evidence": "e", "confirmed_by": "me"},
    ],
)
async def test_a_link_that_cannot_be_read_is_malformed(people: People, body: dict[str, Any]) -> None:
    answer = await people.call("POST", f"/{await people.somebody()}/identities", body)
    assert answer.status_code == 422, answer.text


async def test_spellings_are_one_account_and_look_alikes_are_another(people: People) -> None:
    person = (await people.office.enacted())["individual_id"]
    tail = uuid4().hex[:8]
    await people.link(person, account=f"Élan guest {tail}")
    for name in (f"élan_guest_{tail}", f"E\u0301lan guest {tail}", f"\u200eÉlan  guest {tail}"):
        assert await people.banned(name)
        assert people.office.codes(await people.propose(person, account=name)) == ["linked_already"]
    for name in (f"ÉIan guest {tail}", f"\u0415\u0301lan guest {tail}", f"Élan Guest {tail}"):
        assert not await people.banned(name)


async def test_names_and_evidence_are_shown_to_who_says_why_and_that_is_logged(people: People) -> None:
    person, name = await people.somebody(), somename()
    await people.link(person, account=name)
    dark = await people.read(person)
    assert "accounts" not in dark
    assert {"account", "evidence"} & set(dark["identities"][0]) == set()
    (before,) = await people.desk.sql("SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1", UUID(person))
    told = await people.read(person, reason="A question of the board")
    assert told["accounts"] == [{"name": name}]
    assert (told["identities"][0]["account"], told["identities"][0]["evidence"]) == (name, EVIDENCE)
    (after,) = await people.desk.sql("SELECT count(*) AS n FROM access_log WHERE aggregate_id = $1", UUID(person))
    assert after["n"] > before["n"]


async def test_whose_an_account_is_is_told_to_who_says_why(people: People) -> None:
    person, name = await people.somebody(), somename()
    await people.link(person, account=name)
    where = "/bans/v1/individuals"
    assert (await people.desk.get(where, params={"account": name}, role="service")).status_code == 400
    answer = await people.desk.get(where, params={"account": name}, role="service", reason="event 1")
    assert [(one["id"], one["accounts"]) for one in answer.json()["items"]] == [(person, [{"name": name}])]
    for unknown in ("Nobody at all", "a|b"):
        assert (await people.desk.get(where, params={"account": unknown}, role="service", reason="event 1")).json()["items"] == []
    assert all("accounts" not in one for one in (await people.desk.get(where, role="auditor")).json()["items"])


async def address_of(people: People, ban: dict[str, Any]) -> list[asyncpg.Record]:
    covered = "SELECT text(network) AS network, ends_at FROM cover WHERE action_id = $1 AND network IS NOT NULL"
    return list(await people.desk.sql(covered, UUID(ban["id"])))


async def test_an_address_counts_while_a_decision_names_it_is_renewed_by_two_people_and_then_deleted(people: People) -> None:
    ip = f"198.51.100.{random.randrange(1, 255)}"
    desk = people.desk
    ban = await people.office.enacted(people.office.spec(addresses=[f"{ip}/32"]))
    assert people.office.codes(await people.propose(ban["individual_id"], address="203.0.113.250")) == ["address_not_named"]
    assert (await people.office.check(ip=ip))["banned"]
    await desk.advance(timedelta(days=80))
    link = await people.link(ban["individual_id"], address=ip)
    await desk.advance(timedelta(days=20))
    assert (await people.office.check(ip=ip))["banned"], "renewed by a person"
    (known,) = (await people.read(ban["individual_id"], reason="a test"))["identities"][1:]
    assert (known["id"], known["address"], known["state"]) == (link, ip, "linked")
    await desk.advance(timedelta(days=71))
    assert not (await people.office.check(ip=ip))["banned"]
    assert await address_of(people, ban) == []
    assert await desk.sql("SELECT id FROM identity WHERE id = $1", UUID(link)) == []


async def test_an_address_that_is_unlinked_counts_no_longer_than_the_decision_says(people: People) -> None:
    ip = f"203.0.113.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=["203.0.113.0/24"]))
    await people.desk.advance(timedelta(days=85))
    link = await people.link(ban["individual_id"], address=ip)
    assert len(await address_of(people, ban)) == 2
    assert (await people.unlink(ban["individual_id"], link)).json()["state"] == "unlinked"
    await people.desk.advance(timedelta(days=6))
    assert not (await people.office.check(ip=ip))["banned"]


async def test_a_linked_address_is_forgotten_when_the_ban_is_lifted(people: People) -> None:
    ip = f"203.0.113.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=[ip]))
    link = await people.link(ban["individual_id"], address=ip)
    where = f"/bans/v1/actions/{ban['id']}/lift"
    body = {"reason": "It has served its purpose.", "note": "Three quiet years."}
    assert (await people.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    assert (await people.desk.post(f"{where}/confirmation", {"note": "Yes."}, role="director", sub="dora")).status_code == 200
    assert await people.desk.sql("SELECT id FROM identity WHERE id = $1", UUID(link)) == []
    name = somename()
    await people.link(ban["individual_id"], account=name)
    assert not await people.banned(name)


async def test_what_waited_longer_than_its_evidence_holds_is_not_confirmed(people: People) -> None:
    ip = f"192.0.2.{random.randrange(1, 255)}"
    ban = await people.office.enacted(people.office.spec(addresses=[ip]))
    link = (await people.propose(ban["individual_id"], address=ip)).json()
    await people.desk.advance(timedelta(days=91))
    assert (await people.confirm(ban["individual_id"], link["id"])).status_code == 404, "deleted with its time"


async def test_two_found_to_be_one_share_what_stands_and_are_two_again_without_loss(people: People) -> None:
    ban = await people.office.enacted()
    banned, other = ban["individual_id"], await people.somebody()
    name = somename()
    link = await people.link(other, account=name)
    before = await people.read(other)
    assert not await people.banned(name)
    await people.merge(banned, other)
    assert await people.banned(name)
    assert (await people.read(other))["same_as"] == [banned]
    assert (await people.read(other))["action_ids"] == [ban["id"]]
    later = somename()
    await people.link(banned, account=later)
    subject = await people.desk.get(f"/bans/v1/actions/{ban['id']}/subject", role="service", reason="event 1")
    assert {account["name"] for account in subject.json()["accounts"]} >= {name, later}
    party = await people.desk.post(f"/bans/v1/actions/{ban['id']}/party", {"wiki_user": name}, role="service", reason="event 1")
    assert party.json() == {"party": True}
    await people.split(other, banned)
    assert (await people.banned(name), await people.banned(later)) == (False, True)
    after = await people.read(other)
    assert (after["same_as"], after["action_ids"], after["identities"]) == ([], [], before["identities"])
    assert [one["state"] for one in after["merges"]] == ["split"]
    assert link == after["identities"][0]["id"]
    await people.merge(other, banned)
    assert await people.banned(name)
    assert [one["state"] for one in (await people.read(banned))["merges"]] == ["split", "standing"]


async def test_a_new_ban_on_either_of_two_merged_is_one_on_both(people: People) -> None:
    one, other = await people.somebody(), await people.somebody()
    names = [somename(), somename()]
    await people.link(one, account=names[0])
    await people.link(other, account=names[1])
    spec = people.office.spec(accounts=[{"name": name} for name in names])
    assert people.office.codes(await people.office.propose(spec)) == ["several_individuals"]
    await people.merge(one, other)
    await people.office.enacted(people.office.spec(accounts=[{"name": names[0]}]))
    assert [await people.banned(name) for name in names] == [True, True]


async def test_a_merge_and_a_split_take_two_people_and_can_be_turned_down(people: People) -> None:
    one, other, third = [await people.somebody() for _ in range(3)]
    codes = people.office.codes
    body = {"individual_id": other, "evidence": EVIDENCE}
    assert codes(await people.call("POST", f"/{one}/merge", {**body, "individual_id": one})) == ["merges_itself"]
    assert codes(await people.call("POST", f"/{one}/merge/confirmation", {"note": "Yes."}, sub="second")) == ["nothing_to_confirm"]
    assert (await people.call("POST", f"/{one}/merge", body)).status_code == 200
    assert codes(await people.call("POST", f"/{third}/merge", body)) == ["merge_waits"]
    assert codes(await people.call("POST", f"/{one}/merge/confirmation", {"note": "Yes."})) == ["confirms_own"]
    assert (await people.call("DELETE", f"/{other}/merge", {"reason": "They met."}, sub="second")).status_code == 200
    assert codes(await people.call("DELETE", f"/{one}/merge", {"reason": "They met."})) == ["nothing_to_confirm"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})) == ["not_merged"]
    await people.merge(one, other)
    await people.merge(other, third)
    assert codes(await people.call("POST", f"/{one}/merge", {**body, "individual_id": third})) == ["merged_already"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": third, "reason": "Two."})) == ["not_merged"]
    assert (await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})).status_code == 200
    assert codes(await people.call("POST", f"/{one}/split/confirmation", {"note": "Two."})) == ["confirms_own"]
    assert codes(await people.call("POST", f"/{one}/split", {"individual_id": other, "reason": "Two."})) == ["merge_waits"]
    assert (await people.call("DELETE", f"/{one}/split", {"reason": "One."}, sub="second")).status_code == 200
    assert (await people.read(one))["same_as"] == sorted([other, third])
    await people.split(other, one)
    assert [(await people.read(who))["same_as"] for who in (one, other, third)] == [[], [third], [other]]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE identity SET state = 'linked', confirmed_by = proposed_by WHERE id = $1", "identity_two_people"),
        ("UPDATE identity SET state = 'linked' WHERE id = $1", "identity_confirmed"),
        ("UPDATE identity SET confidence = 'likely' WHERE id = $1", "stays as it was proposed"),
        ("DELETE FROM identity WHERE id = $1", "stays on record"),
        (
            (
                "INSERT INTO account (id, individual_id, name_hash, name, confidence, identity_id, at)"
                " SELECT gen_random_uuid(), individual_id, subject, name, 'confirmed', id, now() FROM identity WHERE id = $1"
            ),
            "it takes two people",
        ),
        ("UPDATE identity SET state = 'unlinked' WHERE id = $1", "identity_unlinked"),
    ],
)
async def test_the_database_lets_no_one_person_link(people: People, statement: str, says: str) -> None:
    link = (await people.propose(await people.somebody(), account=somename())).json()
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.RaiseError)) as refused:
        await people.desk.sql(statement, UUID(link["id"]))
    assert says in str(refused.value)


async def done(call: Callable[[], Awaitable[Any]]) -> Any:
    """Call, and come again as long as the service says so."""
    for _ in range(20):
        answer = await call()
        if answer.status_code != 503:
            return answer
        await asyncio.sleep(0.05)
    return answer


async def test_a_ban_and_a_link_in_the_same_moment_miss_each_other_never(people: People) -> None:
    for _ in range(4):
        person, known, fresh = await people.somebody(), somename(), somename()
        await people.link(person, account=known)
        action = await people.office.signed(await people.office.proposed(people.office.spec(accounts=[{"name": known}])))
        link = (await people.propose(person, account=fresh)).json()["id"]
        ban, linked = await asyncio.gather(
            done(lambda action=action: people.office.enact(action)),
            done(lambda person=person, link=link: people.confirm(person, link)),
        )
        assert (ban.status_code, linked.status_code) == (200, 200)
        assert [await people.banned(name) for name in (known, fresh)] == [True, True]


async def test_one_account_confirmed_for_two_people_in_the_same_moment_is_of_one(people: People) -> None:
    one, other, name = await people.somebody(), await people.somebody(), somename()
    links = [(person, (await people.propose(person, account=name)).json()["id"]) for person in (one, other)]
    answers = await asyncio.gather(*(done(lambda person=person, link=link: people.confirm(person, link)) for person, link in links))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    linked = await people.desk.sql(
        "SELECT individual_id FROM identity WHERE state = 'linked' AND id = ANY($1)", [UUID(link) for _, link in links]
    )
    assert len(linked) == 1


async def test_a_merge_and_a_link_in_the_same_moment_miss_each_other_never(people: People) -> None:
    ban = await people.office.enacted()
    other, name = await people.somebody(), somename()
    link = (await people.propose(other, account=name)).json()["id"]
    body = {"individual_id": other, "evidence": EVIDENCE}
    assert (await people.call("POST", f"/{ban['individual_id']}/merge", body)).status_code == 200
    where = f"/{ban['individual_id']}/merge/confirmation"
    answers = await asyncio.gather(
        done(lambda: people.call("POST", where, {"note": "Yes."}, sub="second")), done(lambda: people.confirm(other, link))
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await people.banned(name)


class Slowly:
    """What is true by the history alone: who was linked to whom, merged with whom, banned until when."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.pairs: set[tuple[str, str]] = set()
        self.bans: dict[str, str] = {}

    def persons(self, one: str) -> set[str]:
        reached, waiting = {one}, [one]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in self.pairs if a == here} | {a for a, b in self.pairs if b == here}
            waiting += near - reached
            reached |= near
        return reached

    def banned(self, name: str) -> bool:
        owner = self.accounts.get(name)
        return owner is not None and any(owner in self.persons(person) for person in self.bans.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_any_order_the_check_says_what_a_slow_look_at_the_history_says(people: People, seed: int) -> None:
    """Links, bans, their ends and lifts, merges and splits in any order: memory, table and history agree after every step."""
    chance = random.Random(seed)
    slowly = Slowly()
    ids = [await people.somebody() for _ in range(4)]
    names = [f"Walker {seed} {number} {uuid4().hex[:8]}" for number in range(6)]
    links: dict[str, str] = {}
    ending: set[str] = set()
    enacted = 0
    for _ in range(26):
        step = chance.choice(("link", "link", "unlink", "merge", "merge", "split", "ban", "ban", "lift", "wait"))
        one, other = chance.sample(ids, 2)
        free = [name for name in names if name not in slowly.accounts]
        if step == "link" and free:
            links[free[0]] = await people.link(one, account=free[0])
            slowly.accounts[free[0]] = one
        elif step == "unlink" and links:
            name = chance.choice(sorted(links))
            assert (await people.unlink(slowly.accounts[name], links.pop(name))).status_code == 200
            del slowly.accounts[name]
        elif step == "merge" and other not in slowly.persons(one):
            await people.merge(one, other)
            slowly.pairs.add((one, other))
        elif step == "split" and slowly.pairs:
            pair = chance.choice(sorted(slowly.pairs))
            await people.split(*pair)
            slowly.pairs.remove(pair)
        elif step == "ban" and not any(owner in slowly.persons(one) for owner in slowly.bans.values()):
            short = chance.random() < 0.5
            end = (people.desk.runtime.clock.law() + timedelta(hours=1)).isoformat() if short else None
            ban = await people.office.enacted(people.office.spec(accounts=None, individual_id=one, expires_at=end))
            slowly.bans[ban["id"]] = one
            ending |= {ban["id"]} if short else set()
            enacted += 1
        elif step == "lift" and slowly.bans:
            await people.lift(chance.choice(sorted(slowly.bans)), slowly)
        elif step == "wait":
            await people.desk.advance(timedelta(hours=2))
            slowly.bans = {ban: owner for ban, owner in slowly.bans.items() if ban not in ending}
        assert [await people.banned(name) for name in names] == [slowly.banned(name) for name in names], step
        assert await people.desk.findings() == []
    assert enacted
