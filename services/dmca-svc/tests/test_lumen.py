"""A notice for Lumen: nobody can be told from it, it is off unless configured, and nothing counts as given without its receipt (D22)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from chassis.testing import Desk, eventually
from dmca_svc.model import State
from dmca_svc.model.lumen import LumenNotice, LumenPage, LumenStanding, LumenState
from dmca_svc.reading import Document
from dmca_svc.reading.wikimedia import page_of
from dmca_svc.rules import lumen as rules
from dmca_svc.settings import DmcaSettings, settings_of
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
RECEIVED = datetime(2026, 11, 2, 9, tzinfo=UTC)
TOKEN = "a token that Lumen's staff gave"


def written(told: Any) -> dict[str, Any]:
    named = told.get("pages", ["commonswiki File:Harbour at dawn.jpg"])
    places = [page.partition(" ") for page in named]
    pages = tuple(LumenPage(wiki, title, number < told["down"]) for number, (wiki, _, title) in enumerate(places))
    about = LumenNotice(RECEIVED, pages, told.get("name"), told.get("organisation"), told["work"])
    return rules.notice_for(about, withhold_work=told.get("withhold", False), on=ON)


def parties(notice: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["entity_attributes"] for one in notice["entity_notice_roles_attributes"]}


@pytest.mark.parametrize("case", load_cases(CASES / "lumen.toml"), ids=str)
def test_what_lumen_is_told(case: Case) -> None:
    notice = written(case.given)
    who, (work,) = parties(notice), notice["works_attributes"]
    assert (who["sender"]["name"], who["principal"]["name"]) == (case.expect["sender"], case.expect["principal"])
    assert all((one["kind"] == "individual") == (one["name"] == "[private]") for one in who.values())
    assert who["recipient"]["name"] == "Wikimedia Foundation, Inc."
    assert work["description"] == case.expect["work"]
    assert [one["url"] for one in work["infringing_urls_attributes"]] == case.expect["urls"]
    assert (notice["type"], notice["action_taken"], notice["date_received"]) == ("DMCA", case.expect["action"], "2026-11-02")


NAMES = st.from_regex(r"[A-Z][a-z]{2,10}", fullmatch=True)


@given(NAMES, NAMES, st.sampled_from(["{0} wrote it", "a photograph by {0}", "I am {0}.", "mail {1} or call {2}", "({0}) {1}"]))
def test_neither_the_senders_name_nor_a_mail_nor_a_telephone_is_ever_told(first: str, last: str, passage: str) -> None:
    mail, phone = f"{first}.{last}@example.org".lower(), "+1 (555) 010-0199"
    work = passage.format(f"{first} {last}", mail, phone)
    notice = written({"name": f"{first} {last}", "work": work, "pages": [f"enwiki {first} {last}"], "down": 0})
    told = repr(notice["works_attributes"]) + repr(parties(notice)["sender"])
    assert mail not in told
    assert "010-0199" not in told
    words = {word.casefold() for word in told.replace("[", " ").replace("]", " ").replace("'", " ").split()}
    assert not words & {first.casefold(), last.casefold()} - {"private", "individual", "wrote", "left", "out", "mail", "call"}


@pytest.mark.parametrize(
    "wiki", ["commonswiki", "enwiki", "zh_yuewiki", "be_x_oldwiki", "wikidatawiki", "dewikisource", "metawiki", "simplewiki"]
)
def test_an_address_leads_to_the_page_that_it_is_made_of(wiki: str) -> None:
    url = rules.address_of(LumenPage(wiki, "Harbour at dawn (1999)"))
    assert url is not None
    found = page_of(url)
    assert found is not None
    assert (found.wiki, found.title) == (wiki, "Harbour at dawn (1999)")


DECIDED = LumenStanding(State.TAKEN_DOWN, Document.NOTICE)


@pytest.mark.parametrize(
    ("standing", "more", "codes"),
    [
        (DECIDED, {}, []),
        (LumenStanding(State.REJECTED, Document.NOTICE), {}, []),
        (LumenStanding(State.TAKEN_DOWN, Document.NOTICE, last=LumenState.FAILED), {}, []),
        (DECIDED, {"configured": False}, ["lumen_off"]),
        (LumenStanding(State.IN_REVIEW, Document.NOTICE), {}, ["lumen_undecided"]),
        (LumenStanding(State.WITHDRAWN, Document.NOTICE), {}, ["lumen_undecided"]),
        (LumenStanding(State.REJECTED, Document.OTHER), {}, ["lumen_no_notice"]),
        (LumenStanding(State.TAKEN_DOWN, Document.NOTICE, announced=False), {}, ["lumen_unannounced"]),
        (DECIDED, {"addresses": 0}, ["lumen_nothing"]),
        (LumenStanding(State.TAKEN_DOWN, Document.NOTICE, last=LumenState.QUEUED), {}, ["lumen_given"]),
        (LumenStanding(State.TAKEN_DOWN, Document.NOTICE, last=LumenState.DELIVERED), {}, ["lumen_given"]),
        (LumenStanding(State.TAKEN_DOWN, Document.NOTICE, last=LumenState.UNCERTAIN), {}, ["lumen_uncertain"]),
    ],
)
def test_when_a_notice_may_be_given(standing: LumenStanding, more: dict[str, Any], codes: list[str]) -> None:
    options: dict[str, Any] = {"configured": True, "addresses": 1, **more}
    assert [reason.code for reason in rules.may_give(standing, **options).reasons] == codes


@dataclass
class Lumen:
    """A Lumen on loopback with the faults that its documentation and its clients tell of.

    `faults` are taken one a call: `401`, `422`, `429`, `500` (answered after it kept the notice), `timeout` (kept, and no answer comes).
    """

    faults: list[str] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    url: str = ""

    async def create(self, request: Request) -> Response:
        self.calls += 1
        fault = self.faults.pop(0) if self.faults else ""
        if request.headers.get("x-authentication-token") != TOKEN or fault == "401":
            return Response(status_code=401)
        if fault == "429":
            return Response(status_code=429)
        notice = (await request.json())["notice"]
        if fault == "422" or not notice.get("title") or not notice.get("works_attributes"):
            return JSONResponse({"works": ["can't be blank"]}, 422)
        self.kept.append(notice)
        if fault == "500":
            return Response(status_code=500)
        if fault == "timeout":
            await asyncio.sleep(2)
        return Response(status_code=201, headers={"location": f"{self.url}/notices/{4710 + len(self.kept)}"})


@pytest.fixture
async def server() -> AsyncIterator[Lumen]:
    found = Lumen()
    app = Starlette(routes=[Route("/notices", found.create, methods=["POST"])])
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(running.serve())

    async def answers() -> bool:
        return running.started

    await eventually(answers, what="Lumen's double")
    found.url = f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    yield found
    running.should_exit = True
    running.force_exit = True
    await serving


@pytest.fixture
def configured(desk: Desk, server: Lumen, tmp_path: Path) -> Any:
    """Set the office up to give notices to Lumen's double."""
    token = tmp_path / "lumen.token"
    token.write_text(f"{TOKEN}\n")
    before = settings_of(desk.runtime)
    changes = {"lumen_url": server.url, "lumen_token_file": token, "lumen_timeout": 0.5}
    desk.runtime.state["dmca.settings"] = before.model_copy(update=changes)
    yield server
    desk.runtime.state["dmca.settings"] = before


async def preview(office: Any, notice_id: str, **options: Any) -> dict[str, Any]:
    path = f"/dmca/v1/notices/{notice_id}/lumen"
    answer = await office.desk.get(path, role="communications", sub="cora", reason="a test reads", **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def give(office: Any, notice_id: str, seen: dict[str, Any], status: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = await office.act(f"/{notice_id}/lumen", {"digest": seen["digest"]}, "communications", "cora", status)
    return found


async def until(office: Any, notice_id: str, *states: str) -> dict[str, Any]:
    """Let the delivery's minute pass, and wait for what becomes of it."""
    await office.desk.work()

    async def there() -> dict[str, Any] | None:
        # The minute of undo and the pauses between tries are the law's: move its clock, then look.
        await office.desk.sql("UPDATE delivery SET next_at = now() - interval '1 day' WHERE state = 'waiting' AND kind = 'lumen'")
        found = (await preview(office, notice_id))["submission"]
        return dict(found) if found["state"] in states else None

    found: dict[str, Any] = await eventually(there, what=f"the submission to be {states}")
    return found


async def test_it_is_off_unless_configured(office: Any) -> None:
    assert DmcaSettings().gives_to_lumen is False
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex}.jpg"},))
    seen = await preview(office, notice["id"])
    assert (seen["may_be_given"], [one["code"] for one in seen["reasons"]]) == (False, ["lumen_off"])
    refused = await give(office, notice["id"], seen, 409)
    assert [one["code"] for one in refused["reasons"]] == ["lumen_off"]


async def test_what_was_previewed_is_given_once_with_its_receipt(office: Any, configured: Lumen) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    seen = await preview(office, notice["id"])
    assert "Ada" not in repr(seen)
    assert "ada@example.org" not in repr(seen)
    refused = await give(office, notice["id"], {"digest": "0" * 64}, 409)
    assert [one["code"] for one in refused["reasons"]] == ["stale_digest"]
    queued = await give(office, notice["id"], seen)
    assert queued["submission"]["state"] == "queued"
    assert configured.kept == [], "it leaves the house after a minute in which it can be taken back"
    done = await until(office, notice["id"], "delivered")
    assert (done["lumen_id"], configured.kept) == ("4711", [seen["notice"]])
    refused = await give(office, notice["id"], seen, 409)
    assert [one["code"] for one in refused["reasons"]] == ["lumen_given"]
    assert "lumen_delivered" in [one["what"] for one in (await timeline(office, notice["id"]))]


async def timeline(office: Any, notice_id: str) -> list[dict[str, Any]]:
    answer = await office.desk.get(f"/dmca/v1/notices/{notice_id}/timeline?limit=200", role="auditor")
    return list(answer.json()["items"])


async def test_a_wrong_token_or_a_throttle_is_tried_again_and_nothing_is_kept_twice(office: Any, configured: Lumen) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    configured.faults = ["401", "429"]
    await give(office, notice["id"], await preview(office, notice["id"]))
    await until(office, notice["id"], "delivered")
    assert (configured.calls, len(configured.kept)) == (3, 1)


async def test_a_refusal_for_good_is_put_before_a_person_and_may_be_given_again(office: Any, configured: Lumen) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    configured.faults = ["422"]
    seen = await preview(office, notice["id"])
    await give(office, notice["id"], seen)
    failed = await until(office, notice["id"], "failed")
    assert (failed["error"], configured.calls, configured.kept) == ("lumen_422", 1, [])
    await give(office, notice["id"], seen)
    await until(office, notice["id"], "delivered")


@pytest.mark.parametrize("fault", ["500", "timeout"])
async def test_what_broke_off_is_uncertain_and_never_sent_again_by_itself(office: Any, configured: Lumen, fault: str) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    configured.faults = [fault]
    seen = await preview(office, notice["id"])
    await give(office, notice["id"], seen)
    await until(office, notice["id"], "uncertain")
    assert (configured.calls, len(configured.kept)) == (1, 1), "Lumen has it, and is not given it twice"
    refused = await give(office, notice["id"], seen, 409)
    assert [one["code"] for one in refused["reasons"]] == ["lumen_uncertain"]
    await office.act(f"/{notice['id']}/lumen/receipt", {"lumen_id": "4711"}, "communications", "cora")
    assert (await preview(office, notice["id"]))["submission"]["state"] == "delivered"
    refused = await office.act(f"/{notice['id']}/lumen/receipt", {}, "communications", "cora", 409)
    assert [one["code"] for one in refused["reasons"]] == ["lumen_certain"]


async def test_what_a_person_did_not_find_there_may_be_given_again(office: Any, configured: Lumen) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    configured.faults = ["500"]
    seen = await preview(office, notice["id"])
    await give(office, notice["id"], seen)
    await until(office, notice["id"], "uncertain")
    await office.act(f"/{notice['id']}/lumen/receipt", {}, "communications", "cora")
    await give(office, notice["id"], seen)
    await until(office, notice["id"], "delivered")


async def test_the_passage_that_names_the_work_can_be_withheld(office: Any, configured: Lumen) -> None:
    notice = await office.taken_down(({"wiki": "commonswiki", "title": f"File:{uuid4().hex.capitalize()}.jpg"},))
    told, withheld = await preview(office, notice["id"]), await preview(office, notice["id"], params={"withhold_work": "true"})
    assert told["digest"] != withheld["digest"]
    assert withheld["notice"]["works_attributes"][0]["description"] == "[private]"
    await office.act(f"/{notice['id']}/lumen", {"digest": withheld["digest"], "withhold_work": True}, "legal", "lea")
    await until(office, notice["id"], "delivered")
    assert configured.kept == [withheld["notice"]]
