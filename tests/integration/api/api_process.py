"""A process of the API as an operator starts it, on a port of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from fleeting.adapters.redis.leashed_process import LeashedProcess

from ..servers.port import Port
from ..servers.wait import wait_until

FLEETING = Path(sys.executable).with_name("fleeting")


@contextmanager
def serving(
    directory: Path, answers: Callable[[int], bool], settings: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The port of a Metric Retriever in memory that runs meanwhile."""
    port = Port()
    command = [FLEETING, "api", "--roles", "retrieve", "--port", str(port.number)]
    with (directory / "log").open("ab") as log:
        environment = {**os.environ, **(settings or {})}
        process = LeashedProcess(command, directory=directory, log=log, environment=environment)
    try:
        wait_until(lambda: answers(port.number), within=timedelta(seconds=60))
        yield port.number
    finally:
        process.kill()
        port.release()
