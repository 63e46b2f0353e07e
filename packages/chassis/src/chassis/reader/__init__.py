"""A warm process of its own that reads what comes from outside, one thing at a time, with limits on time and memory (DESIGN 7)."""
