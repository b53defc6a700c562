"""What leads to the process of a run: a channel for frames and a pipe for what it prints."""

from __future__ import annotations

import os
import socket


class Wires:
    """Both ends, until the far ones are handed over; the near ones do not block."""

    def __init__(self) -> None:
        self.channel, self.far_channel = socket.socketpair()
        self.output, self.far_output = os.pipe2(os.O_CLOEXEC)
        self.channel.setblocking(False)  # noqa: FBT003  # the signature is Python's
        os.set_blocking(self.output, False)

    def close_far(self) -> None:
        """Leave the far ends to the process alone, so that its end shows."""
        self.far_channel.close()
        os.close(self.far_output)

    def close(self) -> None:
        """Close the near ends."""
        self.channel.close()
        os.close(self.output)
