"""Children that are held to more than the others: counted threads, and room for files of a size.

What that takes is put on by the child itself, before it has seen anything of a stranger. Nothing
here is run for a child that asks for neither. Standard library only.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed does not know it
import os
import resource
import time

from ..policy.kernel import DUMPABLE
from ..policy.rules import ALONE, WRITING
from ..policy.seccomp import Filter, instructions, of_child, of_server
from .attempt import PATIENCE, succeeds
from .identity import renounce
from .namespaces import MOUNTS, SCRATCH, USER, mount_scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final, TypeAlias

    from ..policy.kernel import Kernel
    from .files import FileRule

    Bounds: TypeAlias = Mapping[str, int]
    """`threads`: how many at most, 0: not counted; `scratch_bytes`: room for files."""

UNBOUNDED: Final = {"threads": 0, "scratch_bytes": 0}


class Bounded:
    """What such children put on.

    Args:
        kernel: this machine's.
        files: how files are kept away.
        proc: a descriptor of /proc, which a root of its own does not show; None: there is no such
            root, so nothing can be mounted.
    """

    def __init__(self, kernel: Kernel, files: FileRule, proc: int | None) -> None:
        self._kernel = kernel
        self._files = files
        self._proc = proc
        # One that mounts for children needs more than it could take back from them.
        self._of_child = instructions if self.can_mount else of_child
        self._filters: dict[tuple[bool, bool], Filter] = {}

    @property
    def can_mount(self) -> bool:
        """Whether children have a root of their own, and may have room for files in it."""
        return self._proc is not None

    def own_filter(self) -> Filter | None:
        """What this process itself is held to, and its children with it; None: only they are."""
        if self.can_mount:
            return None
        return Filter(self._kernel, of_server(self._kernel.machine, self._files.opening))

    def filter(self, bounds: Bounds = UNBOUNDED) -> Filter:
        """Their filter; laid out when it is first asked for, which is to be before a birth."""
        kind = (bounds["threads"] == 1, bounds["scratch_bytes"] > 0)
        if kind not in self._filters:
            more = {**(ALONE if kind[0] else {}), **(WRITING if kind[1] else {})}
            opening = self._files.opening_scratch if kind[1] else None
            lines = self._of_child(self._kernel.machine, opening or self._files.opening, more)
            self._filters[kind] = Filter(self._kernel, lines)
        return self._filters[kind]

    def enter(self, bounds: Bounds) -> int | None:
        """Be held to `bounds` but for the filter; returns another ruleset where one is needed.

        Threads are counted by a user namespace: RLIMIT_NPROC counts the processes of a user, and
        since Linux 5.14 those of a user in a namespace by themselves.

        Raises:
            OSError: this system does not allow it.
        """
        has_scratch = bounds["scratch_bytes"] > 0
        if bounds["threads"] > 1 or has_scratch:
            self._leave(USER | MOUNTS if has_scratch else USER)
        if has_scratch:
            mount_scratch(bounds["scratch_bytes"])
        if bounds["threads"] > 1:
            resource.setrlimit(resource.RLIMIT_NPROC, (bounds["threads"],) * 2)
        # A namespace comes with rights over itself.
        renounce(self._kernel)
        return self._files.ruleset(SCRATCH) if has_scratch else None

    def facts(self) -> dict[str, bool]:
        """What of it works on this system: tried by children that do nothing else."""
        is_counting = succeeds(self._try_to_count)
        can_mount = self.can_mount and self._files.opening_scratch is not None
        return {
            "counts_threads": is_counting,
            "has_scratch": can_mount and succeeds(self._try_to_write),
        }

    def _leave(self, namespaces: int) -> None:
        user, group = os.getuid(), os.getgid()
        # Else what says who it is there belongs to root.
        self._kernel.prctl(DUMPABLE, 1)
        self._kernel.call("unshare", namespaces)
        if self.can_mount:
            self._write("setgroups", "deny")
            self._write("uid_map", f"{user} {user} 1")
            self._write("gid_map", f"{group} {group} 1")
        self._kernel.prctl(DUMPABLE, 0)

    def _write(self, name: str, text: str) -> None:
        file = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._proc)
        os.write(file, text.encode())
        os.close(file)

    def _try_to_count(self) -> bool:
        self.enter({"threads": 2, "scratch_bytes": 0})
        second = os.fork()
        if second == 0:
            time.sleep(PATIENCE)
            os._exit(0)
        try:
            if os.fork() == 0:
                os._exit(0)
        except BlockingIOError:
            return True
        finally:
            os.kill(second, _signal.SIGKILL)
        return False

    def _try_to_write(self) -> bool:
        self.enter({"threads": 0, "scratch_bytes": 1 << 16})
        os.close(os.open(f"{SCRATCH}/file", os.O_CREAT | os.O_WRONLY))
        return True
