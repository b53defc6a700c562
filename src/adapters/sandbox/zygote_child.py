"""A child of the fork server as its worker sees it. Linux only."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Mapping
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Final

from ...domain.errors import SandboxUnavailable
from .run_process import LAST_BREATH
from .wires import Wires
from .zygote.messages import STATUS
from .zygote_process import ZygoteProcess

_GRACE: Final = 0.005
"""Seconds for a child that has answered to be gone, which takes a tenth of that."""

_PATIENCE: Final = 2.0
"""Seconds for a killed child to be gone, which takes a millisecond on an idle machine."""

_KILLED: Final = -9
"""What is known of a child whose fork server died: it was killed with it."""


class ZygoteChild:
    """A confined process that waits for a job; a `RunProcess`.

    It does not say when it starts with the script: that would wake up the worker for nothing. It
    looks at its job when it is confined, and the kernel knows whether it has.

    Args:
        server: its fork server.
        seconds: after which it is killed whatever this process does.
        warm_after: seconds without a job after which it warms up; None: it never does.
        bounds: what it is held to beyond all others (`zygote.bounded`).

    Raises:
        ServerGone: the fork server has died.
    """

    says_started: Final = False

    def __init__(
        self,
        server: ZygoteProcess,
        *,
        seconds: float | None = None,
        warm_after: float | None = None,
        bounds: Mapping[str, int] | None = None,
    ) -> None:
        self.born = time.monotonic()
        self.runs = 0
        """Jobs that it was given."""
        self.server = server
        self.used_cpu: float | None = None
        self._status: int | None = None
        self._ears: select.poll | None = None
        self._overdue = float("inf")
        """When it should be gone, having been killed."""
        self._wires = wires = Wires()
        self.channel, self.output = wires.channel, wires.output
        self._told, telling = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        far = (wires.far_channel.fileno(), wires.far_output, telling)
        try:
            self._name = server.bear(far, seconds=seconds, warm_after=warm_after, bounds=bounds)
        except BaseException:
            self._close_near()
            raise
        finally:
            wires.close_far()
            os.close(telling)

    def limit(self, seconds: float) -> None:
        """Have it killed after so many seconds, should this process stand still."""
        self.server.limit(self._name, seconds)

    def kill(self) -> None:
        if self._status is None:
            self._overdue = min(self._overdue, time.monotonic() + _PATIENCE)
            self.server.kill(self._name)

    def is_dead(self) -> bool:
        if self._status is None:
            self._hear()
            if time.monotonic() > self._overdue:
                # The fork server stands still; without it its children do not live on.
                self.server.put_down()
        return self._status is not None

    @property
    def is_up(self) -> bool:
        return self.runs > 1

    def has_read_job(self) -> bool:
        return not int.from_bytes(ioctl(self.channel, TIOCOUTQ, bytes(4)), sys.byteorder)

    def is_idle(self) -> bool:
        """Whether it lives, belongs to this process and says nothing unasked."""
        if not self.server.is_own():
            return False
        if self._ears is None:
            self._ears = select.poll()
            for descriptor in (self.channel.fileno(), self.output, self._told):
                self._ears.register(descriptor, select.POLLIN)
        return not self._ears.poll(0)

    def dies(self) -> bool:
        return self._dead_within(LAST_BREATH)

    def end(self) -> int:
        if not self.server.is_own():
            # This process was forked from the one that it belongs to.
            return _KILLED
        self.kill()
        # It is overdue after the first half.
        if not (self._dead_within(_PATIENCE) or self._dead_within(_PATIENCE)):
            raise SandboxUnavailable("a run cannot be ended: its process does not die")
        return self._status or 0

    def dismiss(self) -> None:
        """Nothing: having answered it ends by itself, and `close` sees to that."""

    def close(self) -> None:
        if self.server.is_own() and not self._dead_within(_GRACE):
            self.kill()
        self._close_near()
        self.server.forget()

    def _close_near(self) -> None:
        self._wires.close()
        os.close(self._told)

    def _dead_within(self, seconds: float) -> bool:
        if self._status is None:
            poll = select.poll()
            poll.register(self._told, select.POLLIN)
            poll.poll(seconds * 1000)
        return self.is_dead()

    def _hear(self) -> None:
        try:
            words = os.read(self._told, STATUS.size)
        except BlockingIOError:
            return
        self._status = _KILLED
        if words:
            self._status, self.used_cpu, _ = STATUS.unpack(words)
