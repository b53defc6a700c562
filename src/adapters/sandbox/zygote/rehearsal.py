"""Do the work of a child a few times: what Python learns of its own way then, children know.

Standard library only.
"""

from __future__ import annotations

import json
import os
import socket

from ..protocol import JOB, frame
from .attempt import PATIENCE
from .messages import BEAR, KILL, give
from .service import Desk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from .allowance import Allowance

_CALL: Final = {
    "source": "def value(a, b):\n    return a + b\n",
    "digest": "0" * 64,
    "function": "value",
    "args": [1, 2],
    "kwargs": {},
    "max_value_bytes": 1 << 20,
}

TIMES: Final = 12
"""Python adapts a function to what it sees after eight calls (PEP 659)."""


def rehearse(allowance: Allowance) -> None:
    """Take jobs and answer them, in this process; limits are not set."""
    data = _job(keep=False)
    near, far = socket.socketpair()
    with near, far:
        desk = Desk(far.fileno(), allowance)
        for _ in range(TIMES):
            near.sendall(data)
            desk.do()
            near.recv(len(data))


class Trial:
    """A birth that no worker has asked for."""

    def __init__(self) -> None:
        self._near, self.orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel, self._far_channel = socket.socketpair()
        self._channel.settimeout(PATIENCE)
        self._output = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._told = os.pipe2(os.O_CLOEXEC)
        self._job = _job(keep=True)

    def bear(self) -> None:
        """Ask for a child that has a job, and then waits for another."""
        self._channel.sendall(self._job)
        ends = self._far_channel.fileno(), self._output, self._told[1]
        give(self._near, BEAR, 0, ends=ends)

    def wait(self) -> None:
        """Return when it has done its job, or has died."""
        self._far_channel.close()
        self._channel.recv(len(self._job))

    def kill(self) -> None:
        """Ask for its death."""
        give(self._near, KILL, 0)

    def close(self) -> None:
        """Close what leads to it."""
        for end in (self._near, self.orders, self._channel, self._far_channel):
            end.close()
        for descriptor in (self._output, *self._told):
            os.close(descriptor)


def _job(*, keep: bool) -> bytes:
    job = {"memory_bytes": None, "cpu_seconds": None, "keep": keep, "call": _CALL}
    return frame(JOB, json.dumps(job).encode())
