"""Evidence of a case: kept once somebody took it on, sealed, run by nothing, destroyed when removed; none in the lane (D20, D27)."""

import hashlib
import itertools
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import Desk
from intake_svc.api.evidence import LARGEST_FILE
from intake_svc.rules import POLICY

CASES = "/intake/v1/cases"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PAGE = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
SOURCE = "Screenshot, attached to the mail"
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
_distinct = itertools.count(1)


def new_bytes(content: bytes = PNG) -> bytes:
    """Give bytes that no other test has added: what is reported is destroyed wherever it lies."""
    return content + f"%{next(_distinct)}-{uuid4()}".encode()


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def add(desk: Desk, case_id: str, content: bytes, kind: str = "image/png", **who: Any) -> Any:
    who = {"role": "evaluator", "sub": "eva", **who}
    return await desk.post(
        f"{CASES}/{case_id}/evidence", content=content, params={"source": SOURCE, "name": "one.png"}, headers={"Content-Type": kind}, **who
    )


async def added(desk: Desk, case_id: str, content: bytes, kind: str = "image/png") -> dict[str, Any]:
    answer = await add(desk, case_id, content, kind)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def remove(desk: Desk, case_id: str, evidence_id: str, body: dict[str, Any]) -> Any:
    return await desk.post(f"{CASES}/{case_id}/evidence/{evidence_id}/removal", body, role="evaluator", sub="eva")


def test_the_route_takes_whatever_size_counsel_allows() -> None:
    assert all(entry.value <= LARGEST_FILE for entry in POLICY.entries["evidence_bytes"])


async def test_evidence_is_hashed_typed_and_sealed(desk: Desk, taken: Taken) -> None:
    case_id, content = await taken(), new_bytes()
    shown = await added(desk, case_id, content)
    digest = hashlib.sha256(content).hexdigest()
    assert {**shown, "source": SOURCE, "name": "one.png", "size": len(content), "sha256": digest, "by": "eva"} == shown
    assert (shown["claimed_type"], shown["media_type"], shown["cautions"]) == ("image/png", "image/png", [])
    path = f"{CASES}/{case_id}/evidence"
    assert (await desk.get(path, role="auditor")).status_code == 400
    assert (await desk.get(path, role="auditor", reason="a test reads")).json()["items"] == [shown]
    [row] = await desk.sql("SELECT content, words FROM evidence WHERE id = $1", UUID(shown["id"]))
    assert content[:16] not in row["content"]
    assert b"creenshot" not in row["words"]
    trail = (await desk.get(f"{CASES}/{case_id}/timeline", role="auditor")).json()["items"]
    assert (trail[-1]["what"], trail[-1]["cite"], trail[-1]["by"]["id"]) == ("case evidence added", "D20", "eva")
    assert digest not in str(await desk.sql("SELECT * FROM audit")), "the trail is never shortened, so no hash goes into it"
    assert codes(await add(desk, case_id, content)) == ["evidence_known"]


async def test_the_bytes_come_back_as_they_were_nothing_renders_them_and_each_look_is_logged(desk: Desk, taken: Taken) -> None:
    case_id, content = await taken(), new_bytes(PAGE)
    shown = await added(desk, case_id, content, "application/pdf")
    assert (shown["media_type"], shown["cautions"]) == ("text/html", ["type_mismatch", "active_content"])
    path = f"{CASES}/{case_id}/evidence/{shown['id']}/content"
    eva: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
    assert (await desk.get(path, **eva)).status_code == 400
    answer = await desk.get(path, **eva, reason="judging it")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{shown["id"]}.quarantined"'
    assert "sandbox" in answer.headers["content-security-policy"]
    looks = await desk.sql("SELECT sub FROM access_log WHERE aggregate = 'evidence' AND aggregate_id = $1", UUID(shown["id"]))
    assert [row["sub"] for row in looks] == ["eva"]
    assert (await desk.get(path, role="evaluator", sub="olga", reason="curious")).status_code == 404
    assert (await desk.get(path, role="auditor", reason="curious")).status_code == 403


async def test_links_and_words_are_evidence_too(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    link = await added(desk, case_id, f"https://example.wiki/w/index.php?diff={uuid4()}".encode(), "text/uri-list")
    words = await added(desk, case_id, new_bytes(b"It went on by mail."), "text/plain")
    assert [(one["media_type"], one["cautions"]) for one in (link, words)] == [("text/plain", [])] * 2


async def test_no_file_before_somebody_took_the_case_on_and_none_in_the_lane(desk: Desk, file: Filed, taken: Taken) -> None:
    case_id = (await file())["case_id"]
    assert codes(await add(desk, case_id, new_bytes())) == ["not_triaged"]
    lane = await taken(kind="child_protection", channel="legal_reports", summary="reported material")
    answer = await add(desk, lane, new_bytes(), role=("evaluator", "child_protection"))
    assert (answer.status_code, codes(answer)) == (422, ["attachment_not_accepted"])
    assert (await add(desk, lane, new_bytes(), sub="olga")).status_code == 404
    for one in (case_id, lane):
        with pytest.raises(asyncpg.CheckViolationError, match="never to child protection"):
            await desk.sql(
                "INSERT INTO evidence SELECT gen_random_uuid(), $1, 'eva', now(), 'a/b', 'a/b', '{}', 1, repeat('a', 64), '\\x01',"
                " decode(repeat('00', 49), 'hex')",
                UUID(one),
            )


@pytest.mark.parametrize("kind", ["", "nonsense/ ", "multipart/form-data; boundary=x", "text/<b>"])
async def test_a_file_without_its_type_is_malformed(desk: Desk, taken: Taken, kind: str) -> None:
    assert (await add(desk, await taken(), new_bytes(), kind)).status_code == 422


async def test_a_mistake_leaves_its_row_and_a_hold_keeps_its_bytes(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    shown = await added(desk, case_id, new_bytes())
    lea: dict[str, Any] = {"role": "legal", "sub": "lea"}
    mistake = {"removed_as": "added_by_mistake", "note": "It belongs to another case."}
    body = {"record": "evidence", "record_id": shown["id"], "reason": "A court asked for it."}
    hold = (await desk.post(f"{CASES}/{case_id}/holds", body, **lea)).json()
    assert codes(await remove(desk, case_id, shown["id"], mistake)) == ["held"]
    with pytest.raises(asyncpg.CheckViolationError, match="a legal hold lies on this"):
        await desk.sql(
            "UPDATE evidence SET content = NULL, removed_as = 'added_by_mistake', removed_at = now(), removed_by = 'x',"
            " removed_note = '\\x01'"
            " WHERE id = $1",
            UUID(shown["id"]),
        )
    ended = await desk.call("DELETE", f"{CASES}/{case_id}/holds/{hold['id']}", json={"reason": "It was lifted."}, **lea)
    assert (ended.status_code, ended.json()["release_reason"]) == (200, "It was lifted.")
    answer = await remove(desk, case_id, shown["id"], mistake)
    assert answer.status_code == 200, answer.text
    gone = answer.json()
    assert (gone["sha256"], gone["removed"]["note"], gone.get("what_next")) == (shown["sha256"], "It belongs to another case.", None)
    content = await desk.get(f"{CASES}/{case_id}/evidence/{shown['id']}/content", role="evaluator", sub="eva", reason="again")
    assert codes(content) == ["evidence_removed"]
    for change, says in {
        "removed_as = NULL, removed_by = NULL, removed_at = NULL": "stays removed",
        "media_type = 'a/b'": "never changes",
    }.items():
        with pytest.raises(asyncpg.CheckViolationError, match=says):
            await desk.sql(f"UPDATE evidence SET {change} WHERE id = $1", UUID(shown["id"]))


async def test_of_reported_material_nothing_is_left_wherever_the_same_bytes_lie(desk: Desk, taken: Taken) -> None:
    content = new_bytes()
    first, second = await taken(), await taken()
    one, two = await added(desk, first, content), await added(desk, second, content)
    answer = await remove(desk, first, one["id"], {"removed_as": "reported_material"})
    assert [reason["code"] for reason in answer.json()["what_next"]] == ["report_it"]
    for case_id, shown in ((first, one), (second, two)):
        [row] = await desk.sql("SELECT * FROM evidence WHERE id = $1", UUID(shown["id"]))
        assert [row[name] for name in ("sha256", "size", "words", "content", "removed_note")] == [None] * 5
        trail = (await desk.get(f"{CASES}/{case_id}/timeline", role="auditor")).json()["items"]
        assert trail[-1]["what"] == "case evidence removed"
    assert one["sha256"] not in str(await desk.sql("SELECT * FROM audit"))
    explained = await remove(desk, first, one["id"], {"removed_as": "reported_material", "note": "words"})
    assert explained.status_code == 422
