"""The fork server as its worker sees it: started once, asked for children, ended. Linux only."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import WeakSet

from ...domain.errors import SandboxUnavailable
from ...domain.isolation import Isolation
from .confinement import Confinement
from .process import clean_environment, site_packages
from .zygote.messages import BEAR, KILL, LIMIT, give, hear, tell

_START: Final = str(Path(__file__).parent / "zygote" / "start.py")

_PATIENCE: Final = 60.0
"""Seconds for a fork server to come up, which takes 0.1 s, or a second with large libraries."""

_AT_START: Final = {
    # Every child would look for the functions that the fork server itself never calls.
    "LD_BIND_NOW": "1",
    # More than it needs, so that most of it lies where there can be large pages.
    "MALLOC_TOP_PAD_": str(6 << 20),
}
"""What the linker and the allocator are told; they read it once, and runs do not see it."""

_LAST_WORDS: Final = 5.0
"""Seconds for a fork server to end its children when it is told to."""


class ServerGone(Exception):
    """The fork server has died; another can be started."""


class ZygoteProcess:
    """A fork server with a clean environment and session, which dies with this process.

    Args:
        confinement: how it is set up.

    Raises:
        SandboxUnavailable: it does not come up; the message says why.
    """

    def __init__(self, confinement: Confinement) -> None:
        self.born = time.monotonic()
        self._owner = os.getpid()
        self.births = 0
        self._names = count(1)
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            try:
                self._process = _started(confinement.python, far)
            except SandboxUnavailable:
                self._control.close()
                raise
        self._lock = Lock()
        self._living = 0
        self._is_retired = False
        self._is_gone = False
        _open.add(self)
        try:
            self.facts = self._prepared(confinement)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def bear(
        self,
        descriptors: Sequence[int],
        *,
        seconds: float | None,
        warm_after: float | None,
        bounds: Mapping[str, int] | None = None,
    ) -> int:
        """Have a child born with these descriptors (`zygote.messages`); returns its name.

        Args:
            descriptors: channel, output and status, the far ends.
            seconds: after which it is killed whatever this process does.
            warm_after: seconds without a job after which it warms up; None: it never does.
            bounds: what it is held to beyond all others (`zygote.bounded`).

        Raises:
            ServerGone: there is no fork server any more.
        """
        name = next(self._names)
        with self._lock:
            self.births += 1
            self._living += 1
        try:
            give(
                self._control,
                BEAR,
                name,
                seconds,
                warm_after=warm_after,
                bounds=bounds,
                ends=descriptors,
            )
        except OSError as exc:
            self._is_gone = True
            self.forget()
            raise ServerGone from exc
        return name

    def kill(self, name: int) -> None:
        """End a child; from any thread."""
        self._give(KILL, name)

    def limit(self, name: int, seconds: float) -> None:
        """Have a child killed after so many seconds from here on."""
        self._give(LIMIT, name, seconds)

    def forget(self) -> None:
        """Count a child as gone."""
        with self._lock:
            self._living -= 1
            is_over = self._is_retired and self._living == 0
        if is_over:
            self.close()

    def retire(self) -> None:
        """Bear no more, and end with the last child."""
        with self._lock:
            self._is_retired = True
            is_over = self._living == 0
        if is_over:
            self.close()

    def is_alive(self) -> bool:
        """Whether it lives, and belongs to this process."""
        return self.is_there() and self._process.poll() is None

    def is_there(self) -> bool:
        """Whether it belongs to this process and is not known to have died."""
        return not self._is_gone and self.is_own()

    def is_own(self) -> bool:
        """Whether it belongs to this process, and not to the one that this was forked from."""
        return self._owner == os.getpid()

    def put_down(self) -> None:
        """Kill it; the kernel kills its children with it."""
        self._is_gone = True
        self._process.kill()

    def close(self) -> None:
        """End it with all its children."""
        _open.discard(self)
        self._control.close()
        try:
            self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            # Its children die with it (PR_SET_PDEATHSIG).
            self._process.kill()
            self._process.wait()

    def leave_to_parent(self) -> None:
        """Close what was inherited by a fork: the fork server belongs to the other process."""
        self._control.close()
        # Else `subprocess` would say that it still runs.
        self._process.returncode = 0

    def _prepared(self, confinement: Confinement) -> Mapping[str, Any]:
        config = {
            "path": site_packages(),
            "preimport": confinement.preimport,
            "files": confinement.files,
            "namespaces": confinement.isolation is Isolation.ISOLATED,
            "user": confinement.user,
            "read": list(_AT_START),
        }
        self._control.settimeout(_PATIENCE)
        try:
            tell(self._control, config)
            answer = hear(self._control)
        except (OSError, EOFError) as exc:
            raise SandboxUnavailable(
                f"the fork server did not come up: {str(exc) or 'no word of it'}"
            ) from exc
        self._control.settimeout(None)
        if "ready" not in answer:
            raise SandboxUnavailable(f"the fork server did not come up: {answer['failed']}")
        facts: Mapping[str, Any] = answer["ready"]
        return facts

    def _give(self, what: bytes, name: int, seconds: float | None = None) -> None:
        try:
            give(self._control, what, name, seconds)
        except OSError:
            # It is gone, and its children with it.
            return


def _started(python: str, far: socket.socket) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            # -B: nothing is written beside the library.
            [python, "-I", "-S", "-B", "-X", "utf8", _START, str(far.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[far.fileno()],
            env={**clean_environment(), **_AT_START},
            cwd="/",
            start_new_session=True,
        )
    except OSError as exc:
        raise SandboxUnavailable(f"no fork server could be started: {exc.strerror or exc}") from exc


_open: Final[WeakSet[ZygoteProcess]] = WeakSet()


def _leave_all() -> None:
    # A copy of the control socket would keep a fork server alive after its worker.
    for server in list(_open):
        server.leave_to_parent()


os.register_at_fork(after_in_child=_leave_all)
