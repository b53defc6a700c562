"""Births for nobody: which pages each birth changes. Standard library only."""

from __future__ import annotations

import os
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

_LIMIT: Final = 1 << 30
"""Bytes of memory, and seconds of the processor: what no trial comes to."""


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
            pages = {*self._until_done(), *self._until_dead()}
        return pages

    def _until_done(self) -> Iterable[int]:
        """What one has changed, this process or a child, until the child has done a job."""
        snapshot, trial = self._snapshot(), _Trial()
        trial.bear()
        self._turn(trial.orders)
        trial.wait()
        snapshot.take()
        trial.kill()
        self._bury(trial)
        trial.close()
        return snapshot.alone()

    def _until_dead(self) -> Iterable[int]:
        """What this process has changed until the child is dead."""
        snapshot, trial = self._snapshot(), _Trial()
        # Both orders wait, so that only what follows them is seen.
        trial.bear()
        trial.kill()
        with Witness():
            self._turn(trial.orders)
            self._bury(trial)
            snapshot.take()
        trial.close()
        return snapshot.alone()

    def _bury(self, trial: _Trial) -> None:
        while self._children.living:
            self._turn(trial.orders)


class _Trial:
    """What leads to one child, which has a job and may take another."""

    def __init__(self) -> None:
        self._near, self.orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel, self._far_channel = socket.socketpair()
        self._channel.settimeout(PATIENCE)
        self._output = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        self._told = os.pipe2(os.O_CLOEXEC)
        self._channel.sendall(job(keep=True, limit=_LIMIT))

    def bear(self) -> None:
        """Ask for the child."""
        ends = self._far_channel.fileno(), self._output, self._told[1]
        give(self._near, BEAR, 0, PATIENCE, ends=ends)

    def wait(self) -> None:
        """Return when it has done its job, or has died."""
        self._far_channel.close()
        self._channel.recv(1)

    def kill(self) -> None:
        """Ask for its death."""
        give(self._near, KILL, 0)

    def close(self) -> None:
        """Close what leads to it."""
        for end in (self._near, self.orders, self._channel, self._far_channel):
            end.close()
        for descriptor in (self._output, *self._told):
            os.close(descriptor)
