"""Files of a notice: kept after a person's judgement, sealed, run by nothing, destroyed when removed (D20, D27)."""

import hashlib
import io
import itertools
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.audit import log_access
from chassis.check import check
from chassis.crypto import Sealed, Unopenable, reveal
from dmca_svc.actions import evidence as actions
from dmca_svc.actions.text import NOTE
from dmca_svc.api.evidence import LARGEST_FILE
from dmca_svc.model import NoticeFacts, State
from dmca_svc.model.evidence import NewFile, RemovedAs
from dmca_svc.reading import Verdict
from dmca_svc.rules import evidence as law
from dmca_svc.rules import open_points
from dmca_svc.rules.numbers import POLICY
from kernel.cases import Case, load_cases

ON = date(2026, 12, 14)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PAGE = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
SOURCE = "Licence, attached to the letter"
_distinct = itertools.count(1)


def new_bytes(content: bytes = PNG) -> bytes:
    """Give bytes that no other test has added: what is reported is destroyed wherever it lies."""
    return content + f"%{next(_distinct)}-{uuid4()}".encode()


async def add(office: Any, notice_id: str, content: bytes, kind: str | None = "image/png", *, role: str = "evaluator", **query: str) -> Any:
    return await office.desk.post(
        f"/dmca/v1/notices/{notice_id}/evidence",
        role=role,
        sub="eva" if role == "evaluator" else "lea",
        content=content,
        params={"source": SOURCE, **query},
        headers={"Content-Type": kind} if kind else {},
    )


async def added(office: Any, notice_id: str, content: bytes, kind: str = "image/png", **query: str) -> dict[str, Any]:
    answer = await add(office, notice_id, content, kind, **query)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def content_of(office: Any, notice_id: str, evidence_id: str, *, role: str = "team_peer", reason: str | None = "judging it") -> Any:
    return await office.desk.get(f"/dmca/v1/notices/{notice_id}/evidence/{evidence_id}/content", role=role, reason=reason)


async def listed(office: Any, notice_id: str) -> list[dict[str, Any]]:
    answer = await office.desk.get(f"/dmca/v1/notices/{notice_id}/evidence", role="auditor", reason="a test reads")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def remove(office: Any, notice_id: str, evidence_id: str, body: dict[str, Any], role: str = "evaluator") -> Any:
    return await office.desk.post(f"/dmca/v1/notices/{notice_id}/evidence/{evidence_id}/removal", body, role=role)


async def steps(office: Any, notice_id: str) -> list[dict[str, Any]]:
    answer = await office.desk.get(f"/dmca/v1/notices/{notice_id}/timeline", role="auditor")
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [reason["code"] for reason in answer.json()["reasons"]]


@pytest.fixture
async def judged(office: Any) -> str:
    """A notice that an evaluator found curable."""
    notice = await office.file()
    await office.assess(notice["id"], lacks=("good_faith",))
    return str(notice["id"])


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "evidence.toml"), ids=str)
def test_rule(case: Case) -> None:
    facts = case.given
    verdict = facts.get("verdict", "curable")
    notice = NoticeFacts(State(facts.get("state", "received")), None if verdict == "none" else Verdict(verdict))
    removed = RemovedAs(facts["removed_as"]) if "removed_as" in facts else None
    if facts["ask"] == "add":
        new = NewFile(
            facts.get("size", 1000), facts.get("files", 0), known=facts.get("known", False), put_away=facts.get("put_away", False)
        )
        decision = law.may_add(notice, new, on=ON)
    elif facts["ask"] == "open":
        decision = law.may_open(removed)
    else:
        by = facts.get("by", "evaluator")
        why = RemovedAs(facts.get("why", "added_by_mistake"))
        decision = law.may_remove(notice, removed, why, by_legal=by == "legal", by_evaluator=by == "evaluator")
    assert [reason.code for reason in decision.reasons] == case.expect.get("refused", [])
    assert all(reason.cite in {"D20", "D27"} for reason in decision.reasons)


def test_only_reported_material_has_something_to_follow() -> None:
    assert not law.what_follows(RemovedAs.ADDED_BY_MISTAKE).reasons
    [reason] = law.what_follows(RemovedAs.REPORTED_MATERIAL).reasons
    assert (reason.code, reason.cite) == ("report_it", "D20")
    assert "reported material" in reason.says
    assert "legal-reports@" in reason.says


def test_files_that_came_with_a_letter_are_a_point_only_once_it_was_judged() -> None:
    def points(state: State, verdict: Verdict | None, attachments: int = 2, files: int = 0) -> list[str]:
        found = open_points.before_decision(NoticeFacts(state, verdict), attachments=attachments, files=files)
        return [reason.code for reason in found.reasons]

    assert points(State.RECEIVED, Verdict.CURABLE) == ["attachments_not_added"]
    assert points(State.RECEIVED, None) == []
    assert points(State.RECEIVED, Verdict.CURABLE, attachments=0) == []
    assert points(State.RECEIVED, Verdict.CURABLE, files=1) == []
    assert points(State.REJECTED, Verdict.CURABLE) == []


def test_the_route_takes_whatever_size_counsel_allows() -> None:
    assert all(entry.value <= LARGEST_FILE for entry in POLICY.entries["evidence_bytes"])


async def test_a_file_is_hashed_typed_and_sealed(office: Any, judged: str) -> None:
    content = new_bytes()
    before = (await office.get(judged))["version"]
    shown = await added(office, judged, content, name="harbour licence.png")
    digest = hashlib.sha256(content).hexdigest()
    kept = {"source": SOURCE, "name": "harbour licence.png", "size": len(content), "sha256": digest, "by": "eva"}
    assert {name: shown[name] for name in kept} == kept
    assert (shown["claimed_type"], shown["media_type"], shown["cautions"]) == ("image/png", "image/png", [])
    assert await listed(office, judged) == [shown]
    notice = await office.get(judged)
    assert notice["evidence"] == {"kept": 1, "removed": 0}
    assert notice["version"] > before
    [row] = await office.desk.sql("SELECT content, words FROM evidence WHERE id = $1", shown["id"])
    assert content[:16] not in row["content"]
    assert b"icence" not in row["words"]
    step = (await steps(office, judged))[-1]
    assert (step["what"], step["cite"], step["by"]["id"]) == ("evidence_added", "D20", "eva")
    assert digest not in str(await office.desk.sql("SELECT * FROM audit")), "the trail is never shortened, so no hash goes into it"
    assert digest not in str(await office.events(judged))


async def test_the_bytes_come_back_as_they_were_and_nothing_renders_them(office: Any, judged: str) -> None:
    content = new_bytes(PAGE)
    shown = await added(office, judged, content, "application/pdf")
    assert (shown["media_type"], shown["cautions"]) == ("text/html", ["type_mismatch", "active_content"])
    answer = await content_of(office, judged, shown["id"])
    assert (answer.status_code, answer.content) == (200, content)
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == f'attachment; filename="{shown["id"]}.quarantined"'
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


async def test_each_look_is_logged_and_none_is_had_without_a_reason(office: Any, judged: str) -> None:
    shown = await added(office, judged, new_bytes())
    for path in ("evidence", f"evidence/{shown['id']}/content"):
        answer = await office.desk.get(f"/dmca/v1/notices/{judged}/{path}", role="legal")
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/access_reason_missing")
    looks = "SELECT operation, sub FROM access_log WHERE aggregate = 'evidence' AND aggregate_id = $1"
    assert await office.desk.sql(looks, shown["id"]) == []
    await content_of(office, judged, shown["id"], role="legal")
    assert [tuple(row) for row in await office.desk.sql(looks, shown["id"])] == [("http:open_evidence", "legal-1")]


async def test_who_does_not_judge_sees_no_file(office: Any, judged: str) -> None:
    shown = await added(office, judged, new_bytes())
    for role in ("auditor", "communications", "enforcer", "requester_desk", "service"):
        assert (await content_of(office, judged, shown["id"], role=role)).status_code == 403
    assert (await add(office, judged, new_bytes(), role="legal")).status_code == 201
    assert (await add(office, judged, new_bytes(), role="team_peer")).status_code == 403


async def test_no_file_before_a_person_has_judged_the_letter(office: Any) -> None:
    notice = await office.file()
    assert codes(await add(office, notice["id"], new_bytes())) == ["not_triaged"]
    step = (await steps(office, notice["id"]))[-1]
    assert (step["what"], step["cite"]) == ("add_evidence_refused", "D20")
    await office.assess(notice["id"], lacks=("work", "good_faith"))
    assert (await add(office, notice["id"], new_bytes())).status_code == 201


async def test_no_file_of_what_was_put_away(office: Any, judged: str) -> None:
    letter = await office.file("Dear all, may I use your logo on a mug? Bo Example")
    await office.act(f"/{letter['id']}/answer", {"answer": "vrt", "note": "A question."}, "evaluator", "eva")
    assert codes(await add(office, letter["id"], new_bytes())) == ["letter_put_away"]
    with pytest.raises(asyncpg.CheckViolationError, match="found a copyright matter"):
        await office.desk.sql(
            "INSERT INTO evidence SELECT gen_random_uuid(), $1, 'eva', now(), 'a/b', 'a/b', '{}', 1, repeat('a', 64), '\\x01',"
            " decode(repeat('00', 49), 'hex')",
            letter["id"],
        )
    assert await office.desk.sql("SELECT 1 FROM evidence WHERE notice_id = $1", letter["id"]) == []


async def test_a_mail_with_files_is_a_point_until_one_is_added(office: Any, letter: str) -> None:
    mail = (
        "From: ada@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        f"{letter}\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n"
    )
    answer = await office.desk.post("/dmca/v1/notices", role="legal", content=mail.encode(), headers={"Content-Type": "message/rfc822"})
    notice = answer.json()
    assert (notice["attachments"], notice["open_points"]) == ({"application/pdf": 1}, [])
    notice = await office.assess(notice["id"])
    assert [point["code"] for point in notice["open_points"]] == ["attachments_not_added"]
    await added(office, notice["id"], new_bytes(PDF), "application/pdf")
    assert (await office.get(notice["id"]))["open_points"] == []


@pytest.mark.parametrize("as_json", [True, False])
async def test_a_file_that_was_written_into_a_posted_letter_is_counted_and_kept_nowhere(office: Any, letter: str, as_json: bool) -> None:
    code = "UXVhZ2dh" * 9
    text = f"{letter}\ndata:image/png;base64,{code}\n\nContent-Type: application/zip\n\n{f'{code}{chr(10)}' * 9}"
    body: dict[str, Any] = {"json": {"text": text}} if as_json else {"content": text.encode(), "headers": {"Content-Type": "text/plain"}}
    answer = await office.desk.call("POST", "/dmca/v1/notices", role="legal", **body)
    notice = answer.json()
    assert (notice["attachments"], notice["reading"]["verdict"]) == ({"image/png": 1, "application/zip": 1}, "compliant")
    shown = await office.desk.get(f"/dmca/v1/notices/{notice['id']}/letter", role="legal", reason="a test reads")
    assert shown.json()["text"].startswith(letter.rstrip())
    assert code not in shown.text
    notice = await office.assess(notice["id"])
    assert [point["code"] for point in notice["open_points"]] == ["attachments_not_added"]


async def test_the_same_bytes_are_kept_once_with_a_notice_and_again_after_a_mistake(office: Any, judged: str) -> None:
    content = new_bytes()
    first = await added(office, judged, content)
    assert codes(await add(office, judged, content, "image/webp")) == ["evidence_known"]
    mistake = {"removed_as": "added_by_mistake", "note": "Of another matter."}
    assert (await remove(office, judged, first["id"], mistake)).status_code == 200
    await added(office, judged, content)
    assert len(await listed(office, judged)) == 2


async def test_a_call_repeated_under_its_key_is_one_file(office: Any, judged: str) -> None:
    headers = {"Idempotency-Key": f"evidence-{uuid4()}", "Content-Type": "image/png"}
    path, content = f"/dmca/v1/notices/{judged}/evidence", new_bytes()
    first, again = [
        await office.desk.post(path, role="evaluator", content=content, params={"source": SOURCE}, headers=headers) for _ in "12"
    ]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = await office.desk.post(path, role="evaluator", content=new_bytes(), params={"source": SOURCE}, headers=headers)
    assert other.status_code == 422


async def test_a_zip_bomb_is_just_bytes(office: Any, judged: str) -> None:
    pressed = io.BytesIO()
    with zipfile.ZipFile(pressed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    bomb = new_bytes(pressed.getvalue())
    tracemalloc.start()
    shown = await added(office, judged, bomb, "image/png")
    answer = await content_of(office, judged, shown["id"])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (shown["media_type"], shown["cautions"]) == ("application/zip", ["type_mismatch", "archive"])
    assert answer.content == bomb
    assert most < 20_000_000


async def test_what_is_too_large_is_told_so(office: Any, judged: str) -> None:
    assert (await add(office, judged, bytes(30_000_000))).status_code == 413
    assert codes(await add(office, judged, bytes(10_000_001))) == ["evidence_too_large"]
    shown = await added(office, judged, new_bytes(bytes(9_999_000)))
    assert len((await content_of(office, judged, shown["id"])).content) == shown["size"]


@pytest.mark.parametrize("kind", [None, "nonsense/ ", "multipart/form-data; boundary=x", "a/" + "b" * 200, "text/<b>"])
async def test_a_file_has_one_type_that_it_claims(office: Any, judged: str, kind: str | None) -> None:
    answer = await add(office, judged, new_bytes(), kind)
    assert (answer.status_code, "<b>" in answer.text) == (422, False)
    assert await listed(office, judged) == []


async def test_what_says_nothing_is_malformed(office: Any, judged: str) -> None:
    assert (await add(office, judged, b"")).status_code == 422
    assert (await add(office, judged, new_bytes(), source="")).status_code == 422
    assert (await add(office, judged, new_bytes(), source="x" * 501)).status_code == 422
    assert (await add(office, judged, new_bytes(), name="licence\u202egnp.exe")).status_code == 422
    assert (await add(office, judged, new_bytes(), name="a\nb")).status_code == 422
    assert await listed(office, judged) == []


async def test_a_file_belongs_to_its_own_notice(office: Any, judged: str) -> None:
    shown = await added(office, judged, new_bytes())
    other = await office.file()
    assert (await content_of(office, other["id"], shown["id"])).status_code == 404
    mistake = {"removed_as": "added_by_mistake", "note": "Not ours."}
    assert (await remove(office, other["id"], shown["id"], mistake)).status_code == 404
    assert (await content_of(office, judged, str(uuid4()))).status_code == 404
    assert (await listed(office, judged))[0].get("removed") is None


async def test_a_mistaken_file_leaves_its_row_and_no_bytes(office: Any, judged: str) -> None:
    shown = await added(office, judged, new_bytes())
    explained = {"removed_as": "added_by_mistake", "note": "It belongs to another letter."}
    assert (await remove(office, judged, shown["id"], {"removed_as": "added_by_mistake"})).status_code == 422
    answer = await remove(office, judged, shown["id"], explained)
    assert answer.status_code == 200, answer.text
    removed = answer.json()
    assert {name: removed[name] for name in shown} == shown
    assert {name: removed["removed"][name] for name in ("by", *explained)} == {"by": "evaluator-1", **explained}
    assert "what_next" not in removed
    assert await listed(office, judged) == [removed]
    assert [tuple(row) for row in await office.desk.sql("SELECT content FROM evidence WHERE id = $1", shown["id"])] == [(None,)]
    assert codes(await content_of(office, judged, shown["id"])) == ["evidence_removed"]
    assert codes(await remove(office, judged, shown["id"], explained)) == ["removed_already"]
    assert (await office.get(judged))["evidence"] == {"kept": 0, "removed": 1}


async def test_what_others_relied_on_is_legals_to_remove(office: Any) -> None:
    notice = await office.file()
    await office.assess(notice["id"])
    shown = await added(office, notice["id"], new_bytes())
    await office.recommend(notice["id"])
    explained = {"removed_as": "added_by_mistake", "note": "Privileged."}
    assert codes(await remove(office, notice["id"], shown["id"], explained)) == ["removal_is_legals"]
    assert (await remove(office, notice["id"], shown["id"], explained, role="legal")).status_code == 200


async def everywhere(office: Any, *words: str) -> set[str]:
    """Look for words in every column of every table, bytes too."""
    columns = await office.desk.sql(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'dmca'"
        " AND data_type IN ('text', 'jsonb', 'bytea', 'ARRAY')"
    )
    found = set()
    for table, column, kind in columns:
        text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        for word in words:
            if await office.desk.sql(f'SELECT 1 FROM "{table}" WHERE position($1 in {text}) > 0 LIMIT 1', word):
                found.add(f"{table}.{column}")
    return found


async def test_of_reported_material_nothing_is_left_but_that(office: Any, judged: str) -> None:
    content = new_bytes()
    digest = hashlib.sha256(content).hexdigest()
    shown = await added(office, judged, content, name="picture.png")
    other = await office.file()
    await office.assess(other["id"])
    copy = await added(office, other["id"], content)
    another = await added(office, other["id"], new_bytes())
    answers = "SELECT 1 FROM idempotency WHERE operation = ANY($1) AND caller = 'eva'"
    assert await office.desk.sql(answers, list(actions.ANSWERS))
    assert await everywhere(office, digest) == {"evidence.sha256"}
    words = {"removed_as": "reported_material", "note": "It shows ..."}
    assert (await remove(office, judged, shown["id"], words, role="team_peer")).status_code == 422
    answer = await remove(office, judged, shown["id"], {"removed_as": "reported_material"}, role="team_peer")
    assert answer.status_code == 200, answer.text
    left = answer.json()
    assert left.keys() == {"id", "by", "at", "claimed_type", "media_type", "cautions", "removed", "what_next"}
    assert (left["removed"]["removed_as"], left["removed"]["by"]) == ("reported_material", "team_peer-1")
    assert [point["code"] for point in left["what_next"]] == ["report_it"]
    assert await everywhere(office, digest) == set()
    assert await office.desk.sql(answers, list(actions.ANSWERS)) == []
    gone, kept = await listed(office, other["id"])
    assert (gone["id"], gone["removed"]["removed_as"], kept) == (copy["id"], "reported_material", another)
    for notice_id in (judged, other["id"]):
        step = (await steps(office, notice_id))[-1]
        assert (step["what"], step["cite"], "reasons" in step) == ("evidence_removed", "D20", False), "as of any other file"
        assert (await office.said(notice_id))[-1] == "assessed", "nobody outside is told"
    assert codes(await content_of(office, judged, shown["id"])) == ["evidence_removed"]
    assert codes(await remove(office, judged, shown["id"], {"removed_as": "reported_material"})) == ["removed_already"]


async def test_what_was_a_mistake_may_turn_out_to_be_reported_material(office: Any, judged: str) -> None:
    shown = await added(office, judged, new_bytes())
    await remove(office, judged, shown["id"], {"removed_as": "added_by_mistake", "note": "A picture of Quagga."})
    answer = await remove(office, judged, shown["id"], {"removed_as": "reported_material"}, role="team_manager")
    assert answer.status_code == 200, answer.text
    [left] = await listed(office, judged)
    assert "sha256" not in left
    assert left["removed"].keys() == {"removed_as", "by", "at"}
    [note] = await office.desk.sql("SELECT id, text FROM note WHERE notice_id = $1 AND about = 'evidence_removed'", judged)
    async with office.desk.runtime.edge("test", access_reason="a test") as edge:
        await log_access(edge, "notice", UUID(judged))
        assert await reveal(edge, Sealed(note["text"]), place=NOTE) == "reported material"


async def test_the_database_keeps_files_as_they_were_noted(office: Any, judged: str) -> None:
    one, two = [await added(office, judged, new_bytes()) for _ in "12"]

    async def refuses(change: str, says: str, *values: Any) -> None:
        with pytest.raises(asyncpg.CheckViolationError, match=says):
            await office.desk.sql(f"UPDATE evidence SET {change} WHERE id = $1", one["id"], *values)

    await refuses("content = NULL", "bytes_until_removed")
    await refuses("content = (SELECT content FROM evidence WHERE id = $2)", "never changes", two["id"])
    await refuses("sha256 = repeat('0', 64)", "never changes")
    await refuses("sha256 = NULL", "known_unless_reported")
    await refuses("by = 'max'", "never changes")
    await refuses("media_type = 'image/gif'", "never changes")
    await refuses("removed_as = 'reported_material', removed_by = 'x', removed_at = now(), content = NULL", "known_unless_reported")
    await refuses("removed_as = 'added_by_mistake', removed_by = 'x', removed_at = now(), content = NULL", "mistake_explained")
    await refuses("removed_as = 'no_reason', removed_by = 'x', removed_at = now(), content = NULL", "removed_as_known")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await office.desk.sql("DELETE FROM evidence WHERE id = $1", one["id"])
    await remove(office, judged, one["id"], {"removed_as": "reported_material"})
    back = "removed_as = NULL, removed_by = NULL, removed_at = NULL"
    await refuses(back, "stays removed")
    await refuses("removed_as = 'added_by_mistake'", "stays removed")


async def as_owner(office: Any, *statements: str) -> None:
    """Do what no role of the service can: as who owns the machine, with every guard asleep."""
    connection = await asyncpg.connect(office.desk.settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        await connection.execute("SET session_replication_role = replica; SET search_path = dmca")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_bytes_that_were_exchanged_are_not_given_out(fresh: Any) -> None:
    office, content = fresh, PNG + b"0"
    notice = await office.file()
    await office.assess(notice["id"])
    one = await added(office, notice["id"], content)
    two = await added(office, notice["id"], PNG + b"1")
    swap = (
        "UPDATE evidence SET content = (SELECT o.content FROM evidence o WHERE o.notice_id = evidence.notice_id AND o.id <> evidence.id)"
        f" WHERE notice_id = '{notice['id']}'"
    )
    await as_owner(office, swap)
    async with office.desk.runtime.edge("test", access_reason="a test") as edge:
        for shown in (one, two):
            with pytest.raises(Unopenable):
                await actions.open_evidence(edge, UUID(notice["id"]), UUID(shown["id"]))
    await as_owner(office, swap)
    assert (await content_of(office, notice["id"], one["id"])).content == content


async def test_the_checker_finds_files_that_are_not_in_order(fresh: Any) -> None:
    office = fresh
    notice = await office.file()
    await office.assess(notice["id"])
    await added(office, notice["id"], PNG)

    async def found() -> set[str]:
        return {finding.invariant for finding in await check(office.desk.runtime)} & {
            "files-of-copyright-matters",
            "files-sealed-as-counted",
            "files-in-the-trail",
        }

    assert await found() == set()
    moved = "UPDATE evidence SET content = overlay(content placing uuid_send(gen_random_uuid()) from 2 for 16)"
    await as_owner(office, "CREATE TABLE kept AS SELECT id, content FROM evidence", moved)
    assert await found() == {"files-sealed-as-counted"}
    await as_owner(office, "UPDATE evidence SET content = kept.content FROM kept WHERE kept.id = evidence.id")
    await as_owner(office, "CREATE TABLE judged AS SELECT * FROM assessment", "DELETE FROM assessment")
    assert await found() == {"files-of-copyright-matters"}
    await as_owner(office, "INSERT INTO assessment SELECT * FROM judged")
    another = "gen_random_uuid(), notice_id, by, at, claimed_type, media_type, cautions, size, repeat('a', 64), words, content"
    await as_owner(office, f"INSERT INTO evidence SELECT {another} FROM evidence")
    assert await found() == {"files-in-the-trail"}
    await as_owner(office, "DELETE FROM evidence WHERE sha256 = repeat('a', 64)", "DROP TABLE kept", "DROP TABLE judged")
    assert await found() == set()
