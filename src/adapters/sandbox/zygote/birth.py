"""From the fork to the first look at a job: a child puts on all its restrictions by itself.

Standard library only.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed does not know it
import os
import resource
import select
import sys

from ..policy.kernel import PDEATHSIG, make
from ..policy.landlock import entering
from .rehearsal import TIMES
from .service import Desk, serve_jobs
from .warm import warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from ..policy.kernel import Kernel, Prepared
    from ..policy.seccomp import Filter
    from .allowance import Allowance
    from .bounded import Bounded, Bounds

CHANNEL: Final = 3
FILES: Final = 256
"""Highest descriptor of the fork server, so that children can close all in no time."""

_OPEN: Final = 64
"""Files that a script may have open."""

_GET_DUMPABLE: Final = 3
"""PR_GET_DUMPABLE of prctl(2): does nothing."""


class Nursery:
    """What every child begins with, laid out before the first is born.

    Args:
        kernel: this machine's.
        bounded: the filters of system calls, and what some are held to beyond.
        ruleset: a descriptor of what Landlock allows; None: it is missing.
        allowance: limits memory and processor time of a run.
    """

    def __init__(
        self, kernel: Kernel, bounded: Bounded, ruleset: int | None, allowance: Allowance
    ) -> None:
        self._kernel = kernel
        self._bounded = bounded
        self._rules = bounded.filter()
        self._before, self._last = self._laid_out(self._rules, ruleset)
        self._ruleset = ruleset
        self._server = os.getpid()
        self._rehearse()
        self._desk = Desk(CHANNEL, allowance)

    def live(
        self, channel: int, output: int, warm_after: float, bounds: Bounds | None = None
    ) -> None:
        """Be a child: never returns. Nothing of a stranger has been looked at before this.

        Args:
            channel: where its jobs come.
            output: where what it prints goes.
            warm_after: seconds without a job after which it warms up; below 0: it never does.
            bounds: what it is held to beyond all others.
        """
        try:
            if bounds is not None:
                self._narrow(bounds)
            _settle(channel, output)
            self._confine()
            if "numpy.random" in sys.modules:
                # Its generator is shared with all siblings; Python's own is reseeded by a fork.
                sys.modules["numpy.random"].seed()
            if warm_after >= 0 and not _is_wanted_within(warm_after):
                warm()
        except BaseException:  # noqa: BLE001  # whatever it is, the runner has to hear of it
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        serve_jobs(CHANNEL, self._desk)

    def _laid_out(
        self, rules: Filter, ruleset: int | None, file_bytes: int = 0
    ) -> tuple[Sequence[Prepared], Sequence[Prepared]]:
        """The restrictions before all is closed, and the last of all."""
        before = [
            self._kernel.prepared("prctl", PDEATHSIG, _signal.SIGKILL),
            self._kernel.limiting(resource.RLIMIT_NOFILE, _OPEN),
        ]
        if self._bounded.can_mount:
            before.append(self._kernel.limiting(resource.RLIMIT_FSIZE, file_bytes))
        if ruleset is not None:
            before.append(entering(self._kernel, ruleset))
        return before, [rules.installing]

    def _narrow(self, bounds: Bounds) -> None:
        """Take on what this child is held to beyond all others."""
        self._rules = self._bounded.filter(bounds)
        ruleset = self._bounded.enter(bounds) or self._ruleset
        self._before, self._last = self._laid_out(self._rules, ruleset, bounds["scratch_bytes"])

    def _confine(self) -> None:
        make(self._before)
        if os.getppid() != self._server:
            # It died before the first of them.
            os._exit(1)
        os.closerange(CHANNEL + 1, FILES)
        self._rules.name(os.getpid())
        make(self._last)

    def _rehearse(self) -> None:
        """Go the way of a child without getting anywhere: what Python learns, children know."""
        nothing = [self._kernel.prepared("prctl", _GET_DUMPABLE)]
        for _ in range(TIMES):
            _settle(0, 0)
            make(nothing)
            self._rules.name(self._server)


def _is_wanted_within(seconds: float) -> bool:
    """Whether its job comes before so much time has passed."""
    return bool(select.select([CHANNEL], [], [], seconds)[0])


def _settle(channel: int, output: int) -> None:
    """Have one's own streams, and hear signals again."""
    # Not `signal`: its names touch a hundred pages, which takes as long as all the rest.
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(channel, CHANNEL)
