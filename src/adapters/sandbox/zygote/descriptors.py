"""Descriptors out of the way of those that children have. Standard library only."""

from __future__ import annotations

import fcntl
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PARKED: Final = 10
"""Those below this are what children have."""


def parked(descriptor: int) -> int:
    """Another descriptor, above those, for what this one leads to, which is closed."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, PARKED)
    os.close(descriptor)
    return moved
