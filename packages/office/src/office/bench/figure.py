"""What a figure is: samples of ours beside the bare thing, a goal, and how both are told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. The defaults are those of the goals; tests take tiny ones."""

    accounts: int = 100_000
    ranges: int = 10_000
    subjects: int = 1_000
    seconds: float = 1.5
    sent: int = 50_000
    heard: int = 10_000
    handovers: int = 500
    a_second: int = 50
    idle: float = 5.0
    grown: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    grown_ranges: int = 100_000
    replicas: int = 3
    changes: int = 20
    checks_a_second: int = 500
    listed: tuple[int, ...] = (10_000, 1_000_000)
    asked: int = 100
    due: int = 10_000


@dataclass(frozen=True, slots=True)
class Goal:
    """The bound that the median must keep."""

    sign: Literal[">=", "<="]
    bound: float

    def met_by(self, measured: float) -> bool:
        """Tell whether `measured` keeps it."""
        return measured >= self.bound if self.sign == ">=" else measured <= self.bound

    def __str__(self) -> str:
        """Read as in the table of goals."""
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: what ours did and what the bare thing did, in the figure's unit; without `bare` the goal is about ours itself."""

    ours: float
    bare: float | None = None

    @property
    def judged(self) -> float:
        """What the goal speaks of."""
        return self.ours if self.bare is None else self.ours / self.bare


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    figure: str
    goal: Goal
    unit: str
    note: str
    samples: Sequence[Sample] = field(default_factory=tuple)

    @property
    def judged(self) -> float:
        """The median over the runs."""
        return median(sample.judged for sample in self.samples)

    @property
    def met(self) -> bool:
        """Whether the median keeps the goal."""
        return self.goal.met_by(self.judged)

    def public(self) -> dict[str, Any]:
        """Give the line as JSON: `ratio` and `bare` are absent where nothing bare can be measured."""
        bare = [sample.bare for sample in self.samples if sample.bare is not None]
        return {
            "figure": self.figure,
            **({"ratio": _short(self.judged)} if bare else {}),
            "goal": str(self.goal),
            "met": self.met,
            "runs": [_short(sample.judged) for sample in self.samples],
            "unit": self.unit,
            "note": self.note,
            **({"bare": _short(median(bare))} if bare else {}),
            "ours": _short(median(sample.ours for sample in self.samples)),
        }


def as_json(line: Line) -> str:
    """Write one JSON object."""
    return json.dumps(line.public())


def as_table(lines: Sequence[Line]) -> str:
    """Write the table that a person reads."""
    rows = [("figure", "measured", "goal", "", "bare", "ours", "unit")]
    for line in lines:
        said = line.public()
        measured = f"{said.get('ratio', said['ours']):g}"
        rows.append(
            (
                line.figure,
                measured,
                str(line.goal),
                "met" if line.met else "MISSED",
                f"{said.get('bare', '')}",
                f"{said['ours']}",
                line.unit,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _short(number: float) -> float:
    """Keep three digits: more would be noise."""
    return float(f"{number:.3g}") if abs(number) < 1_000 else round(number)
