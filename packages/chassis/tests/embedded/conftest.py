"""Homes of their own for the embedded servers, ended whatever a test does to them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.embedded import down


def a_home() -> Iterator[Path]:
    """Yield a home that does not exist yet, and end what runs there afterwards.

    It lies outside pytest's own folders: as root PostgreSQL has to pass through, and every pytest run shuts those anew.
    """
    with tempfile.TemporaryDirectory(prefix="office-embedded-") as folder:
        where = Path(folder) / "home"
        yield where
        down(where, force=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a home that no server runs in."""
    yield from a_home()


@pytest.fixture(scope="module")
def shared_home() -> Iterator[Path]:
    """Return a home for the tests of a file, which keeps its formatted storage from one to the next."""
    yield from a_home()
