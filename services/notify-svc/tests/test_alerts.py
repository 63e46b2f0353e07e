"""Nobody is woken by a clock that can wait: alerts leave in business hours, together, unless lives are at stake (D5, D6, R50)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Desk, House
from kernel.deadline import in_office_hours
from kernel.workdays import HOUSE
from notify_svc.app import SERVICE
from notify_svc.rules import MATRIX

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def desk(house: House) -> Desk:
    """A desk of its own, whose nights are nobody else's."""
    return await house.desk(SERVICE, fresh=True)


async def night(desk: Any) -> datetime:
    """Go to the next evening after business hours; give when the hours begin again."""
    now = desk.runtime.clock.law()
    evening = datetime.combine(in_office_hours(now).astimezone(HOUSE).date(), datetime.min.time(), tzinfo=HOUSE) + timedelta(hours=19)
    await desk.advance(evening - now if evening > now else evening + DAY - now)
    opens = in_office_hours(desk.runtime.clock.law())
    assert opens > desk.runtime.clock.law()
    return opens


async def test_what_waited_overnight_leaves_in_the_morning_as_one_letter(office: Any, desk: Any) -> None:
    opens = await night(desk)
    about = [uuid4() for _ in range(3)]
    rows = [
        (await office.tell(office.said("case", kind, about=one)))[0]
        for one, kind in zip(about, ("at_risk", "breached", "at_risk"), strict=True)
    ]
    legal = (await office.tell(office.said("dmca_notice", "breached")))[0]
    minor = (await office.tell(office.said("case", "breached", kind="child_protection", priority="urgent")))[0]
    threat = (await office.tell(office.said("case", "at_risk", kind="threat_of_harm", priority="urgent")))[0]
    emergency = (await office.tell(office.said("action", "breached", kind="checkuser", disclosure="confidential")))[0]
    await desk.settle()
    assert [(await office.row(one["id"]))["state"] for one in (minor, threat, emergency)] == ["delivered"] * 3
    assert {(await office.row(one["id"]))["state"] for one in (*rows, legal)} == {"queued"}
    assert {one["not_before"] for one in (*rows, legal)} == {opens}
    assert await desk.findings() == []
    await desk.advance(opens - desk.runtime.clock.law() - timedelta(minutes=1))
    assert (await office.row(rows[0]["id"]))["state"] == "queued"
    await desk.advance(timedelta(minutes=2))
    left = [await office.row(one["id"]) for one in rows]
    assert {one["state"] for one in left} == {"delivered"}
    assert {one["together_with"] for one in left} == {rows[0]["id"]}
    assert [one["delivery_id"] is not None for one in left] == [True, False, False]
    message = office.mail(left[0])
    assert (message["To"], message["Subject"]) == ("trust-and-safety@example.invalid", "3 alerts that waited for business hours")
    assert all(str(one) in office.words(message) for one in about)
    alone = await office.row(legal["id"])
    assert (alone["state"], alone["together_with"]) == ("delivered", None)
    assert office.mail(alone)["Subject"].startswith("Breached")
    assert [await office.kinds(one["id"]) for one in rows] == [["queued", "delivered"]] * 3


async def test_an_alert_that_waits_can_be_taken_back_and_one_in_business_hours_goes_at_once(office: Any, desk: Any) -> None:
    opens = await night(desk)
    rows = [(await office.tell(office.said("case", "at_risk")))[0] for _ in range(2)]
    staff = {"role": ("evaluator", "legal"), "sub": "eva"}
    taken = await desk.post(f"/notify/v1/notifications/{rows[0]['id']}/cancel", {"why": "It was decided."}, **staff)
    assert (taken.status_code, taken.json()["state"]) == (200, "suppressed")
    await desk.advance(opens - desk.runtime.clock.law() + timedelta(minutes=1))
    assert [(await office.row(one["id"]))["state"] for one in rows] == ["suppressed", "delivered"]
    assert (await office.row(rows[1]["id"]))["together_with"] is None
    now = (await office.tell(office.said("case", "breached")))[0]
    await desk.settle()
    assert (await office.row(now["id"]))["state"] == "delivered"


def test_only_clocks_wait_and_never_where_somebody_is_at_risk() -> None:
    waits = {(row.stream, row.change) for row in MATRIX.rows for one in row.tell if one.in_hours}
    assert waits == {(stream, change) for stream in ("case", "dmca_notice", "appeal") for change in ("at_risk", "breached")}
    for matter in ("child_protection", "threat_of_harm"):
        for change in ("at_risk", "breached"):
            assert not any(one.in_hours for one in MATRIX.row("case", change, matter).tell)
