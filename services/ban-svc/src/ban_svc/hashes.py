"""Keyed hashes of names: what the tables and the index know of an account, and the references that the check gives out (D23, DESIGN 7).

BLAKE2b under keys that the keyring's hash key makes: the keyring's own HMAC would be half the time of a check of a thousand (measured).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from kernel.addresses import canonical_address
from kernel.names import canonical_user, canonical_users

from ban_svc.tables.columns import HASH_BYTES

if TYPE_CHECKING:
    from chassis.crypto import Keyring
    from chassis.runtime import Runtime

_KEY_BYTES = 32


class Hashes:
    """The keyed hashes under one keyring."""

    def __init__(self, keyring: "Keyring") -> None:
        """The keys are made once; the ring's hash key is never rotated, so neither are they."""
        self._account = blake2b(key=keyring.hash("ban.account", "key"), digest_size=HASH_BYTES)
        self._address = blake2b(key=keyring.hash("ban.address", "key"), digest_size=HASH_BYTES)
        self._place = blake2b(key=keyring.hash("ban.place", "key"), digest_size=HASH_BYTES)
        self._reference = blake2b(key=keyring.hash("ban.reference", "key"), digest_size=_KEY_BYTES)

    def account(self, name: str) -> bytes:
        """Hash an account by its canonical name.

        Raises:
            UserNameError: no account can have this name.
        """
        hashed = self._account.copy()
        hashed.update(canonical_user(name).encode())
        return hashed.digest()

    def accounts(self, names: Sequence[str]) -> list[bytes]:
        """Hash many accounts, as `account` does each, in their order.

        Raises:
            UserNameError: no account can have one of these names.
        """
        begun, hashes = self._account.copy, []
        for name in canonical_users(names):
            hashed = begun()
            hashed.update(name.encode())
            hashes.append(hashed.digest())
        return hashes

    def address(self, address: str) -> bytes:
        """Hash an address or range by the one way to write it.

        Raises:
            AddressError: it is none.
        """
        hashed = self._address.copy()
        hashed.update(canonical_address(address).encode())
        return hashed.digest()

    def place(self, part: str) -> str:
        """Hash one part of the name of a place: what a scope says in words is compared, and not kept in the clear."""
        hashed = self._place.copy()
        hashed.update(part.encode())
        return hashed.hexdigest()

    def network(self, written: str) -> bytes:
        """Hash an address or range as it is written, for a reference alone: nothing is looked up by it."""
        hashed = self._address.copy()
        hashed.update(written.encode())
        return hashed.digest()

    def references(self, caller: str, hashes: Sequence[bytes]) -> list[str]:
        """Give a caller the references of subjects by their hashes: of no action and no person, so that they join with nothing (R95).

        A hash is one block of AES, encrypted under a key of this caller's own: many in one call, where a keyed hash each takes four times
        as long. Who lacks that key can neither read a reference nor tell which of another caller's is of the same subject.
        """
        key = self._reference.copy()
        key.update(caller.encode())
        blocks = Cipher(algorithms.AES(key.digest()), modes.ECB()).encryptor()  # noqa: S305 - no text: each block is a hash by itself
        told = blocks.update(b"".join(hashes)).hex()
        return [told[start : start + 2 * HASH_BYTES] for start in range(0, len(told), 2 * HASH_BYTES)]


def hashes_of(runtime: "Runtime") -> Hashes:
    """Give the hashes of this process's keyring."""
    found: Hashes | None = runtime.state.get("hashes")
    if found is None:
        found = runtime.state["hashes"] = Hashes(runtime.keyring)
    return found
