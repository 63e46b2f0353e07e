"""Fixtures for every room of the house come from the chassis."""

pytest_plugins = ["chassis.testing"]
