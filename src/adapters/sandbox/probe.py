"""What a child tries in order to attest the sandbox: sent as a script like any other.

It answers with what came of each attempt: `done`, or the name of the error.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from functools import partial

PTRACE_SEIZE = 0x4206
NEW_USER = 0x10000000
GET_NO_NEW_PRIVS = 39


def attempts(
    file: str, worker: int, server: int, calls: dict[str, int]
) -> dict[str, Callable[[], object]]:
    """Everything that must not succeed, by what it would be.

    Args:
        file: readable by everybody, in a folder that is too.
        worker: number of the worker's process.
        server: number of the fork server's process.
        calls: numbers of system calls by name.
    """
    library = ctypes.CDLL(None, use_errno=True)

    def call(name: str, *arguments: int) -> None:
        given = [ctypes.c_long(argument) for argument in (calls[name], *arguments)]
        if library.syscall(*given) == -1:
            raise OSError(ctypes.get_errno(), name)

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    written = f"{file}-{os.getpid()}"
    return {
        "read a file outside": partial(os.open, file, os.O_RDONLY),
        "write a file": partial(os.open, written, os.O_WRONLY | os.O_CREAT),
        "open the worker's environment": partial(os.open, f"/proc/{worker}/environ", os.O_RDONLY),
        "open the worker's memory": partial(os.open, f"/proc/{worker}/mem", os.O_RDONLY),
        "fork": fork,
        "execute a program": partial(os.execv, "/bin/true", ["true"]),
        "open an internet socket": partial(call, "socket", 2, 1, 0),
        "open a local socket": partial(call, "socket", 1, 1, 0),
        "open a netlink socket": partial(call, "socket", 16, 3, 0),
        "signal the worker": partial(os.kill, worker, 0),
        "signal the fork server": partial(os.kill, server, 0),
        "trace the worker": partial(call, "ptrace", PTRACE_SEIZE, worker, 0, 0),
        "read another process's memory": partial(call, "process_vm_readv", worker, 0, 0, 0, 0, 0),
        "make a namespace": partial(call, "unshare", NEW_USER),
        "open a process handle": partial(call, "pidfd_open", worker, 0),
        "make a file in memory": partial(call, "memfd_create", 0, 0),
        "set up io_uring": partial(call, "io_uring_setup", 1, 0),
        "load a BPF program": partial(call, "bpf", 0, 0, 0),
        "see a file outside": partial(os.stat, file),
    }


def facts() -> dict[str, object]:
    """What the process is and has."""
    library = ctypes.CDLL(None)
    return {
        "no_new_privs": library.prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0),
        "users": sorted({*os.getresuid(), *os.getresgid(), *os.getgroups()}),
        "descriptors": _descriptors(),
        "environment": sorted(os.environ),
        "parent": os.getppid(),
    }


def attest(
    file: str, worker: int, server: int, calls: dict[str, int], only: str | None = None
) -> dict[str, object]:
    """What the process is and has, and what came of the attempts: of all, or of the one named."""
    found = attempts(file, worker, server, calls)
    names = list(found)
    tried = {name: _tried(found[name]) for name in names if only in (None, name)}
    return {"names": names, "attempts": tried, **facts()}


def _tried(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as exc:
        return errno.errorcode.get(exc.errno or 0, str(exc.errno))
    return "done"


def _descriptors() -> list[int]:
    found = []
    for number in range(300):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found
