"""Print how the reader does on a folder of real letters: `python -m dmca_svc.reading.score FOLDER`.

FOLDER holds `notices`, `counter-notices` and `retractions`; the folder's name is what each letter is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dmca_svc.reading.model import Document, Reading
from dmca_svc.reading.reader import read

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"notices": Document.NOTICE, "counter-notices": Document.COUNTER_NOTICE, "retractions": Document.RETRACTION}


def readings(folder: Path) -> dict[str, list[tuple[str, Reading]]]:
    """Read every letter of the folder: (file name, reading), by the name of the folder it lies in."""
    return {
        kind: [(path.name, read(path.read_text(encoding="utf-8", errors="replace"))) for path in sorted((folder / kind).glob("*.md"))]
        for kind in KINDS
    }


def table(results: dict[str, list[tuple[str, Reading]]]) -> list[str]:
    """Give one line a kind: letters, kinds right, verdicts, and which elements were missed how often."""
    lines = [f"{'folder':<16} {'letters':>7} {'kind':>7} {'compliant':>10}  missing"]
    for kind, rows in results.items():
        right = sum(reading.document is KINDS[kind] for _, reading in rows)
        compliant = sum(reading.verdict == "compliant" and reading.document is KINDS[kind] for _, reading in rows)
        missing = Counter(name for _, reading in rows for name in reading.missing)
        said = ", ".join(f"{name} {count}" for name, count in missing.most_common())
        lines.append(f"{kind:<16} {len(rows):>7} {right / max(1, len(rows)):>7.1%} {compliant / max(1, len(rows)):>10.1%}  {said}")
    return lines
