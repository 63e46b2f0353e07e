"""`office bench`: speed and size, each figure against the bare thing, measured in the same run on the same machine."""

from office.bench.run import FIGURES, measure

__all__ = ["FIGURES", "measure"]
