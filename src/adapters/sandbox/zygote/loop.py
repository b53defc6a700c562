"""How a fork server goes on: it puts restrictions on itself, then bears children and buries them.

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
from ..policy.kernel import DUMPABLE, PDEATHSIG
from .allowance import Allowance
from .birth import FILES, Nursery
from .bounded import Bounded
from .children import Children, report
from .identity import become, renounce
from .messages import BEAR, KILL, take, tell
from .namespaces import leave_the_rest
from .rehearsal import Trial, rehearse
from .warm import warm
from .witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

    from .bounded import Bounds
    from .files import FileRule
    from .grounds import Grounds

_LIMITS: Final = (
    (resource.RLIMIT_NOFILE, FILES),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_MSGQUEUE, 0),
)
"""Of the fork server and, by birth, of its children; memory and processor time follow with a job,
which says how much."""

_TRIALS: Final = 3
"""To look at what a trial has changed changes what the next one uses."""

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
        proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC) if config["namespaces"] else None
        namespaces = {}
        if config["namespaces"]:
            namespaces = leave_the_rest(kernel, files.folders, config["user"])
            # That was a fork.
            grounds.memory.open(proc)
        for which, limit in _LIMITS:
            resource.setrlimit(which, (limit, limit))
        _lock_much()
        if proc is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        become(config["user"])
        renounce(kernel)
        if namespaces:
            # Becoming another user has cleared it.
            kernel.prctl(PDEATHSIG, signal.SIGKILL)
        ruleset = files.ruleset()
        kernel.prctl(DUMPABLE, 0)
        self._bounded = Bounded(kernel, files, proc)
        allowance = Allowance(kernel, taken)
        rehearse(allowance)
        self._nursery = Nursery(kernel, self._bounded, ruleset, allowance)
        self._children = Children()
        self._facts = {
            "files": files.opening,
            "landlock_abi": files.abi,
            "namespaces": namespaces,
            "user": os.getuid(),
            **self._bounded.facts(),
        }
        self._deaths = self._deaths_told()
        self._control: socket.socket | None = None
        gc.collect()

    def warm_up(self) -> None:
        """Bear children that do nobody's work, and have what that changes copied from then on."""
        if not self._hot_pages.can_be_kept():
            return
        pages: set[int] = set()
        for _ in range(_TRIALS):
            pages = {*self._changed_by_birth(), *self._changed_by_death()}
        self._facts["hot_pages"] = self._hot_pages.keep(pages)

    def _changed_by_birth(self) -> Sequence[int]:
        """Pages that one has changed, this process or a child, until the child has done a job."""
        snapshot = self._hot_pages.snapshot()
        trial = Trial()
        self._try(trial)
        snapshot.take()
        self._end(trial)
        return list(snapshot.alone())

    def _changed_by_death(self) -> Sequence[int]:
        """Pages that this process has changed until the child is dead."""
        snapshot = self._hot_pages.snapshot()
        trial = Trial()
        with Witness():
            self._try(trial)
            self._end(trial)
            snapshot.take()
        return list(snapshot.alone())

    def _try(self, trial: Trial) -> None:
        trial.bear()
        self._turn(trial.orders)
        trial.wait()

    def _end(self, trial: Trial) -> None:
        trial.kill()
        while self._children.living:
            self._turn(trial.orders)
        trial.close()

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


def _lock_much() -> None:
    """Be allowed to hold as much in memory as this user can be."""
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY,) * 2)
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
