"""A process that only remembers. Standard library only."""

from __future__ import annotations

import os


class Witness:
    """A process that shares all memory as it is; a context, at whose end it ends."""

    def __enter__(self) -> None:
        waits, self._wakes = os.pipe2(os.O_CLOEXEC)
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._wakes)
            os.read(waits, 1)
            os._exit(0)
        os.close(waits)

    def __exit__(self, *_: object) -> None:
        os.close(self._wakes)
        os.waitpid(self._pid, 0)
