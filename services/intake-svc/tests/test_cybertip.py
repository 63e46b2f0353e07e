"""A report to NCMEC against a double of its interface: filed once whatever happens, never unnoticed, never to the other host (R55, D21)."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import uvicorn
from chassis.fault import POINTS
from chassis.testing import Desk, House, broken_at, eventually
from intake_svc.app import SERVICE
from intake_svc.deliveries.start import WrongEnvironment, make_sure
from intake_svc.model.cybertip import TIP_MOVES, NotRequired, Step, TipFacts, TipState, Waiving
from intake_svc.rules import cybertip as rules
from intake_svc.settings import CyberTipSettings, cybertip_of
from kernel.cases import Case, load_cases
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

CASES = Path(__file__).parent / "cases"
GROUP: dict[str, Any] = {"role": "child_protection", "reason": "the lane"}
NORA, NICO = {**GROUP, "sub": "nora"}, {**GROUP, "sub": "nico"}
LENA: dict[str, Any] = {"role": ("legal", "child_protection"), "sub": "lena", "reason": "the lane"}
LANE = {"kind": "child_protection", "channel": "legal_reports", "summary": "reported material", "pages": None}
MARK = "zanzibar-marker"
REPORT = {"incident_type": "apparent_material", "note": "reported material"}
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("example", load_cases(CASES / "cybertip.toml"), ids=str)
def test_reports(example: Case) -> None:
    said = example.given
    people = (said.get(part) for part in ("waived_by", "second", "counsel"))
    tip = TipFacts(TipState(said.get("state", "open")), Step(said.get("step", "undecided")), *people)
    named, by = said.get("named", True), said.get("by", "nora")
    decision = {
        "report": lambda: rules.may_report(tip, named=named, incident=said.get("incident", "apparent_material"), on=NOW.date()),
        "waive": lambda: rules.may_waive(
            tip,
            Waiving(NotRequired(said.get("ground", "not_apparent")), said.get("promotes", False), said.get("approaches", False)),
            named=named,
        ),
        "confirm": lambda: rules.may_confirm_waiver(tip, by=by, named=named, legal=said.get("legal", False)),
    }[said["ask_for"]]()
    assert [reason.code for reason in decision.reasons] == example.expect["refused"]


@dataclass
class Ncmec:
    """The interface as documented: its codes, its memory, and a report that is dropped 24 hours after it was opened."""

    clock: Callable[[], datetime]
    opened: dict[str, datetime] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    misbehave: list[Callable[[str], Response | None]] = field(default_factory=list)
    port: int = 0

    async def answer(self, request: Request) -> Response:
        path = request.url.path.rpartition("/")[2]
        self.calls.append(path)
        body = await request.body()
        if self.misbehave and (odd := self.misbehave.pop(0)(path)) is not None:
            return odd
        if request.headers.get("authorization") != "Basic " + base64.b64encode(b"example:secret").decode():
            return said(2000, status=401)
        if path == "submit":
            return self.open(body.decode())
        number = body.decode().removeprefix("id=")
        if number in self.finished:
            return said(5102)
        if number not in self.opened or self.clock() >= self.opened[number] + timedelta(hours=24):
            return said(5001)
        del self.opened[number]
        (self.finished if path == "finish" else self.retracted).append(number)
        return said(0, number, root="reportDoneResponse")

    def open(self, document: str) -> Response:
        report = ET.fromstring(document)  # noqa: S314  # our own
        if [one.tag for one in report][:1] != ["incidentSummary"] or report.find("reporter/reportingPerson/email") is None:
            return said(4100)
        number = str(4000 + len(self.documents))
        self.documents.append(document)
        self.opened[number] = self.clock()
        return said(0, number)


def said(code: int, number: str | None = None, *, status: int = 200, root: str = "reportResponse") -> Response:
    told = f"<reportId>{number}</reportId>" if number else ""
    return Response(f"<{root}><responseCode>{code}</responseCode>{told}</{root}>", status, media_type="text/xml")


@pytest.fixture(scope="module")
async def at_ncmec(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Desk, Ncmec]]:
    desk = await house.desk(SERVICE, fresh=True)
    ncmec = Ncmec(desk.runtime.clock.law)
    app = Starlette(routes=[Route("/ispws/{path}", ncmec.answer, methods=["POST"])])
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        file = tmp_path_factory.mktemp("ncmec") / "credentials.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"environment": "test", "username": "example", "password": "secret"}))
        desk.runtime.state["intake.cybertip"] = CyberTipSettings(
            cybertip_environment="test",
            cybertip_credentials_file=file,
            cybertip_url=f"http://127.0.0.1:{bound.getsockname()[1]}/ispws",
            cybertip_contact="reports@example.org",
            cybertip_timeout=1.0,
        )
        await make_sure(desk.runtime)
        for sub in ("nora", "nico"):
            assert (await desk.call("PUT", f"/intake/v1/lane/readers/{sub}", role="director", sub="dora")).status_code == 200
        yield desk, ncmec
        server.should_exit = True
        await serving
    await desk.close()


@pytest.fixture
async def desk(at_ncmec: tuple[Desk, Ncmec]) -> AsyncIterator[Desk]:
    yield at_ncmec[0]
    assert await at_ncmec[0].findings() == []


@pytest.fixture
def ncmec(at_ncmec: tuple[Desk, Ncmec]) -> Ncmec:
    at_ncmec[1].misbehave.clear()
    at_ncmec[1].calls.clear()
    return at_ncmec[1]


Filed = Callable[..., Awaitable[dict[str, Any]]]


async def a_case(file: Filed) -> str:
    evidence = [{"url": f"https://example.wiki/{MARK}"}]
    return f"/intake/v1/cases/{(await file(**LANE, subjects=[{'user': MARK}], evidence=evidence, ncmec_report='example 1'))['case_id']}"


async def ended(desk: Desk, path: str, state: str = "finished") -> dict[str, Any]:
    """Let everything go on, its pauses too, until the duty has this state."""

    async def there() -> Any:
        await desk.sql("UPDATE delivery SET next_at = now() WHERE state IN ('waiting', 'attempting') AND next_at IS NOT NULL")
        found = (await desk.get(f"{path}/cybertip", **NORA)).json()
        return found if found["state"] == state else None

    await desk.work()
    found: dict[str, Any] = await eventually(there, what=f"the report being {state}")
    return found


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def alerts(desk: Desk, path: str) -> int:
    case_id = path.rpartition("/")[2]
    [[count]] = await desk.sql(
        "SELECT count(*) FROM outbox WHERE position($1 in key) > 0 AND convert_from(payload, 'UTF8')::jsonb ->> 'case_change_kind'"
        " = 'attention_needed'",
        case_id,
    )
    return int(count)


async def test_one_decides_it_is_filed_and_nothing_of_it_lies_anywhere_else(
    desk: Desk, ncmec: Ncmec, file: Filed, capfd: pytest.CaptureFixture[str]
) -> None:
    path = await a_case(file)
    place = {"wiki": "examplewiki", "title": MARK, "address": f"https://example.wiki/?{MARK}"}
    assert (await desk.post(f"{path}/sealed-record", {"places": [place], "words": MARK}, **NORA)).status_code == 201
    begun = await desk.post(f"{path}/cybertip", {**REPORT, "note": MARK}, **NORA)
    assert (begun.status_code, begun.json()["state"]) == (200, "open")
    # Where the further detail stands (R58).
    assert begun.json()["guidance"] == "Combating online child exploitation policy"
    told = await ended(desk, path)
    assert told["report_id"] in ncmec.finished
    assert (told["environment"], [one["answered"] for one in told["attempts"]]) == ("test", ["opened"])
    sent = ncmec.documents[-1]
    assert sent.count(MARK) >= 4
    assert "example 1" in sent
    assert codes(await desk.post(f"{path}/cybertip", REPORT, **NORA)) == ["reported_already"]
    assert await alerts(desk, path) == 0
    # Preserved for the law's year, held and released, then gone with a certificate that can be checked.
    case_id = path.rpartition("/")[2]
    legal = {"role": ("legal", "child_protection"), "sub": "lena", "reason": "a court"}
    hold = await desk.post(f"{path}/holds", {"reason": "A court asked for it."}, **legal)
    form = {"authority": "An example agency", "reference": "Example 7", "note": "Verified by calling back."}
    assert codes(await desk.post(f"{path}/sealed-record/destruction", form, **NORA)) == ["held"]
    released = {"reason": "It is over."}
    assert (await desk.call("DELETE", f"{path}/holds/{hold.json()['id']}", json=released, **legal)).status_code == 200
    assert await found_in_database(desk, MARK) == set()
    for shown in (path, f"{path}/timeline", f"{path}/cybertip", f"{path}/file", "/metrics"):
        answer = await desk.get(shown, **legal)
        assert MARK not in answer.text, shown
    assert MARK not in "".join(capfd.readouterr())
    assert MARK in (await desk.get(f"{path}/sealed-record", **NORA)).text
    assert (await desk.post(f"{path}/sealed-record/destruction", form, **NORA)).status_code == 201
    assert codes(await desk.post(f"{path}/sealed-record/destruction/confirmation", **NORA)) == ["own_proposal"]
    gone = (await desk.post(f"{path}/sealed-record/destruction/confirmation", **NICO)).json()
    assert json.loads(gone["certificate"])["by"] == ["nora", "nico"]
    assert codes(await desk.get(f"{path}/sealed-record", **NORA)) == ["record_destroyed"]
    assert (await desk.get(f"{path}/sealed-record/certificate", **NORA)).json()["holds"] is True
    [key] = await desk.sql("SELECT k.wrapped FROM data_key k JOIN sealed_record s ON s.id = k.id WHERE s.case_id = $1", UUID(case_id))
    assert key["wrapped"] is None
    with pytest.raises(Exception, match="certificate stays as it is"):
        await desk.sql("UPDATE destruction SET certificate = 'another' WHERE case_id = $1", UUID(case_id))


async def found_in_database(desk: Desk, word: str) -> set[str]:
    columns = await desk.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'intake'"
        " AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY')"
    )
    found = set()
    for table, name in columns:
        rows = await desk.sql(f'SELECT count(*) FROM "{table}" WHERE encode("{name}"::text::bytea, \'escape\') ILIKE $1', f"%{word}%")
        found |= {f"{table}.{name}"} if rows[0][0] else set()
    return found


async def _dripping() -> AsyncIterator[bytes]:
    yield b"<"
    await asyncio.sleep(1.2)  # longer than intake waits for an answer


ODD: dict[str, Callable[[str], Response | None]] = {
    "a server error": lambda _path: Response("<html>", 500),
    "its own error": lambda _path: said(1000),
    "nonsense": lambda _path: Response("<html>all is well</html>"),
    "two numbers": lambda _path: Response(
        "<reportResponse><responseCode>0</responseCode><reportId>1</reportId><reportId>2</reportId></reportResponse>"
    ),
    "declarations": lambda _path: Response('<!DOCTYPE a [<!ENTITY b "c">]><reportResponse/>'),
    "nothing in time": lambda _path: StreamingResponse(_dripping()),
    "without end": lambda _path: Response(b"x" * 100_000),
}


@pytest.mark.parametrize("odd", sorted(ODD))
async def test_what_answers_oddly_is_asked_again_and_one_report_is_finished(odd: str, desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path, before = await a_case(file), len(ncmec.finished)
    # At the first submit, and at the first finish.
    ncmec.misbehave += [ODD[odd], lambda _path: None, ODD[odd]]
    await desk.post(f"{path}/cybertip", REPORT, **NORA)
    told = await ended(desk, path)
    assert len(ncmec.finished) == before + 1
    assert ncmec.calls == ["submit", "submit", "finish", "finish"]
    unclear = odd != "its own error"
    assert [one["answered"] for one in told["attempts"]] == ["lost" if unclear else "refused", "opened"]
    assert ("drops_at" in told["attempts"][0], await alerts(desk, path) > 0) == (unclear, unclear)


async def test_while_ncmec_is_down_nothing_is_sent_and_nothing_forgotten(desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path, reached = await a_case(file), cybertip_of(desk.runtime)
    desk.runtime.state["intake.cybertip"] = reached.model_copy(update={"cybertip_url": "http://127.0.0.1:1/ispws"})
    await desk.post(f"{path}/cybertip", REPORT, **NORA)
    await desk.work()
    tried = await eventually(lambda: _attempts(desk, path, "not_sent"), what="a submission that did not go out")
    assert (ncmec.calls, [one["answered"] for one in tried]) == ([], ["not_sent"])
    desk.runtime.state["intake.cybertip"] = reached
    told = await ended(desk, path)
    assert (told["attempts"][-1]["answered"], ncmec.calls, await alerts(desk, path)) == ("opened", ["submit", "finish"], 0)


async def _attempts(desk: Desk, path: str, answered: str) -> Any:
    found = (await desk.get(f"{path}/cybertip", **NORA)).json()["attempts"]
    return found if any(one["answered"] == answered for one in found) else None


async def test_wrong_credentials_wake_staff_at_once_and_the_duty_goes_on_by_its_date(desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path = await a_case(file)
    ncmec.misbehave.append(lambda _path: said(2000, status=401))
    await desk.post(f"{path}/cybertip", REPORT, **NORA)
    await desk.settle()
    told = (await desk.get(f"{path}/cybertip", **NORA)).json()
    assert (told["state"], told["step"], told["failure"]) == ("open", "failed", "ncmec_not_authenticated")
    assert await alerts(desk, path) == 1
    await desk.advance(timedelta(hours=1))
    assert (await ended(desk, path))["report_id"] in ncmec.finished
    assert await alerts(desk, path) == 2


async def test_nobody_deciding_wakes_staff_again_and_again(desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path = await a_case(file)
    await desk.advance(timedelta(hours=9))
    assert await alerts(desk, path) == 2
    await desk.post(f"{path}/cybertip/waiver", {"ground": "school_event", "note": "A school asked."}, **NORA)
    await desk.post(f"{path}/cybertip/waiver/confirmation", **NICO)
    over = (await desk.post(f"{path}/cybertip/waiver/confirmation", **LENA)).json()
    assert (over["state"], over["not_required_by"], ncmec.calls) == ("not_required", ["nora", "nico", "lena"], [])


async def test_what_was_dropped_unfinished_is_filed_anew_and_seen(desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path = await a_case(file)
    ncmec.misbehave += [lambda _path: None, lambda _path: ncmec.opened.clear()]  # type: ignore[func-returns-value]  # it forgets them
    await desk.post(f"{path}/cybertip", REPORT, **NORA)
    told = await ended(desk, path)
    assert [one["answered"] for one in told["attempts"]] == ["dropped", "opened"]
    assert await alerts(desk, path) == 1


async def test_an_open_report_is_taken_back_when_three_decide_against_it_and_the_record_ends_by_its_term(
    desk: Desk, ncmec: Ncmec, file: Filed
) -> None:
    path = await a_case(file)
    ncmec.misbehave += [lambda _path: None, lambda _path: said(2000, status=401)]
    await desk.post(f"{path}/cybertip", REPORT, **NORA)
    await desk.settle()
    opened = (await desk.get(f"{path}/cybertip", **NORA)).json()
    assert (opened["step"], opened["report_id"] in ncmec.opened) == ("failed", True)
    await desk.post(f"{path}/cybertip/waiver", {"ground": "not_apparent", "note": "Nothing prohibited is apparent."}, **NORA)
    await desk.post(f"{path}/cybertip/waiver/confirmation", **NICO)
    await desk.post(f"{path}/cybertip/waiver/confirmation", **LENA)
    await ended(desk, path, "retracted")
    assert (opened["report_id"] in ncmec.retracted, opened["report_id"] in ncmec.finished) == (True, False)
    assert ncmec.calls == ["submit", "finish", "retract"]
    # The law's year begins with the end of the duty; a hold outlives it, and what ends the hold ends the record.
    hold = await desk.post(f"{path}/holds", {"reason": "A court asked for it."}, **LENA)
    await desk.advance(timedelta(days=366))
    assert (await desk.get(f"{path}/sealed-record", **NORA)).status_code == 200
    await desk.call("DELETE", f"{path}/holds/{hold.json()['id']}", json={"reason": "It is over."}, **LENA)
    await desk.advance(timedelta(days=1))
    assert codes(await desk.get(f"{path}/sealed-record", **NORA)) == ["record_destroyed"]
    certificate = (await desk.get(f"{path}/sealed-record/certificate", **NORA)).json()
    assert (certificate["holds"], json.loads(certificate["certificate"])["ground"]) == (True, "term_over")


POINTS_OF_A_DELIVERY = tuple(one for one in POINTS if one.startswith("delivery."))


@pytest.mark.parametrize("after", [0, 1], ids=["submit", "finish"])
@pytest.mark.parametrize("point", POINTS_OF_A_DELIVERY)
async def test_whatever_breaks_at_a_step_one_report_is_finished(point: str, after: int, desk: Desk, ncmec: Ncmec, file: Filed) -> None:
    path, before = await a_case(file), len(ncmec.finished)
    with broken_at(point, "cancel", after=after) as passed:
        await desk.post(f"{path}/cybertip", REPORT, **NORA)
        told = await ended(desk, path)
    assert passed.count(point) > after
    assert ncmec.finished[before:] == [told["report_id"]]
    # What may lie open at NCMEC is known of, and nothing else does.
    lost = [one for one in told["attempts"] if one["answered"] == "lost"]
    assert len(lost) + 1 == len(told["attempts"])
    assert bool(lost) == (await alerts(desk, path) > 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cybertip_environment": "production"},
        {"cybertip_environment": "production", "dev": False},
        {"cybertip_url": "https://report.cybertip.org/ispws"},
        {"cybertip_url": "http://192.0.2.1/ispws"},
        {"cybertip_contact": ""},
        {"cybertip_environment": None},
        {"password": ""},
        {"mode": 0o644},
    ],
    ids="-".join,
)
def test_what_does_not_belong_together_does_not_start(wrong: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.touch(mode=wrong.pop("mode", 0o600))
    said_ = {"environment": "test", "username": "example", "password": "secret"}
    file.write_text(json.dumps(said_ if wrong.pop("password", None) is None else {"environment": "test"}))
    dev = wrong.pop("dev", True)
    sound: dict[str, Any] = {
        "cybertip_environment": "test",
        "cybertip_credentials_file": file,
        "cybertip_url": "http://127.0.0.1:1/ispws",
        "cybertip_contact": "reports@example.org",
    }
    assert CyberTipSettings(**sound).wrong(dev=True) == [] or file.stat().st_mode & 0o077 or "secret" not in file.read_text()
    assert CyberTipSettings(**(sound | wrong)).wrong(dev=dev) != []
    assert CyberTipSettings().wrong(dev=dev) == []


async def test_a_database_of_one_environment_starts_for_no_other(desk: Desk, ncmec: Ncmec) -> None:
    kept = desk.runtime.state["intake.cybertip"]
    desk.runtime.state["intake.cybertip"] = CyberTipSettings(cybertip_environment="production", cybertip_contact="a@example.org")
    with pytest.raises(WrongEnvironment, match="reports of the other environment"):
        await make_sure(desk.runtime)
    desk.runtime.state["intake.cybertip"] = kept


async def test_the_database_knows_the_moves_of_a_report(desk: Desk) -> None:
    for old in TipState:
        for new in TipState:
            [[legal]] = await desk.sql("SELECT legal_cybertip_move($1, $2)", old, new)
            assert legal == (new in TIP_MOVES.get(old, ()))
