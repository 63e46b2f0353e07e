"""Runs the migrations of the bench's own services."""  # noqa: INP001  # Alembic reads it as a file

from chassis.migrations import run

run()
