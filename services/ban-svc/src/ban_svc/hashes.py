"""Keyed hashes of names: what the tables and the index know of an account, and the references that the check gives out (D23, DESIGN 7).

BLAKE2b under keys that the keyring's hash key makes: the keyring's own HMAC would be half the time of a check of a thousand (measured).
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from kernel.addresses import canonical_address
from kernel.names import canonical_user, canonical_users

from ban_svc.tables.columns import HASH_BYTES

if TYPE_CHECKING:
    from chassis.crypto import Keyring
    from chassis.runtime import Runtime

REFERENCE_BYTES = 15


class Hashes:
    """The keyed hashes under one keyring."""

    def __init__(self, keyring: "Keyring") -> None:
        """The keys are made once; the ring's hash key is never rotated, so neither are they."""
        self._account = blake2b(key=keyring.hash("ban.account", "key"), digest_size=HASH_BYTES)
        self._address = blake2b(key=keyring.hash("ban.address", "key"), digest_size=HASH_BYTES)
        self._place = blake2b(key=keyring.hash("ban.place", "key"), digest_size=HASH_BYTES)
        self._reference = blake2b(key=keyring.hash("ban.reference", "key"), digest_size=REFERENCE_BYTES)

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

    def references(self, caller: str) -> Callable[[str], str]:
        """Give what makes references for a caller: of a subject, and of no action and no person, so that they join with nothing (R95)."""
        begun = self._reference.copy()
        # A caller's `sub` has no line break in it, so that no two pairs are one text.
        begun.update(f"{caller}\n".encode())

        def reference(subject: str) -> str:
            hashed = begun.copy()
            hashed.update(subject.encode())
            return hashed.hexdigest()

        return reference


def hashes_of(runtime: "Runtime") -> Hashes:
    """Give the hashes of this process's keyring."""
    found: Hashes | None = runtime.state.get("hashes")
    if found is None:
        found = runtime.state["hashes"] = Hashes(runtime.keyring)
    return found
