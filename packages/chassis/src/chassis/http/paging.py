"""Lists page by keyset (`sqlakeyset`): flat from ten thousand rows to a million, in a stable order."""

import base64
import binascii
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlakeyset import InvalidPage, serialize_bookmark, unserialize_bookmark
from sqlakeyset.asyncio import select_page
from sqlalchemy import Select

from chassis.errors import Malformed

if TYPE_CHECKING:
    from chassis.edge import Edge

T = TypeVar("T")

After = Annotated[str | None, Query(max_length=1000, description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
DEFAULT_LIMIT = 50


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` goes into `after` to get what follows, and is absent at the end."""

    items: list[T]
    next: str | None = None


async def page(edge: "Edge", query: Select[Any], view: Callable[[Any], T], *, after: str | None, limit: int) -> Page[T]:
    """Read one page of `query`, which must be ordered by columns that are never NULL and end in a unique one; `view` shapes each row.

    The cursor is signed for this operation and order: a made-up one, or one of another list, never reaches the database.

    Raises:
        Malformed: the cursor is not one that this list gave out.
    """
    order = f"{edge.operation}|" + ",".join(str(clause) for clause in query._order_by_clauses)  # noqa: SLF001  # no public way to ask
    place = None if after is None else _open(edge, order, after)
    found = await select_page(edge.session, query, per_page=limit, page=place)
    following = _seal(edge, order, serialize_bookmark(found.paging.next)) if found.paging.has_next else None
    return Page(items=[view(row[0] if len(row) == 1 else row) for row in found], next=following)


def _seal(edge: "Edge", order: str, bookmark: str) -> str:
    return base64.urlsafe_b64encode(_mark(edge, order, bookmark) + bookmark.encode()).decode().rstrip("=")


def _open(edge: "Edge", order: str, cursor: str) -> Any:
    broken = Malformed("malformed", "query.after: It must be the `next` of this same list, with the same filters.")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        bookmark = raw[16:].decode()
    except (binascii.Error, ValueError) as error:
        raise broken from error
    if not hmac.compare_digest(raw[:16], _mark(edge, order, bookmark)):
        raise broken
    try:
        return unserialize_bookmark(bookmark)
    except InvalidPage as error:
        raise broken from error


def _mark(edge: "Edge", order: str, bookmark: str) -> bytes:
    return edge.runtime.keyring.hash("http.cursor", f"{order}|{bookmark}")[:16]
