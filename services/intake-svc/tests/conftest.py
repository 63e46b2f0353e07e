"""Intake at work on a real PostgreSQL with production grants; after each test every invariant holds."""

from collections.abc import AsyncIterator

import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE


@pytest.fixture(scope="session")
async def desk(house: House) -> Desk:
    return await house.desk(SERVICE)


@pytest.fixture
async def checked(desk: Desk) -> AsyncIterator[Desk]:
    yield desk
    assert await desk.findings() == []
