"""The issuer's public keys: from a file, from a URL, or from dev mode's own issuer."""

import ipaddress
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from chassis.auth import issuer
from chassis.errors import Unavailable
from chassis.settings import Settings

# A foreign token with a made-up key id must not make us ask the issuer each time.
REFRESH_AT_MOST_EVERY = 10.0
REFRESH_AT_LEAST_EVERY = 300.0
LARGEST_DOCUMENT = 1 << 20
# No symmetric keys: whoever can read a published `oct` key could sign with it.
KINDS: Mapping[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}


class Keys:
    """The keys by their id, read when first asked for, again when a token names one that is not known, and every five minutes."""

    def __init__(self, settings: Settings) -> None:
        """Read nothing yet.

        Raises:
            ValueError: outside dev mode no place is named, or the URL is neither https nor on loopback.
        """
        if not settings.dev and settings.jwks_file is None and settings.jwks_url is None:
            raise ValueError("no issuer: set OFFICE_JWKS_URL or OFFICE_JWKS_FILE")
        if settings.jwks_url is not None and not _safe(settings.jwks_url):
            raise ValueError("OFFICE_JWKS_URL must be https: whoever stands between could sign tokens")
        self._settings = settings
        self._known: dict[str, Key] = {}
        self._tried = self._read = float("-inf")
        self.generation = 0

    @property
    def loaded(self) -> bool:
        """Whether any key is at hand."""
        return bool(self._known)

    def named(self, kid: str | None) -> Key | None:
        """Give the key with this id; without an id the only key there is."""
        if kid is None:
            return next(iter(self._known.values())) if len(self._known) == 1 else None
        return self._known.get(kid)

    @property
    def stale(self) -> bool:
        """Whether it is time to ask the issuer again although every token's key is known."""
        return time.monotonic() - max(self._read, self._tried) > REFRESH_AT_LEAST_EVERY

    async def refresh(self) -> None:
        """Read the document again, at most once in ten seconds once there are keys; what was known stays when that fails.

        Raises:
            Unavailable: no key is known and none could be read.
        """
        now = time.monotonic()
        if now - self._tried < (REFRESH_AT_MOST_EVERY if self._known else 1.0):
            if not self._known:
                raise Unavailable("The token cannot be verified now: the issuer's keys are out of reach.")
            return
        self._tried = now
        try:
            found = _usable(await self._document())
        except (OSError, ValueError, httpx.HTTPError) as error:
            if not self._known:
                raise Unavailable("The token cannot be verified now: the issuer's keys are out of reach.") from error
            return
        self._read = time.monotonic()
        if {kid: key.thumbprint() for kid, key in found.items()} != {kid: key.thumbprint() for kid, key in self._known.items()}:
            # Tokens remembered under a key that the issuer withdrew must be verified anew.
            self.generation += 1
        self._known = found

    async def _document(self) -> Any:
        if self._settings.jwks_url is not None:
            async with httpx.AsyncClient(timeout=5.0, follow_redirects=False) as client:
                answer = await client.get(self._settings.jwks_url)
                answer.raise_for_status()
                if len(answer.content) > LARGEST_DOCUMENT:
                    raise ValueError("the key document is too large")
                return answer.json()
        if self._settings.jwks_file is not None:
            return json.loads(self._settings.jwks_file.read_text())
        return issuer.public_keys(self._settings.secrets_dir)


def _usable(document: Any) -> dict[str, Key]:
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWKS document")  # noqa: TRY004  # the file or the answer is wrong, not our call
    found: dict[str, Key] = {}
    for entry in entries:
        kind = KINDS.get(str(entry.get("kty"))) if isinstance(entry, dict) else None
        if kind is None or entry.get("use", "sig") != "sig":
            continue
        try:
            key = kind.import_key({name: value for name, value in entry.items() if name != "d"})
        except (JoseError, ValueError, TypeError):
            continue  # one entry of a kind we do not read must not lock everybody out
        found[key.kid or key.thumbprint()] = key
    if not found:
        raise ValueError("the key document holds no key we can use")
    return found


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
