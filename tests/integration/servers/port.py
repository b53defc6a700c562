"""TCP ports of loopback for servers under test."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

HOST = "127.0.0.1"

# Below Linux' ephemeral ports (32768 up): a client that retries a stopped server on one of those
# can be given that very port as its own, connect to itself and block the restart.
_CHOICE = range(10_000, 20_000)


class Port:
    """One free port, kept for its owner until `release`, also while nothing listens on it.

    A lock on a file named after it keeps out every other test process of this user on this
    machine (pytest-xdist's workers, a second pytest); the kernel drops it with its process.
    """

    def __init__(self) -> None:
        self._lock, self.number = _reserve()

    def release(self) -> None:
        os.close(self._lock)


def _reserve() -> tuple[int, int]:
    for number in random.sample(_CHOICE, 200):
        lock = os.open(_lock_file(number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind((HOST, number))
        except OSError:
            os.close(lock)
        else:
            return lock, number
    raise RuntimeError("None of 200 ports between 10000 and 20000 is free.")


def _lock_file(number: int) -> Path:
    directory = Path(tempfile.gettempdir()) / f"fleeting-test-ports-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / str(number)
