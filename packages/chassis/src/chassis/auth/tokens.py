"""Bearer tokens: what makes one good, and remembering those that were (RFC 7519, RFC 8725)."""

import hashlib
from collections import OrderedDict
from typing import Annotated

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from kernel.actor import Actor, Role
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from chassis.auth.issuer import AUDIENCE
from chassis.auth.keys import Keys
from chassis.auth.principal import Principal
from chassis.errors import Unauthenticated

# Never taken from the token: `none` and HMAC under a public key are the two classic ways in (RFC 8725, 3.1).
ALGORITHMS = ("ES256", "Ed25519", "EdDSA", "RS256", "PS256")
REMEMBERED = 10_000
LONGEST_TOKEN = 8_192
# Clocks of two machines may differ by this many seconds when a token says that it was issued or begins "later".
SKEW = 60.0

_ROLES = {role.value: role for role in Role}
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_Moment = Annotated[float, Field(allow_inf_nan=False)]


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    iss: str
    aud: str | list[str]
    sub: _Name
    jti: _Name
    iat: _Moment
    exp: _Moment
    nbf: _Moment | None = None
    roles: list[str]


class _UnknownKey(Exception):  # a signal between two functions of this file
    pass


class Tokens:
    """Verifies tokens against the issuer's keys, and remembers the good ones by their digest until they expire."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        """`issuer` is the only `iss` that counts."""
        self._keys = keys
        self._issuer = issuer
        self._remembered: OrderedDict[bytes, Principal] = OrderedDict()
        self._generation = keys.generation

    def recall(self, token: str, now: float) -> Principal | None:
        """Give the principal of a token that was verified before and has not expired; never waits."""
        self._forget_when_rekeyed()
        digest = hashlib.sha256(token.encode("latin-1", "replace")).digest()
        principal = self._remembered.get(digest)
        if principal is None:
            return None
        if principal.exp <= now:
            del self._remembered[digest]
            return None
        self._remembered.move_to_end(digest)
        return principal

    async def verify(self, token: str, now: float) -> Principal:
        """Verify a token seen for the first time; `now` in seconds since 1970, by the wall's clock.

        Raises:
            Unauthenticated: it is not signed by our issuer, not for us, expired, or incomplete.
            Unavailable: the issuer's keys are out of reach.
        """
        if not self._keys.loaded:
            await self._keys.refresh()
        try:
            principal = self._read(token, now)
        except _UnknownKey:
            await self._keys.refresh()
            try:
                principal = self._read(token, now)
            except _UnknownKey as error:
                raise _bad("The token is signed by a key that is not our issuer's.") from error
        self._forget_when_rekeyed()
        self._remembered[hashlib.sha256(token.encode("latin-1", "replace")).digest()] = principal
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return principal

    def _forget_when_rekeyed(self) -> None:
        if self._generation != self._keys.generation:
            self._remembered.clear()
            self._generation = self._keys.generation

    def _read(self, token: str, now: float) -> Principal:
        if len(token) > LONGEST_TOKEN:
            raise _bad("The token is longer than any of our issuer's.")
        missing = False

        def pick(signed: object) -> Key:
            nonlocal missing
            headers = signed.headers()  # type: ignore[attr-defined]  # joserfc hands in its own protocol
            kid = headers.get("kid")
            key = self._keys.named(kid if isinstance(kid, str) else None)
            if key is None:
                missing = True
                raise ValueError("unknown key")
            return key

        try:
            payload = jwt.decode(token, pick, algorithms=list(ALGORITHMS), registry=JWSRegistry(algorithms=list(ALGORITHMS)))
        # Whatever a hostile token makes the parser raise, it proves nobody.
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            if missing:
                raise _UnknownKey from error
            raise _bad("The token is not signed as our issuer signs.") from error
        try:
            claims = _Claims.model_validate(payload.claims)
        except ValidationError as error:
            raise _bad("The token lacks a claim, or has one of the wrong kind: iss, aud, sub, jti, iat, exp, roles.") from error
        self._check(claims, now)
        actor = Actor(sub=claims.sub, roles=frozenset(_ROLES[role] for role in claims.roles if role in _ROLES))
        return Principal(actor=actor, jti=claims.jti, iat=claims.iat, exp=claims.exp)

    def _check(self, claims: _Claims, now: float) -> None:
        if claims.iss != self._issuer:
            raise _bad("The token comes from another issuer.")
        if AUDIENCE not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
            raise _bad(f"The token is not meant for {AUDIENCE}.")
        if claims.exp <= now:
            raise _bad("The token has expired; get a new one.")
        if max(claims.iat, claims.nbf or claims.iat) > now + SKEW:
            raise _bad("The token is not valid yet.")


def _bad(says: str) -> Unauthenticated:
    return Unauthenticated("token_invalid", says)
