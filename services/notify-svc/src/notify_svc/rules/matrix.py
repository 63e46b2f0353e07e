"""The matrix of who is told what, read from `matrix.toml` and judged before a single letter is written (matrix rows 2, 10-13)."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any, TypeVar

from kernel.kinds import Kind

from notify_svc.model import VISIBLE, Change, Channel, Party
from notify_svc.rules.condition import CONDITIONS

OTHERS = "others"
PUBLIC_MEASURES = frozenset({"global_ban", "dmca"})
"""What D17 lets everybody know of by name; everything else never reaches a page."""

_STREAM_KEYS = {"concerns", "untold"}
_ROW_NEEDS, _TELL_NEEDS = {"stream", "change"}, {"party", "template", "channels"}
_ROW_KEYS = {"stream", "change", "matters", "tell", "untold", "nobody", "cite"}
_TELL_KEYS = {"party", "template", "channels", "urgent", "when", "otherwise", "once", "in_hours"}
_ONCE_FOR = frozenset({"notice", "counter_notice", "case"})
"""About what a letter can go out once only: the change says its id."""

_Word = TypeVar("_Word", bound=StrEnum)


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
    """What one change of one stream brings about, for some kinds of matter or for all others.

    `untold` says of each party that the stream concerns and that the row does not tell why not.
    """

    stream: str
    change: str
    matters: tuple[str, ...]
    tell: tuple[Telling, ...]
    untold: Mapping[Party, str]
    nobody: str | None
    cite: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one party at one change: a letter, or why there is none. Both: a letter that is kept and not sent, by that code."""

    party: Party
    template: str | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Stream:
    """Whom a stream concerns at all, and why those are not told of whom a row says nothing."""

    concerns: tuple[Party, ...]
    untold: Mapping[Party, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every row, found by stream, change kind and kind of matter."""

    rows: tuple[Row, ...]

    @classmethod
    def parse(cls, text: str) -> "Matrix":
        """Read and judge a matrix.

        Raises:
            MatrixError: a row that is unclear or double, names what there is not, leaves a party without a word, or shows a page what must
                stay private.
        """
        whole = tomllib.loads(text)
        streams = {name: _stream(f"stream {name}", raw) for name, raw in whole.get("streams", {}).items()}
        matrix = cls(tuple(row for number, raw in enumerate(whole.get("row", ()), 1) for row in _rows(f"row {number}", raw, streams)))
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


def outcomes(matrix: Matrix, change: Change) -> list[Outcome]:
    """Every party that a change concerns is told, or there is a reason why not, and nobody is told two things of one change (R114).

    The community alone may read it on several pages.
    """
    row = matrix.row(change.aggregate, change.kind, change.matter)
    found = [Outcome(telling.party, telling.template, code) for telling, code in tellings(matrix, change)]
    found += [Outcome(party, None, why) for party, why in row.untold.items()]
    for telling in row.tell:
        if telling.party not in {one.party for one in found}:
            # Whose letter has a condition that does not hold: the condition's own sentence says why.
            found.append(Outcome(telling.party, None, CONDITIONS[str(telling.when)].__doc__))
    return found


def _stream(where: str, raw: Mapping[str, Any]) -> Stream:
    if unknown := set(raw) - _STREAM_KEYS:
        raise MatrixError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")
    concerns = tuple(_word(Party, where, party) for party in raw.get("concerns", ()))
    return Stream(concerns, {_word(Party, where, party): why for party, why in raw.get("untold", {}).items()})


def _rows(where: str, raw: Mapping[str, Any], streams: Mapping[str, Stream]) -> Iterator[Row]:
    if unknown := set(raw) - _ROW_KEYS:
        raise MatrixError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")
    if missing := _ROW_NEEDS - set(raw):
        raise MatrixError(f"{where} lacks its {', '.join(sorted(missing))}")
    where = f"{where} ({raw['stream']} {', '.join(raw['change'])})"
    tell = tuple(one for entry in raw.get("tell", ()) for one in _tellings(where, entry))
    nobody = raw.get("nobody")
    if bool(tell) == bool(nobody):
        raise MatrixError(f"{where} must tell somebody or say why nobody is told")
    if not raw.get("cite"):
        raise MatrixError(f"{where} cites nothing")
    if raw["stream"] not in streams:
        raise MatrixError(f"{where} names the stream {raw['stream']}, which concerns nobody")
    matters = tuple(_word(Kind, where, matter) for matter in raw.get("matters", ()))
    for telling in tell:
        _judge(where, raw["stream"], matters, telling)
    untold = _untold(where, raw, streams[raw["stream"]], {telling.party for telling in tell})
    for change in raw["change"]:
        yield Row(raw["stream"], change, matters, tell, untold, nobody, raw["cite"])


def _untold(where: str, raw: Mapping[str, Any], stream: Stream, told: set[Party]) -> dict[Party, str]:
    """Everybody whom the stream concerns is told, or not told with a reason: the row's own, its `nobody`, or the stream's (R114)."""
    own = {_word(Party, where, party): why for party, why in raw.get("untold", {}).items()}
    if double := told & own.keys():
        raise MatrixError(f"{where} both tells and does not tell the {', '.join(sorted(double))}")
    if strangers := (told | own.keys()) - set(stream.concerns):
        raise MatrixError(f"{where} names the {', '.join(sorted(strangers))}, whom its stream does not concern")
    nobody = dict.fromkeys(stream.concerns, raw["nobody"]) if raw.get("nobody") else {}
    reasons = {**stream.untold, **nobody, **own}
    if silent := [party for party in stream.concerns if party not in told and not reasons.get(party)]:
        raise MatrixError(f"{where} does not say why the {', '.join(silent)} is not told")
    return {party: reasons[party] for party in stream.concerns if party not in told}


def _word(words: type[_Word], where: str, said: str) -> _Word:
    try:
        return words(said)
    except ValueError:
        raise MatrixError(f"{where} names the {words.__name__.lower()} {said}, which there is not") from None


def _tellings(where: str, entry: Mapping[str, Any]) -> Iterator[Telling]:
    if unknown := set(entry) - _TELL_KEYS:
        raise MatrixError(f"{where} tells with unknown keys: {', '.join(sorted(unknown))}")
    if missing := _TELL_NEEDS - set(entry):
        raise MatrixError(f"{where} tells without its {', '.join(sorted(missing))}")
    parties: Sequence[str] = [entry["party"]] if isinstance(entry["party"], str) else entry["party"]
    for party in parties:
        yield Telling(
            party=_word(Party, where, party),
            template=entry["template"],
            channels=tuple(_word(Channel, where, channel) for channel in entry["channels"]),
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
    if telling.once is not None and telling.once not in _ONCE_FOR:
        raise MatrixError(f"{where} tells once for each {telling.once}, which no change names")
    if telling.otherwise is not None and telling.when is None:
        raise MatrixError(f"{where} keeps a letter as {telling.otherwise}, and never would")
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
