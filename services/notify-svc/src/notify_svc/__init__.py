"""Tells the parties what was decided: who is told what, by which way, exactly once, with a receipt (matrix rows 2, 10-13)."""
