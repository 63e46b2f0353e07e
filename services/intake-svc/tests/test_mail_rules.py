"""The law of mail: its lane, its thread, what no person wrote, who sees it, what a person makes of it (R50, R86-R88, D12, D20)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_svc.model.mail import Mailbox, MailFacts, MailState, Read, SettledAs, TakenAs, Thread
from intake_svc.model.request import RequestState
from intake_svc.rules import mail as rules
from kernel.actor import Actor, Role
from kernel.cases import Case, load_cases
from kernel.mail.automatic import Automatic

ON = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def is_of(said: dict[str, Any]) -> Any:
    mailbox = Mailbox(said.get("mailbox", "ca"))
    if said["ask"] == "lane":
        return [str(one) for one in rules.lane_of(mailbox, said["words"], on=ON)]
    if said["ask"] == "machine":
        automatic = Automatic(said["automatic"]) if "automatic" in said else None
        return rules.machine_of(automatic, answers_ours=said.get("ours", False)) or ""
    if said["ask"] == "see":
        return rules.may_see(mailbox, Actor("eva", frozenset({Role(said["role"])})), child_protection=said.get("minors", False))
    thread = Thread(
        answered=said.get("answered", True),
        state=RequestState(said.get("state", "incomplete")),
        same_sender=said.get("same", True),
        urgent=said.get("urgent", False),
        child_protection=said.get("minors", False),
    )
    return rules.joins(mailbox, thread)


@pytest.mark.parametrize("example", load_cases(Path(__file__).parent / "cases" / "mail.toml"), ids=str)
def test_mail(example: Case) -> None:
    said = dict(example.given)
    if said["ask"] != "settle":
        assert is_of(said) == example.expect["is"]
        return
    state = RequestState(said["request"]) if "request" in said else None
    facts = MailFacts(Mailbox.CA, TakenAs(said.get("taken_as", "request")), MailState(said.get("state", "waiting")), state)
    assert [one.code for one in rules.may_settle(facts, SettledAs(said["as"])).reasons] == example.expect["refused"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("ca@wikimedia.org", Mailbox.CA),
        ("<Legal-Reports@Wikimedia.org>", Mailbox.LEGAL_REPORTS),
        ("legal_reports@wikimedia.org", None),
        ("emergency+1@wikimedia.org", Mailbox.EMERGENCY),
        ("ca@wikimedia.org.example.org", None),
        ("wikimedia.org", None),
    ],
)
def test_a_mailbox_is_known_by_its_whole_address(address: str, found: Mailbox | None) -> None:
    assert rules.mailbox_of([address], "wikimedia.org") is found


@given(st.timedeltas(timedelta(days=-3), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=400)))
@settings(max_examples=60, deadline=None)
def test_a_receipt_is_never_later_than_now_nor_older_than_mail_systems_keep_trying(waited: timedelta, ahead: timedelta) -> None:
    """`ahead` is how far the law's clock was moved: what counts is how long the mail waited."""
    found = rules.received_at(Read(size=1, arrived=NOW - waited), now=NOW + ahead, wall=NOW, on=ON)
    assert NOW + ahead - timedelta(days=7) <= found <= NOW + ahead
    assert (found == NOW + ahead - waited) is (timedelta() <= waited <= timedelta(days=7))


def test_a_mail_without_a_stamp_is_received_now() -> None:
    assert rules.received_at(Read(size=1), now=NOW, wall=NOW, on=ON) == NOW
