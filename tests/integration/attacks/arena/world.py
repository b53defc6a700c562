"""All the bait around a worker, and what has become of it after an attack."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator

from .files import Files
from .left import left
from .listeners import Listeners
from .victims import Victim


class World:
    """Bait for runs of `user`: files, listeners, another process, and this very process.

    Args:
        user: whom runs run as.
        python: an interpreter that this user can execute.
        secret: what must not be seen; it is in this process's environment already.
    """

    def __init__(self, *, user: int, python: str, secret: str) -> None:
        self.secret = secret
        self.sign = f"atk-{secrets.token_hex(4)}"
        self._folder = tempfile.mkdtemp(prefix="fleeting-arena-")
        os.chmod(self._folder, 0o755)
        os.chown(self._folder, user, -1)
        self._files = Files(self._folder, secret, self.sign, user)
        self._listeners = Listeners(self._folder, self.sign, user)
        token = f"{self._files.home}/token"
        self._victim = Victim(python, secret, token, user)
        self._memory = ctypes.create_string_buffer(secret.encode())
        self._descriptor = os.open(token, os.O_RDONLY)
        self._signals: list[int] = []
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGIO):
            signal.signal(number, lambda number, _: self._signals.append(number))

    def bait(self) -> dict[str, object]:
        """What scripts are told; it holds no secret, only where secrets are."""
        return {
            "sign": self.sign,
            "mark": self.secret[:8],
            "home": self._files.home,
            "worker": os.getpid(),
            "worker_address": ctypes.addressof(self._memory),
            "worker_descriptor": self._descriptor,
            "victim": self._victim.pid,
            "victim_address": self._victim.address,
            "victim_descriptor": self._victim.descriptor,
            "length": len(self.secret),
            **self._listeners.bait,
        }

    def harms(self, answer: str) -> Iterator[tuple[str, str]]:
        """What an attack has done, of which `answer` holds all that its run gave out."""
        if self.secret in answer:
            yield "loot", answer[:500]
        for path in self._files.changes():
            yield "written", path
        for name in self._listeners.heard():
            yield "heard", name
        if harm := self._victim.harm():
            yield "signalled", f"the victim is {harm}"
        if self._signals:
            yield "signalled", f"the worker got {self._signals}"
            self._signals.clear()
        if self._memory.value != self.secret.encode():
            self._memory.value = self.secret.encode()
            yield "signalled", "the worker's memory was written"
        for pid in left(self.sign):
            yield "left", f"process {pid}"

    def close(self) -> None:
        """Leave nothing."""
        self._victim.close()
        self._listeners.close()
        self._files.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
