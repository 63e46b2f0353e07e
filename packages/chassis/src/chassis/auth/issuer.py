"""Dev mode's own issuer: one ES256 key in the home's secrets, and the tokens it signs (`office token`)."""

import json
import os
import secrets as chance
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from kernel.actor import Role

from chassis.clock import Clock

AUDIENCE = "office-actions"
DEV_ISSUER = "office-actions-dev"
ALGORITHM = "ES256"


def issue(home: Path, roles: Iterable[Role | str], sub: str, ttl: timedelta, clock: Clock, *, secrets: Path | None = None) -> str:
    """Sign a token of this home's dev issuer; `secrets` is the folder of the key where it is not `home/secrets`.

    Raises:
        ValueError: an unknown role, an empty subject, or a lifetime that is not positive.
    """
    if not sub:
        raise ValueError("a token needs a subject")
    if ttl <= timedelta():
        raise ValueError("a token's lifetime must be longer than nothing")
    key = ECKey.import_key(_key(secrets or home / "secrets"))
    now = int(clock.wall().timestamp())
    claims = {
        "iss": DEV_ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "jti": chance.token_urlsafe(16),
        "iat": now,
        "exp": now + max(1, int(ttl.total_seconds())),
        "roles": [Role(role).value for role in roles],
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


def public_keys(secrets: Path) -> dict[str, Any]:
    """Give the issuer's JWKS, public halves only; the key is made when there is none yet."""
    return {"keys": [ECKey.import_key(_key(secrets)).as_dict(private=False, use="sig", alg=ALGORITHM)]}


def _key(secrets: Path) -> dict[str, Any]:
    path = secrets / "issuer.json"
    if not path.exists():
        _make(path)
    key: dict[str, Any] = json.loads(path.read_text())
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ECKey.generate_key("P-256", auto_kid=True)
    ours = path.with_name(f"issuer.{os.getpid()}.{chance.token_hex(4)}.new")
    with os.fdopen(os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(key.as_dict(private=True), file)
    try:
        # A link never replaces: of two processes that start at once, the first one's key is everybody's.
        os.link(ours, path)
    except FileExistsError:
        pass
    finally:
        ours.unlink()
