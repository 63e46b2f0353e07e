"""How a message proves that it is ours: HMAC-SHA256 over its id, its time and its body."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def written_secret(key: bytes) -> str:
    """Write a key as Standard Webhooks does: `whsec_` and base64.

    Raises:
        ValueError: it is shorter than 24 bytes or longer than 64.
    """
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError("a webhook's key has 24 to 64 bytes")
    return PREFIX + b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """Read a key as it is written.

    Raises:
        ValueError: this is no webhook's secret; its text is not repeated.
    """
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (NotBase64, ValueError):
        key = b""
    # Base64 in another spelling of the same bytes is not what was given out.
    if not _SHORTEST <= len(key) <= _LONGEST or written_secret(key) != secret:
        raise ValueError("a webhook's secret is whsec_ and base64 of 24 to 64 bytes")
    return key


def signatures(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Give the header `webhook-signature`: one signature for each key, newest first, so that a receiver with either takes it.

    `timestamp` is in seconds since 1970, of this try. The id has no full stop, or two messages could share a signature.

    Raises:
        ValueError: there is no key, or the id has a full stop.
    """
    if not keys or "." in message_id:
        raise ValueError("a message is signed with a key, under an id without a full stop")
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join("v1," + b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
