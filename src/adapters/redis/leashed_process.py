"""A child process that cannot outlive the process that started it.

Knows nothing about what the child does; standard library only.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

_WATCH = 'read -r _; kill -KILL "$0"'
"""Waits for the end of its standard input, then kills the process that it was given."""


class LeashedProcess:
    """A running program in a session of its own, killed when its owner ends, however that ends.

    Being in its own session it gets no Ctrl-C from the terminal, so that its owner can stop it
    after whatever still uses it. The leash is a shell that waits on a pipe which only the owner
    holds open: the kernel closes it with the owner, also on SIGKILL. Linux' PR_SET_PDEATHSIG
    would fire when the *thread* that started the child ends, and macOS has nothing like it.
    A process that the owner forked without exec holds the pipe open too, until it ends.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        directory: Path,
        log: BinaryIO,
        text: str = "",
        keep_open: tuple[int, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program.

        Args:
            command: The program and its arguments.
            directory: Where it runs.
            log: Where its standard output and error go.
            text: What it reads from its standard input.
            keep_open: File descriptors that it inherits.
            environment: Its environment; None: the same as its owner's.
        """
        self._process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=keep_open,
            env=environment,
            start_new_session=True,
        )
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._write(text)

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True until the program has ended, by itself or by a signal."""
        if self._process.poll() is None:
            return True
        # From here on its pid may be another program's.
        self._unleash()
        return False

    @property
    def exit_code(self) -> int | None:
        """What the program ended with, negative for a signal; None: it has not been seen to end."""
        return self._process.returncode

    def join(self, patience: timedelta) -> None:
        """Wait for the program to end, but not longer than `patience`."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience.total_seconds())

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the program has ended."""
        self._process.send_signal(number)

    def stop(self, grace: timedelta) -> None:
        """Ask the program to end, and kill it if it is still there after `grace`."""
        self._process.terminate()
        try:
            self.join(grace)
        finally:
            self.kill()

    def kill(self) -> None:
        """End the program at once and take the leash off; harmless when it has ended."""
        self._process.kill()
        self._process.wait()
        # Only after the program is gone: there is no moment without a leash.
        self._unleash()

    def _unleash(self) -> None:
        if self._leash.returncode is None:
            self._leash.kill()
            self._leash.communicate()

    def _write(self, text: str) -> None:
        if self._process.stdin is None:
            return
        # It may end before it has read anything; whoever waits for it sees that, and its log.
        with suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(text.encode())
