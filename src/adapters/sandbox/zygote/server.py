"""The fork server: loads what children find loaded, then bears them (`loop`).

One thread; it never sees a source, a parameter or a value. Standard library only.
"""

from __future__ import annotations

import gc
import importlib

# Loaded only when needed elsewhere; a child may be unable to load anything.
import json  # noqa: F401
import linecache  # noqa: F401
import os
import select  # noqa: F401
import signal  # noqa: F401
import socket
import traceback  # noqa: F401

from ..surroundings import furnish
from .descriptors import PARKED, parked
from .files import FileRule
from .fresh_blocks import fill_up
from .mappings import join
from .messages import hear, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from .grounds import Grounds
    from .loop import Loop

_kept: Final[list[object]] = []
"""What fills the places between others, for ever."""


def serve(control: int, grounds: Grounds) -> None:
    """Be a fork server until the worker has gone; never returns."""
    socket_ = _out_of_the_way(control)
    try:
        loop = _ready(hear(socket_), grounds)
        loop.go_on(socket_)
    except EOFError:
        os._exit(0)
    except BaseException as exc:  # noqa: BLE001  # whatever it is, the worker has to hear of it
        tell(socket_, {"failed": f"{type(exc).__name__}: {exc}"[:2000]})
        os._exit(1)


def _ready(config: Mapping[str, Any], grounds: Grounds) -> Loop:
    files = _loaded(config, grounds)
    _kept.append(fill_up())
    # Last, so that it lies close together: a child changes it all over.
    from .loop import Loop

    loop = Loop(grounds, files, config)
    _kept.append(fill_up())
    grounds.huge_pages.collapse()
    # A collection in a child would otherwise touch, and so copy, every page.
    gc.freeze()
    loop.warm_up()
    grounds.memory.close()
    return loop


def _loaded(config: Mapping[str, Any], grounds: Grounds) -> FileRule:
    """Load everything but what bears children and runs in them."""
    for name in config["read"]:
        # By the linker and the allocator.
        os.environ.pop(name, None)
    furnish(config["path"])
    for name in config["preimport"]:
        _load(name)
    # The first of a process builds two hundred types.
    compile("", "", "exec")
    files = FileRule(grounds.kernel, grounds.memory, config["files"], config["user"])
    join(grounds.kernel, grounds.memory)
    files.settle(grounds.libraries)
    gc.collect()
    return files


def _load(name: str) -> None:
    """Import a module with what it would load on first use, when children may find no file."""
    try:
        module = importlib.import_module(name)
    except Exception as exc:
        raise ImportError(f"{name} cannot be loaded: {type(exc).__name__}: {exc}") from exc
    for public in getattr(module, "__all__", ()):
        getattr(module, public, None)


def _out_of_the_way(control: int) -> socket.socket:
    moved = socket.socket(fileno=parked(control))
    null = os.open(os.devnull, os.O_RDWR)
    # What children have leads nowhere here, so that nothing that arrives takes its place.
    for descriptor in range(PARKED):
        if descriptor != null:
            os.dup2(null, descriptor, inheritable=False)
    return moved
