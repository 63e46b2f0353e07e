"""The ban check: what it answers, to whom, and that its memory agrees with the table (R17, R18, R20, R29, R37, R95, D15, D23)."""

import json
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from ban_svc.api import CHECKS
from ban_svc.api.check import MOST
from ban_svc.app import SERVICE
from ban_svc.hashes import Hashes, hashes_of
from ban_svc.index import BanIndex, index_of
from chassis.crypto import Keyring
from chassis.http.openapi import openapi
from chassis.testing import Desk, eventually
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp()


HASHES = Hashes(Keyring({"k1": bytes(32)}, bytes(32), bytes(32)))


async def test_a_name_nobody_knows_is_not_banned(office: Any) -> None:
    assert await office.check(user="Nobody knows me", wiki="examplewiki") == {
        "subject": {"user": "Nobody knows me", "wiki": "examplewiki"},
        "banned": False,
        "covers": [],
    }


async def test_spellings_that_mediawiki_takes_as_one_are_one(office: Any) -> None:
    tail = uuid4().hex[:8]
    await office.enacted(office.spec(accounts=[{"name": f"Élan visitor {tail}"}]))
    for name in (f"élan_visitor_{tail}", f"E\u0301lan  visitor {tail}", f"User:Élan visitor {tail}", f"\u200eÉlan visitor {tail} "):
        assert (await office.check(user=name))["banned"] is True, name
    assert (await office.check(user=f"Elan visitor {tail}"))["banned"] is False


async def test_look_alikes_are_others(office: Any) -> None:
    tail = uuid4().hex[:8]
    await office.enacted(office.spec(accounts=[{"name": f"Pale visitor {tail}"}]))
    # Cyrillic a, a digit for a letter, another case inside the name, a letter of double width.
    for name in (f"P\u0430le visitor {tail}", f"Pa1e visitor {tail}", f"Pale Visitor {tail}", f"\uff30ale visitor {tail}"):
        assert (await office.check(user=name))["banned"] is False, name


async def test_an_address_in_any_spelling_is_inside_the_ranges_that_hold_it(office: Any) -> None:
    one, two = uuid4().int % 200 + 10, uuid4().int % 100 * 2 + 10
    ban = await office.enacted()
    addresses = [f"11.{one}.{two}.0/25", f"2001:db8:{one:x}:{two:x}::/64"]
    await office.enacted(office.spec("range_block", enforces=ban["id"], addresses=addresses))
    inside = (
        f"11.{one}.{two}.5",
        f"11.{one}.{two}.0/25",
        f"11.{one}.{two}.64/26",
        f"::ffff:11.{one}.{two}.5",
        f"2001:DB8:{one:x}:{two:x}:0:0:0:1",
        f"2001:db8:{one:x}:{two:x}:8000::/65",
    )
    outside = (f"11.{one}.{two}.128", f"11.{one}.{two}.0/24", f"2001:db8:{one:x}:{two:x}::/63", "0.0.0.0/0", "::/0")
    assert [(await office.check(ip=ip))["banned"] for ip in inside] == [True] * len(inside)
    assert [(await office.check(ip=ip))["banned"] for ip in outside] == [False] * len(outside)


async def test_two_answers_cannot_be_joined(office: Any) -> None:
    names = [f"{letter} visitor {uuid4().hex[:8]}" for letter in "AB"]
    ban = await office.enacted(office.spec(accounts=[{"name": name} for name in names]))
    said = [(await office.check(sub=sub, user=name))["reference"] for sub in ("tool-1", "tool-2") for name in names]
    assert len(set(said)) == 4
    assert said[0] == (await office.check(sub="tool-1", user=names[0]))["reference"]
    assert not {ban["id"], ban["individual_id"]} & set(said)


async def test_a_thousand_are_answered_in_their_order(office: Any) -> None:
    spec = office.spec()
    await office.enacted(spec)
    name = spec["accounts"][0]["name"]
    subjects = [{"user": f"Nobody {number}"} for number in range(MOST - 2)] + [{"ip": "203.0.113.7"}, {"user": name, "wiki": "examplewiki"}]
    answer = await office.desk.post("/bans/v1/check", {"subjects": subjects}, role="tooling")
    results = answer.json()["results"]
    assert [one["subject"] for one in results] == subjects
    assert [place for place, one in enumerate(results) if one["banned"]] == [MOST - 1]
    too_many = await office.desk.post("/bans/v1/check", {"subjects": [*subjects, {"user": "One more"}]}, role="tooling")
    assert office.codes(too_many, 422) == ["malformed"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "malformed"),
        ("user=", "name_empty"),
        ("user=a&ip=192.0.2.1", "malformed"),
        ("ip=192.0.2.1&wiki=examplewiki", "malformed"),
        ("user=a%7Cb", "name_illegal_character"),
        ("user=192.0.2.1", "name_is_address"),
        ("ip=192.0.2.1/24", "host_bits"),
        ("ip=nowhere", "not_an_address"),
        ("user=a&user=b", "malformed"),
        ("user=a&event=No%20Event", "malformed"),
        ("user=a&event=", "malformed"),
        ("usr=a", "unknown_parameter"),
        ("user=a&at=yesterday", "malformed"),
        ("user=a&at=2026-11-02T09:00:00", "malformed"),
        ("user=a&at=0001-01-01T00:00:00%2B23:59", "malformed"),
        ("user=a&wiki=No%20Wiki", "malformed"),
        ("user=Quiet%E2%80%8Bvisitor", "name_invisible_character"),
        ("user=Quiet%E2%81%A6visitor", "name_direction_mark"),
        ("user=" + "a" * 256, "name_too_long"),
        ("ip=192.0.2.1/255.255.255.0", "not_an_address"),
        ("ip=fe80::1%25eth0", "not_an_address"),
        ("user=%00", "malformed"),
        ("user=%FF", "malformed"),
    ],
)
async def test_a_question_that_cannot_be_read_is_malformed(office: Any, query: str, code: str) -> None:
    assert office.codes(await office.desk.get(f"/bans/v1/check?{query}", role="tooling"), 422) == [code]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"subjects": 1}',
        '{"subjects": [{"user": 1}]}',
        '{"subjects": [{"name": "a"}]}',
        '{"subjects": [{}]}',
        '{"subjects": [], "event": "An event"}',
        '{"subjects": [{"user": "\\ud800"}]}',
    ],
)
async def test_a_body_that_cannot_be_read_is_malformed(office: Any, body: str) -> None:
    answer = await office.desk.call("POST", "/bans/v1/check", role="tooling", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


async def test_only_tooling_and_the_auditor_may_ask_and_the_auditor_alone_about_the_past(office: Any) -> None:
    desk: Desk = office.desk
    for role in ("evaluator", "enforcer", "operator", "service"):
        assert office.codes(await desk.get("/bans/v1/check?user=a", role=role), 403) == ["role_missing"]
    assert (await desk.get("/bans/v1/check?user=a")).status_code == 401
    before = desk.runtime.clock.law()
    spec = office.spec()
    await office.enacted(spec)
    name = spec["accounts"][0]["name"]
    past, future = ({"user": name, "at": moment.isoformat()} for moment in (before, before + timedelta(days=400)))
    assert office.codes(await desk.get("/bans/v1/check", params=past, role="tooling"), 403) == ["past_is_for_audit"]
    assert (await desk.get("/bans/v1/check", params=past, role="auditor")).json()["banned"] is False
    assert (await desk.get("/bans/v1/check", params=future, role="tooling")).json()["banned"] is True
    later = {"user": name, "at": desk.runtime.clock.law().isoformat()}
    assert (await desk.get("/bans/v1/check", params=later, role="auditor")).json()["banned"] is True


async def test_what_was_in_force_before_its_end_is_told_of_the_past(office: Any) -> None:
    desk: Desk = office.desk
    end = desk.runtime.clock.law() + timedelta(hours=2)
    spec = office.spec(expires_at=end.isoformat())
    await office.enacted(spec)
    during = desk.runtime.clock.law()
    await desk.advance(timedelta(hours=3))
    name = spec["accounts"][0]["name"]
    assert (await office.check(user=name))["banned"] is False
    asked = {"user": name, "at": during.isoformat()}
    assert (await desk.get("/bans/v1/check", params=asked, role="auditor")).json()["banned"] is True


async def test_a_commit_that_comes_late_is_not_lost(office: Any) -> None:
    """A row of an older transaction that commits after a newer one has been read must still be read."""
    runtime = office.desk.runtime
    old, new = await office.enacted(), await office.enacted()
    index = BanIndex(hashes_of(runtime))
    await index.load(runtime)
    change = "UPDATE cover SET ends_at = now() + interval '{} days' WHERE action_id = $1"
    async with runtime.db.engine.connect() as late:
        raw = (await late.get_raw_connection()).driver_connection
        assert raw is not None
        transaction = raw.transaction()
        await transaction.start()
        await raw.execute(change.format(5), old["id"])
        await office.desk.sql(change.format(6), new["id"])
        await index.refresh(runtime)
        await transaction.commit()
    await index.refresh(runtime)
    async with runtime.db.engine.connect() as connection:
        assert await index.drift(connection, runtime.clock.law().timestamp()) == []
    for action in (old, new):
        await office.desk.sql("UPDATE cover SET ends_at = NULL WHERE action_id = $1", action["id"])

    async def agrees() -> bool:
        async with runtime.db.engine.connect() as connection:
            return not await index_of(runtime).drift(connection, runtime.clock.law().timestamp())

    await eventually(agrees, what="the index's agreement with the table")


async def test_the_drift_check_sees_a_difference(office: Any) -> None:
    runtime = office.desk.runtime
    await office.enacted()
    index = BanIndex(hashes_of(runtime))
    await index.load(runtime)
    index.put([(b"somebody else's.", None, float("inf")), (None, "203.0.113.0/24", float("inf"))])
    async with runtime.db.engine.connect() as connection:
        assert await index.drift(connection, runtime.clock.law().timestamp()) == ["1 accounts differ", "1 networks differ"]


def test_the_document_says_what_is_answered() -> None:
    document = openapi(SERVICE)
    schemas = document["components"]["schemas"]
    assert set(schemas["CheckSubject"]["properties"]) == {"user", "wiki", "ip"}
    for route in CHECKS:
        assert route.methods is not None
        (method,) = route.methods
        operation = document["paths"]["/bans/v1/check"][method.lower()]
        content = operation["responses"]["200"]["content"]["application/json"]
        validator = Draft202012Validator({**content["schema"], "components": {"schemas": schemas}})
        assert list(validator.iter_errors(content["example"])) == []
        assert {"401", "403", "422", "503"} <= set(operation["responses"])


async def test_the_answers_are_what_the_document_says(office: Any) -> None:
    spec = office.spec(expires_at="2099-01-01T00:00:00Z")
    await office.enacted(spec)
    schemas = openapi(SERVICE)["components"]["schemas"]
    closed = {**schemas["Check"], "additionalProperties": False, "components": {"schemas": schemas}}
    for answer in (
        await office.check(user=spec["accounts"][0]["name"]),
        await office.check(ip="203.0.113.9"),
        await office.check(user="Nobody"),
    ):
        assert list(Draft202012Validator(closed).iter_errors(answer)) == []
    assert (await office.check(user=spec["accounts"][0]["name"]))["until"] == "2099-01-01T00:00:00Z"


NETWORKS = st.builds(
    lambda address, length: ip_network((address, length), strict=False),
    st.integers(0, 2**32 - 1).map(lambda n: n & 0xFF00FFFF),
    st.integers(16, 32),
)


@given(banned=st.lists(st.tuples(NETWORKS, st.sampled_from([NOW - 1, NOW + 1, NOW + 2, float("inf")])), max_size=20), asked=NETWORKS)
def test_a_range_is_covered_when_it_lies_wholly_inside_one_that_is_in_force(banned: list[tuple[Any, float]], asked: Any) -> None:
    index = BanIndex(HASHES)
    whole = dict(banned)
    index.put((None, str(network), until) for network, until in whole.items())
    expected = max((until for network, until in whole.items() if asked.subnet_of(network) and until > NOW), default=None)
    assert index.block_until(asked.version, int(asked.network_address), asked.prefixlen, NOW) == expected


def test_an_account_costs_less_than_three_hundred_bytes() -> None:
    index = BanIndex(HASHES)
    count = 50_000
    index.put((number.to_bytes(16, "big"), None, float("inf")) for number in range(count))
    held = sys.getsizeof(index._accounts) + sum(sys.getsizeof(key) for key in index._accounts)
    assert held / count <= 300


@given(
    known=st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from([NOW - 1, NOW + 1, float("inf")])),
    excepted=st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from([NOW - 1, NOW + 1])),
    asked=st.lists(st.tuples(st.sampled_from("AbCdEf"), st.sampled_from([None, "examplewiki", "testwiki"])), max_size=20),
)
def test_many_at_once_are_told_what_each_is_told(known: dict[str, float], excepted: dict[str, float], asked: list[tuple[str, Any]]) -> None:
    index = BanIndex(HASHES)
    index.put((HASHES.account(name), None, until) for name, until in known.items())
    told = {
        name: [[None if known[name] == float("inf") else known[name], {"examplewiki": until}]]
        for name, until in excepted.items()
        if name in known
    }
    index.permit((HASHES.account(name), json.dumps(details)) for name, details in told.items())
    assert index.accounts_until(asked, NOW) == [index.account_until(name, NOW, wiki) for name, wiki in asked]


def test_what_has_ended_by_the_clock_is_not_in_force() -> None:
    index = BanIndex(HASHES)
    index.put([(HASHES.account("A"), None, NOW + 5)])
    assert index.account_until("a", NOW + 4.9) == NOW + 5
    assert index.account_until("a", NOW + 5) is None
