"""A script ready to run: its code, and the names under which Python knows it.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

import sys
from types import ModuleType

from .syntax import compiled, lines_of
from .type_name import SCRIPT_MODULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType


class Script:
    """A compiled source; may be kept and run many times, each time as a fresh module."""

    __slots__ = ("code", "filename", "module", "source")

    def __init__(self, *, source: str, code: CodeType, filename: str, module: str) -> None:
        self.source = source
        self.code = code
        self.filename = filename
        """What tracebacks show in place of a file, as in `<add a1b2c3d4>`."""
        self.module = module
        """Name of its module; not `__main__`, so that nothing under that guard runs."""


def compile_script(source: str, function: str, digest: str) -> Script:
    """Compile a source without running it; cache the result by `function` and `digest`.

    Raises:
        SourceSyntaxError: it does not compile; the message shows the line.
    """
    filename = f"<{function} {digest[:8]}>"
    return Script(
        source=source,
        code=compiled(source, filename),
        filename=filename,
        module=f"{SCRIPT_MODULE}{digest[:8]}__",
    )


def register(script: Script) -> ModuleType:
    """An empty module for a run, known to Python by its name.

    Dataclasses, `typing.get_type_hints` and the like look classes up through `sys.modules`.
    """
    module = ModuleType(script.module)
    sys.modules[script.module] = module
    show_source(script)
    return module


def unregister(script: Script, module: ModuleType) -> None:
    """Take back `register`, unless another run of the same source has taken the name."""
    if sys.modules.get(script.module) is module:
        del sys.modules[script.module]
    linecache = sys.modules.get("linecache")
    if linecache is not None:
        linecache.cache.pop(script.filename, None)


def show_source(script: Script) -> None:
    """Let tracebacks show the script's lines, if anything has loaded what shows them."""
    linecache = sys.modules.get("linecache")
    if linecache is not None and script.filename not in linecache.cache:
        # Every line ends, as linecache itself sees to: carets would stand beside their mark.
        lines = list(map("{}\n".format, lines_of(script.source)))
        linecache.cache[script.filename] = (len(script.source), None, lines, script.filename)
