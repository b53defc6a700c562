"""What worker and fork server tell each other: one JSON object a message, both ends trusted.

A message on the control socket is one packet. Sources, parameters and values never come this
way: they go straight from the worker to the child. Standard library only.
"""

from __future__ import annotations

import json
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

LONGEST: Final = 64 * 1024
"""Bytes of a message: most are below a hundred, the first one lists paths."""

CHANNEL, OUTPUT, STATUS = range(3)
"""Order of the descriptors that come with a birth."""


def tell(control: socket.socket, message: Mapping[str, object], fds: Sequence[int] = ()) -> None:
    """Send a message.

    Raises:
        OSError: the peer has gone.
    """
    data = json.dumps(message).encode()
    if fds:
        socket.send_fds(control, [data], fds)
    else:
        control.send(data)


def hear(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for a message, and for what descriptors come with it.

    Raises:
        EOFError: the peer has gone.
    """
    try:
        data, descriptors, _, _ = socket.recv_fds(control, LONGEST, 3)
    except ConnectionResetError:
        data, descriptors = b"", []
    if not data:
        raise EOFError
    return json.loads(data), descriptors
