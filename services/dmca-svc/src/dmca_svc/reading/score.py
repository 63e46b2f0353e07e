"""Print how the reader does on a folder of real letters: `python -m dmca_svc.reading.score FOLDER`.

FOLDER holds `notices`, `counter-notices` and `retractions`; the folder's name is what each letter is.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from dmca_svc.reading.model import Document, Reading
from dmca_svc.reading.reader import read

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


def main(arguments: list[str]) -> int:
    """Print the table, then each letter whose kind or verdict is not what its folder says; 2 for a wrong command line."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m dmca_svc.reading.score FOLDER\n")
        return 2
    began = time.perf_counter()
    results = readings(Path(arguments[0]))
    seconds = time.perf_counter() - began
    count = sum(map(len, results.values()))
    odd = [
        f"  {kind}/{name}: {reading.document} {reading.verdict} {' '.join(reading.missing)}"
        for kind, rows in results.items()
        for name, reading in rows
        if reading.document is not KINDS[kind] or reading.verdict != "compliant"
    ]
    sys.stdout.write("\n".join([*table(results), f"{count / max(seconds, 1e-9):.0f} texts a second", *odd, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
