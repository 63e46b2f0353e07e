"""One key for each case, person or matter: destroying it is the deletion (D27), and reading under it is logged first.

How far the deletion reaches: the live database at once, and every back-up made afterwards, though the ciphertext is still in it. A back-up
made before holds the key as the ring wrapped it. It can be opened with a keyring that has that ring key, so there the deletion is complete
when the back-up is gone, or when that ring key is (`keyring.json` keeps old ones on purpose); see `docs/operations.md`.
"""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from chassis import tables
from chassis.crypto.keyring import KEY_BYTES, NONCE_BYTES, Unopenable
from chassis.crypto.sealed import FORMAT, HEAD_BYTES, Sealed
from chassis.errors import OfficeError

if TYPE_CHECKING:
    from chassis.edge import Edge


class KeyDestroyed(OfficeError):
    """What this key sealed was deleted by destroying the key; it cannot be read again by anyone."""

    def __init__(self) -> None:
        """The sentence names no case."""
        super().__init__("erased", "What you ask for was erased under the retention rules and cannot be read again.", "D27")


class KeyLost(Exception):
    """A sealed text names a data key that has no row: a fault to alarm about, never an absence."""


class AccessNotLogged(Exception):
    """A text was to be revealed in an edge that has not logged the access; call `audit.log_access` first."""


class DataKey:
    """The key of one aggregate, in the clear in this process's memory only."""

    __slots__ = ("_cipher", "id")

    def __init__(self, key_id: UUID, material: bytes) -> None:
        """`new_data_key` and `data_key` are the ways in."""
        self.id = key_id
        self._cipher = AESGCM(material)

    def seal(self, text: str, *, place: str) -> Sealed:
        """Seal a text for one place, `table.column`; moved to another place or another aggregate it does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = bytes((FORMAT,)) + self.id.bytes
        return Sealed(head + nonce + self._cipher.encrypt(nonce, text.encode(), head + place.encode()))

    def _open(self, sealed: Sealed, place: str) -> str:
        head, rest = sealed.blob[:HEAD_BYTES], sealed.blob[HEAD_BYTES:]
        if sealed.key_id != self.id or len(rest) < NONCE_BYTES + 16:
            raise Unopenable
        try:
            return self._cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place.encode()).decode()
        except InvalidTag:
            raise Unopenable from None

    def __repr__(self) -> str:
        return f"<DataKey {self.id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a data key does not leave its process")


def wrapping_aad(key_id: UUID) -> bytes:
    """Bind a wrapped data key to its row."""
    return b"data_key.wrapped" + key_id.bytes


def new_data_key(edge: "Edge", key_id: UUID) -> DataKey:
    """Make the key of a new aggregate; it is written with the edge, without a round trip of its own."""
    material = secrets.token_bytes(KEY_BYTES)
    wrapped = edge.runtime.keyring.seal(material, wrapping_aad(key_id))
    edge.write(tables.data_key, id=key_id, ring_key=edge.runtime.keyring.key_of(wrapped), wrapped=wrapped, destroyed_at=None)
    key = edge.data_keys[key_id] = DataKey(key_id, material)
    return key


async def data_key(edge: "Edge", key_id: UUID) -> DataKey:
    """Load the key of an aggregate, once an edge.

    Raises:
        KeyDestroyed: it was destroyed.
        KeyLost: there never was one.
    """
    await _load(edge, {key_id})
    return edge.data_keys[key_id]


async def reveal(edge: "Edge", sealed: Sealed, *, place: str) -> str:
    """Open a sealed text whose access this edge has logged.

    Raises:
        AccessNotLogged: `audit.log_access` was not called in this edge for the aggregate that the text belongs to.
        KeyDestroyed: the text was deleted.
        Unopenable: it was sealed for another place, or changed since.
    """
    return (await reveal_many(edge, (sealed,), place=place))[0]


async def reveal_many(edge: "Edge", sealed: Iterable[Sealed], *, place: str) -> list[str]:
    """Open texts of one column, in their order, loading their keys in one query; errors as `reveal`."""
    found = list(sealed)
    ids = {text.key_id for text in found}
    if not ids <= edge.opened.keys():
        raise AccessNotLogged("no access was logged in this edge for what is to be revealed")
    await _load(edge, ids)
    return [edge.data_keys[text.key_id]._open(text, place) for text in found]  # noqa: SLF001  # the guard is here, the key is opened nowhere else


async def destroy_data_key(edge: "Edge", key_id: UUID) -> None:
    """Delete all that was sealed under this key, here and in every later back-up; a second call changes nothing.

    An older back-up still holds the wrapped key: see the head of this module.

    Raises:
        KeyLost: there never was such a key.
    """
    gone = {"ring_key": None, "wrapped": None, "destroyed_at": edge.now}
    table = tables.data_key
    alive = update(table).where(table.c.id == key_id, table.c.destroyed_at.is_(None))
    done = await edge.session.execute(alive.values(gone).returning(table.c.id))
    edge.data_keys.pop(key_id, None)
    if done.first() is None and (await edge.session.execute(select(table.c.id).where(table.c.id == key_id))).first() is None:
        raise KeyLost(str(key_id))


async def _load(edge: "Edge", ids: set[UUID]) -> None:
    wanted = ids - edge.data_keys.keys()
    if not wanted:
        return
    table = tables.data_key
    rows = {row.id: row for row in await edge.session.execute(select(table).where(table.c.id.in_(wanted)))}
    for key_id in wanted:
        row = rows.get(key_id)
        if row is None:
            raise KeyLost(str(key_id))
        if row.wrapped is None:
            raise KeyDestroyed
        edge.data_keys[key_id] = DataKey(key_id, edge.runtime.keyring.open(row.wrapped, wrapping_aad(key_id)))
