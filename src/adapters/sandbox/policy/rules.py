"""Which system calls a confined child may make, and with which arguments. Data, no logic.

Whatever is not named here fails with EPERM, and what is newer than the tables with ENOSYS, so
that libraries fall back to what they did before. Standard library only.
"""

from __future__ import annotations

from errno import EACCES, EAGAIN, ENOSYS, ENOTTY, EPERM, EROFS

from .bpf import ALLOWED, AND, ANY_BIT, EQUAL, RETURN, always, argument, one_of, refused, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from .bpf import Block

ARCHITECTURES: Final[Mapping[str, int]] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_… by machine (linux/audit.h)."""

OWN_PID: Final = 0x7EADBEEF
"""Stands for the child's own process number until that is known; above any (2²² at most)."""

KNOWN: Final = refused(EPERM)
UNKNOWN: Final = refused(ENOSYS)

PLAIN: Final = frozenset(
    """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
    fstat newfstatat stat lstat statx fstatfs statfs access faccessat faccessat2 readlink readlinkat
    getdents64 getdents getcwd chdir fchdir dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
    epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd2
    timerfd_create timerfd_settime timerfd_gettime
    mmap munmap mprotect mremap madvise brk msync mincore mlock munlock mseal map_shadow_stack
    fsync fdatasync ftruncate fallocate fadvise64 copy_file_range sendfile cachestat
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
    futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list rseq
    sched_yield sched_getaffinity sched_getparam sched_getscheduler membarrier getcpu
    getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups
    getpgid getpgrp getsid getpriority capget getrandom uname sysinfo umask
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage
    getitimer setitimer alarm pause restart_syscall getrlimit wait4 waitid exit exit_group
    set_tid_address arch_prctl recvfrom recvmsg getsockopt getsockname getpeername shutdown
    """.split()  # noqa: SIM905  # reads better than 140 quoted names
)
"""Harmless whatever the arguments: there is nothing to apply them to but the child itself."""

_CLONE_THREAD: Final = 0x10000
_NEW_NAMESPACES: Final = 0x7E020080
"""CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET, …TIME."""

_ONLY_THREADS: Final[Block] = (
    argument(0),
    (ANY_BIT, 2, 0, _NEW_NAMESPACES),
    (ANY_BIT, 0, 1, _CLONE_THREAD),
    (RETURN, 0, 0, ALLOWED),
    (RETURN, 0, 0, KNOWN),
)

_ONLY_STREAM_PAIRS: Final[Block] = (
    # AF_UNIX and SOCK_STREAM. A datagram socket of a pair can still name another address with
    # sendto(2): that reached sockets outside although socket(2) was refused.
    argument(0),
    (EQUAL, 0, 4, 1),
    argument(1),
    (AND, 0, 0, 0xF),
    (EQUAL, 0, 1, 1),
    (RETURN, 0, 0, ALLOWED),
    (RETURN, 0, 0, KNOWN),
)

_PRCTL: Final = (
    3,  # PR_GET_DUMPABLE
    15,  # PR_SET_NAME
    16,  # PR_GET_NAME
    23,  # PR_CAPBSET_READ
    39,  # PR_GET_NO_NEW_PRIVS
    41,  # PR_SET_THP_DISABLE
    0x53564D41,  # PR_SET_VMA: names for memory
)

_IOCTL: Final = (
    0x5401,  # TCGETS
    0x5413,  # TIOCGWINSZ
    0x541B,  # FIONREAD
    0x5421,  # FIONBIO
    0x5450,  # FIONCLEX
    0x5451,  # FIOCLEX
)

_FCNTL: Final = (
    # Not F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: they signal other processes.
    *range(8),  # F_DUPFD to F_SETLKW
    36,  # F_OFD_GETLK
    37,  # F_OFD_SETLK
    38,  # F_OFD_SETLKW
    1030,  # F_DUPFD_CLOEXEC
    1032,  # F_GETPIPE_SZ
    1033,  # F_ADD_SEALS
    1034,  # F_GET_SEALS
)

_FAST_OPEN: Final = 0x20000000
"""MSG_FASTOPEN: connects while it sends. What a run is connected to is not for itself to choose."""

ARGUED: Final[Mapping[str, Block]] = {
    "clone": _ONLY_THREADS,
    # Its flags lie in memory, which a filter cannot read: libraries fall back to `clone`.
    "clone3": always(UNKNOWN),
    "fcntl": one_of(1, _FCNTL, KNOWN),
    # Of another process it would tell an address.
    "get_robust_list": one_of(0, (0, OWN_PID), KNOWN),
    "ioctl": one_of(1, _IOCTL, refused(ENOTTY)),
    "kill": one_of(0, (OWN_PID,), KNOWN),
    "openat2": always(UNKNOWN),
    "prctl": one_of(0, _PRCTL, KNOWN),
    "prlimit64": one_of(0, (0, OWN_PID), KNOWN),
    "rt_sigqueueinfo": one_of(0, (OWN_PID,), KNOWN),
    "rt_tgsigqueueinfo": one_of(0, (OWN_PID,), KNOWN),
    "sched_setaffinity": one_of(0, (0, OWN_PID), KNOWN),
    "sendmsg": without(2, _FAST_OPEN, KNOWN),
    "sendto": without(3, _FAST_OPEN, KNOWN),
    "socketpair": _ONLY_STREAM_PAIRS,
    "tgkill": one_of(0, (OWN_PID,), KNOWN),
}

_WRITING: Final = 0x1 | 0x2 | 0x40 | 0x200 | 0x400000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, __O_TMPFILE: the same on both machines."""

OPENING: Final[Mapping[str, Mapping[str, Block]]] = {
    "landlock": {"open": always(ALLOWED), "openat": always(ALLOWED)},
    # Landlock before ABI 3 does not see that opening a file may truncate it.
    "landlock-reading": {
        "open": without(1, _WRITING, refused(EROFS)),
        "openat": without(2, _WRITING, refused(EROFS)),
    },
    # The others for the links in /proc: they tell which files processes of the same user have open
    # and where they work. Landlock hides those, but it may be missing here.
    "sealed": dict.fromkeys(
        ("open", "openat", "readlink", "readlinkat", "chdir"), always(refused(EACCES))
    ),
}
"""What opens files, by the way in which files are kept from a child."""

ALONE: Final[Mapping[str, Block]] = {"clone": always(refused(EAGAIN))}
"""Of a run that may have no thread but its first."""

SERVER: Final = frozenset(
    {name for name, block in ARGUED.items() if any(line[3] == OWN_PID for line in block)}
    | {"capset", "clone", "landlock_restrict_self", "prctl", "seccomp", "unshare"}
)
"""What a fork server needs for itself and for a child on its way into the sandbox, and what can be
decided only for a child with a number: a second filter of the child's takes it back."""

WRITING: Final[Mapping[str, Block]] = dict.fromkeys(
    """
    mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 truncate chmod fchmod fchmodat
    utimensat
    """.split(),  # noqa: SIM905  # as above
    always(ALLOWED),
)
"""Of a run with room for files of its own: all else that it can see is mounted read-only."""
