"""The document others write against: names that stay, a summary, an example, every refusal explained, and pages that open (DESIGN 5).

`python tests/contracts/test_openapi.py` (with the house's virtualenv) writes `operations.txt` anew.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chassis.http import undocumented_problems
from chassis.http.openapi import openapi_of_all
from chassis.http.pages import OWN
from office.services import load

NAMES = Path(__file__).with_name("operations.txt")
VERB_NOUN = re.compile(r"[a-z]+(_[a-z]+)+")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_of_all(load())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", said


def names(document: dict[str, Any]) -> str:
    """Write every operationId with its method and path, a line each."""
    return "".join(sorted(f"{said['operationId']} {place}\n" for place, said in operations(document)))


def test_no_name_of_an_operation_changes_by_accident(document: dict[str, Any]) -> None:
    assert names(document).splitlines() == NAMES.read_text().splitlines()


def test_every_operation_has_a_name_of_its_own_as_verb_and_noun(document: dict[str, Any]) -> None:
    found = [said["operationId"] for _, said in operations(document)]
    assert sorted(found) == sorted(set(found))
    assert [name for name in found if not VERB_NOUN.fullmatch(name)] == []


def test_every_operation_has_a_summary_of_one_line(document: dict[str, Any]) -> None:
    bare = [
        place for place, said in operations(document) if not (8 <= len(said.get("summary", "")) <= 140) or said["summary"].endswith(".")
    ]
    assert bare == []


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    bare = [
        place
        for place, said in operations(document)
        if "requestBody" in said and not any("example" in one for one in said["requestBody"]["content"].values())
    ]
    assert bare == []


def test_every_operation_says_which_problems_it_answers(document: dict[str, Any]) -> None:
    wrong = []
    for place, said in operations(document):
        wanted = {"422", "503"} | ({"401", "403"} if said["x-roles"] else set()) | ({"404"} if "{" in place else set())
        wanted |= {"409", "413", "429"} if not place.startswith("GET ") else set()
        for status, answer in said["responses"].items():
            if int(status) >= 400 and "application/problem+json" not in answer.get("content", {}):
                wrong.append((place, status, "no problem document"))
        if missing := wanted - set(said["responses"]):
            wrong.append((place, sorted(missing), "not documented"))
    assert wrong == []


def test_every_refusal_that_an_operation_names_has_a_page() -> None:
    assert {service.name: undocumented_problems(service) for service in load() if undocumented_problems(service)} == {}


async def test_every_page_of_a_problem_opens_and_loads_nothing(whole_house: Any, document: dict[str, Any]) -> None:
    codes = {code for _, said in operations(document) for code in said.get("x-refusals", ())} | set(OWN)
    for desk in whole_house.desks.values():
        codes |= set(desk.runtime.service.problems)
    for code in sorted(codes):
        answer = await whole_house.desk.client.get(f"/problems/{code}")
        assert answer.status_code == 200, code
        assert answer.headers["content-type"].startswith("text/html")
        assert not re.search(r"<(script|link|img|iframe)\b", answer.text), code


async def test_the_documentation_opens_without_a_foreign_host(whole_house: Any) -> None:
    client = whole_house.desk.client
    for page in ("/docs", "/redoc"):
        answer = await client.get(page)
        assert answer.status_code == 200
        loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]+?(?:src|href)=["']([^"']+)""", answer.text)
        assert loaded
        for address in loaded:
            if not address.startswith("data:"):
                assert not re.match(r"(?:[a-z]+:)?//", address), address
                assert (await client.get(address)).status_code == 200, address
        assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_the_document_is_served_as_it_is_made(whole_house: Any, document: dict[str, Any]) -> None:
    served = (await whole_house.desk.client.get("/openapi.json")).json()
    assert names(served) == names(document)
    assert (await whole_house.desk.client.get("/?spec")).json() == served
    for name in ("/_info", "/_info/name", "/_info/version"):
        assert (await whole_house.desk.client.get(name)).status_code == 200


@pytest.fixture(scope="module")
def client_package(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A typed client, generated from the document and imported."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document))
    # A mail is bytes to a client: the generator must be told so, as for any media type that it does not know.
    (folder / "config.yaml").write_text("post_hooks: []\ncontent_type_overrides:\n  message/rfc822: application/octet-stream\n")
    made = subprocess.run(
        [
            str(shutil.which("openapi-python-client", path=str(Path(sys.executable).parent))),
            *("generate", "--path", "openapi.json", "--config", "config.yaml", "--meta", "none", "--output-path", "office_client"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr

    # The generator knows no body of plain text or mail; anything else that it cannot express would be missing from the client.
    lost = [
        line for line in (made.stdout + made.stderr).splitlines() if re.search(r"will not be generated|will be omitted|Unable to p", line)
    ]
    assert lost == []
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("office_client")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "office_client"]:
            del sys.modules[name]


async def test_a_generated_client_makes_real_calls(whole_house: Any, client_package: ModuleType) -> None:
    """Over a socket, typed in and out: a ban check, a request, and a problem."""
    check = importlib.import_module("office_client.api.bans.check_ban")
    filing = importlib.import_module("office_client.api.intake.file_request")
    models = importlib.import_module("office_client.models")
    desk = whole_house.desk

    def client(role: str) -> Any:
        return client_package.AuthenticatedClient(base_url=whole_house.url, token=desk.token(role))

    answer = await check.asyncio_detailed(client=client("tooling"), user="Nobody Of Note")
    assert (answer.status_code, type(answer.parsed).__name__, answer.parsed.banned) == (200, "Check", False)
    refused = await check.asyncio_detailed(client=client("legal"), user="Nobody Of Note")
    assert (refused.status_code, type(refused.parsed).__name__, refused.parsed.type_) == (403, "Problem", "/problems/role_missing")
    example = desk.client  # the same body that the document shows
    said = (await example.get("/openapi.json")).json()["paths"]["/intake/v1/requests"]["post"]["requestBody"]["content"]["application/json"]
    form = models.RequestForm.from_dict(said["example"])
    filed = await filing.asyncio_detailed(client=client("requester_desk"), body=form, idempotency_key="generated-client-1")
    assert (filed.status_code, type(filed.parsed).__name__) == (201, "RequestView")
    assert filed.parsed.case_id


if __name__ == "__main__":
    NAMES.write_text(names(openapi_of_all(load())))
