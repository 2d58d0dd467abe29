"""A world of each domain, one for all tests."""

from pathlib import Path

import pytest
from support.worlds import shared_world


@pytest.fixture(scope="session")
def retail_world(shared_folder: Path) -> Path:
    return shared_world("retail", shared_folder)


@pytest.fixture(scope="session")
def airline_world(shared_folder: Path) -> Path:
    return shared_world("airline", shared_folder)
