"""Several servers that a test drives as one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

from .server import Server


class ServerGroup(ABC):
    """Servers that form one service; what is done to the group is done to every member."""

    def __init__(self, members: Sequence[Server]) -> None:
        self.members = tuple(members)

    def start(self) -> None:
        """Start what does not run and return when the members serve together."""
        down = [member for member in self.members if not member.running]
        for member in down:
            member.launch()
        for member in down:
            member.wait_until_ready()
        self.wait_until_ready()

    @abstractmethod
    def wait_until_ready(self) -> None:
        """Return when the members have found each other."""

    def stop(self) -> None:
        for member in self.members:
            member.stop()

    def kill(self) -> None:
        for member in self.members:
            member.kill()

    def pause(self) -> None:
        for member in self.members:
            member.pause()

    def resume(self) -> None:
        for member in self.members:
            member.resume()

    def restart(self) -> None:
        self.stop()
        self.start()

    def heal(self) -> None:
        """Have all members run again, and hold nothing, whatever a test did to them."""
        self.resume()
        self.start()
        self.flush()

    def flush(self) -> None:
        for member in self.members:
            member.flush()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the servers and give their ports back."""
        for member in self.members:
            member.close()
