"""Which files children may open: Python's own library, or none at all. Standard library only."""

from __future__ import annotations

import os
import sys

from ..policy.landlock import LIBRARY, OWN, READ_FILE, TRUNCATE_FROM, WRITE_FILE, Ruleset, abi
from .at_rest import ModulesAtRest, alone
from .identity import can_read_library
from .library import MemoryLibrary
from .zones import keep_zones

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

_FILES: Final = ("/dev/urandom", "/dev/zero", "/etc/localtime", "/etc/ld.so.cache")
_FOLDERS: Final = ("/usr/share/zoneinfo",)
_TOO_MUCH: Final = frozenset({"/", "/usr", "/home", "/root", "/etc", "/tmp", "/var", "/opt"})  # noqa: S108  # left out
"""Folders that hold more than libraries, should one lie right there."""


class FileRule:
    """How files are kept from children: `landlock` or `sealed`.

    Made before the fork server becomes another user, because *sealed* reads Python's library.

    Args:
        kernel: this machine's.
        memory: what it says of this process.
        asked: `landlock`, `sealed`, or `auto`: Landlock where it is there and the library can be
            read by whom the children run as.
        user: whom they run as, where this is root.

    Raises:
        RuntimeError: Landlock was asked for and is not there.
    """

    def __init__(self, kernel: Kernel, memory: OwnMemory, asked: str, user: int) -> None:
        self._kernel = kernel
        self._memory = memory
        self._folders = _library_folders(memory)
        self.abi = abi(kernel)
        if asked == "landlock" and not self.abi:
            raise RuntimeError("Landlock was asked for, and this system does not offer it")
        self.is_sealed = asked == "sealed" or not self.abi
        if asked == "auto" and not self.is_sealed:
            self.is_sealed = not can_read_library(user)
        if self.is_sealed:
            self._at_rest = ModulesAtRest(kernel)
            self._library = MemoryLibrary(self._at_rest)
            self._library.load()
            keep_zones()
            sys.meta_path.insert(2, self._library)

    def settle(self, apart: Collection[str]) -> None:
        """Lay out for cheap forks what is kept in memory, when all is loaded.

        Args:
            apart: files of libraries that are in use.
        """
        if self.is_sealed and alone():
            self._at_rest.lay_down(self._memory, self._library.not_imported(), apart)

    @property
    def opening(self) -> str:
        """The key of `rules.OPENING`."""
        if self.is_sealed:
            return "sealed"
        return "landlock" if self.abi >= TRUNCATE_FROM else "landlock-reading"

    @property
    def opening_scratch(self) -> str | None:
        """The same for children that may write in a folder; None: they cannot be kept to it."""
        return "landlock" if self.abi >= TRUNCATE_FROM else None

    @property
    def folders(self) -> list[str]:
        """What children can read."""
        return [] if self.is_sealed else self._folders

    def ruleset(self, scratch: str | None = None) -> int | None:
        """A descriptor to enter; also *sealed* children have one, for signals and sockets.

        With `scratch` files may be written in that folder.
        """
        if not self.abi:
            return None
        ruleset = Ruleset(self._kernel, self.abi)
        if not self.is_sealed:
            ruleset.allow(self._folders, LIBRARY)
            ruleset.allow(_FILES, READ_FILE)
            ruleset.allow(("/dev/null",), READ_FILE | WRITE_FILE)
        if scratch is not None:
            ruleset.allow((scratch,), OWN)
        return ruleset.descriptor


def _library_folders(memory: OwnMemory) -> list[str]:
    """Where modules and the shared libraries that this process has loaded lie."""
    libraries = {name for *_, name in memory.mappings() if ".so" in name and name.startswith("/")}
    found = {*sys.path, *_FOLDERS, *(name.rpartition("/")[0] for name in libraries)}
    real = {os.path.realpath(path) for path in found}
    both = {path for path in found | real if os.path.isabs(path)}  # noqa: PTH117  # pathlib is slow to load
    return sorted(path for path in both - _TOO_MUCH if os.path.isdir(path))  # noqa: PTH112  # pathlib is slow to load
