"""A world of its own for the fork server and its children: nothing but Python's library in it.

Standard library only. See namespaces(7), user_namespaces(7), pivot_root(2).
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # typeshed does not know it
import ctypes
import os

from ..policy.kernel import DUMPABLE, PDEATHSIG
from .identity import become, renounce

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from ..policy.kernel import Kernel

KINDS: Final = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
"""CLONE_NEW… by the name under /proc/self/ns."""
USER: Final = 0x10000000
"""CLONE_NEWUSER."""
MOUNTS: Final = KINDS["mnt"]

SCRATCH: Final = "/tmp"  # noqa: S108  # of a root of its own
"""Where a run finds room for files, if it has any."""
_INODES: Final = 1000
"""Files in it at most: each takes memory that its size does not count."""

_DESCRIPTORS: Final = 256
"""More than a fork server has open."""

_READ_ONLY: Final = 1
_NO_SETUID: Final = 2
_NO_DEVICES: Final = 4
_NO_EXECUTION: Final = 8
_REMOUNT: Final = 32
_BIND: Final = 4096
_RECURSIVE: Final = 16384
_PRIVATE: Final = 1 << 18
_LOCKABLE: Final = 2 | 4 | 8 | 1024 | 2048
"""MS_…; the last are those that a user namespace may not take off (nosuid … nodiratime)."""
_DETACH: Final = 2

_PLACES: Final = ("/mnt", "/tmp", "/run")  # noqa: S108  # covered, nothing is written there
"""Folders to build the root over; they exist everywhere."""
_DEVICES: Final = ("/dev/null", "/dev/urandom", "/dev/zero")


def leave_the_rest(kernel: Kernel, folders: Iterable[str], user: int) -> dict[str, str]:
    """Enter new namespaces, with a root that has nothing but `folders`, read-only.

    Who returns is process 1 of the new namespace for processes. Who called stays outside as its
    parent, as `user` where it was root, and ends with it: what the worker kills and waits for.

    Returns:
        The identity of each namespace, to compare with the worker's.

    Raises:
        OSError: this system does not allow it.
    """
    _unshare(kernel)
    _be_first(kernel, user)
    identities = {name: os.readlink(f"/proc/self/ns/{name}") for name in KINDS}  # noqa: PTH115  # pathlib is slow to load
    _build_root(kernel, folders)
    return identities


def mount_scratch(size: int) -> None:
    """Give this process an empty folder for files of `size` bytes in all, gone with it.

    It must have a mount namespace of its own, and be somebody in the user namespace of that.

    Raises:
        OSError: this system does not allow it.
    """
    flags = _NO_SETUID | _NO_DEVICES | _NO_EXECUTION
    _mount("tmpfs", SCRATCH, "tmpfs", flags, f"size={size},nr_inodes={_INODES},mode=700")


def _unshare(kernel: Kernel) -> None:
    flags = sum(KINDS.values())
    if os.geteuid() == 0:
        kernel.call("unshare", flags)
        return
    user, group = os.getuid(), os.getgid()
    kernel.call("unshare", flags | USER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _be_first(kernel: Kernel, user: int) -> None:
    """One for all children: as none of them is process 1, their signals do what they always do."""
    first = os.fork()
    if first:
        _wait_outside(kernel, first, user)
    kernel.prctl(PDEATHSIG, _signal.SIGKILL)


def _wait_outside(kernel: Kernel, first: int, user: int) -> None:
    status = 1
    try:
        os.closerange(0, _DESCRIPTORS)
        become(user)
        renounce(kernel)
        kernel.prctl(DUMPABLE, 0)
        status = abs(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
    finally:
        os._exit(status)


def _build_root(kernel: Kernel, folders: Iterable[str]) -> None:
    root = next(place for place in _PLACES if os.path.isdir(place))  # noqa: PTH112  # pathlib is slow to load
    sources = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in (*folders, *_DEVICES)]
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=1m,mode=755")
    for path, descriptor in sources:
        # By its descriptor: the folder may lie under the one that is covered.
        _show(f"/proc/self/fd/{descriptor}", f"{root}{path}", is_device=path in _DEVICES)
        os.close(descriptor)
    # Python's own library may lie below it.
    os.makedirs(f"{root}{SCRATCH}", exist_ok=True)  # noqa: PTH103  # pathlib is slow to load
    before = f"{root}/before"
    os.mkdir(before)  # noqa: PTH102  # pathlib is slow to load
    new, old = ctypes.c_char_p(root.encode()), ctypes.c_char_p(before.encode())
    kernel.call("pivot_root", _address(new), _address(old))
    os.chdir("/")
    there = ctypes.c_char_p(b"/before")
    kernel.call("umount2", _address(there), _DETACH)
    os.rmdir("/before")  # noqa: PTH106  # pathlib is slow to load
    _mount(None, "/", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)


def _show(source: str, target: str, *, is_device: bool) -> None:
    if is_device:
        os.makedirs(target.rpartition("/")[0], exist_ok=True)  # noqa: PTH103  # pathlib is slow to load
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        _mount(source, target, None, _BIND)
        return
    os.makedirs(target, exist_ok=True)  # noqa: PTH103  # pathlib is slow to load
    _mount(source, target, None, _BIND)
    locked = os.statvfs(target).f_flag & _LOCKABLE
    _mount(None, target, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES | locked)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str | None = None
) -> None:
    given = [text.encode() if text is not None else None for text in (source, target, kind, data)]
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(*given[:3], ctypes.c_ulong(flags), given[3]):
        error = ctypes.get_errno()
        raise OSError(error, f"mount {target}: {os.strerror(error)}")


def _address(text: ctypes.c_char_p) -> int:
    return ctypes.cast(text, ctypes.c_void_p).value or 0


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123  # pathlib is slow to load
        file.write(text)
