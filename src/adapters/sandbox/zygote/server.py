"""The fork server: prepares itself once, then bears children on request and buries them.

One thread; it never sees a source, a parameter or a value. Standard library only.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import operator
import os
import resource
import select
import signal
import socket

from ..limits import address_space
from ..policy.kernel import DUMPABLE, PDEATHSIG, Kernel
from ..policy.seccomp import Filter
from ..script_host import furnish
from .birth import FILES, Nursery
from .bounded import Bounded
from .children import Child, Children, report
from .files import FileRule
from .identity import become, renounce
from .mappings import join
from .messages import STATUS, hear, tell
from .namespaces import leave_the_rest
from .warm import warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

_PARKED: Final = 10
"""Descriptors below this are what children have; here they lead nowhere, so that nothing that
arrives from the worker takes their place."""

_CANNOT_FORK: Final = 71
"""EX_OSERR of sysexits.h: what the worker hears of a child that could not be born."""


def serve(control: int) -> None:
    """Be a fork server until the worker has gone; never returns."""
    socket_ = _out_of_the_way(control)
    try:
        config, _ = hear(socket_)
        _Server(socket_, config).go_on()
    except EOFError:
        os._exit(0)
    except BaseException as exc:  # noqa: BLE001  # whatever it is, the worker has to hear of it
        tell(socket_, {"failed": f"{type(exc).__name__}: {exc}"[:2000]})
        os._exit(1)


class _Server:
    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        furnish(config["path"])
        for name in config["preimport"]:
            _load(name)
        warm()
        kernel = Kernel()
        files = FileRule(kernel, config["files"], config["user"])
        join(kernel)
        self._control = control
        taken = address_space()
        proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC) if config["namespaces"] else None
        namespaces = {}
        if config["namespaces"]:
            namespaces = leave_the_rest(kernel, files.folders, config["user"])
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
        become(config["user"])
        renounce(kernel)
        if namespaces:
            # Becoming another user has cleared it.
            kernel.prctl(PDEATHSIG, signal.SIGKILL)
        rules = Filter(kernel, files.opening)
        ruleset = files.ruleset()
        kernel.prctl(DUMPABLE, 0)
        self._bounded = Bounded(kernel, files, proc)
        gc.collect()
        # A collection in a child would otherwise touch, and so copy, every page.
        gc.freeze()
        self._nursery = Nursery(kernel, rules, ruleset, taken, self._bounded)
        self._children = Children()
        facts = {
            "files": files.opening,
            "landlock_abi": files.abi,
            "namespaces": namespaces,
            "user": os.getuid(),
            **self._bounded.facts(),
        }
        tell(self._control, {"ready": facts})

    def go_on(self) -> None:
        """Attend to the worker and to deaths.

        Raises:
            EOFError: the worker has gone.
        """
        deaths, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Any function of C that takes two objects: called with no memory of Python's to change.
        signal.signal(signal.SIGCHLD, operator.is_)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(deaths, select.POLLIN)
        try:
            while True:
                patience = self._children.kill_overdue()
                ready = poll.poll(None if patience is None else patience * 1000 + 1)
                for descriptor, _ in ready:
                    if descriptor == deaths:
                        os.read(deaths, 4096)
                        self._children.bury()
                    else:
                        self._attend()
        finally:
            self._children.end()

    def _attend(self) -> None:
        message, descriptors = hear(self._control)
        if "born" in message:
            self._bear(message, descriptors)
        elif "kill" in message:
            self._children.kill(message["kill"])
        else:
            self._children.limit(message["limit"], message["seconds"])

    def _bear(self, message: dict[str, Any], descriptors: Sequence[int]) -> None:
        bounds = message.get("bounds")
        if bounds is not None:
            self._bounded.filter(bounds)
        try:
            pid = os.fork()
        except OSError:
            report(descriptors[STATUS], _CANNOT_FORK)
            return
        if pid == 0:
            self._nursery.live(descriptors, warm_after=message["warm"], bounds=bounds)
        for descriptor in descriptors[:STATUS]:
            os.close(descriptor)
        self._children.add(Child(message["born"], pid, descriptors[STATUS]))
        if message["seconds"] is not None:
            self._children.limit(message["born"], message["seconds"])


def _load(name: str) -> None:
    """Import a module with what it would load on first use, when children may find no file."""
    try:
        module = importlib.import_module(name)
    except Exception as exc:
        raise ImportError(f"{name} cannot be loaded: {type(exc).__name__}: {exc}") from exc
    for public in getattr(module, "__all__", ()):
        getattr(module, public, None)


def _out_of_the_way(control: int) -> socket.socket:
    moved = socket.socket(fileno=fcntl.fcntl(control, fcntl.F_DUPFD_CLOEXEC, _PARKED))
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(_PARKED):
        if descriptor != null:
            os.dup2(null, descriptor, inheritable=False)
    return moved
