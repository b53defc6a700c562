"""From the fork to the first look at a job: a child puts on all its restrictions by itself.

Standard library only.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed does not know it
import os
import resource
import select
import sys

from ..policy.kernel import DUMPABLE, PDEATHSIG
from ..policy.landlock import enter
from .service import Desk, serve_jobs
from .warm import warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from ..policy.kernel import Kernel
    from ..policy.seccomp import Filter
    from .bounded import Bounded, Bounds

CHANNEL: Final = 3
_RULESET: Final = 4
FILES: Final = 256
"""Highest descriptor of the fork server, so that children can close all in no time."""

_LIMITS: Final = (
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 64),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_MEMLOCK, 0),
    (resource.RLIMIT_MSGQUEUE, 0),
)
"""Memory and processor time follow with the job, which says how much."""


class Nursery:
    """What every child begins with, laid out before the first is born."""

    def __init__(
        self,
        kernel: Kernel,
        rules: Filter,
        ruleset: int | None,
        taken: int,
        bounded: Bounded,
    ) -> None:
        self._kernel = kernel
        self._bounded = bounded
        self._limits: Sequence[tuple[int, int]] = _LIMITS
        self._rules = rules
        self._ruleset = ruleset
        self._desk = Desk(CHANNEL, taken)
        self._server = os.getpid()

    def live(
        self, descriptors: Sequence[int], *, warm_after: float | None, bounds: Bounds | None = None
    ) -> None:
        """Be a child: never returns. Nothing of a stranger has been looked at before this.

        Args:
            descriptors: channel, output, and where the server tells how it ended.
            warm_after: seconds without a job after which it warms up; None: it never does.
            bounds: what it is held to beyond all others.
        """
        try:
            if bounds is not None:
                self._narrow(bounds)
            _settle(descriptors, self._ruleset)
            self._confine()
            if "numpy.random" in sys.modules:
                # Its generator is shared with all siblings; Python's own is reseeded by a fork.
                sys.modules["numpy.random"].seed()
            if warm_after is not None and not _is_wanted_within(warm_after):
                warm()
        except BaseException:  # noqa: BLE001  # whatever it is, the runner has to hear of it
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        serve_jobs(CHANNEL, self._desk)

    def _narrow(self, bounds: Bounds) -> None:
        """Take on what this child is held to beyond all others."""
        self._rules = self._bounded.filter(bounds)
        self._ruleset = self._bounded.enter(bounds) or self._ruleset
        self._limits = (*_LIMITS[1:], (resource.RLIMIT_FSIZE, bounds["scratch_bytes"]))

    def _confine(self) -> None:
        os.setsid()
        for which, limit in self._limits:
            resource.setrlimit(which, (limit, limit))
        self._kernel.prctl(DUMPABLE, 0)
        self._kernel.prctl(PDEATHSIG, _signal.SIGKILL)
        if os.getppid() != self._server:
            # It died before the line above.
            os._exit(1)
        if self._ruleset is not None:
            enter(self._kernel, _RULESET)
            os.close(_RULESET)
        self._rules.install()


def _is_wanted_within(seconds: float) -> bool:
    """Whether its job comes before so much time has passed."""
    return bool(select.select([CHANNEL], [], [], seconds)[0])


def _settle(descriptors: Sequence[int], ruleset: int | None) -> None:
    """Keep null, the output twice and the channel: all others are closed."""
    # Not `signal`: its names touch a hundred pages, which takes as long as all the rest.
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    channel, output, _ = descriptors
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(channel, CHANNEL)
    first = CHANNEL + 1
    if ruleset is not None:
        os.dup2(ruleset, _RULESET)
        first = _RULESET + 1
    os.closerange(first, FILES)
