"""Mail as a mail system delivers it: its lane, its thread, what waits for a person, what a machine sent (R50, R87, D12, D20)."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Desk
from httpx import Response
from intake_svc.actions.mail import remember_letter
from intake_svc.actions.sender import warning_received
from kernel.actor import Performer

MAIL = "/intake/v1/mail"
Post = Callable[..., Awaitable[Response]]
File = Callable[..., Awaitable[dict[str, Any]]]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def letter(text: str = "The account harasses people on two wikis.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    said = {"From": f"Ada Writer <{uuid4().hex[:8]}@example.org>", "Message-ID": f"<{uuid4()}@example.org>", "Subject": "A request"}
    for name, value in {**said, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


@pytest.fixture
def post(desk: Desk) -> Post:
    async def post(mail: EmailMessage | bytes, to: str | None = "ca") -> Response:
        content = mail if isinstance(mail, bytes) else bytes(mail)
        path = MAIL if to is None else f"{MAIL}?recipient={to}@wikimedia.org"
        return await desk.call(
            "POST", path, role="requester_desk", sub="relay", content=content, headers={"Content-Type": "message/rfc822"}
        )

    return post


async def listed(desk: Desk, **wanted: str) -> list[dict[str, Any]]:
    """Give mail, the oldest first, as one of the named group lists it."""
    found: list[dict[str, Any]] = []
    following: str | None = ""
    while following is not None:
        asked = {**wanted, "limit": "200"} | ({"after": following} if following else {})
        answer = await desk.get(MAIL, params=asked, role=("child_protection", "evaluator"), sub="carla", reason="what waits")
        found += answer.json()["items"]
        following = answer.json().get("next")
    return found


async def mail_of(desk: Desk, request_id: str) -> dict[str, Any]:
    return next(one for one in reversed(await listed(desk)) if one.get("request_id") == request_id)


async def settle(desk: Desk, mail_id: str, *, sub: str = "eva", **form: Any) -> Response:
    path = f"{MAIL}/{mail_id}/settlement"
    return await desk.post(path, {"note": "Read in full.", **form}, role=("evaluator", "child_protection"), sub=sub, reason="triage")


async def test_a_mail_is_a_request_that_waits_for_its_parts_and_for_a_person(desk: Desk, post: Post) -> None:
    mail = letter()
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="shot.png")
    answer = await post(mail)
    assert answer.status_code == 201, answer.text
    filed = answer.json()
    assert (filed["kind"], filed["state"]) == ("other", "incomplete")
    assert {"action_missing", "evidence_missing"} <= {one["code"] for one in filed["missing"]}
    kept = await mail_of(desk, filed["id"])
    assert (kept["mailbox"], kept["taken_as"], kept["state"], kept["attachments"]) == ("ca", "request", "waiting", {"image/png": 1})
    whole = (await desk.get(f"{MAIL}/{kept['id']}", role="evaluator", sub="eva", reason="triage")).json()
    assert (whole["name"], whole["text"].strip()) == ("Ada Writer", "A request\n\nThe account harasses people on two wikis.")
    assert (await desk.get(f"{MAIL}/{kept['id']}", role="evaluator", sub="eva")).status_code == 400
    parts = {"kind": "conduct_warning", "subjects": [{"user": "Example troll"}], "evidence": [{"text": "The links in it."}]}
    assert (await settle(desk, kept["id"], **{"as": "request"})).json()["reasons"][0]["code"] == "nothing_added"
    settled = await settle(desk, kept["id"], **{"as": "request"}, **parts, local_attempts_waiver="No wiki has an administrator awake.")
    assert (settled.status_code, settled.json()["state"]) == (200, "settled"), settled.text
    request = (await desk.get(f"/intake/v1/requests/{filed['id']}", role="evaluator", sub="eva")).json()
    case = (await desk.get(f"/intake/v1/cases/{request['case_id']}", role="evaluator", sub="eva")).json()
    assert (request["state"], case["kind"], case["received_at"]) == ("complete", "conduct_warning", filed["received_at"])
    again = await settle(desk, kept["id"], **{"as": "nothing"})
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "mail_settled")


async def test_no_part_of_a_file_is_anywhere(desk: Desk, post: Post) -> None:
    """Planted in a picture, in a page's address, in a coded block: counted, and in no column of any table (D20)."""
    planted = "c29tZSByZXBvcnRlZCBtYXRlcmlhbA" * 3
    mail = letter(f"reported material\n\ndata:image/gif;base64,{planted}\n")
    mail.add_attachment(planted.encode() + PICTURE, maintype="image", subtype="jpeg", filename="planted-name.jpg")
    filed = (await post(mail, "legal-reports")).json()
    assert filed["case_id"]
    kept = await mail_of(desk, filed["id"])
    assert kept["attachments"] == {"image/gif": 1, "image/jpeg": 1}
    tables = [
        row["name"] for row in await desk.sql("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'intake'")
    ]
    assert "mail" in tables
    for table in {*tables} - {"alembic_version"}:
        found = await desk.sql(f'SELECT count(*) AS n FROM "{table}" AS t WHERE position($1 in t::text) > 0', "planted-name")
        assert found[0]["n"] == 0, table
    for by in ("evaluator", "auditor", "legal"):
        assert (await desk.get(f"{MAIL}/{kept['id']}", role=by, sub="eva", reason="curious")).status_code == 404
    shown = (await desk.get(f"{MAIL}/{kept['id']}", role="child_protection", sub="carla", reason="report")).json()
    assert "text" not in shown


@pytest.mark.parametrize(
    ("to", "lane"),
    {
        "legal-reports": ("legal_reports", "child_protection", "child_protection"),
        "emergency": ("emergency", "other", "threat_of_harm"),
        "info": ("vrt", "other", None),
        "legal": ("legal", "other", None),
    }.items(),
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_each_mailbox_has_its_lane(desk: Desk, post: Post, to: str, lane: tuple[str, str, str | None]) -> None:
    channel, kind, case_kind = lane
    filed = (await post(letter("reported material"), to)).json()
    row = (await desk.sql("SELECT channel, case_kind, case_id FROM request WHERE id = $1", UUID(filed["id"])))[0]
    assert (filed["kind"], row["channel"], row["case_id"] is not None) == (kind, channel, case_kind is not None)
    assert case_kind in {None, row["case_kind"]}


async def test_the_mailbox_is_the_one_that_it_was_delivered_to(post: Post) -> None:
    found = await post(letter(Delivered_To="Emergency+tag@WIKIMEDIA.org", To="ca@wikimedia.org"), None)
    assert found.json()["case_id"]
    nowhere = await post(letter(To="press@wikimedia.org"), None)
    assert (nowhere.status_code, nowhere.json()["reasons"][0]["code"]) == (422, "unknown_mailbox")


async def test_a_notice_is_passed_on_and_an_appeal_waits_for_whoever_files_it(desk: Desk, post: Post) -> None:
    notice = await post(letter("This is a notice under the DMCA, 17 U.S.C. 512(c)."), "legal")
    assert (notice.status_code, notice.json()["forwarded_to"]) == (202, "dmca")
    request = (await desk.get(f"/intake/v1/requests/{notice.json()['id']}", role="legal", sub="lea")).json()
    assert (request["kind"], request["state"]) == ("dmca", "forwarded")
    appeal = await post(letter("I appeal the ban."), "appeals")
    assert (appeal.status_code, appeal.json()["forwarded_to"]) == (202, "appeals")
    waits = appeal.json()["id"]
    told = (await desk.get(f"{MAIL}/{waits}", role="legal", sub="lea", reason="appeals")).json()
    assert (told["text"].strip(), told["state"], "request_id" in told) == ("I appeal the ban.", "waiting", False)
    settled = await settle(desk, waits, **{"as": "appeal"}, appeal_id=str(uuid4()))
    assert (settled.status_code, settled.json()["settled_as"]) == (200, "appeal")
    kept = await mail_of(desk, (await post(letter())).json()["id"])
    wrong = await settle(desk, kept["id"], **{"as": "appeal"}, appeal_id=str(uuid4()))
    assert wrong.json()["reasons"][0]["code"] == "not_an_appeal"


async def test_the_same_mail_again_is_the_same_request_once_in_each_mailbox(desk: Desk, post: Post) -> None:
    mail = letter()
    first, again = await post(mail), await post(b"Received: from elsewhere by here\r\n" + bytes(mail))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    other = letter("Other words.", From=mail["From"], **{"Message-ID": mail["Message-ID"]})
    assert (await post(other)).json()["id"] != first.json()["id"]
    elsewhere = (await post(mail, "info")).json()
    assert elsewhere["id"] != first.json()["id"]
    seen = (await desk.get(f"/intake/v1/requests/{elsewhere['id']}", role="evaluator", sub="eva")).json()
    assert seen["similar_to"] == first.json()["id"]


async def test_an_answer_of_the_requester_joins_the_request(desk: Desk, post: Post) -> None:
    mail = letter()
    filed = (await post(mail)).json()
    reply = letter(
        "Here is more.\n\nOn Monday the Office\nof Actions wrote:\n> What is missing?\n", From=mail["From"], In_Reply_To=mail["Message-ID"]
    )
    answer = await post(reply)
    assert (answer.status_code, answer.json()["id"]) == (200, filed["id"])
    waits = [one for one in await listed(desk, state="waiting", taken_as="reply") if one["request_id"] == filed["id"]]
    told = (await desk.get(f"{MAIL}/{waits[0]['id']}", role="evaluator", sub="eva", reason="triage")).json()
    assert told["text"].strip() == "Here is more."
    parts = {
        "kind": "conduct_warning",
        "subjects": [{"user": "Example troll"}],
        "evidence": [{"text": "See it."}],
        "local_attempts_waiver": "None.",
    }
    assert (await settle(desk, waits[0]["id"], **{"as": "request"}, **parts)).status_code == 200
    assert (await desk.get(f"/intake/v1/requests/{filed['id']}", role="evaluator", sub="eva")).json()["state"] == "complete"


async def test_an_answer_of_somebody_else_or_to_an_urgent_mailbox_is_a_request_of_its_own(desk: Desk, post: Post) -> None:
    mail = letter()
    filed = (await post(mail)).json()
    stranger = (await post(letter("I know more.", References=f"<x@y> {mail['Message-ID']}"))).json()
    assert stranger["id"] != filed["id"]
    seen = (await desk.get(f"/intake/v1/requests/{stranger['id']}", role="evaluator", sub="eva")).json()
    assert seen["similar_to"] == filed["id"]
    urgent = (await post(letter("They will hurt somebody.", From=mail["From"], In_Reply_To=mail["Message-ID"]), "emergency")).json()
    assert urgent["id"] != filed["id"]
    assert urgent["case_id"]


async def test_an_answer_to_a_letter_of_ours_finds_its_request_and_a_machines_makes_none(desk: Desk, post: Post) -> None:
    mail, ours = letter(), UUID("0190b5a0-0000-7000-8000-00000000abcd")
    filed = (await post(mail)).json()
    async with desk.runtime.edge("event:test", by=Performer.service("intake")) as edge:
        await remember_letter(edge, ours, UUID(filed["id"]), edge.now)
    answered = await post(letter("More.", From=mail["From"], In_Reply_To=f"<{ours}@office.example.org>"))
    assert (answered.status_code, answered.json()["id"]) == (200, filed["id"])
    by_subject = await post(letter("Even more.", From=mail["From"], Subject=f"Re: your request {filed['id']}"))
    assert (by_subject.status_code, by_subject.json()["id"]) == (200, filed["id"])
    away = await post(letter("I am away.", From=mail["From"], In_Reply_To=f"<{ours}@office.example.org>", Subject="Out of office"))
    assert (away.status_code, away.json()["taken_as"]) == (202, "answer")
    back = await post(letter("Our own.", **{"Message-ID": f"<{ours}@office.example.org>"}))
    assert back.json()["taken_as"] == "loop"


@pytest.mark.parametrize(
    ("headers", "taken_as"),
    [
        ({"Auto-Submitted": "auto-replied (vacation)"}, "answer"),
        ({"Return-Path": "<>"}, "bounce"),
        ({"From": "MAILER-DAEMON@example.org"}, "bounce"),
        ({"X-Loop": "ca@wikimedia.org"}, "loop"),
        ({"List-Id": "<ca.lists.example.org>", "Precedence": "list"}, "request"),
        ({"Subject": "Out of office access request"}, "request"),
        ({"Auto-Submitted": "auto-generated"}, "request"),
    ],
    ids=lambda one: one if isinstance(one, str) else "-".join(one),
)
async def test_what_no_person_wrote_makes_no_request_and_is_on_record(
    desk: Desk, post: Post, headers: dict[str, str], taken_as: str
) -> None:
    answer = await post(letter("Words.", **headers))
    assert answer.status_code == (201 if taken_as == "request" else 202)
    if taken_as != "request":
        kept = next(one for one in await listed(desk, taken_as=taken_as) if one["id"] == answer.json()["id"])
        assert (kept["state"], "request_id" in kept) == ("settled", False)


async def test_the_receipt_is_the_time_at_which_the_mail_system_had_it(desk: Desk, post: Post) -> None:
    wall = desk.runtime.clock.wall()
    for waited, believed in ((timedelta(hours=3), True), (timedelta(days=9), False), (timedelta(hours=-3), False)):
        stamp = f"from a.example.org by mx.example.org; {format_datetime(wall - waited)}"
        raw = f"Received: {stamp}\r\nReceived: from x; Mon, 1 Jan 2001 00:00:00 +0000\r\n".encode() + bytes(letter())
        filed = (await post(raw)).json()
        row = (await desk.sql("SELECT received_at FROM request WHERE id = $1", UUID(filed["id"])))[0]
        late = desk.runtime.clock.law() - row["received_at"]
        assert (late > timedelta(hours=2)) is believed


async def test_a_locked_out_senders_mail_goes_before_a_person(desk: Desk, post: Post, file: File) -> None:
    """Nothing that always comes in is lost in a mixed letter; what is not heard is told so, in words (R118, D12)."""
    mail = letter("They said so. Also: somebody is in danger.")
    address = mail["From"].partition("<")[2].strip(">").casefold()
    await lock_out(desk, file, address)
    answer = await post(mail)
    assert (answer.status_code, answer.json()["taken_as"]) == (202, "unheard")
    waits = answer.json()["id"]
    refused = await settle(desk, waits, **{"as": "request"}, kind="other")
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (409, "sender_locked_out")
    settled = await settle(desk, waits, **{"as": "request"}, kind="child_protection", evidence=[{"text": "Somebody is in danger."}])
    assert settled.status_code == 200, settled.text
    request = (await desk.sql("SELECT kind, case_id, received_at FROM request WHERE id = $1", UUID(settled.json()["request_id"])))[0]
    assert (request["kind"], request["case_id"] is not None) == ("child_protection", True)
    assert (await desk.sql("SELECT content FROM mail WHERE id = $1", UUID(waits)))[0]["content"] is None
    lane = letter("Again, at once.", From=mail["From"])
    assert (await post(lane, "emergency")).json()["case_id"]


async def lock_out(desk: Desk, file: File, address: str) -> None:
    """Warn a sender, provably, and lock them out by two persons."""
    seen = {"reason": "harassment", "seriousness": 3, "note": "Insults in every line."}
    request_id = (await file(requester={"email": address, "standing_as": "public"}))["id"]
    path = f"/intake/v1/requests/{request_id}/sender"
    sender = (await desk.post(f"{path}-warning", seen, role="evaluator", sub="eva")).json()["id"]
    rows = await desk.sql("SELECT event_id FROM sender_warning WHERE request_id = $1", UUID(request_id))
    async with desk.runtime.edge("office_actions.notification_change.v1:delivered") as edge:
        await warning_received(edge, rows[0]["event_id"], edge.now)
    await desk.advance(timedelta(hours=1))
    later = (await file(requester={"email": address, "standing_as": "public"}))["id"]
    await desk.post(f"/intake/v1/requests/{later}/sender-conduct", seen, role="evaluator", sub="eva")
    out = f"/intake/v1/senders/{sender}/lock-out"
    await desk.post(out, {"note": "It went on."}, role="evaluator", sub="eva")
    answer = await desk.post(f"{out}/confirmation", {"note": "It did."}, role="team_manager", sub="mona")
    assert answer.json()["state"] == "locked_out", answer.text


async def test_a_mail_that_is_child_protection_leaves_nothing_where_others_look(desk: Desk, post: Post) -> None:
    filed = (await post(letter("reported material, the planted words"))).json()
    kept = await mail_of(desk, filed["id"])
    parts = {"evidence": [{"text": "reported material"}], "pages": [{"wiki": "examplewiki", "title": "Example"}]}
    settled = await settle(desk, kept["id"], sub="carla", **{"as": "request"}, kind="child_protection", **parts)
    assert settled.status_code == 200, settled.text
    request = (await desk.sql("SELECT case_id, subject_hashes FROM request WHERE id = $1", UUID(filed["id"])))[0]
    assert (await desk.sql('SELECT kind FROM "case" WHERE id = $1', request["case_id"]))[0]["kind"] == "child_protection"
    assert (await desk.get(f"{MAIL}/{kept['id']}", role="evaluator", sub="eva", reason="curious")).status_code == 404
    assert json.dumps(settled.json()).find("planted") == -1


async def test_the_named_group_alone_lists_the_mail_of_its_lane_and_says_why(desk: Desk, post: Post) -> None:
    filed = (await post(letter("reported material"), "legal-reports")).json()
    assert (await desk.get(MAIL, role="child_protection", sub="carla")).status_code == 400
    seen = (await desk.get(MAIL, params={"limit": "200"}, role="legal", sub="lea")).json()["items"]
    assert all(one["mailbox"] != "legal_reports" and one.get("request_id") != filed["id"] for one in seen)
