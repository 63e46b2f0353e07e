"""Speed, measured: `bench`."""

from typing import Annotated

from cyclopts import Parameter

from office.commands.law import Json


def bench(*, only: Annotated[list[str] | None, Parameter(negative="")] = None, runs: int = 3, json: Json = False) -> int:
    """Measure each figure as a ratio to the bare thing in the same run, and print the medians.

    Parameters
    ----------
    only:
        Only these figures; `office bench --only none` lists them.
    runs:
        How many runs; the median counts.
    """
    from office.bench import measure

    return measure(only=only, runs=runs, json=json)
