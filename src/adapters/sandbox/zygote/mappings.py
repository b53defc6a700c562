"""Fewer mappings: a fork describes each of them anew, and a library brings five.

Standard library only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ..policy.kernel import Kernel

_READ: Final = 1
_WRITE: Final = 2
_EXECUTE: Final = 4
"""PROT_… of mprotect(2)."""


def join(kernel: Kernel) -> None:
    """Let neighbouring mappings of a library have the same rights, so that the kernel joins them.

    Its constants become executable, and its table of addresses writable again. That takes nothing
    from anybody: a script may ask for both in its own process, and nobody else's code runs there.
    """
    with open("/proc/self/maps", encoding="utf-8") as file:  # noqa: PTH123  # pathlib is slow to load
        lines = file.read().splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        _, rights, _, _, _, *name = line.split(None, 5)
        if rights == "r--p" and name and ".so" in name[0]:
            begin, end = (int(place, 16) for place in line.split()[0].split("-"))
            more = (
                _WRITE if following.startswith(f"{end:x}-") and " rw-p " in following else _EXECUTE
            )
            _allow(kernel, begin, end - begin, _READ | more)


def _allow(kernel: Kernel, begin: int, length: int, rights: int) -> None:
    try:
        kernel.call("mprotect", begin, length, rights)
    except OSError:
        # A stricter system; forks take longer there.
        return
