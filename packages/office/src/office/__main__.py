"""`python -m office` is the command `office`."""

from office.cli import run

run()
