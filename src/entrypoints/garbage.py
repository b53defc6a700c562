"""Python's collector of cycles, told what a server of ours is like."""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 50_000
"""Objects made before the collector looks at the young ones: a request makes hundreds, nearly all
of which go without it. Python's own figure has it look several times in each larger answer."""


def settle() -> None:
    """Call once a server has loaded what it needs.

    What stays for good is never looked at again: a full collection otherwise walks all of it, and
    every request of that moment waits for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
