"""Letters are read in a process of their own, one at a time, with limits on time and memory (DESIGN 7)."""
