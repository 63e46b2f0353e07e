"""Bad calls, and what must hold after each: a problem that a person can act on, nothing written, nothing echoed, nothing logged."""

import io
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from chassis import pulse
from chassis.http.openapi import openapi_of_all

MARKER = "zebra-crossing"
PROBLEM = {"type", "title", "status", "detail", "reasons", "request_id"}
JSON = "application/json"
_keys = itertools.count(1)


@dataclass
class Write:
    """An operation that takes a body: what its document says of it, an example, and what it asks for beside the body."""

    operation: Any
    schema: Mapping[str, Any]
    example: dict[str, Any] | None
    asked: Mapping[str, str]

    def sound(self) -> dict[str, Any]:
        """Give a body that works, as options of a call: the document's example, or any file with what it asks to be said of one."""
        if self.example is not None:
            return {"json": self.example}
        return {"content": b"%PDF-1.7", "params": dict(self.asked)} if self.asked else {}


@dataclass
class Hostile:
    """Somebody with every right role, a marker in each hand, and no good intent."""

    house: Any
    matters: Mapping[str, str]
    log: io.StringIO
    document: dict[str, Any] = field(default_factory=dict)

    def writes(self) -> list[Write]:
        """List every operation that writes, with its schema resolved to its properties."""
        found = []
        for operation in self.house.operations:
            if operation.method != "GET":
                whole = self.document["paths"][operation.path][operation.method.lower()]
                said = whole.get("requestBody", {}).get("content", {}).get(JSON, {})
                asked = {
                    one["name"]: one["schema"]["examples"][0]
                    for one in whole.get("parameters", ())
                    if one["in"] == "query" and one["required"]
                }
                found.append(Write(operation, self.resolved(said.get("schema", {})), said.get("example"), asked))
        return found

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference; of several ways the first that is not nothing."""
        while True:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            elif "anyOf" in schema:
                schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
            else:
                return schema

    async def call(
        self, operation: Any, *, role: str | None = None, sub: str | None = None, url: str | None = None, **options: Any
    ) -> httpx.Response:
        """Call an operation as somebody who may, about the matters there are."""
        headers = {"X-Access-Reason": "a test", "Idempotency-Key": f"hostile-{next(_keys)}", **options.pop("headers", {})}
        if "content" in options:
            headers.setdefault("Content-Type", JSON)
        acts = role or (operation.roles[0].value if operation.roles else None)
        answer: httpx.Response = await self.house.desk.call(
            operation.method, url or operation.url(**self.matters), role=acts, sub=sub or "hostile-1", headers=headers, **options
        )
        return answer

    async def changes(self, before: Mapping[str, int]) -> list[str]:
        """Tell which tables have other numbers of rows than before, refusals in the trail apart, and whether a marker was logged."""
        after = await self.house.counts()
        moved = [f"{name}: {before[name]} rows, then {count}" for name, count in after.items() if before[name] != count]
        return moved + (["the marker was logged"] if MARKER in self.log.getvalue() else [])

    async def each(self, calls: Iterable[tuple[str, Callable[[], Awaitable[httpx.Response]]]], statuses: set[int]) -> None:
        """Make calls and want of each one of these statuses, as a problem in order, and that nothing was written."""
        # What earlier calls brought about arrives first, and letters that would go out in the next minute go now.
        await self.house.settle()
        runtimes = [desk.runtime for desk in self.house.desks.values()]
        await pulse.advance(runtimes, self.house.desk.settings, timedelta(minutes=2))
        before = await self.house.counts()
        wrong = []
        for name, make in calls:
            answer = await make()
            if said := unlike_a_problem(answer, statuses):
                wrong.append(f"{name}: {said}: {answer.text[:300]}")
        wrong += await self.changes(before)
        if wrong:
            pytest.fail("\n".join(wrong), pytrace=False)


def unlike_a_problem(answer: httpx.Response, statuses: set[int]) -> str | None:
    """Say what is wrong with an answer that should be a problem document."""
    if answer.status_code not in statuses:
        return f"status {answer.status_code}"
    if answer.headers["content-type"] != "application/problem+json":
        return "content type"
    problem = answer.json()
    if set(problem) != PROBLEM or problem["status"] != answer.status_code or not problem["type"].startswith("/problems/"):
        return "shape"
    if problem["request_id"] != answer.headers["x-request-id"]:
        return "request id"
    for sentence in (problem["detail"], *(reason["says"] for reason in problem["reasons"])):
        if not (sentence.endswith((".", ")")) and len(sentence.split()) >= 3) or "Traceback" in sentence or "Error" in sentence:
            return f"no sentence to act on: {sentence}"
    if not problem["reasons"] or not all(reason["code"] and reason["cite"] for reason in problem["reasons"]):
        return "reasons"
    return "echo" if MARKER in answer.text else None


@pytest.fixture(scope="session")
def document(whole_house: Any) -> dict[str, Any]:
    """What OpenAPI says of all services."""
    return openapi_of_all([desk.runtime.service for desk in whole_house.desks.values()])


@pytest.fixture
def hostile(whole_house: Any, matters: dict[str, str], logged: io.StringIO, document: dict[str, Any]) -> Hostile:
    return Hostile(whole_house, matters, logged, document)
