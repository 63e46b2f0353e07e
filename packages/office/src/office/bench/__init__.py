"""`office bench`: speed and size, each figure against the bare thing, measured in the same run on the same machine."""


def measure(only: list[str] | None, runs: int, json: bool) -> int:
    """Measure the chosen figures, or all; see `office.bench.run`."""
    # The load generator is a module of this package: it must not pay for what it measures.
    from office.bench.run import measure

    return measure(only, runs, json)
