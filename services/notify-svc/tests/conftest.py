"""notify-svc at work on a real database, with events as the other services would say them and facts as they would answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.edge import new_id
from chassis.testing import Desk, House
from contracts import (
    ActionChange,
    ActionState,
    AppealChange,
    AppealState,
    CaseChange,
    CaseState,
    DmcaNoticeChange,
    DmcaNoticeState,
    RequestChange,
    RequestState,
)
from contracts.envelope import AnyChange, Clock, Performer
from notify_svc.app import SERVICE
from notify_svc.model import Found, Party, Person
from notify_svc.reactions import REACTIONS

STREAMS: dict[str, tuple[type[AnyChange], Any]] = {
    "request": (RequestChange, RequestState),
    "case": (CaseChange, CaseState),
    "action": (ActionChange, ActionState),
    "dmca_notice": (DmcaNoticeChange, DmcaNoticeState),
    "appeal": (AppealChange, AppealState),
}
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAIN: dict[str, dict[str, Any]] = {
    "request": {"kind": "global_ban", "state": "complete", "team": "trust_and_safety", "channel": "ca", "received_at": AT},
    "case": {"kind": "global_ban", "state": "open", "team": "trust_and_safety", "received_at": AT},
    "action": {"kind": "global_ban", "state": "enacted", "course": "act", "disclosure": "public"},
    "dmca_notice": {"state": "received", "channel": "legal", "received_at": AT},
    "appeal": {
        "decision": {"kind": "action", "id": uuid4()},
        "route": "staff",
        "state": "filed",
        "appellant_role": "subject",
        "filed_at": AT,
    },
}
NEEDED: dict[str, Any] = {
    "clock": Clock(target_at=AT + timedelta(days=28), at_risk_at=AT + timedelta(days=21), state="running"),
    "decided_at": AT, "enacted_at": AT, "issuance": 1, "issued_at": AT, "nature": "substantial_atypical", "ended_at": AT,
    "taken_down_at": AT, "rate": {"enacted": 41, "usual": 40, "days": 30},
    "answer_due_at": AT + timedelta(days=14), "outcome": "ratified", "outcome_refusal": {"appeal_id": uuid4(), "codes": ("late",)},
    "sender": {"sender_id": uuid4(), "state": "warned"}, "counter_notice_id": uuid4(), "court_action_id": uuid4(), "verdict": "compliant",
}  # fmt: skip


def said(aggregate: str, change_kind: str, /, *, about: UUID | None = None, version: int = 1, **state: Any) -> AnyChange:
    """Say a change as its owner would, with what its kind must carry."""
    change, states = STREAMS[aggregate]
    key = change.key_fields[0]
    needed = {name: NEEDED[name] for name in change.kinds[change_kind].needs if name in NEEDED}
    whole = {key: about or uuid4(), **PLAIN[aggregate], **needed, **state}
    # A change after the first tells what was before; here nothing was.
    now = datetime.now(UTC)
    return change.of(
        change_kind,
        state=states.model_validate(whole),
        prior=None,
        version=version,
        dt=AT,
        performer=Performer(role="service", id="test-svc"),
        request_id="test",
        event_id=new_id(),
        meta_dt=now,
    )


class Office:
    """The desk with the words of these tests."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.said = staticmethod(said)

    async def tell(
        self, event: AnyChange, *, facts: dict[str, Any] | None = None, **people: Person | tuple[Person, ...]
    ) -> list[dict[str, Any]]:
        """React to an event with these people as its owners would answer; give the rows."""
        found = Found({Party(party): one if isinstance(one, tuple) else (one,) for party, one in people.items()}, facts or {})
        async with self.desk.runtime.edge("test", access_reason=f"event {event.meta.id}") as edge:
            await REACTIONS[event.meta.stream][event.kind].apply(edge, event, found)
        return await self.rows(event.meta.id)

    async def rows(self, event_id: UUID) -> list[dict[str, Any]]:
        """Give the notifications of an event, in the order in which they were made."""
        return [dict(row) for row in await self.desk.sql("SELECT * FROM notification WHERE event_id = $1 ORDER BY id", event_id)]

    async def row(self, notification_id: UUID) -> dict[str, Any]:
        """Give one notification."""
        return dict((await self.desk.sql("SELECT * FROM notification WHERE id = $1", notification_id))[0])

    def mail(self, row: dict[str, Any]) -> EmailMessage:
        """Read the letter that lies in the folder for a notification."""
        message = message_from_bytes((self.desk.settings.home / "mail" / f"{row['delivery_id']}.eml").read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        return message

    def words(self, message: EmailMessage) -> str:
        """Give the words of a letter, as text and where it has that as HTML."""
        return "\n".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")

    async def sent(self, row: dict[str, Any]) -> EmailMessage:
        """Let its minute pass and read it."""
        await self.desk.advance(timedelta(seconds=61))
        return self.mail(row)

    async def kinds(self, notification_id: UUID) -> list[str]:
        """Give the change kinds that were said of a notification."""
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8')::json ->> 'notification_change_kind' AS kind FROM outbox"
            " WHERE key::json ->> 'notification_id' = $1 ORDER BY version",
            str(notification_id),
        )
        return [row["kind"] for row in rows]


@pytest.fixture(scope="session")
async def desk(house: House) -> Desk:
    return await house.desk(SERVICE)


@pytest.fixture
async def office(desk: Desk) -> Office:
    return Office(desk)


@pytest.fixture(autouse=True)
async def checked(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After each test that touched the service no invariant is broken."""
    yield
    if "desk" in request.fixturenames:
        assert await request.getfixturevalue("desk").findings() == []
