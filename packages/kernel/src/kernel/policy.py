"""The numbers of the law: dated, cited, old ones kept; the value in force on a date (DESIGN 2).

A policy file names each number once and lists its values, the oldest first or in any order::

    [[panel_size]]
    value = 5
    from = 2026-01-01
    cite = "D13"
    note = "product default"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

_KEYS = {"value", "from", "cite", "note"}


class PolicyError(ValueError):
    """A policy file that says nothing clear, or a question it has no answer to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value and the date from which it holds, with its source; lists are tuples, tables read-only."""

    value: Any
    start: date
    cite: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of one policy file, by name, oldest entry first."""

    entries: Mapping[str, tuple[Entry, ...]]
    source: str = field(default="policy", compare=False)

    @classmethod
    def load(cls, path: Path | Traversable) -> Policy:
        """Read a policy file.

        Raises:
            PolicyError: not TOML, an entry without value, date or citation, an unknown key, two entries from one date.
        """
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"{path.name} is not TOML: {error}") from error
        return cls.of(tables, source=path.name)

    @classmethod
    def of(cls, tables: Mapping[str, Any], *, source: str = "policy") -> Policy:
        """Make a policy of parsed tables; raises as `load` does."""
        return cls(MappingProxyType({name: _entries(f"{source}: {name}", rows) for name, rows in tables.items()}), source)

    def names(self) -> tuple[str, ...]:
        """Return the names this policy knows, in the file's order."""
        return tuple(self.entries)

    def entry(self, name: str, *, on: date) -> Entry:
        """Return the entry of `name` in force on the date.

        Raises:
            PolicyError: nobody knows the name, or the date lies before its first entry.
        """
        if isinstance(on, datetime):
            raise PolicyError(f"{self.source}: {name} is asked for on a date, not a time")
        if name not in self.entries:
            raise PolicyError(f"{self.source} knows no {name}")
        in_force = [entry for entry in self.entries[name] if entry.start <= on]
        if not in_force:
            raise PolicyError(f"{self.source}: {name} has no value on {on}; its first entry is from {self.entries[name][0].start}")
        return in_force[-1]

    def value(self, name: str, *, on: date) -> Any:
        """Return the value of `name` in force on the date; raises as `entry` does."""
        return self.entry(name, on=on).value


def _entries(where: str, rows: object) -> tuple[Entry, ...]:
    """Read the entries of one name, oldest first."""
    if not isinstance(rows, list) or not rows:
        raise PolicyError(f"{where} must be a list of dated entries ([[name]])")
    entries = sorted((_entry(where, row) for row in rows), key=lambda entry: entry.start)
    for older, newer in pairwise(entries):
        if older.start == newer.start:
            raise PolicyError(f"{where} has two entries from {newer.start}: they overlap")
    return tuple(entries)


def _entry(where: str, row: object) -> Entry:
    """Read one entry and say what is wrong with it."""
    if not isinstance(row, dict):
        raise PolicyError(f"{where} has an entry that is not a table")
    if unknown := set(row) - _KEYS:
        raise PolicyError(f"{where} has an entry with unknown keys: {', '.join(sorted(unknown))}")
    if "value" not in row:
        raise PolicyError(f"{where} has an entry without a value")
    start, cite, note = row.get("from"), row.get("cite"), row.get("note", "")
    if not isinstance(start, date) or isinstance(start, datetime):
        raise PolicyError(f"{where} has an entry without the date it holds from")
    if not isinstance(cite, str) or not cite.strip():
        raise PolicyError(f"{where} has an entry from {start} that cites nothing")
    if not isinstance(note, str):
        raise PolicyError(f"{where} has an entry from {start} whose note is no text")
    return Entry(_frozen(row["value"]), start, cite, note)


def _frozen(value: Any) -> Any:
    """Make what TOML read unchangeable, so that no caller can bend the law for the next."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(part) for key, part in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(part) for part in value)
    return value
