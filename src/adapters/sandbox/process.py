"""The process of one run, as seen from its runner. Linux only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from ...domain.errors import SandboxUnavailable
from .process_tree import kill_marked, kill_tree
from .run_process import LAST_BREATH
from .wires import Wires

_CHILD: Final = str(Path(__file__).with_name("child.py"))

_ENVIRONMENT: Final = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
    # The same answer on every machine.
    "TZ": "UTC",
    # Each arena of glibc and each thread of a BLAS reserves address space, which is what the
    # memory limit counts: seven idle threads would take 256 MiB.
    "MALLOC_ARENA_MAX": "2",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

_MARK: Final = "FLEETING_RUN"
"""Variable by which strays of a run are known, whoever their parent is by then."""


class SandboxProcess:
    """A fresh Python that waits for its job: clean environment, own session, nothing inherited.

    Args:
        python: path of the interpreter.

    Raises:
        SandboxUnavailable: it cannot be started.
    """

    is_up: Final = False
    says_started: Final = True

    def __init__(self, python: str) -> None:
        self.used_cpu: float | None = None
        self._mark = os.urandom(16).hex()
        self._wires = wires = Wires()
        self.channel, self.output = wires.channel, wires.output
        try:
            self._process = _started(
                python, wires.far_channel.fileno(), wires.far_output, self._mark
            )
        except SandboxUnavailable:
            wires.close()
            raise
        finally:
            wires.close_far()
        self._lock = Lock()
        self._has_ended = False

    def kill(self) -> None:
        """End it with all that it has started; from any thread, at any time."""
        with self._lock:
            if not self._has_ended:
                kill_tree(self._process.pid)

    def is_dead(self) -> bool:
        """Whether it has died; it is not waited for, so its number stays taken."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def has_read_job(self) -> bool:
        """It says when it starts, which is more."""
        return True

    def dies(self) -> bool:
        """Whether it dies by itself at once, its channel being closed."""
        until = time.monotonic() + LAST_BREATH
        while not self.is_dead():
            if time.monotonic() > until:
                return False
            time.sleep(0.001)
        return True

    def end(self) -> int:
        """Kill and wait; returns the exit status as `subprocess` has it: negative for a signal."""
        if not self._has_ended and self.is_dead():
            kill_marked(f"{_MARK}={self._mark}")
        self.kill()
        with self._lock:
            self._has_ended = True
            self._bury()
            return self._process.wait()

    def _bury(self) -> None:
        """Wait for it, and keep what it has used."""
        if self._process.returncode is None:
            try:
                _, status, usage = os.wait4(self._process.pid, 0)
            except ChildProcessError:
                # This program waits for all children in its own way.
                return
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self.used_cpu = usage.ru_utime + usage.ru_stime

    def dismiss(self) -> None:
        """End it now that it has answered."""
        self.end()

    def close(self) -> None:
        """Close what is open to it."""
        self._wires.close()


def site_packages() -> list[str]:
    """Where this interpreter keeps installed libraries, for scripts to import them too."""
    names = {"site-packages", "dist-packages"}
    return [path for path in sys.path if Path(path).name in names]


def _started(python: str, channel: int, output: int, mark: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            _command(python, channel),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[channel],
            env=_environment(mark),
            cwd="/",
            start_new_session=True,
        )
    except OSError as exc:
        raise SandboxUnavailable(
            f"no process for a run could be started: {exc.strerror or exc}"
        ) from exc


def _command(python: str, channel: int) -> Sequence[str]:
    # Without `site`: it takes as long as the interpreter itself, and longer with editable installs.
    return [python, "-I", "-S", "-X", "utf8", _CHILD, str(channel), str(os.getpid())]


def _environment(mark: str) -> dict[str, str]:
    return {**clean_environment(), _MARK: mark}


def clean_environment() -> dict[str, str]:
    """What the environment of a run is made of; nothing of this process's own."""
    environment = dict(_ENVIRONMENT)
    # Some interpreters do not find their own library without it.
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment
