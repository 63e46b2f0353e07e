"""The matrix of who is told what, read from `matrix.toml` and judged before a single letter is written (matrix rows 2, 10-13)."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from notify_svc.model import VISIBLE, Change, Channel, Party
from notify_svc.rules.condition import CONDITIONS

OTHERS = "others"
PUBLIC_MEASURES = frozenset({"global_ban", "dmca"})
"""What D17 lets everybody know of by name; everything else never reaches a page."""

_ROW_KEYS = {"stream", "change", "matters", "tell", "untold", "nobody", "cite"}
_TELL_KEYS = {"party", "template", "channels", "urgent", "when", "otherwise", "once", "in_hours"}


class MatrixError(ValueError):
    """The matrix says nothing clear, or would tell the wrong reader."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One party and its letter. `when` names the condition; `otherwise` is why it is suppressed, None: then nobody is to be told.

    `once` names the thing about which this letter goes out once only, whatever event says it again. `in_hours` is an alert that waits for
    business hours (D6).
    """

    party: Party
    template: str
    channels: tuple[Channel, ...]
    urgent: bool = False
    when: str | None = None
    otherwise: str | None = None
    once: str | None = None
    in_hours: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one change of one stream brings about, for some kinds of matter or for all others."""

    stream: str
    change: str
    matters: tuple[str, ...]
    tell: tuple[Telling, ...]
    untold: Mapping[str, str]
    nobody: str | None
    cite: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every row, found by stream, change kind and kind of matter."""

    rows: tuple[Row, ...]

    @classmethod
    def parse(cls, text: str) -> "Matrix":
        """Read and judge a matrix.

        Raises:
            MatrixError: a row that is unclear, double, or shows a page what must stay private.
        """
        matrix = cls(tuple(row for number, raw in enumerate(tomllib.loads(text)["row"], 1) for row in _rows(f"row {number}", raw)))
        seen: set[tuple[str, str, str]] = set()
        for row in matrix.rows:
            for matter in row.matters or (OTHERS,):
                place = (row.stream, row.change, matter)
                if place in seen:
                    raise MatrixError(f"{' '.join(place)} has two rows")
                seen.add(place)
        return matrix

    def rows_of(self, stream: str, change: str) -> list[Row]:
        """Give the rows for a change, one for each group of kinds."""
        return [row for row in self.rows if (row.stream, row.change) == (stream, change)]

    def row(self, stream: str, change: str, matter: str) -> Row:
        """Find the row for a change; a kind of matter without its own row has that of all others.

        Raises:
            MatrixError: nobody has said what follows from it.
        """
        fitting = self.rows_of(stream, change)
        row = next((row for row in fitting if matter in row.matters), None) or next((row for row in fitting if not row.matters), None)
        if row is None:
            raise MatrixError(f"the matrix has no row for {stream} {change}")
        return row


def tellings(matrix: Matrix, change: Change) -> list[tuple[Telling, str | None]]:
    """Give who is to be told of a change, each with None or with the code of why it is suppressed."""
    told: list[tuple[Telling, str | None]] = []
    for telling in matrix.row(change.aggregate, change.kind, change.matter).tell:
        if telling.when is None or CONDITIONS[telling.when](change, telling.party):
            told.append((telling, None))
        elif telling.otherwise is not None:
            told.append((telling, telling.otherwise))
    return told


def _rows(where: str, raw: Mapping[str, Any]) -> Iterator[Row]:
    if unknown := set(raw) - _ROW_KEYS:
        raise MatrixError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")
    where = f"{where} ({raw.get('stream')} {raw.get('change')})"
    tell = tuple(one for entry in raw.get("tell", ()) for one in _tellings(where, entry))
    nobody = raw.get("nobody")
    if bool(tell) == bool(nobody):
        raise MatrixError(f"{where} must tell somebody or say why nobody is told")
    if not raw.get("cite"):
        raise MatrixError(f"{where} cites nothing")
    untold = {Party(party).value: why for party, why in raw.get("untold", {}).items()}
    matters = tuple(raw.get("matters", ()))
    for telling in tell:
        _judge(where, raw["stream"], matters, telling)
    for change in raw["change"]:
        yield Row(raw["stream"], change, matters, tell, untold, nobody, raw["cite"])


def _tellings(where: str, entry: Mapping[str, Any]) -> Iterator[Telling]:
    if unknown := set(entry) - _TELL_KEYS:
        raise MatrixError(f"{where} tells with unknown keys: {', '.join(sorted(unknown))}")
    parties: Sequence[str] = [entry["party"]] if isinstance(entry["party"], str) else entry["party"]
    for party in parties:
        yield Telling(
            party=Party(party),
            template=entry["template"],
            channels=tuple(Channel(channel) for channel in entry["channels"]),
            urgent=entry.get("urgent", False),
            when=entry.get("when"),
            otherwise=entry.get("otherwise"),
            once=entry.get("once"),
            in_hours=entry.get("in_hours", False),
        )


def _judge(where: str, stream: str, matters: tuple[str, ...], telling: Telling) -> None:
    """A row may show on a page only what D17 makes public, staff alone are alerted, and the community is told on pages alone."""
    shown = VISIBLE & set(telling.channels)
    public = stream == "dmca_notice" or (bool(matters) and set(matters) <= PUBLIC_MEASURES)
    if telling.when is not None and telling.when not in CONDITIONS:
        raise MatrixError(f"{where} names the condition {telling.when}, which nobody knows")
    if not telling.channels:
        raise MatrixError(f"{where} names no channel for the {telling.party}")
    if shown and not (public and telling.party in {Party.SUBJECT, Party.UPLOADER, Party.COMMUNITY}):
        raise MatrixError(f"{where} would show on a page what the {telling.party} alone may know (D17)")
    if (telling.party is Party.TEAM) != (telling.channels == (Channel.STAFF,)):
        raise MatrixError(f"{where} mixes staff alerts with letters")
    if telling.in_hours and telling.party is not Party.TEAM:
        raise MatrixError(f"{where} lets a letter wait for the hours of staff (D6)")
    if (telling.party is Party.COMMUNITY) != (telling.channels == (Channel.WIKI_PAGE,)):
        raise MatrixError(f"{where} mixes announcements with letters")


MATRIX = Matrix.parse((files("notify_svc") / "matrix.toml").read_text(encoding="utf-8"))
"""The matrix in force; a service whose matrix is unsound does not start."""
