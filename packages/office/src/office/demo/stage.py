"""The stage of the example matters: people with their roles, calls as they would make them, and a story told in plain sentences."""

import asyncio
import itertools
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from chassis.auth import issue
from chassis.clock import Clock

PATIENCE = 30.0
Answer = dict[str, Any]


class JourneyFailed(Exception):
    """Something on the way was not as the policy and this system promise."""


class Stage:
    """One running house, seen from outside: over HTTP alone, with a token for each person."""

    def __init__(self, url: str, home: Path, *, secrets: Path | None = None, tell: Callable[[str], None] | None = None) -> None:
        """`home` is the dev mode home whose issuer signs; `tell` takes each sentence of the story."""
        self.url = url
        self.home = home
        self._secrets = secrets or home / "secrets"
        self._tell = tell or (lambda _sentence: None)
        self._tokens: dict[tuple[str, tuple[str, ...]], str] = {}
        self._keys = itertools.count(1)
        self._play = f"{id(self):x}"
        self.client = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self.client.aclose()

    def say(self, sentence: str) -> None:
        """Tell the next sentence of the story."""
        self._tell(sentence)

    def token(self, person: str, *roles: str) -> str:
        """Issue the person's token; one without roles carries the role that the person is named after (`legal-2` acts as legal)."""
        held = roles or (person.rpartition("-")[0].replace("-", "_"),)
        if (person, held) not in self._tokens:
            self._tokens[person, held] = issue(self.home, held, person, timedelta(hours=4), Clock(), secrets=self._secrets)
        return self._tokens[person, held]

    async def ask(
        self,
        method: str,
        path: str,
        person: str,
        body: Any = None,
        *,
        roles: Sequence[str] = (),
        reason: str | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Make one call as a person; a write carries an Idempotency-Key. `body` is JSON, or text as it is."""
        sent = {"Authorization": f"Bearer {self.token(person, *roles)}", **(headers or {})}
        if reason is not None:
            sent["X-Access-Reason"] = reason
        options: dict[str, Any] = {}
        if method != "GET":
            sent["Idempotency-Key"] = key or f"{self._play}-{next(self._keys)}"
        if isinstance(body, str):
            options["content"] = body.encode()
            sent.setdefault("Content-Type", "text/plain; charset=utf-8")
        elif body is not None:
            options["json"] = body
        return await self.client.request(method, path, headers=sent, **options)

    async def get(self, path: str, person: str, *, roles: Sequence[str] = (), reason: str | None = None) -> Answer:
        """Read, and want a 200.

        Raises:
            JourneyFailed: it is anything else.
        """
        return _good(await self.ask("GET", path, person, roles=roles, reason=reason), 200)

    async def post(
        self, path: str, person: str, body: Any = None, *, want: int | None = None, roles: Sequence[str] = (), reason: str | None = None
    ) -> Answer:
        """Write, and want this status, or that it is done.

        Raises:
            JourneyFailed: it is another.
        """
        return _good(await self.ask("POST", path, person, body, roles=roles, reason=reason), want)

    async def refused(
        self,
        path: str,
        person: str,
        body: Any = None,
        *,
        cite: str,
        roles: Sequence[str] = (),
        status: int = 409,
        reason: str | None = None,
    ) -> Answer:
        """Write, and want a refusal that cites this rule; tell its first sentence.

        Raises:
            JourneyFailed: it was done, or refused for something else.
        """
        problem = _good(await self.ask("POST", path, person, body, roles=roles, reason=reason), status)
        cited = [reason["cite"] for reason in problem["reasons"]]
        if not any(cite in one for one in cited):
            raise JourneyFailed(f"{path} was refused citing {cited}, not {cite}")
        self.say(f"  refused: {problem['reasons'][0]['says']} ({problem['reasons'][0]['cite']})")
        return problem

    async def until(self, true: Callable[[], Awaitable[Any]], what: str, *, within: float = PATIENCE) -> Any:
        """Wait until something is true, and give it.

        Raises:
            JourneyFailed: it did not come true in time.
        """
        end = asyncio.get_running_loop().time() + within
        while True:
            found = await true()
            if found:
                return found
            if asyncio.get_running_loop().time() > end:
                raise JourneyFailed(f"{what} did not happen within {within:.0f} seconds")
            await asyncio.sleep(0.02)

    async def advance(self, by: str) -> Answer:
        """Walk the law's clock of the home from due date to due date (ISO 8601 duration)."""
        answer = await self.client.post(
            "/dev/clock", json={"advance": by}, headers={"Authorization": f"Bearer {self.token('operator-1')}"}, timeout=120
        )
        return _good(answer, 200)

    def letters(self) -> list[Path]:
        """List the letters that dev mode wrote instead of sending them, oldest first."""
        return sorted((self.home / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime)


def _good(answer: httpx.Response, want: int | None) -> Answer:
    if answer.status_code != want and (want is not None or not answer.is_success):
        wanted = want or "done"
        raise JourneyFailed(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}, not {wanted}: {answer.text[:600]}"
        )
    found = answer.json() if answer.content else {}
    if not isinstance(found, dict):
        raise JourneyFailed(f"{answer.request.url.path} answered no JSON object")
    return found


def to_person(sentence: str) -> None:
    """Print a sentence of the story."""
    print(sentence, flush=True)


def to_program(sentence: str) -> None:
    """Print a sentence of the story as one JSON object."""
    sys.stdout.write(json.dumps({"says": sentence.strip()}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
