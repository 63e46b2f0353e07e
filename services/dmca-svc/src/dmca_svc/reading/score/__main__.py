"""The command line of the measure: 0 when it ran, 2 for a wrong command line."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from dmca_svc.reading.score import KINDS, readings, table


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
