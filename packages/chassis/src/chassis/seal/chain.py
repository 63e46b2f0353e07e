"""The chain itself, pure: what a row's hash covers, how seals hang together, and the offline verifier."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# What the sealer had time for: its sweep comes once an hour, so an older row without a seal lost it, or never had one.
SEALED_WITHIN = timedelta(hours=2)


def canonical(value: Any) -> bytes:
    """Write JSON in the one way that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def row_hash(table: str, facts: dict[str, Any]) -> str:
    """Hash what a row says: ids, times, codes and keyed hashes of what is encrypted, so that rotation and erasure change nothing."""
    return hashlib.sha256(canonical([table, facts])).hexdigest()


def genesis(service: str) -> str:
    """What the first seal of a service's chain hangs on; chains of two services cannot be exchanged."""
    return hashlib.sha256(canonical(["office seal", service])).hexdigest()


def link(no: int, table: str, row_id: str, hashed: str, prev: str) -> str:
    """What the next seal hangs on."""
    return hashlib.sha256(canonical([no, table, row_id, hashed, prev])).hexdigest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain's size and root at a time, signed with the keyring's Ed25519 key; all bytes in hex."""

    service: str
    size: int
    root: str
    time: str
    signature: str = ""

    def message(self) -> bytes:
        """What is signed."""
        return canonical({name: value for name, value in asdict(self).items() if name != "signature"})

    def signed_by(self, public_key: bytes) -> bool:
        """Tell whether the holder of this key signed it."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(self.signature), self.message())
        except (InvalidSignature, ValueError):
            return False
        return True

    @classmethod
    def read(cls, document: dict[str, Any]) -> Self:
        """Read what a witness kept.

        Raises:
            ValueError: it is no checkpoint.
        """
        try:
            return cls(**{name: document[name] for name in ("service", "size", "root", "time", "signature")})
        except KeyError as error:
            raise ValueError("this is no checkpoint") from error


@dataclass(frozen=True, slots=True)
class Bad:
    """The first thing that is wrong.

    `kind` is `unreadable`, `cut_head`, `gap`, `reordered`, `changed`, `missing`, `missing_seal`, `cut_tail` or `witness`;
    `no` is the seal concerned, `table` and `row_id` the row, where known.
    """

    kind: str
    says: str
    no: int | None = None
    table: str | None = None
    row_id: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What an export proves: `size` seals that hang together up to `root`, or the first bad row."""

    service: str
    size: int
    root: str
    bad: Bad | None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.bad is None


@dataclass
class Verifier:
    """Reads an export line by line, holding one seal in memory; `witness` is a checkpoint kept outside, with the key that signs."""

    witness: Checkpoint | None = None
    public_key: bytes | None = None
    service: str = ""
    size: int = 0
    root: str = ""
    bad: Bad | None = None
    _exported_at: datetime | None = None
    _ended: bool = False
    _last: tuple[int, str, str] = field(default=(0, "", ""))

    def feed(self, text: str) -> None:
        """Take the next line; after the first bad one nothing more is read."""
        if self.bad is not None:
            return
        try:
            line = json.loads(text)
            if "chain" in line:
                self._begin(line)
            elif self._exported_at is None:
                self.bad = Bad("cut_head", "The export does not begin with its heading.")
            elif "seal" in line:
                self._take(*line["seal"], row=line["row"])
            elif "unsealed" in line:
                self._take_unsealed(line["unsealed"])
            elif "end" in line:
                self._end(line["end"])
            else:
                self.bad = Bad("unreadable", "A line is neither seal nor row.")
        except (ValueError, KeyError, TypeError, AttributeError):
            self.bad = Bad("unreadable", f"The line after seal {self.size} cannot be read.", no=self.size + 1)

    def result(self) -> VerifyResult:
        """Say what was found, at the end of the export."""
        if self.bad is None and not self._ended:
            self.bad = Bad("cut_tail", f"The export breaks off after seal {self.size}.", no=self.size)
        if self.bad is None and self.witness is not None and self.size < self.witness.size:
            says = f"The witness saw {self.witness.size} seals; the chain now ends after {self.size}."
            self.bad = Bad("cut_tail", says, no=self.size + 1)
        return VerifyResult(self.service, self.size, self.root, self.bad)

    def _begin(self, line: dict[str, Any]) -> None:
        self.service, self._exported_at = line["chain"], datetime.fromisoformat(line["exported_at"])
        self.root = genesis(self.service)
        witness = self.witness
        if witness is None:
            return
        if witness.service != self.service:
            self.bad = Bad("witness", "The checkpoint is of another service.")
        elif self.public_key is not None and not witness.signed_by(self.public_key):
            self.bad = Bad("witness", "The checkpoint was not signed by this key.")

    def _take(self, no: int, table: str, row_id: str, hashed: str, prev: str, *, row: dict[str, Any] | None) -> None:
        expected = self.size + 1
        if no > expected:
            kind, what = ("cut_head", "The first seals are missing") if self.size == 0 else ("gap", f"Seal {expected} is missing")
            self.bad = Bad(kind, f"{what}: {no} follows on {self.size}.", no=expected)
        elif no < expected:
            self.bad = Bad("reordered", f"Seal {no} stands after seal {self.size}.", no=no, table=table, row_id=row_id)
        elif prev != self.root:
            # The seal before was changed together with its row, or this one hangs elsewhere: the one before is the first in doubt.
            before, last_table, last_row = self._last
            says = f"Seal {no} does not hang on the one before it: that seal, its row or their order was changed."
            self.bad = Bad("changed", says, no=before or no, table=last_table or table, row_id=last_row or row_id)
        elif row is None:
            self.bad = Bad("missing", "A sealed row is gone.", no=no, table=table, row_id=row_id)
        elif row_hash(table, row) != hashed:
            self.bad = Bad("changed", "A row is not what was sealed.", no=no, table=table, row_id=row_id)
        else:
            self.size, self.root, self._last = no, link(no, table, row_id, hashed, prev), (no, table, row_id)
            if self.witness is not None and self.witness.size == no and self.witness.root != self.root:
                self.bad = Bad("witness", f"The first {no} seals are not those that the witness saw.", no=no, table=table, row_id=row_id)

    def _take_unsealed(self, row: dict[str, Any]) -> None:
        if self._exported_at is not None and self._exported_at - datetime.fromisoformat(row["at"]) > SEALED_WITHIN:
            self.bad = Bad(
                "missing_seal", "A row has no seal though it should have had one long ago.", table=row["table"], row_id=row["row_id"]
            )

    def _end(self, end: dict[str, Any]) -> None:
        self._ended = True
        if (end["size"], end["root"]) != (self.size, self.root):
            self.bad = Bad("cut_tail", f"The export says that it has {end['size']} seals, and has {self.size}.", no=self.size)


def verify(lines: Iterable[str], witness: Checkpoint | None = None, public_key: bytes | None = None) -> VerifyResult:
    """Check an export offline; without a witness a tail that was cut in the database cannot be seen."""
    verifier = Verifier(witness, public_key)
    for line in lines:
        verifier.feed(line)
    return verifier.result()
