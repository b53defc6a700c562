"""Python's own library in memory, for children that can open no file: byte code, zones, extensions.

Standard library only.
"""

from __future__ import annotations

import ctypes
import marshal
import os
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import MAGIC_NUMBER, cache_from_source, spec_from_loader

from .shelf import Shelf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType
    from typing import Final

    from .at_rest import ModulesAtRest

_LEFT_OUT: Final = frozenset(
    {"__pycache__", "ensurepip", "idlelib", "lib-dynload", "lib2to3", "site-packages",
     "dist-packages", "test", "tests", "tkinter", "turtledemo"}
)  # fmt: skip
"""Folders of no use without files, screens or other processes."""

_NOT_PRELOADED: Final = ("_test", "_xx", "xx", "_curses", "_tkinter", "_dbm", "_gdbm", "readline",
                         "nis", "ossaudiodev", "spwd", "_ctypes_test")  # fmt: skip
"""Beginnings of extension modules that would only cost address space."""

_HEADER: Final = 16
"""Bytes before the code in a .pyc (PEP 552)."""


class MemoryLibrary:
    """Finds modules of the standard library in memory; a finder for `sys.meta_path`.

    Args:
        at_rest: extension modules that nobody has imported.
    """

    def __init__(self, at_rest: ModulesAtRest) -> None:
        self._at_rest = at_rest
        self._code: dict[str, tuple[bool, str, slice]] = {}
        """Module → whether it is a package, its file, where its byte code or source lies."""
        self._shelf = Shelf()
        self._extensions: dict[str, str] = {}

    def load(self) -> None:
        """Read everything; from then on no file is needed."""
        self._read_folder(sysconfig.get_path("stdlib"), "")
        self._shelf.close()
        for folder in sys.path:
            if folder.endswith("lib-dynload"):
                self._open_extensions(folder)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if name in self._extensions:
            file = self._extensions[name]
            loader = _Loader(name, file, self._at_rest)
            return spec_from_loader(name, loader, origin=file)
        if name not in self._code:
            return None
        is_package, file, _ = self._code[name]
        spec = ModuleSpec(name, self, origin=file, is_package=is_package)  # type: ignore[arg-type]  # a loader by its methods
        spec.has_location = True
        return spec

    def not_imported(self) -> set[str]:
        """Files of extension modules that nobody has imported."""
        return {file for name, file in self._extensions.items() if name not in sys.modules}

    def create_module(self, spec: ModuleSpec) -> None:
        """As Python does it."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code in it."""
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102  # importing is that

    def get_code(self, name: str) -> CodeType:
        """The code of a module."""
        _, file, where = self._code[name]
        data = self._shelf.get(where)
        if data[: len(MAGIC_NUMBER)] == MAGIC_NUMBER:
            code: CodeType = marshal.loads(data[_HEADER:])  # noqa: S302  # Python's own
            return code
        return compile(bytes(data), file, "exec", dont_inherit=True)

    def _read_folder(self, folder: str, package: str) -> None:
        for entry in _entries(folder):
            name, suffix = os.path.splitext(entry.name)  # noqa: PTH122  # pathlib is slow to load
            if entry.is_dir() and entry.name not in _LEFT_OUT and entry.name.isidentifier():
                self._read_folder(entry.path, f"{package}{entry.name}.")
            elif suffix == ".py" and name.isidentifier():
                is_package = name == "__init__"
                module = package[:-1] if is_package else package + name
                if module:
                    where = self._shelf.put(_code_of(entry.path))
                    self._code[module] = (is_package, entry.path, where)

    def _open_extensions(self, folder: str) -> None:
        """Let the linker know each file: opening it again by that name needs no file."""
        for entry in _entries(folder):
            name, _, rest = entry.name.partition(".")
            if f".{rest}" not in EXTENSION_SUFFIXES or name.startswith(_NOT_PRELOADED):
                continue
            try:
                ctypes.PyDLL(entry.path)
            except OSError:
                # A library that it needs is not installed: importing it would fail anyway.
                continue
            self._extensions[name] = entry.path


class _Loader(ExtensionFileLoader):
    """Loads an extension module that may be at rest."""

    def __init__(self, name: str, path: str, at_rest: ModulesAtRest) -> None:
        super().__init__(name, path)
        self._at_rest = at_rest

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        self._at_rest.wake(self.path)
        return super().create_module(spec)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _code_of(file: str) -> bytes:
    """The byte code that lies beside a source, if it is of this Python and not older."""
    try:
        code = _bytes_of(cache_from_source(file))
        flags, changed = int.from_bytes(code[4:8], "little"), int.from_bytes(code[8:12], "little")
        if code.startswith(MAGIC_NUMBER) and (
            flags or changed == int(os.stat(file).st_mtime) & 0xFFFFFFFF  # noqa: PTH116  # see above
        ):
            return code
    except OSError:
        pass
    return _bytes_of(file)


def _bytes_of(file: str) -> bytes:
    with open(file, "rb") as opened:  # noqa: PTH123  # pathlib is slow to load
        return opened.read()
