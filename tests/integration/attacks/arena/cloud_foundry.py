"""What Cloud Foundry's container profile refuses, refused here: by a filter like its own.

Guardian's default seccomp profile: Landlock is not there (ENOSYS), and namespaces, `setns`,
`pidfd_*`, `close_range` and io_uring are not allowed (EPERM). The filter allows all else.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

_NUMBERS = {
    "x86_64": {"clone": 56, "unshare": 272, "setns": 308},
    "aarch64": {"clone": 220, "unshare": 97, "setns": 268},
}
# The same on both.
_NEWER = {"pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "close_range": 436,
          "pidfd_getfd": 438}  # fmt: skip
_LANDLOCK = (444, 445, 446)

_NAMESPACES = 0x7E020000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000


def restrict() -> None:
    """Put the filter on this process and all that it starts, for ever."""
    numbers = {**_NUMBERS[os.uname().machine], **_NEWER}
    refused = {numbers[name]: errno.EPERM for name in numbers if not name.startswith("clone")}
    refused |= dict.fromkeys((*_LANDLOCK, numbers["clone3"]), errno.ENOSYS)
    lines = [(_LOAD, 0, 0, 0)]
    for number, code in refused.items():
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | code)]
    lines += [
        (_EQUAL, 0, 3, numbers["clone"]),
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 0, 1, _NAMESPACES),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("<HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("<HxxxxxxQ", len(lines), ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    # PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP with SECCOMP_MODE_FILTER
    for arguments in ((38, 1, 0, 0, 0), (22, 2, program, 0, 0)):
        if library.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "the filter was refused")
