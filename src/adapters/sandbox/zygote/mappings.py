"""Fewer mappings: a fork describes each of them anew, and a library brings five.

Standard library only.
"""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

READ: Final = 1
WRITE: Final = 2
EXECUTE: Final = 4
"""PROT_… of mprotect(2)."""


def join(kernel: Kernel, memory: OwnMemory) -> None:
    """Let neighbouring mappings of a program have the same rights, so that the kernel joins them.

    Its constants become executable, and its table of addresses writable again. That takes nothing
    from anybody: a script may ask for both in its own process, and nobody else's code runs there.
    """
    mappings = memory.mappings()
    programs = {name for *_, rights, name in mappings if rights == "r-xp"}
    for (begin, end, rights, name), (next_, _, next_rights, _) in pairwise(mappings):
        if rights == "r--p" and name in programs:
            more = WRITE if (next_, next_rights) == (end, "rw-p") else EXECUTE
            _allow(kernel, begin, end - begin, READ | more)


def _allow(kernel: Kernel, begin: int, length: int, rights: int) -> None:
    try:
        kernel.call("mprotect", begin, length, rights)
    except OSError:
        # A stricter system; forks take longer there.
        return
