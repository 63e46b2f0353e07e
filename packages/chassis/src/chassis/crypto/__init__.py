"""Envelope encryption: a keyring wraps one data key for each case, person or matter, and a data key seals its texts (DESIGN 7)."""

from chassis.crypto.data_key import (
    AccessNotLogged,
    DataKey,
    KeyDestroyed,
    KeyLost,
    data_key,
    destroy_data_key,
    new_data_key,
    reveal,
    reveal_many,
)
from chassis.crypto.keyring import Keyring, KeyringUnsafe, Unopenable
from chassis.crypto.rotation import rotate
from chassis.crypto.sealed import Sealed, SealedText

__all__ = [
    "AccessNotLogged",
    "DataKey",
    "KeyDestroyed",
    "KeyLost",
    "Keyring",
    "KeyringUnsafe",
    "Sealed",
    "SealedText",
    "Unopenable",
    "data_key",
    "destroy_data_key",
    "new_data_key",
    "reveal",
    "reveal_many",
    "rotate",
]
