"""Accounts linked to a person by two people, on evidence, and what they inherit (R17, R75, R90, D23)."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

EVIDENCE = "The same three pages in the same hour, and one odd phrase."


def somename() -> str:
    return f"Quiet visitor {uuid4().hex[:12]}"


async def test_an_account_created_today_inherits_once_two_people_have_linked_it(people: Any) -> None:
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


async def test_what_is_only_possible_or_likely_inherits_nothing(people: Any) -> None:
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


async def test_a_ban_enacted_later_covers_accounts_linked_before(people: Any) -> None:
    person = await people.somebody()
    names = [somename(), somename()]
    for name in names:
        await people.link(person, account=name)
    ban = await people.office.enacted(people.office.spec(accounts=[{"name": names[0]}]))
    assert ban["individual_id"] == person
    assert [await people.banned(name) for name in names] == [True, True]


async def test_what_a_decision_names_outweighs_what_was_thought(people: Any) -> None:
    person, name = await people.somebody(), somename()
    await people.link(person, account=name, confidence="possible")
    ban = await people.office.enacted(people.office.spec(accounts=[{"name": name}]))
    assert ban["individual_id"] != person
    assert [one["state"] for one in (await people.read(person))["identities"]] == ["superseded"]
    assert people.office.codes(await people.propose(person, account=name)) == ["linked_to_another"]
    (decided,) = (await people.read(ban["individual_id"]))["identities"]
    assert (decided["decided_by"], decided["state"]) == (ban["id"], "linked")
    assert people.office.codes(await people.unlink(ban["individual_id"], decided["id"])) == ["named_by_decision"]


async def test_one_account_is_of_one_person(people: Any) -> None:
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


async def test_nobody_of_the_office_is_linked(people: Any) -> None:
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
async def test_what_can_be_nobody_is_linked_to_nobody(people: Any, subject: dict[str, str], codes: list[str]) -> None:
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
async def test_a_link_that_cannot_be_read_is_malformed(people: Any, body: dict[str, Any]) -> None:
    answer = await people.call("POST", f"/{await people.somebody()}/identities", body)
    assert answer.status_code == 422, answer.text


async def test_spellings_are_one_account_and_look_alikes_are_another(people: Any) -> None:
    person = (await people.office.enacted())["individual_id"]
    tail = uuid4().hex[:8]
    await people.link(person, account=f"Élan guest {tail}")
    for name in (f"élan_guest_{tail}", f"E\u0301lan guest {tail}", f"\u200eÉlan  guest {tail}"):
        assert await people.banned(name)
        assert people.office.codes(await people.propose(person, account=name)) == ["linked_already"]
    for name in (f"ÉIan guest {tail}", f"\u0415\u0301lan guest {tail}", f"Élan Guest {tail}"):
        assert not await people.banned(name)


async def test_names_and_evidence_are_shown_to_who_says_why_and_that_is_logged(people: Any) -> None:
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


async def test_whose_an_account_is_is_told_to_who_says_why(people: Any) -> None:
    person, name = await people.somebody(), somename()
    await people.link(person, account=name)
    where = "/bans/v1/individuals"
    assert (await people.desk.get(where, params={"account": name}, role="service")).status_code == 400
    answer = await people.desk.get(where, params={"account": name}, role="service", reason="event 1")
    assert [(one["id"], one["accounts"]) for one in answer.json()["items"]] == [(person, [{"name": name}])]
    for unknown in ("Nobody at all", "a|b"):
        assert (await people.desk.get(where, params={"account": unknown}, role="service", reason="event 1")).json()["items"] == []
    assert all("accounts" not in one for one in (await people.desk.get(where, role="auditor")).json()["items"])


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
async def test_the_database_lets_no_one_person_link(people: Any, statement: str, says: str) -> None:
    link = (await people.propose(await people.somebody(), account=somename())).json()
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.RaiseError)) as refused:
        await people.desk.sql(statement, UUID(link["id"]))
    assert says in str(refused.value)
