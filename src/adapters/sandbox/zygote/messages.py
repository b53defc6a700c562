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

_ROOM: Final = socket.CMSG_SPACE(3 * 4)
"""For the descriptors of a birth."""

_scan: Final = json.JSONDecoder().raw_decode
"""Without what `json.loads` does around it: a fork server runs little, so that little of its
memory changes between two forks and is copied."""

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
        data, attached, _, _ = control.recvmsg(LONGEST, _ROOM)
    except ConnectionResetError:
        data, attached = b"", []
    if not data:
        raise EOFError
    message, _ = _scan(data.decode())
    return message, memoryview(attached[0][2]).cast("i").tolist() if attached else []
