"""Births for nobody: which pages each birth changes. Standard library only."""

from __future__ import annotations

import os
import select
import socket

from .attempt import PATIENCE
from .messages import BEAR, KILL, give
from .rehearsal import job
from .witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final

    from .children import Children
    from .own_memory import Snapshot

_TIMES: Final = 3
"""To look at what a trial has changed changes what the next one uses."""

_ENDLESS: Final = """
def value(a, b):
    print(a + b, flush=True)
    while True:
        pass
"""
_LIMIT: Final = 1 << 30
"""Bytes, and seconds: what a trial does not come to."""


class Trials:
    """Births that no worker has asked for.

    Args:
        snapshot: lays out a look at all pages.
        turn: does what orders at a socket, or a death, ask for.
        children: those that live.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        turn: Callable[[socket.socket], None],
        children: Children,
    ) -> None:
        self._snapshot = snapshot
        self._turn = turn
        self._children = children

    def changed(self) -> set[int]:
        """Addresses of the pages that a birth changes, in this process or in the child."""
        pages: set[int] = set()
        for _ in range(_TIMES):
            # One that may take another job lives on when it has done the first, and can be looked
            # at; most go another way, and are looked at while their script runs.
            pages = {
                *self._until_said(job(keep=True)),
                *self._until_said(job(keep=False, source=_ENDLESS, limit=_LIMIT)),
                *self._until_dead(),
            }
        return pages

    def _until_said(self, data: bytes) -> Iterable[int]:
        """What one has changed, this process or a child, until the child says something."""
        snapshot, trial = self._snapshot(), _Trial(data)
        self._begin(trial)
        snapshot.take()
        self._end(trial)
        return snapshot.alone()

    def _until_dead(self) -> Iterable[int]:
        """What this process has changed until the child is dead."""
        snapshot, trial = self._snapshot(), _Trial(job(keep=True))
        with Witness():
            self._begin(trial)
            self._end(trial)
            snapshot.take()
        return snapshot.alone()

    def _begin(self, trial: _Trial) -> None:
        trial.bear()
        self._turn(trial.orders)
        trial.wait()

    def _end(self, trial: _Trial) -> None:
        trial.kill()
        while self._children.living:
            self._turn(trial.orders)
        trial.close()


class _Trial:
    """What leads to one child.

    Args:
        data: its job.
    """

    def __init__(self, data: bytes) -> None:
        self._near, self.orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel, self._far_channel = socket.socketpair()
        self._output, self._far_output = os.pipe2(os.O_CLOEXEC)
        self._told = os.pipe2(os.O_CLOEXEC)
        self._heard = select.poll()
        self._heard.register(self._channel, select.POLLIN)
        self._heard.register(self._output, select.POLLIN)
        self._channel.sendall(data)

    def bear(self) -> None:
        """Ask for a child."""
        ends = self._far_channel.fileno(), self._far_output, self._told[1]
        give(self._near, BEAR, 0, ends=ends)

    def wait(self) -> None:
        """Return when it has answered, or printed something, or has died."""
        self._far_channel.close()
        self._heard.poll(PATIENCE * 1000)

    def kill(self) -> None:
        """Ask for its death."""
        give(self._near, KILL, 0)

    def close(self) -> None:
        """Close what leads to it."""
        for end in (self._near, self.orders, self._channel, self._far_channel):
            end.close()
        for descriptor in (self._output, self._far_output, *self._told):
            os.close(descriptor)
