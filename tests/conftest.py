"""What every test shares: the event loop's make, Hypothesis' profile, the integration mark."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

INTEGRATION = Path(__file__).parent / "integration"

# No deadline: a machine that runs workers and servers beside the tests is slow now and then.
settings.register_profile("fleeting", deadline=None)
settings.load_profile("fleeting")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, as workers and API do; session wide, so that fixtures may be."""
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(INTEGRATION):
            item.add_marker(pytest.mark.integration)


def pytest_collection_finish() -> None:
    """What was collected stays until the end: the garbage collector need not visit it every time.

    It takes a third of the unit tests' processor time otherwise. Python's own threshold of 700
    objects suits programs that are smaller than thousands of tests.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
