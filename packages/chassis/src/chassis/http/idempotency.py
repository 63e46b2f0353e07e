"""Idempotency keys: the same call, sent again, is answered again and not done again (IETF draft, DESIGN 5)."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, text
from starlette.requests import Request
from starlette.responses import Response

from chassis import tables
from chassis.edge import Edge
from chassis.errors import Malformed, StillRunning

if TYPE_CHECKING:
    from chassis.crypto import Keyring
    from chassis.http.operation import Caller
    from chassis.runtime import Runtime

KEPT = timedelta(days=7)
_KEPT_HEADERS = ("content-type", "etag", "location")
_BARE = re.compile(r"[!#-\[\]-~]{1,255}")
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"')

# One round trip: the lock that says whether the first call is still at work, and what it left when it is not.
# An insert instead would wait for the other transaction; the lock ends with ours, however it ends.
_CLAIM = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0)) AS ours, kept.body_hash, kept.status, kept.headers, kept.body, kept.at
    FROM (SELECT 1) AS one
    LEFT JOIN idempotency AS kept ON kept.caller = :caller AND kept.operation = :operation AND kept.key = :key
""")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call under one key. `body_hash` covers path, query and body: the same key about another thing is another body."""

    caller: str
    operation: str
    key: str
    body_hash: bytes

    @property
    def aad(self) -> bytes:
        """Bind the stored answer to its place, so that rows cannot be swapped."""
        return json.dumps(["idempotency", self.caller, self.operation, self.key]).encode()


def key_of(header: str | None) -> str | None:
    """Read the header, bare or as a quoted structured string: `k-1` and `"k-1"` are the same key.

    Raises:
        Malformed: it is empty, longer than 255 letters, or has others than visible ASCII.
    """
    if header is None:
        return None
    given = header.strip()
    quoted = _QUOTED.fullmatch(given)
    if quoted:
        return re.sub(r'\\(["\\])', r"\1", quoted[1])
    if not _BARE.fullmatch(given):
        raise Malformed("malformed", "The header Idempotency-Key must have 1 to 255 visible ASCII characters, bare or in double quotes.")
    return given


def attempt(request: Request, keyring: "Keyring", caller: "Caller", key: str, body: bytes) -> Attempt:
    """Name this call."""
    digest = hashlib.sha256()
    for part in (request.url.path.encode(), request.scope["query_string"], request.headers.get("content-type", "").encode("latin-1"), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    # Keyed, for what was said may be short enough to be guessed from its bare digest.
    return Attempt(caller.by.id, caller.operation, key, keyring.hash("idempotency", digest.hexdigest()))


async def claim(edge: Edge, this: Attempt) -> Response | None:
    """Take the key for this transaction; answer what the first call answered when it is done.

    Raises:
        StillRunning: the first call is at work.
        Malformed: the key was used for another body.
    """
    name = json.dumps([edge.runtime.service.name, "idempotency", this.caller, this.operation, this.key])
    row = (await edge.session.execute(_CLAIM, {"lock": name, "caller": this.caller, "operation": this.operation, "key": this.key})).one()
    if row.at is not None and row.at > edge.wall() - KEPT:
        if row.body_hash != this.body_hash:
            raise Malformed("idempotency_key_reused", "This Idempotency-Key was used for another request; take a new one for a new thing.")
        return Response(edge.runtime.keyring.open(row.body, this.aad), row.status, {**row.headers, "Idempotent-Replayed": "true"})
    if not row.ours:
        raise StillRunning
    if row.at is not None:
        await edge.session.execute(delete(tables.idempotency).where(_is(this)))
    return None


def keep(edge: Edge, this: Attempt, response: Response) -> None:
    """Store the answer in the transaction of the work.

    Should the first call have committed between the look and the lock of `claim`, the primary key refuses this row and all is rolled back.
    """
    edge.write(
        tables.idempotency,
        caller=this.caller,
        operation=this.operation,
        key=this.key,
        body_hash=this.body_hash,
        status=response.status_code,
        headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        body=edge.runtime.keyring.seal(bytes(response.body), this.aad),
        at=edge.wall(),
    )


async def sweep(runtime: "Runtime") -> None:
    """Delete answers older than seven days."""
    async with runtime.edge("idempotency:answer:sweep") as edge:
        await edge.session.execute(delete(tables.idempotency).where(tables.idempotency.c.at < edge.wall() - KEPT))


def _is(this: Attempt) -> ColumnElement[bool]:
    columns = tables.idempotency.c
    return and_(columns.caller == this.caller, columns.operation == this.operation, columns.key == this.key)
