"""There is an attack on every rule of the filter, and every rule is named here."""

from __future__ import annotations

import os
from typing import Final

import pytest

from fleeting.adapters.sandbox.policy import rules
from fleeting.adapters.sandbox.policy.numbers import numbers

from .families import FAMILIES, syscalls

OPENS: Final = ("reading: settings by the C library", "writing: more in a file")
WRITES: Final = {
    "chmod": "writing: other rights",
    "fchmod": "writing: other rights by a descriptor",
    "fchmodat": "writing: other rights",
    "mkdir": "writing: a folder",
    "mkdirat": "writing: a folder",
    "rename": "writing: another name",
    "renameat": "writing: another name",
    "renameat2": "writing: two names exchanged",
    "rmdir": "writing: no folder any more",
    "truncate": "writing: less in a file",
    "unlink": "writing: no file any more",
    "unlinkat": "writing: no file any more",
    "utimensat": "writing: another time",
}
ATTACKED: Final[dict[str, tuple[str, ...]]] = {
    "clone": ("processes: clones", "processes: a thread in namespaces of its own"),
    "clone3": ("processes: clones by the newest system call",),
    "fcntl": ("signals: F_SETOWN", "signals: a lease on a file"),
    "get_robust_list": ("tracing: where another process has its locks",),
    "ioctl": ("signals: FIOSETOWN", "signals: TIOCSTI", "network: the network interfaces"),
    "kill": ("signals: kills another process", "signals: kills with high bits set"),
    "openat2": ("reading: settings by the newest system call",),
    "prctl": ("syscalls: prctl: no filter", "tracing: lets others look into itself"),
    "prlimit64": ("tracing: limits another process", "tracing: reads another process's limits"),
    "rt_sigqueueinfo": ("signals: queues a signal",),
    "rt_tgsigqueueinfo": ("signals: queues a signal for a thread",),
    "sched_setaffinity": ("tracing: holds another process to a processor",),
    "sendmsg": ("network: a pair for datagrams with many messages at once",),
    "sendto": ("network: TCP with data in its first packet",),
    "socketpair": ("network: a pair for datagrams to a path", "network: a pair for packets"),
    "tgkill": ("signals: signals a thread",),
    "open": ("reading: settings by the old system call",),
    "openat": OPENS,
    "readlink": ("reading: sees which files a process has open",),
    "readlinkat": ("reading: sees which files a process has open",),
    "chdir": ("reading: sees in which folder a process works by going there",),
    **{name: (case,) for name, case in WRITES.items()},
}
"""What tries the calls that the filter looks into, or allows to some runs only."""

CASES: Final = {f"{family}: {attack}" for family, attacks in FAMILIES.items() for attack in attacks}


def test_every_rule_is_attacked() -> None:
    opening = {name for names in rules.OPENING.values() for name in names}

    assert ATTACKED.keys() == {*rules.ARGUED, *opening, *rules.WRITING, *rules.ALONE}
    assert {case for cases in ATTACKED.values() for case in cases} - CASES == set()


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_every_call_that_no_rule_names_is_tried() -> None:
    """By `every other number`, which leaves out what was looked at by hand, and nothing else."""
    known = numbers("x86_64")
    named = {*rules.PLAIN, *ATTACKED} - rules.WRITING.keys()

    left_out = {name for name, number in known.items() if number in syscalls.ALLOWED}

    assert left_out - named == set()
