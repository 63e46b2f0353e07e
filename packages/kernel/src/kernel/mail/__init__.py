"""A letter as an MTA delivers it, read with the standard library alone: bytes in, words out; nothing is kept, run or fetched (D20)."""
