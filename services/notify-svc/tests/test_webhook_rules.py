"""Webhooks, as the rules have them: signed, tried again, sent only where they may go, saying only what is public."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from contracts.words import MatterKind
from hypothesis import given, settings
from hypothesis import strategies as st
from notify_svc.model import Change
from notify_svc.rules import webhook
from notify_svc.rules.webhook import Verdict

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# The published example of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signed(*keys: bytes, body: bytes = b'{"test": 2432232314}') -> str:
    return webhook.signatures(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)


def test_the_published_example_has_the_published_signature() -> None:
    key = webhook.key_of(SECRET)
    assert signed(key) == SIGNED
    assert webhook.written_secret(key) == SECRET
    assert signed(key, body=b'{"test": 2432232315}') != SIGNED


def test_while_a_secret_rotates_either_key_finds_its_signature() -> None:
    assert signed(b"n" * 24, webhook.key_of(SECRET)).split(" ") == [signed(b"n" * 24), SIGNED]


@pytest.mark.parametrize("secret", ["", SECRET[6:], "whsec_", "whsec_c2hvcnQ=", "whsec_ä" + SECRET[7:], "whsec_" + "A" * 88, SECRET + "="])
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ and base64") as refused:
        webhook.key_of(secret)
    assert SECRET[6:] not in str(refused.value)


@pytest.mark.parametrize(("keys", "message_id"), [((), "msg_1"), ((b"k" * 24,), "msg.1")], ids=["no key", "full stop"])
def test_what_two_messages_could_share_is_not_signed(keys: tuple[bytes, ...], message_id: str) -> None:
    with pytest.raises(ValueError, match="signed with a key"):
        webhook.signatures(keys, message_id, 1, b"")


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_key_is_neither_short_nor_long(size: int) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        webhook.written_secret(b"k" * size)


def test_ten_tries_take_seventy_five_hours_and_thirty_five_minutes() -> None:
    at, moments = NOW, 1
    while (after := webhook.next_try(moments, failed_at=at, jitter=0.0)) is not None:
        at, moments = after, moments + 1
    assert (moments, at - NOW) == (10, timedelta(hours=75, minutes=35, seconds=5))


@given(st.integers(1, 9), st.floats(0, 1), st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(hours=24))))
@settings(max_examples=50)
def test_a_pause_is_as_long_as_asked_and_spread_by_a_tenth_at_most(tries: int, jitter: float, asked: timedelta | None) -> None:
    after = webhook.next_try(tries, failed_at=NOW, jitter=jitter, asked=asked)
    assert after is not None
    least = max(webhook.WAITS[tries - 1], asked or timedelta())
    assert least <= after - NOW <= least + webhook.WAITS[tries - 1] * 0.1


def test_what_fails_together_does_not_come_back_together() -> None:
    assert webhook.next_try(3, failed_at=NOW, jitter=0.0) != webhook.next_try(3, failed_at=NOW, jitter=1.0)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("0", timedelta()),
        (" 120 ", timedelta(minutes=2)),
        ("86401", timedelta(hours=24)),
        ("9" * 5000, timedelta(hours=24)),
        ("Mon, 02 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta()),
        ("Sun, 02 Mar 2036 12:00:00 GMT", timedelta(hours=24)),
        ("Mon, 99 Mar 2026 12:10:00 GMT", None),
    ],
    ids=lambda said: str(said)[:40],
)
def test_what_a_receiver_asks_for_is_read_or_left(said: str | None, wait: timedelta | None) -> None:
    assert webhook.asked_wait(said, now=NOW) == wait


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, "taken"), (204, "taken"), (299, "taken"), (301, "not_taken"), (308, "not_taken"), (404, "not_taken"), (410, "gone"),
     (429, "not_taken"), (500, "not_taken"), (199, "not_taken")],
)  # fmt: skip
def test_only_2xx_takes_a_message(status: int, verdict: str) -> None:
    assert webhook.verdict_of(status) is Verdict(verdict)


INNER = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "239.1.1.1",  # noqa: S104
    "240.0.0.1", "255.255.255.255", "192.0.0.9", "192.88.99.1", "198.18.0.1", "203.0.113.5", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_called_in_any_spelling(address: str) -> None:
    assert [reason.code for reason in webhook.judge_address(ip_address(address), encrypted=True).reasons] == ["inner_network"]


@pytest.mark.parametrize("address", ["8.8.8.8", "198.35.26.96", "2620:0:861:ed1a::1", "::ffff:8.8.8.8"])
def test_the_world_is_called_encrypted(address: str) -> None:
    assert webhook.judge_address(ip_address(address), encrypted=True)
    assert [one.code for one in webhook.judge_address(ip_address(address), encrypted=False).reasons] == ["not_encrypted"]


def test_a_setting_opens_its_network_and_no_other() -> None:
    allowed = [ip_network("10.4.0.0/16"), ip_network("fd00:4::/32")]
    for address, reached in [("10.4.9.9", True), ("::ffff:10.4.9.9", True), ("fd00:4::1", True), ("10.5.0.1", False), ("::1", False)]:
        assert webhook.judge_address(ip_address(address), encrypted=False, allowed=allowed).granted is reached


def test_a_name_that_leads_inside_as_well_is_not_trusted() -> None:
    both = [ip_address("8.8.8.8"), ip_address("127.0.0.1")]
    assert webhook.judge_addresses(both[:1], encrypted=True)
    assert not webhook.judge_addresses(both, encrypted=True)
    assert [one.code for one in webhook.judge_addresses([], encrypted=True).reasons] == ["no_address"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://hooks.example.org/office", None),
        ("https://[2620:0:861:ed1a::1]:8443/x?y=1", None),
        ("ftp://hooks.example.org", "not_a_web_address"),
        ("https://", "not_a_web_address"),
        ("hooks.example.org", "not_a_web_address"),
        ("https://hooks.example.org:0/", "not_a_web_address"),
        ("https://hooks.example.org:99999/", "not_a_web_address"),
        ("https://[::1/", "not_a_web_address"),
        ("https://hooks.example.org/\r\nHost: other", "not_a_web_address"),
        ("https://hooks.example.org\\@127.0.0.1", "not_a_web_address"),
        ("https://hooks.example.org/" + "a" * 2000, "not_a_web_address"),
        ("https://user:word@hooks.example.org/", "more_than_an_address"),
        ("https://hooks.example.org/#part", "more_than_an_address"),
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_subscription_names_an_address_of_the_web(url: str, code: str | None) -> None:
    assert [reason.code for reason in webhook.may_be_called(url).reasons][:1] == ([code] if code else [])


def change(kind: str = "enacted", matter: str = "global_ban", aggregate: str = "action", **state: Any) -> Change:
    said = {"disclosure": "public", "course": "act", "individual_id": "IND", "case_id": "CASE", "request_ids": ["REQ"], **state}
    return Change(uuid4(), aggregate, UUID(int=7), 1, kind, matter, NOW, said)


@pytest.mark.parametrize("kind", webhook.CHANGES)
def test_a_public_ban_is_announced_with_what_is_listed_and_nothing_else(kind: str) -> None:
    told = webhook.announced(change(kind, enacted_at="2026-03-02T12:00:00Z", ended_at=None, digest="SUM"), reference="ref_1")
    assert told == {
        "type": f"action.{kind}",
        "timestamp": "2026-03-02T12:00:00Z",
        "data": {"reference": "ref_1", "kind": "global_ban", "enacted_at": "2026-03-02T12:00:00Z"},
    }
    assert not [word for word in ("IND", "CASE", "REQ", "SUM", str(UUID(int=7))) if word in json.dumps(told)]


@pytest.mark.parametrize("matter", sorted(set(get_args(MatterKind)) - {"global_ban", "dmca"}))
def test_no_other_measure_is_announced_even_where_it_says_public(matter: str) -> None:
    assert webhook.announced(change(matter=matter), reference="ref_1") is None


@pytest.mark.parametrize(
    "said",
    [change("proposed"), change("enforced"), change("notice_withheld"), change(disclosure="restricted"), change(disclosure="confidential"),
     change(disclosure=None), change(course="no_action"), change(aggregate="appeal")],
    ids=["proposed", "enforced", "withheld", "restricted", "confidential", "undisclosed", "no_action", "appeal"],
)  # fmt: skip
def test_what_is_not_public_is_not_announced(said: Change) -> None:
    assert webhook.announced(said, reference="ref_1") is None
