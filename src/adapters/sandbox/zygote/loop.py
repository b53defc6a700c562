"""How a fork server goes on: restricted itself, it bears children and buries them.

Standard library only.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import select
import signal

from ..limits import address_space
from .allowance import Allowance
from .birth import Nursery
from .bounded import Bounded
from .children import Children, report
from .messages import BEAR, KILL, take, tell
from .rehearsal import rehearse
from .restrictions import Restrictions
from .trials import Trials
from .warm import warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

    from .bounded import Bounds
    from .files import FileRule
    from .grounds import Grounds

_SIGNALS: Final = 1024
"""Bytes: eight signals of signalfd(2), of which one alone is waited for."""

_SET_NAME: Final = 15
"""PR_SET_NAME of prctl(2)."""
_NAME: Final = b"fleeting-run"
"""What `ps` and `top` call it and its children."""

_CANNOT_FORK: Final = 71
"""EX_OSERR of sysexits.h: what the worker hears of a child that could not be born."""


class Loop:
    """A fork server that is ready but for its word that it is.

    Args:
        grounds: what is under it.
        files: how files are kept from children.
        config: what the worker wants.

    Raises:
        OSError: the system does not allow what the level takes.
    """

    def __init__(self, grounds: Grounds, files: FileRule, config: Mapping[str, Any]) -> None:
        self._kernel = kernel = grounds.kernel
        self._hot_pages = grounds.hot_pages
        kernel.call("prctl", _SET_NAME, ctypes.addressof(ctypes.create_string_buffer(_NAME)))
        warm()
        taken = address_space()
        restrictions = Restrictions(grounds, files, config)
        self._bounded = Bounded(kernel, files, restrictions.proc)
        allowance = Allowance(kernel, taken)
        rehearse(allowance)
        self._nursery = Nursery(kernel, self._bounded, restrictions.ruleset, allowance)
        self._children = Children()
        self._facts = {
            "files": files.opening,
            "landlock_abi": files.abi,
            "namespaces": restrictions.namespaces,
            "user": os.getuid(),
            **self._bounded.facts(),
        }
        self._deaths = self._deaths_told()
        self._control: socket.socket | None = None
        gc.collect()

    def warm_up(self) -> None:
        """Have copied from then on what a birth changes."""
        if self._hot_pages.can_be_kept:
            trials = Trials(self._hot_pages.snapshot, self._turn, self._children)
            self._facts["hot_pages"] = self._hot_pages.keep(trials.changed())

    def go_on(self, control: socket.socket) -> None:
        """Say that it is ready, then attend to the worker and to deaths.

        Raises:
            EOFError: the worker has gone.
        """
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        own = self._bounded.own_filter()
        if own is not None:
            own.install()
        tell(control, {"ready": self._facts})
        try:
            while True:
                self._turn(control)
        finally:
            self._children.end()

    def _turn(self, control: socket.socket) -> None:
        """Do what there is to be done, or wait for it."""
        if control is not self._control:
            self._listen(control)
        patience = self._children.kill_overdue()
        for descriptor, _ in self._poll.poll(None if patience is None else patience * 1000 + 1):
            if descriptor == self._deaths:
                os.read(descriptor, _SIGNALS)
                self._children.bury()
            else:
                self._attend(control)

    def _listen(self, control: socket.socket) -> None:
        """Take orders from this socket from here on."""
        self._control = control
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._deaths, select.POLLIN)

    def _deaths_told(self) -> int:
        """A descriptor that can be read when a child has died: no memory changes for that."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        wanted = ctypes.c_uint64(1 << (signal.SIGCHLD - 1))
        flags = os.O_NONBLOCK | os.O_CLOEXEC
        return self._kernel.call(
            "signalfd4", -1, ctypes.addressof(wanted), ctypes.sizeof(wanted), flags
        )

    def _attend(self, control: socket.socket) -> None:
        (what, name, seconds, warm_after, threads, scratch_bytes), ends = take(control)
        if what == BEAR:
            bounds = None
            if threads >= 0:
                bounds = {"threads": threads, "scratch_bytes": scratch_bytes}
            self._bear(name, ends, warm_after, bounds)
            if seconds >= 0:
                self._children.limit(name, seconds)
        elif what == KILL:
            self._children.kill(name)
        else:
            self._children.limit(name, seconds)

    def _bear(
        self, name: int, ends: Sequence[int], warm_after: float, bounds: Bounds | None
    ) -> None:
        if bounds is not None:
            self._bounded.filter(bounds)
        channel, output, status = ends
        try:
            pid = os.fork()
        except OSError:
            report(status, _CANNOT_FORK)
        else:
            if pid == 0:
                self._nursery.live(channel, output, warm_after, bounds)
            self._children.add(name, pid, status)
        os.close(channel)
        os.close(output)
