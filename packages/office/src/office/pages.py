"""Pages for counsel, made from the rules themselves: `docs/rules/*.md` and `docs/policy-coverage.md`.

python -m office.pages            writes them
python -m office.pages --check    exits 1 when one is stale
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from office.coverage import coverage_page
from office.rule_pages import rule_page

ROOMS = {
    "kernel": ("What every service knows", Path("packages/kernel/src/kernel"), Path("packages/kernel/tests/cases")),
    "intake": ("Requests and cases", Path("services/intake-svc/src/intake_svc"), Path("services/intake-svc/tests/cases")),
    "ban": ("Decisions about persons and pages", Path("services/ban-svc/src/ban_svc"), Path("services/ban-svc/tests/cases")),
    "dmca": ("Copyright notices", Path("services/dmca-svc/src/dmca_svc"), Path("services/dmca-svc/tests/cases")),
    "appeals": ("Appeals", Path("services/appeals-svc/src/appeals_svc"), Path("services/appeals-svc/tests/cases")),
    "notify": ("Who is told", Path("services/notify-svc/src/notify_svc"), Path("services/notify-svc/tests/cases")),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One generated page and where it lies."""

    path: Path
    text: str


def root() -> Path:
    """Find the checkout: pages are made where the sources are."""
    return next(folder for folder in Path(__file__).parents if (folder / "Makefile").exists())


def pages(top: Path) -> Iterator[Written]:
    """Make every page."""
    for name, (title, source, cases) in ROOMS.items():
        yield Written(top / "docs/rules" / f"{name}.md", rule_page(title, top / source, top / cases, top))
    yield Written(top / "docs/policy-coverage.md", coverage_page(top))


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are stale."""
    top = root()
    if arguments not in ([], ["--check"]):
        print("Usage: python -m office.pages [--check]", file=sys.stderr)
        return 2
    stale = [page for page in pages(top) if not page.path.exists() or page.path.read_text() != page.text]
    for page in stale:
        if arguments:
            print(f"{page.path.relative_to(top)} is stale: run `make rules-page`.", file=sys.stderr)
        else:
            page.path.parent.mkdir(parents=True, exist_ok=True)
            page.path.write_text(page.text)
            print(f"Wrote {page.path.relative_to(top)}.")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
