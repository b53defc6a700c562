"""What worker and fork server tell each other, one packet a message; both ends are trusted.

The first one each way is a JSON object, all others are orders of one form: where a process forks,
it pays for each object that it makes. Sources, parameters and values never come this way: they go
straight from the worker to the child. Standard library only.
"""

from __future__ import annotations

import json
import socket
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final, TypeAlias

    Order: TypeAlias = tuple[bytes, int, float, float, int, int]
    """What is to be done, to the child of which name; then, of a birth or a limit, after how many
    seconds it is killed; of a birth, after how many it warms up, and what it is held to beyond
    others: threads and bytes of scratch space. Below 0: it is not said."""

LONGEST: Final = 64 * 1024
"""Bytes of the first message, which lists paths."""

BEAR: Final = b"B"
KILL: Final = b"K"
LIMIT: Final = b"L"
"""Orders. A birth comes with the far ends of channel, output and status."""

_ORDER: Final = struct.Struct("=cIddiq")
_ENDS: Final = struct.Struct("3i")
_ROOM: Final = socket.CMSG_SPACE(_ENDS.size)

STATUS: Final = struct.Struct("=idq")
"""How a child ended: its exit status as `subprocess` has it, the seconds of processor time that it
took, and the bytes of memory."""


def tell(control: socket.socket, message: Mapping[str, object]) -> None:
    """Send a first message.

    Raises:
        OSError: the peer has gone.
    """
    control.send(json.dumps(message).encode())


def hear(control: socket.socket) -> dict[str, Any]:
    """Wait for a first message.

    Raises:
        EOFError: the peer has gone.
    """
    data = control.recv(LONGEST)
    if not data:
        raise EOFError
    message: dict[str, Any] = json.loads(data)
    return message


def give(
    control: socket.socket,
    what: bytes,
    name: int,
    seconds: float | None = None,
    *,
    warm_after: float | None = None,
    bounds: Mapping[str, int] | None = None,
    ends: Sequence[int] = (),
) -> None:
    """Give an order.

    Raises:
        OSError: the fork server has gone.
    """
    order = _ORDER.pack(
        what,
        name,
        -1 if seconds is None else seconds,
        -1 if warm_after is None else warm_after,
        -1 if bounds is None else bounds["threads"],
        -1 if bounds is None else bounds["scratch_bytes"],
    )
    if ends:
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, _ENDS.pack(*ends))
        control.sendmsg((order,), (rights,))
    else:
        control.send(order)


def take(control: socket.socket) -> tuple[Order, Sequence[int]]:
    """Wait for an order, and for what comes with a birth.

    Raises:
        EOFError: the worker has gone.
    """
    try:
        data, attached, _, _ = control.recvmsg(_ORDER.size, _ROOM)
    except ConnectionResetError:
        data, attached = b"", []
    if not data:
        raise EOFError
    return _ORDER.unpack(data), _ENDS.unpack(attached[0][2]) if attached else ()
