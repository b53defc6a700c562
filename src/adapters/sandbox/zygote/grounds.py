"""What lies under a fork server, and has to be there before all the rest is loaded.

Standard library only.
"""

from __future__ import annotations

from ..policy.kernel import Kernel
from .hot_pages import HotPages
from .huge_pages import HugePages
from .own_memory import OwnMemory


class Grounds:
    """The kernel, and this process's memory laid out for cheap forks."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.memory = OwnMemory()
        self.libraries = {name for *_, name in self.memory.mappings() if name}
        """Files that Python itself and this lie in."""
        self.huge_pages = HugePages(self.kernel, self.memory)
        self.hot_pages = HotPages(self.kernel, self.memory)
