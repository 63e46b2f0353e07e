"""Every row of the matrix is tried against what its letters can tell, before the first is written (R37, R67, R75, R95, D17, D20)."""

from collections.abc import Iterator, Mapping

from contracts import STREAMS
from kernel.kinds import ACTION_KINDS, CASE_KINDS, Kind

from notify_svc.letters.facts import Facts
from notify_svc.letters.templates import TEMPLATES
from notify_svc.rules import MATRIX, Matrix, MatrixError, Row, may_tell

_MATTERS: Mapping[str, frozenset[Kind]] = {
    "case": CASE_KINDS,
    "action": ACTION_KINDS,
    "dmca_notice": frozenset({Kind.DMCA}),
}


def matters_of(matrix: Matrix, row: Row) -> list[Kind]:
    """Name every kind of matter that a row speaks for, which of a request or an appeal is any."""
    return [kind for kind in Kind if kind in _MATTERS.get(row.stream, frozenset(Kind)) and matrix.row(row.stream, row.change, kind) is row]


def check_matrix(matrix: Matrix = MATRIX, letters: Mapping[str, type[Facts]] = TEMPLATES) -> None:
    """Refuse a matrix that could tell the wrong reader, that tells by a letter there is not, or is silent about a change.

    A letter counts by every fact that its template is given, whether the words of today use it or not.

    Raises:
        MatrixError: naming the row, the reader and the fact.
    """
    said = {(stream.change.aggregate, kind) for stream in STREAMS.values() for kind in stream.kinds}
    for row in matrix.rows:
        where = f"{row.stream} {row.change}"
        if (row.stream, row.change) not in said:
            raise MatrixError(f"{where}: nobody says this change")
        spoken_for = matters_of(matrix, row)
        if not spoken_for:
            raise MatrixError(f"{where}: no matter of this stream is of the kind {', '.join(row.matters)}")
        for wrong in _wrong(row, spoken_for, letters):
            raise MatrixError(f"{where}: {wrong}")
    for stream, kind in sorted(said):
        for matter in _MATTERS.get(stream, frozenset(Kind)):
            matrix.row(stream, kind, matter)


def _wrong(row: Row, matters: list[Kind], letters: Mapping[str, type[Facts]]) -> Iterator[str]:
    for telling in row.tell:
        if telling.template not in letters:
            yield f"there is no letter {telling.template}"
            continue
        for fact, disclosure in letters[telling.template].disclosures():
            for matter in matters:
                if reasons := may_tell(telling.party, disclosure, matter).reasons:
                    why = " ".join(f"{reason.says} ({reason.cite})" for reason in reasons)
                    yield f"{telling.template} would tell the {telling.party} its {fact} in a matter of {matter}. {why}"
