"""A directory for each test, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fleeting_dir.source_store import DirSourceReader, DirSourceWriter
from fleeting_dir.text_files import TextFiles


class Clock:
    """Seconds since the epoch."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def now(self) -> float:
        """The present."""
        return self.seconds

    def pass_time(self, time: timedelta) -> None:
        """Move on."""
        self.seconds += time.total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pass_time(clock: Clock) -> Callable[[timedelta], None]:
    return clock.pass_time


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> TextFiles:
    return TextFiles(tmp_path, clock.now)


@pytest.fixture
def writer(files: TextFiles) -> DirSourceWriter:
    return DirSourceWriter(files)


@pytest.fixture
def reader(files: TextFiles) -> DirSourceReader:
    return DirSourceReader(files)
