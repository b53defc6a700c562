"""What a forked process makes anew: locks that another thread may have held, connections."""

from __future__ import annotations

import os
from collections.abc import Callable
from weakref import WeakMethod


def in_children(renew: Callable[[], None]) -> None:
    """Have a method called in each child of this process, as long as its object lives."""
    reference = WeakMethod(renew)

    def call() -> None:
        method = reference()
        if method is not None:
            method()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=call)
