"""Who may call what: every operation with every role and every bad token, judged before the body is read (API: who; DESIGN 5).

The committed table changes only on purpose: `python tests/security/test_permissions.py` (with the house's virtualenv) writes it anew.
"""

import asyncio
import base64
import hmac
import json
import tomllib
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from chassis.auth import issuer
from chassis.clock import Clock
from chassis.http import walk
from chassis.http.hot import HotRoute
from chassis.http.ops import ops
from chassis.http.route import OfficeRoute
from chassis.service import Service
from joserfc import jwt
from joserfc.jwk import ECKey
from kernel.actor import Role
from office.services import load

TABLE = Path(__file__).with_name("permissions.toml")
BROKEN = b'{"note": "\xff'
PUBLIC = {"/", "/healthz", "/readyz", "/metrics", "/problems/{code}", "/_info", "/_info/name", "/_info/version", "/_info/home"}
PAGES = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc", "/static-offline-docs"}


def table(services: Iterable[Service]) -> str:
    """Write every operation with its roles as TOML, a table for each service."""
    lines = ["# Who may call what. Written by tests/security/test_permissions.py; a change here is a decision, not a side effect."]
    walks = {"house": walk(ops), **{service.name: walk(service.routers, service.hot) for service in services}}
    for name, found in walks.items():
        lines += ["", f"[{name}]"]
        for method, path, roles in sorted(found, key=lambda one: (one[1], one[0])):
            lines.append(f'"{method} {path}" = [{", ".join(json.dumps(role.value) for role in sorted(roles))}]')
    return "\n".join(lines) + "\n"


def test_no_permission_changes_by_accident() -> None:
    assert tomllib.loads(table(load())) == tomllib.loads(TABLE.read_text())


def test_nothing_is_served_that_declares_no_roles(whole_house: Any) -> None:
    """A route that neither a router nor the hot path declares would pass by the gate."""
    for name, app in whole_house.app.services.items():
        for route in app.router.routes:
            declared = isinstance(route, OfficeRoute | HotRoute) and (route.operation if isinstance(route, OfficeRoute) else route).roles
            assert declared or route.path.endswith("/dev/pulse"), (name, route.path)
    front = {route.path for route in whole_house.app.front.router.routes if not isinstance(route, OfficeRoute)}
    assert front == PUBLIC | PAGES | {"/dev/clock"}


class Body:
    """A body that notes whether anybody began to read it."""

    def __init__(self) -> None:
        self.read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.read = True
        yield BROKEN


async def _attempt(whole_house: Any, operation: Any, token: str | None) -> tuple[int, bool, str]:
    body = Body()
    headers = {"Content-Type": "application/json", "Idempotency-Key": "walk", "X-Access-Reason": "a test of who may"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    content = body if operation.method != "GET" else None
    answer = await whole_house.desk.client.request(operation.method, operation.url(), headers=headers, content=content)
    code = answer.json().get("type", "") if answer.status_code >= 400 else ""
    return answer.status_code, body.read, code


async def test_every_operation_opens_to_its_roles_and_to_no_other(whole_house: Any) -> None:
    gate = asyncio.Semaphore(8)
    wrong: list[Any] = []

    async def one(operation: Any, role: Role) -> None:
        async with gate:
            status, read, code = await _attempt(whole_house, operation, whole_house.desk.token(role.value, sub=f"walk-{role.value}"))
        if role in operation.roles or not operation.roles:
            good = status not in (401, 403) and status < 500
        else:
            good = (status, read, code) == (403, False, "/problems/role_missing")
        if not good:
            wrong.append((operation.name, role.value, status, read, code))

    await asyncio.gather(*(one(operation, role) for operation in whole_house.operations for role in Role))
    assert wrong == []


def _by_hand(claims: dict[str, Any], header: dict[str, str], secret: bytes | None = None) -> str:
    """Write what no careful library would: a token without signature, or with an HMAC under any secret."""
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims))
    mark = base64.urlsafe_b64encode(hmac.digest(secret, text, "sha256")).rstrip(b"=") if secret else b""
    return (text + b"." + mark).decode()


def bad_tokens(secrets: Path) -> dict[str, str | None]:
    """Make tokens with every role that prove nothing, each for one reason."""
    now = int(Clock().wall().timestamp())
    good: dict[str, Any] = {
        "iss": issuer.DEV_ISSUER,
        "aud": issuer.AUDIENCE,
        "sub": "intruder",
        "jti": "intruder-1",
        "iat": now - 60,
        "exp": now + 3600,
        "roles": [role.value for role in Role],
    }
    ours = ECKey.import_key(json.loads((secrets / "issuer.json").read_text()))
    foreign = ECKey.generate_key("P-256", auto_kid=True)

    def signed(claims: dict[str, Any], key: ECKey = ours, kid: str | None = ours.kid) -> str:
        return jwt.encode({"alg": "ES256", "kid": kid}, claims, key, algorithms=["ES256"])

    return {
        "no token": None,
        "expired": signed({**good, "iat": now - 7200, "exp": now - 1}),
        "not valid yet": signed({**good, "nbf": now + 3600}),
        "signed by a foreign key": signed(good, foreign, kid=foreign.kid),
        "signed by a foreign key under our key's id": signed(good, foreign),
        "unsigned": _by_hand(good, {"alg": "none"}),
        "unsigned under our key's id": _by_hand(good, {"alg": "none", "kid": str(ours.kid)}),
        # The classic: the public key, which everybody has, taken as the secret of an HMAC.
        "HS256 with our public key": _by_hand(good, {"alg": "HS256", "kid": str(ours.kid)}, ours.as_pem(private=False)),
        "of another issuer": signed({**good, "iss": "https://example.org"}),
        "for another audience": signed({**good, "aud": "another-house"}),
        "without an end": signed({name: value for name, value in good.items() if name != "exp"}),
        "without a subject": signed({**good, "sub": ""}),
        "with a signature that was cut": signed(good)[:-4],
    }


async def test_no_token_that_proves_nothing_opens_anything(whole_house: Any, house: Any) -> None:
    wrong: list[Any] = []
    gate = asyncio.Semaphore(8)

    async def one(operation: Any, why: str, token: str | None) -> None:
        async with gate:
            status, read, code = await _attempt(whole_house, operation, token)
        if (status, read) != (401, False) or code not in {"/problems/token_missing", "/problems/token_invalid"}:
            wrong.append((operation.name, why, status, read, code))

    tokens = bad_tokens(house.secrets)
    await asyncio.gather(
        *(one(operation, why, token) for operation in whole_house.operations if operation.roles for why, token in tokens.items())
    )
    assert wrong == []


async def test_a_token_without_roles_opens_nothing_and_one_with_a_made_up_role_neither(whole_house: Any, house: Any) -> None:
    key = ECKey.import_key(json.loads((house.secrets / "issuer.json").read_text()))
    now = int(Clock().wall().timestamp())
    claims = {"iss": issuer.DEV_ISSUER, "aud": issuer.AUDIENCE, "sub": "newcomer", "jti": "n-1", "iat": now, "exp": now + 600}
    for roles in ([], ["emperor"]):
        token = jwt.encode({"alg": "ES256", "kid": key.kid}, {**claims, "roles": roles}, key, algorithms=["ES256"])
        for operation in whole_house.operations:
            if operation.roles:
                assert await _attempt(whole_house, operation, token) == (403, False, "/problems/role_missing"), operation.name


async def test_two_roles_open_what_each_opens(whole_house: Any) -> None:
    token = whole_house.desk.token("tooling", "operator", sub="two-hats", ttl=timedelta(minutes=5))
    for operation in whole_house.operations:
        status, _, _ = await _attempt(whole_house, operation, token)
        assert (status == 403) == (not set(operation.roles) & {Role.TOOLING, Role.OPERATOR}), operation.name


async def test_an_operator_sees_no_case_content(whole_house: Any) -> None:
    """What an operator may do lies in no service's own operations but those that hold no case (API: who)."""
    opened = {operation.name for operation in whole_house.operations if Role.OPERATOR in operation.roles}
    # The staff directory tells whom to ask, and nothing that anybody asked about (R94).
    allowed = ("subscription", "parked", "revocation", "/intake/v1/staff")
    assert {name for name in opened if not any(word in name for word in allowed)} == set()


if __name__ == "__main__":
    TABLE.write_text(table(load()))
