"""What a fork server puts on itself before it bears children, who are born with it.

Standard library only.
"""

from __future__ import annotations

import os
import resource
import signal

from ..policy.kernel import DUMPABLE, PDEATHSIG
from .birth import FILES
from .identity import become, renounce
from .namespaces import leave_the_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from .files import FileRule
    from .grounds import Grounds

_LIMITS: Final = (
    (resource.RLIMIT_NOFILE, FILES),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_MSGQUEUE, 0),
)
"""Memory and processor time follow with a job, which says how much."""


class Restrictions:
    """They are in force as soon as this is made.

    Args:
        grounds: what is under the fork server.
        files: how files are kept from children.
        config: what the worker wants.

    Raises:
        OSError: the system does not allow what the level takes.
    """

    def __init__(self, grounds: Grounds, files: FileRule, config: Mapping[str, Any]) -> None:
        kernel, user = grounds.kernel, config["user"]
        self.proc: int | None = None
        """A descriptor of /proc, which a root of its own does not show; None: there is no such."""
        self.namespaces: Mapping[str, Any] = {}
        if config["namespaces"]:
            self.proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
            self.namespaces = leave_the_rest(kernel, files.folders, user)
            # That was a fork.
            grounds.memory.open(self.proc)
        for which, limit in _LIMITS:
            resource.setrlimit(which, (limit, limit))
        _lock_much()
        if self.proc is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        become(user)
        renounce(kernel)
        if self.namespaces:
            # Becoming another user has cleared it.
            kernel.prctl(PDEATHSIG, signal.SIGKILL)
        self.ruleset = files.ruleset()
        """A descriptor of what Landlock allows children; None: it is missing."""
        kernel.prctl(DUMPABLE, 0)


def _lock_much() -> None:
    """Be allowed to hold as much in memory as this user can be."""
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY,) * 2)
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
