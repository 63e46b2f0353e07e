"""Asks another service over HTTP for what the bus does not carry: as role `service`, with a reason that its owner logs."""

import time
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import httpx

from chassis.clock import Clock
from chassis.service import Permanent
from chassis.settings import Settings
from chassis.trace import current_traceparent

TIMEOUT = 5.0
DEV_TOKEN_LIVES = timedelta(minutes=10)
# Read again or signed anew this often: well before a token of ten minutes ends, and soon after the file is renewed.
TOKEN_KEPT = 60.0
CONTACT = "https://foundation.wikimedia.org/wiki/Policy:Office_actions; ca@wikimedia.org"
# What the same call will be told again. 401 and 403 are settings that somebody mends, 408, 425 and 429 pass.
FINAL = frozenset({400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 422})


class PeerFailed(Exception):
    """Another service could not answer now; the same call may do later."""


class NotThere(Permanent):
    """Another service says that there is no such thing."""


class Peers:
    """One connection pool for each other service. The token comes from `service_token_file`, in dev mode from the home's issuer."""

    def __init__(self, settings: Settings, name: str = "office") -> None:
        """`name` is the service that asks: its dev token's `sub` is `NAME-svc`."""
        self._settings = settings
        self._sub = f"{name}-svc"
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._token = ""
        self._token_read = float("-inf")

    async def get(
        self, service: str, path: str, *, reason: str, request_id: str | None = None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read from `service`; `path` is whole (`/intake/v1/requests/…`), `reason` goes into its access log (`event ID`).

        Raises:
            NotThere: it says that there is no such thing.
            Permanent: it says anything else that the same call will be told again.
            PeerFailed: it is out of reach, busy, or refuses our token.
        """
        return await self._ask("GET", service, path, reason, request_id, params=params)

    async def post(self, service: str, path: str, body: Mapping[str, Any], *, reason: str, request_id: str | None = None) -> dict[str, Any]:
        """Ask `service` something that takes a body. Raises as `get` does."""
        return await self._ask("POST", service, path, reason, request_id, json=dict(body))

    async def close(self) -> None:
        """Give every connection back."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _ask(self, method: str, service: str, path: str, reason: str, request_id: str | None, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._current_token()}", "X-Access-Reason": reason}
        if request_id is not None:
            headers["X-Request-ID"] = request_id
        if (traceparent := current_traceparent()) is not None:
            headers["traceparent"] = traceparent
        try:
            answer = await self._client(service).request(method, path, headers=headers, **options)
        except httpx.HTTPError as error:
            raise PeerFailed(f"{service} is out of reach: {type(error).__name__}") from error
        if answer.is_success:
            try:
                found = answer.json()
            except ValueError as error:
                raise PeerFailed(f"{service} answered no JSON") from error
            if not isinstance(found, dict):
                raise PeerFailed(f"{service} answered no JSON object")
            return found
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token_read = float("-inf")
        # The code alone: a problem's sentences stay with the service that wrote them.
        code = _code(answer)
        said = f"{service} answered {answer.status_code}{code}"
        if answer.status_code == httpx.codes.NOT_FOUND and code == " not_found":
            raise NotThere(said)
        if answer.status_code in FINAL and "retry-after" not in answer.headers:
            raise Permanent(said)
        raise PeerFailed(said)

    def _client(self, service: str) -> httpx.AsyncClient:
        if service not in self._clients:
            self._clients[service] = httpx.AsyncClient(
                base_url=self._settings.url_of(service),
                timeout=TIMEOUT,
                follow_redirects=False,
                # Proxies of the environment are for the outside; a peer is inside.
                trust_env=False,
                headers={"User-Agent": user_agent(), "Accept": "application/json"},
            )
        return self._clients[service]

    def _current_token(self) -> str:
        now = time.monotonic()
        if now - self._token_read > TOKEN_KEPT:
            self._token = self._new_token()
            self._token_read = now
        return self._token

    def _new_token(self) -> str:
        if self._settings.service_token_file is not None:
            try:
                return self._settings.service_token_file.read_text().strip()
            except OSError as error:
                raise PeerFailed("the file of OFFICE_SERVICE_TOKEN_FILE cannot be read") from error
        if not self._settings.dev:
            raise PeerFailed("no service token: set OFFICE_SERVICE_TOKEN_FILE")
        from chassis.auth.issuer import issue

        return issue(self._settings.home, ["service"], self._sub, DEV_TOKEN_LIVES, Clock(), secrets=self._settings.secrets_dir)


def user_agent() -> str:
    """Give the User-Agent that Wikimedia's policy asks for: client, where to read about it, whom to write to, library."""
    return f"office-actions/{version('office-chassis')} ({CONTACT}) httpx/{httpx.__version__}"


def _code(answer: httpx.Response) -> str:
    kind = answer.json().get("type", "") if answer.headers.get("content-type", "").startswith("application/problem+json") else ""
    code = str(kind).rpartition("/")[2]
    return f" {code}" if code.replace("_", "").isalnum() and len(code) <= 64 else ""
