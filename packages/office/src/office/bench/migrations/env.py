"""Runs the migrations of the bench's own services."""

from chassis.migrations import run

run()
