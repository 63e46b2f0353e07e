"""ETags: the version of an aggregate as a strong tag, `"7"` (RFC 9110, 8.8.3).

Every operation whose answer carries `version` answers the tag; a GET with a matching `If-None-Match` is 304. `If-Match` on a write is
compared when the edge locks the aggregate that the path names, so nothing can come in between; a stale one is 409 `version_conflict`
by the house's table where RFC 9110 would say 412. It is never ignored: where there is nothing to compare it with, the write is 422.
"""

import re
from dataclasses import dataclass
from uuid import UUID

import msgspec

from chassis.errors import Conflict, Malformed

_TAG = re.compile(r'\s*(?:W/)?"(\d{1,10})"\s*(?:,|$)')


class _Versioned(msgspec.Struct):
    version: int | None = None


_versioned = msgspec.json.Decoder(_Versioned)


@dataclass(slots=True)
class IfMatch:
    """What the caller last read of the thing in the path, named by its id or otherwise. `versions` None stands for `*`."""

    aggregate_id: UUID | str
    versions: frozenset[int] | None
    compared: bool = False

    def compare(self, row_id: UUID | str, version: int) -> None:
        """Compare with a row just locked.

        Raises:
            Conflict: it is the thing in the path, and it changed since the caller read it.
        """
        if row_id != self.aggregate_id:
            return
        self.compared = True
        if self.versions is not None and version not in self.versions:
            raise Conflict("version_conflict", "It has changed since you read it; read it again and decide anew.")


def if_match(header: str | None, aggregate_id: UUID | str | None) -> IfMatch | None:
    """Read the header `If-Match` of a write.

    Raises:
        Malformed: it is no list of our tags, or the path names nothing it could be about.
    """
    if header is None:
        return None
    if aggregate_id is None:
        raise not_compared()
    if header.strip() == "*":
        return IfMatch(aggregate_id, None)
    return IfMatch(aggregate_id, _versions(header, "If-Match"))


def not_compared() -> Malformed:
    """Say that this operation has no use for `If-Match`."""
    return Malformed("malformed", "This operation has no version to compare with the header If-Match; leave it out.")


def tag_of(body: bytes) -> str | None:
    """Give the tag of a JSON answer that carries `version`."""
    version = _versioned.decode(body).version
    return None if version is None else f'"{version}"'


def is_known(header: str | None, tag: str) -> bool:
    """Tell whether `If-None-Match` names this tag. A header that is not ours to read matches nothing."""
    if header is None:
        return False
    return header.strip() == "*" or tag in [part.strip().removeprefix("W/") for part in header.split(",")]


def _versions(header: str, name: str) -> frozenset[int]:
    found: set[int] = set()
    at = 0
    while at < len(header) or not found:
        part = _TAG.match(header, at)
        if part is None:
            raise Malformed("malformed", f'The header {name} must be an ETag as we answered it, such as "7".')
        found.add(int(part[1]))
        at = part.end()
    return frozenset(found)
