"""A notice from its letter to its decision, over HTTP: what each may do, and what is refused with which reason."""

from typing import Any

import pytest
from chassis.http import undocumented_problems
from dmca_svc.app import SERVICE

HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}


async def test_a_letter_is_read_and_kept(office: Any) -> None:
    notice = await office.file()
    assert notice["state"] == "received"
    assert notice["reading"]["document"] == "notice"
    assert notice["reading"]["verdict"] == "compliant"
    assert notice["reading"]["contact"]["email"] == "ada@example.org"
    assert notice["pages"] == [{"page": HARBOUR, "state": "up"}]
    assert notice["clock"]["state"] == "running"
    assert await office.said(notice["id"]) == ["received"]


async def test_whatever_the_letter_is_it_becomes_a_notice_with_its_document(office: Any, counter_letter: str) -> None:
    other = await office.file("Thank you for the lovely encyclopedia.")
    counter = await office.file(counter_letter)
    assert (other["reading"]["document"], counter["reading"]["document"]) == ("other", "counter_notice")


async def test_a_person_s_word_stands_over_the_machine_s_and_the_difference_is_kept(office: Any) -> None:
    notice = await office.file()
    assessed = await office.assess(notice["id"], lacks=("signature",))
    assert (assessed["state"], assessed["verdict"], assessed["missing"]) == ("received", "curable", ["signature"])
    rows = await office.desk.sql("SELECT differs FROM assessment WHERE notice_id = $1", notice["id"])
    assert rows[0]["differs"] == ["signature"]
    assert await office.refused(f"/{notice['id']}/recommendation", {"course": "take_down", "note": "x"}, "evaluator", "eva") == [
        "not_compliant"
    ]


async def test_a_notice_goes_through_the_chain_and_comes_down_by_its_receipts(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"], pages=(HARBOUR, QUAY))
    notice = await office.recommend(notice["id"])
    assert await office.refused(f"/{notice['id']}/takedown", {}, "enforcer", "enno") == ["level_not_heard"] * 3 + [
        "too_few_approvals",
        "not_accepted",
    ]
    for level, sub in (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea")):
        assert notice["state"] == "in_review"
        notice = await office.sign(notice, level, sub)
    assert notice["state"] == "accepted"
    assert [step["note"] for step in notice["review"]["steps"]] == [
        f"{level} has read it." for level in ("team_peer", "team_manager", "legal")
    ]
    assert await office.refused(f"/{notice['id']}/receipts", {"page": HARBOUR, "log_id": 1}, "enforcer", "enno") == ["nothing_runs"]
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    partly = await office.receipt(notice["id"])
    assert [page["state"] for page in partly["pages"]] == ["removed", "up"]
    assert partly["state"] == "accepted"
    done = await office.receipt(notice["id"], QUAY)
    assert (done["state"], done["clock"]["state"]) == ("taken_down", "stopped")
    assert done["announcements"] == [{"where": "foundation", "state": "waiting"}, {"where": "commons", "state": "waiting"}]
    assert await office.said(notice["id"]) == [
        "received",
        "assessed",
        "recommended",
        "review_recorded",
        "review_recorded",
        "review_recorded",
        "accepted",
        "taken_down",
    ]


async def test_a_rejection_says_each_ground_and_each_lack(office: Any) -> None:
    notice = await office.decided("reject", ("fair_use", "other: It quotes two lines."), lacks=("work",))
    assert notice["state"] == "rejected"
    assert [reason["code"] for reason in notice["rejection"]] == ["lacks_work", "fair_use", "other"]
    assert notice["rejection"][2]["says"] == "It quotes two lines."
    last = (await office.events(notice["id"]))[-1]
    assert last["dmca_notice"]["rejection"] == ["lacks_work", "fair_use", "other"]
    assert "lines" not in str(last)


@pytest.mark.parametrize(("lacks", "given_up"), [((), ["legal"]), (("work",), [])])
async def test_legals_signature_on_a_rejection_says_that_the_safe_harbour_is_given_up(
    office: Any, lacks: tuple[str, ...], given_up: list[str]
) -> None:
    notice = await office.decided("reject", ("licensed",), lacks=lacks)
    timeline = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline?limit=100", role="auditor")).json()
    said = [one["by"]["role"] for one in timeline["items"] for why in one.get("reasons", []) if why["code"] == "safe_harbour_given_up"]
    assert said == given_up


@pytest.mark.parametrize("verdict", ["return", "dissent"])
async def test_what_legal_does_not_sign_goes_back_to_evaluation(office: Any, verdict: str) -> None:
    notice = await office.file()
    await office.assess(notice["id"])
    notice = await office.recommend(notice["id"])
    for level, sub in (("team_peer", "pia"), ("team_manager", "max")):
        notice = await office.sign(notice, level, sub)
    notice = await office.sign(notice, "legal", "lea", verdict)
    assert notice["state"] == "compliant"
    assert (await office.said(notice["id"]))[-1] == "returned"
    again = await office.recommend(notice["id"], "reject", ("licensed",))
    assert again["review"]["digest"] != notice["review"]["digest"]
    assert again["review"]["approvals"] == 0


async def test_nobody_signs_out_of_turn_twice_or_what_they_did_not_read(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"])
    notice = await office.recommend(notice["id"])
    path, digest = f"/{notice['id']}/reviews", notice["review"]["digest"]
    body = {"verdict": "approve", "digest": digest, "note": "x"}
    assert await office.refused(path, {**body, "level": "legal"}, "legal", "lea") == ["not_in_turn"]
    assert await office.refused(path, {**body, "level": "team_peer"}, "team_peer", "eva") == ["evaluator_signs"]
    assert await office.refused(path, {**body, "level": "team_peer", "digest": "0" * 64}, "team_peer", "pia") == ["stale_digest"]
    assert await office.refused(path, {**body, "level": "team_manager"}, "team_peer", "pia") == ["role_missing", "not_in_turn"]
    await office.sign(notice, "team_peer", "pia")
    assert await office.refused(path, {**body, "level": "team_manager"}, "team_manager", "pia") == ["signed_already"]
    assert (await office.get(notice["id"]))["review"]["approvals"] == 1
    trail = (await office.desk.get(f"/dmca/v1/notices/{notice['id']}/timeline", role="auditor")).json()["items"]
    assert [step["what"] for step in trail] == [
        "received",
        "assessed",
        "recommended",
        *["review_notice_refused"] * 4,
        "review_recorded",
        "review_notice_refused",
    ]
    assert trail[3]["reasons"][0]["cite"] == "R113"


async def test_the_evaluator_does_not_take_down(office: Any) -> None:
    notice = await office.decided(pages=({"wiki": "examplewiki", "title": "File:Lighthouse.jpg"},))
    assert await office.refused(f"/{notice['id']}/takedown", {}, "enforcer", "eva") == ["evaluator_enforces"]
    await office.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
    assert await office.refused(f"/{notice['id']}/takedown", {}, "enforcer", "enno") == ["running_already"]


async def test_nothing_is_signed_or_taken_down_where_nothing_is_recommended(office: Any) -> None:
    notice = await office.file()
    assert await office.refused(f"/{notice['id']}/takedown", {}, "enforcer", "enno") == ["not_accepted"]
    body = {"level": "team_peer", "verdict": "approve", "digest": "0" * 64, "note": "x"}
    assert await office.refused(f"/{notice['id']}/reviews", body, "team_peer", "pia") == ["not_in_review"]


async def test_only_legal_with_evidence_records_an_earlier_receipt(office: Any, letter: str) -> None:
    early = {"text": letter, "received_at": "2026-03-02T09:30:00Z"}
    assert await office.refused("", early, "requester_desk", "dora") == ["receipt_is_legals", "evidence_missing"]
    assert await office.refused("", early, "legal", "lea") == ["evidence_missing"]
    late = {**early, "received_at": "2090-01-01T00:00:00Z", "evidence": "the mail's stamp"}
    assert await office.refused("", late, "legal", "lea") == ["received_in_future"]
    notice = await office.file(received_at="2026-03-02T09:30:00Z", evidence="the mail's own stamp")
    assert notice["received_at"] == "2026-03-02T09:30:00Z"
    assert notice["clock"]["target_at"] == "2026-03-12T07:00:00Z"
    # The days are long over: the worker says so at once, and work goes on.
    await office.desk.settle()
    assert await office.said(notice["id"]) == ["received", "at_risk", "breached"]
    assert (await office.assess(notice["id"]))["state"] == "compliant"


async def test_a_second_look_before_review_names_other_pages(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"], pages=(HARBOUR,))
    again = await office.assess(notice["id"], pages=(QUAY, QUAY))
    assert [page["page"] for page in again["pages"]] == [QUAY]
    await office.recommend(notice["id"])
    assert await office.refused(
        f"/{notice['id']}/assessment",
        {
            "elements": dict.fromkeys(("signature", "work", "material", "contact", "good_faith", "accuracy_authority"), True),
            "pages": [],
            "note": "x",
        },
        "evaluator",
        "eva",
    ) == ["not_in_evaluation"]


async def test_a_mail_is_read_and_its_attachments_are_only_counted(office: Any, letter: str) -> None:
    mail = (
        "From: Ada Example <ada@example.org>\r\nTo: legal@example.org\r\nSubject: Notice\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        f"{letter}\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment\r\n\r\nnever kept\r\n--b--\r\n"
    )
    answer = await office.desk.call(
        "POST", "/dmca/v1/notices", role="requester_desk", content=mail.encode(), headers={"Content-Type": "message/rfc822"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["attachments"] == {"image/jpeg": 1}
    assert answer.json()["reading"]["document"] == "notice"


async def test_plain_text_is_read_as_legal_s(office: Any, letter: str) -> None:
    answer = await office.desk.call(
        "POST", "/dmca/v1/notices", role="requester_desk", content=letter.encode(), headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.json()["channel"]) == (201, "legal")


async def test_a_list_opens_no_letter_and_filters(office: Any) -> None:
    notice = await office.decided("reject", ("fair_use",))
    listed = (await office.desk.get("/dmca/v1/notices?state=rejected&clock=stopped&limit=200", role="legal")).json()["items"]
    assert notice["id"] in {line["id"] for line in listed}
    assert all("reading" not in line and line["state"] == "rejected" for line in listed)
    assert (await office.desk.get("/dmca/v1/notices?stat=rejected", role="legal")).status_code == 422


async def test_reading_a_notice_asks_for_a_reason_and_is_logged(office: Any) -> None:
    notice = await office.file()
    path = f"/dmca/v1/notices/{notice['id']}"
    assert (await office.desk.get(path, role="auditor", sub="audrey")).status_code == 400
    read = await office.desk.get(path, role="auditor", sub="audrey", reason="half-year review")
    assert read.status_code == 200
    assert read.headers["etag"] == f'"{notice["version"]}"'
    rows = await office.desk.sql("SELECT 1 FROM access_log WHERE aggregate_id = $1 AND sub = 'audrey'", notice["id"])
    assert len(rows) == 1


async def test_whoever_judges_a_letter_reads_its_words(office: Any, letter: str) -> None:
    notice = await office.file()
    path = f"/dmca/v1/notices/{notice['id']}/letter"
    read = (await office.desk.get(path, role="evaluator", reason="to judge it")).json()
    assert (read["text"], read["attachments"]) == (letter, {})
    assert (await office.desk.get(path, role="enforcer", reason="to see")).status_code == 403
    assert (await office.desk.get(path, role="evaluator")).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"text": ""}),
        ("", {"text": "x", "channel": "pigeon"}),
        ("", {"text": "x", "received_at": "0001-01-01T00:00:00+14:00", "evidence": "y"}),
        ("", {"text": "x", "received_at": "yesterday", "evidence": "y"}),
        ("", {"text": "x", "subject": "unknown field"}),
        ("/{}/assessment", {"elements": {"charm": True}, "pages": [], "note": "x"}),
        ("/{}/assessment", {"elements": {"work": "yes"}, "pages": [], "note": "x"}),
        ("/{}/assessment", {"elements": {}, "pages": [{"wiki": "Not a wiki", "title": "A"}], "note": "x"}),
        ("/{}/assessment", {"elements": {}, "pages": [{"wiki": "examplewiki", "title": "A[B"}], "note": "x"}),
        ("/{}/assessment", {"elements": {}, "pages": [{"wiki": "examplewiki", "title": "A\u202eB"}], "note": "x"}),
        ("/{}/receipts", {"page": HARBOUR}),
        ("/{}/receipts", {"page": HARBOUR, "log_id": 1, "url": "https://example.org/log"}),
        ("/{}/receipts", {"page": HARBOUR, "url": "javascript:alert(1)"}),
        ("/{}/reviews", {"level": "team_peer", "verdict": "approve", "digest": "short", "note": "x"}),
        ("/{}/court-actions", {"forum": "court", "from": "complainant", "pages": [], "received_at": "2026-03-02"}),
    ],
)
async def test_what_cannot_be_read_changes_nothing(office: Any, path: str, body: dict[str, Any]) -> None:
    notice = await office.file()
    everybody = ("legal", "evaluator", "enforcer", "team_peer")
    answer = await office.desk.post(f"/dmca/v1/notices{path.format(notice['id'])}", body, role=everybody, sub="sam")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert await office.said(notice["id"]) == ["received"]


async def test_an_empty_or_overlong_letter_is_refused_before_it_is_read(office: Any) -> None:
    for content, status in ((b"", 422), (b"x" * (9 << 20), 413)):
        answer = await office.desk.call(
            "POST", "/dmca/v1/notices", role="requester_desk", content=content, headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == status


async def test_two_who_assess_at_once_are_told(office: Any) -> None:
    notice = await office.file()
    body = {
        "elements": dict.fromkeys(("signature", "work", "material", "contact", "good_faith", "accuracy_authority"), True),
        "pages": [HARBOUR],
        "note": "x",
    }
    path = f"/dmca/v1/notices/{notice['id']}/assessment"
    first = await office.desk.post(path, body, role="evaluator", sub="eva", headers={"If-Match": '"1"'})
    second = await office.desk.post(path, body, role="evaluator", sub="ed", headers={"If-Match": '"1"'})
    assert (first.status_code, second.status_code) == (200, 409)
    assert len(await office.desk.sql("SELECT 1 FROM assessment WHERE notice_id = $1", notice["id"])) == 1


def test_every_refusal_that_an_operation_names_has_its_page() -> None:
    assert undocumented_problems(SERVICE) == []


async def test_a_plain_letter_is_read_in_the_charset_that_its_header_names(office: Any) -> None:
    async def post(content: bytes, kind: str) -> Any:
        return await office.desk.post("/dmca/v1/notices", role="requester_desk", content=content, headers={"Content-Type": kind})

    words = "Señora Ñandú https://commons.wikimedia.org/wiki/File:Café.jpg"
    for charset in ("iso-8859-1", "utf-16"):
        answer = await post(words.encode(charset), f"text/plain; charset={charset}")
        assert answer.status_code == 201, answer.text
        assert [page["page"]["title"] for page in answer.json()["pages"]] == ["File:Café.jpg"]
    for charset in ("", "; charset=utf-8", "; charset=x-nobody-knows", "; charset=rot13"):
        assert (await post(words.encode("iso-8859-1"), f"text/plain{charset}")).status_code == 422


async def test_who_names_no_address_in_words_is_reached_where_they_wrote_from(office: Any) -> None:
    mail = "From: Ada Example <ada@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease remove the file."
    answer = await office.desk.post(
        "/dmca/v1/notices", role="requester_desk", content=mail.encode(), headers={"Content-Type": "message/rfc822"}
    )
    assert answer.json()["reading"]["contact"] == {"email": "ada@example.org"}
