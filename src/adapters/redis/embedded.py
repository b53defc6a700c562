"""The Valkey server that comes with fleeting, for everything on one machine.

`fleeting up` and `fleeting demo` start it; nothing here knows what is kept in it.
"""

from __future__ import annotations

import fcntl
import random
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from ...domain.errors import InvalidSetting
from .leashed_process import LeashedProcess
from .valkey_process import HOST, USER, ServerHome, start_valkey, valkey_binary

_PORTS = range(20_000, 30_000)
"""Below Linux' ephemeral ports (32768 up): a client that retries a stopped server on one of those
can be given that very port as its own, connect to itself and block the restart."""

_TRIES = 20
"""Ports taken in a row by others before we give up: not by chance."""

_STOP_GRACE = timedelta(seconds=5)
"""Half of the 10 s that a platform gives a process to end; an idle server needs 0.1 s."""


class EmbeddedValkey:
    """One Valkey server on loopback that lives as long as its owner at most.

    It listens on TCP rather than on a Unix socket, because then one URL serves redis-py, Celery
    (which spells socket URLs differently), Flower and `redis-cli -u <url>`. Every user of the
    machine can reach a loopback port, and who can write to the queue can have code run: so only
    one user, with a password made at each start, is let in.

    Without `data_dir` everything is gone with the server. With it, all writes are in an
    append-only file there: a crash of any process loses nothing, one of the machine at most the
    last second.
    """

    def __init__(self, data_dir: Path | None = None, *, port: int | None = None) -> None:
        """Prepare a server; nothing happens before `start`.

        Args:
            data_dir: Where data and log are kept; made if missing. None keeps nothing.
            port: The TCP port to listen on. None takes a free one between 20000 and 29999.
        """
        self._data_dir = data_dir
        self._port = port
        self._resources = ExitStack()
        self._process: LeashedProcess | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """`redis://user:password@host:port` of the latest start.

        Raises:
            RuntimeError: The server was never started.
        """
        if not self._url:
            raise RuntimeError("The embedded server has no URL before start().")
        return self._url

    @property
    def running(self) -> bool:
        """True while the server's process lives."""
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Start the server and return when it is ready; nothing happens if it runs already.

        Raises:
            MissingExtra: There is no server program.
            InvalidSetting: The port is taken, or another server uses the data directory.
            StoreUnavailable: The server ended or was not ready in time; the end of its log is
                in the message.
        """
        if self.running:
            return
        self.stop()
        binary = valkey_binary()
        with ExitStack() as resources:
            home = resources.enter_context(_open_home(self._data_dir))
            self._process, self._url = _start_on_one_of(self._ports(), binary, home)
            resources.callback(self._process.stop, _STOP_GRACE)
            if not home.append_only:
                # It writes nothing any more, so that even an owner that is killed leaves nothing.
                shutil.rmtree(home.directory)
            self._resources = resources.pop_all()

    def stop(self) -> None:
        """Stop the server, its data written to disk; harmless when it is not running."""
        self._resources.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ports(self) -> list[int]:
        return [self._port] if self._port else random.sample(_PORTS, _TRIES)


@contextmanager
def _open_home(data_dir: Path | None) -> Iterator[ServerHome]:
    with ExitStack() as files:
        # A directory of our own also when nothing is kept: a server reads what lies where it runs.
        directory = data_dir or Path(
            files.enter_context(tempfile.TemporaryDirectory(prefix="fleeting-"))
        )
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = files.enter_context((directory / "valkey.lock").open("wb"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InvalidSetting(
                f"Another server keeps its data in {directory}: stop it, or choose another place."
            ) from error
        log = files.enter_context((directory / "valkey.log").open("ab+"))
        yield ServerHome(directory, append_only=data_dir is not None, lock=lock, log=log)


def _start_on_one_of(
    ports: list[int], binary: Path, home: ServerHome
) -> tuple[LeashedProcess, str]:
    for port in ports:
        password = secrets.token_urlsafe(24)
        if process := start_valkey(binary, home, port, password):
            return process, f"redis://{USER}:{password}@{HOST}:{port}"
    raise InvalidSetting(f"Port {ports[-1]} of {HOST} is taken: choose another for the server.")
