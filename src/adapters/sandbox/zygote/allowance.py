"""What a run may take of memory and processor time, set with few objects of Python's.

Standard library only.
"""

from __future__ import annotations

import ctypes
import resource

from ..policy.kernel import make

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel

_UNLIMITED: Final = (1 << 64) - 1
"""RLIM_INFINITY of prlimit(2)."""


class Allowance:
    """The limits of a child, laid out before it is born: each a soft one and a hard one.

    The processor time is a second line behind the runner's clock, should the runner stand still:
    SIGXCPU at the limit, SIGKILL a second later.

    Args:
        kernel: this machine's.
        taken: address space that the process begins with, in bytes.
    """

    def __init__(self, kernel: Kernel, taken: int) -> None:
        self._taken = taken
        self._limits = (ctypes.c_uint64 * 4)()
        self._words = memoryview(self._limits).cast("B").cast("Q")
        self._memory = _ceiling(resource.RLIMIT_AS)
        self._cpu = _ceiling(resource.RLIMIT_CPU)
        address = ctypes.addressof(self._limits)
        self._calls = (
            kernel.prepared("prlimit64", 0, resource.RLIMIT_AS, address, 0),
            kernel.prepared("prlimit64", 0, resource.RLIMIT_CPU, address + 16, 0),
        )

    def limit(self, memory_bytes: int | None, cpu_seconds: int | None) -> None:
        """Hold this process to so much; what it was held to before it cannot get back.

        Raises:
            OSError: the kernel refuses.
        """
        words = self._words
        if memory_bytes is not None:
            self._memory = min(self._memory, self._taken + memory_bytes)
        words[0] = words[1] = self._memory
        soft = self._cpu
        if cpu_seconds is not None:
            soft = min(soft, cpu_seconds)
            self._cpu = min(self._cpu, cpu_seconds + 1)
        words[2], words[3] = soft, self._cpu
        make(self._calls)


def _ceiling(which: int) -> int:
    hard = resource.getrlimit(which)[1]
    return _UNLIMITED if hard == resource.RLIM_INFINITY else hard
