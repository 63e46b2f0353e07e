"""Runs this service's migrations as their owner; everything else is the chassis's."""

from chassis.migrations import run

run()
