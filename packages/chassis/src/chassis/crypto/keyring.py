"""The keyring: wrapping keys that are rotated, one hash key and one signing key that never are, in a file that its owner alone reads."""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import NoReturn, Self, TextIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12


class KeyringUnsafe(Exception):
    """The keyring's file can be read by others than its owner, or is not a keyring."""


class Unopenable(Exception):
    """The bytes were sealed elsewhere, for another place, with a key that is not here, or were changed since."""


class Keyring:
    """Wrapping keys in their order of making, the last one current; what was sealed under an older one still opens.

    A running process sees a key that was added to its file by its next call. AES-256-GCM with random 96-bit nonces bears 2**32 seals
    a key: the ring's keys seal data keys, reasons of access and stored answers, so a yearly rotation is far below that.
    """

    __slots__ = ("_ciphers", "_hash_key", "_keys", "_path", "_seen", "_sign_key")

    def __init__(self, keys: dict[str, bytes], hash_key: bytes, sign_key: bytes, path: Path | None = None) -> None:
        """`keys` in their order of making; `create` and `load` are the usual ways in."""
        if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), hash_key, sign_key)):
            raise KeyringUnsafe("a keyring needs at least one wrapping key, and every key has 32 bytes")
        self._keys = keys
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._hash_key = hash_key
        self._sign_key = sign_key
        self._path = path
        self._seen = _stamp(path)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new keyring file, mode 0600.

        Raises:
            FileExistsError: there is one already; a keyring that is lost takes everything it sealed with it, so none is ever replaced.
        """
        parts = {"k1": secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            _write(file, *parts)
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a keyring file.

        Raises:
            FileNotFoundError: there is none; `office migrate` makes it.
            KeyringUnsafe: others may read it (mend: `chmod 600`), or it is not a keyring.
        """
        keys, hash_key, sign_key = _read(path)
        return cls(keys, hash_key, sign_key, path)

    @classmethod
    def add_key(cls, path: Path) -> Self:
        """Add a wrapping key to the file and make it the current one; the older ones stay for what they sealed."""
        with path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys, hash_key, sign_key = _read(path)
            parts = _with_new_key(keys), hash_key, sign_key
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                _write(file, *parts)
            new.replace(path)
        return cls.load(path)

    def rotated(self) -> Self:
        """Give a keyring with one more wrapping key, which is current; no file is touched."""
        return type(self)(_with_new_key(self._keys), self._hash_key, self._sign_key)

    @property
    def current(self) -> str:
        """Id of the key that seals."""
        self._reread()
        return next(reversed(self._keys))

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all wrapping keys, oldest first."""
        return tuple(self._keys)

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Encrypt under the current key; `aad` says where the bytes belong and must be the same at `open`."""
        key_id = self.current
        head = bytes((FORMAT, len(key_id))) + key_id.encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + self._ciphers[key_id].encrypt(nonce, plain, head + aad)

    def open(self, blob: bytes, aad: bytes) -> bytes:
        """Decrypt what `seal` gave.

        Raises:
            Unopenable: the bytes were changed, belong elsewhere, or their key is not on this ring.
        """
        key_id = self.key_of(blob)
        if key_id not in self._ciphers:
            self._reread()
        cipher = self._ciphers.get(key_id)
        start = 2 + len(key_id)
        if cipher is None or len(blob) < start + NONCE_BYTES + 16:
            raise Unopenable
        try:
            return cipher.decrypt(blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :], blob[:start] + aad)
        except InvalidTag:
            raise Unopenable from None

    @staticmethod
    def key_of(blob: bytes) -> str:
        """Tell the id of the wrapping key that sealed these bytes.

        Raises:
            Unopenable: no keyring sealed them.
        """
        if len(blob) < 3 or blob[0] != FORMAT:
            raise Unopenable
        try:
            return blob[2 : 2 + blob[1]].decode("ascii")
        except UnicodeDecodeError:
            raise Unopenable from None

    def hash(self, domain: str, value: str) -> bytes:
        """Give the keyed hash (HMAC-SHA-256) of a value, for equality look-ups and the seal; equal only within one `domain`."""
        name = domain.encode()
        # The length in front keeps ("ab", "c") apart from ("a", "bc").
        return hmac.digest(self._hash_key, len(name).to_bytes(2, "big") + name + value.encode(), "sha256")

    def sign(self, message: bytes) -> bytes:
        """Sign with the ring's Ed25519 key, which is never rotated."""
        return Ed25519PrivateKey.from_private_bytes(self._sign_key).sign(message)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that check what `sign` signed; to be given to the outside witness once."""
        public = Ed25519PrivateKey.from_private_bytes(self._sign_key).public_key()
        return public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def _reread(self) -> None:
        if self._path is None:
            return
        seen = _stamp(self._path)
        # A file that went away does not take the keys out of a process at work.
        if seen is None or seen == self._seen:
            return
        keys, _, _ = _read(self._path)
        self._keys, self._ciphers, self._seen = keys, {key_id: AESGCM(key) for key_id, key in keys.items()}, seen

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._keys)}, fingerprint {hashlib.sha256(self.public_key).hexdigest()[:8]}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a keyring does not leave its process")


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def _with_new_key(keys: dict[str, bytes]) -> dict[str, bytes]:
    return {**keys, f"k{len(keys) + 1}": secrets.token_bytes(KEY_BYTES)}


def _read(path: Path) -> tuple[dict[str, bytes], bytes, bytes]:
    if path.stat().st_mode & 0o077:
        raise KeyringUnsafe(f"{path.name} can be read by others than its owner: chmod 600")
    try:
        document = json.loads(path.read_text())
        keys = {str(item["id"]): base64.b64decode(item["key"], validate=True) for item in document["keys"]}
        hash_key, sign_key = (base64.b64decode(document[name], validate=True) for name in ("hash", "sign"))
    except (ValueError, KeyError, TypeError):
        # Without its cause: the cause quotes what it could not read, and that is a key.
        raise KeyringUnsafe(f"{path.name} is not a keyring") from None
    return keys, hash_key, sign_key


def _write(file: TextIO, keys: dict[str, bytes], hash_key: bytes, sign_key: bytes) -> None:
    def text(key: bytes) -> str:
        return base64.b64encode(key).decode()

    ring = [{"id": key_id, "key": text(key)} for key_id, key in keys.items()]
    json.dump({"keys": ring, "hash": text(hash_key), "sign": text(sign_key)}, file, indent=2)
    file.write("\n")
    file.flush()
    os.fsync(file.fileno())
