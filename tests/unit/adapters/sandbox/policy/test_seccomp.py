"""The filter of system calls, run by an interpreter: what it allows, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from errno import EACCES, ENOSYS, ENOTTY, EPERM, EROFS

import pytest

from fleeting.adapters.sandbox.policy import bpf
from fleeting.adapters.sandbox.policy.numbers import NEWEST, numbers
from fleeting.adapters.sandbox.policy.rules import (
    ALONE,
    ARCHITECTURES,
    ARGUED,
    KNOWN,
    OPENING,
    OWN_PID,
    PLAIN,
    UNKNOWN,
    WRITING,
)
from fleeting.adapters.sandbox.policy.seccomp import (
    blocks,
    instructions,
    of_child,
    of_server,
)

from .bpf_machine import verdict

MACHINES = sorted(ARCHITECTURES)
pytestmark = pytest.mark.parametrize("machine", MACHINES)


def ask(machine: str, name: str, *arguments: int, files: str = "landlock") -> int:
    program = instructions(machine, files)
    return verdict(program, ARCHITECTURES[machine], numbers(machine)[name], *arguments)


@pytest.mark.parametrize("more", [{}, ALONE, WRITING, {**ALONE, **WRITING}], ids=" ".join)
@pytest.mark.parametrize("files", sorted(OPENING))
def test_tree_decides_as_a_list_would(
    machine: str, files: str, more: Mapping[str, bpf.Block]
) -> None:
    """For every number, with arguments that rules look at."""
    rules, program = blocks(machine, files, more), instructions(machine, files, more)
    samples = [(0, 0, 0), (1, 1, 1), (OWN_PID, 8, 0x241), (0x10000, 0x5401, 3), (0x7FFFFFFF,) * 3]

    for number in range(NEWEST + 50):
        block = rules.get(number, bpf.always(KNOWN if number <= NEWEST else UNKNOWN))
        for arguments in samples:
            found = verdict(program, ARCHITECTURES[machine], number, *arguments)
            assert found == verdict(block, ARCHITECTURES[machine], number, *arguments), number


@pytest.mark.parametrize("more", [{}, ALONE], ids=" ".join)
@pytest.mark.parametrize("files", sorted(OPENING))
def test_two_parts_decide_as_the_whole(
    machine: str, files: str, more: Mapping[str, bpf.Block]
) -> None:
    """What the fork server is held to, and what its children are beyond: the stricter verdict."""
    whole = instructions(machine, files, more)
    parts = of_server(machine, files), of_child(machine, files, more)
    samples = [(0, 0, 0), (1, 1, 1), (OWN_PID, 8, 0x241), (0x10000, 0x5401, 3), (0x7FFFFFFF,) * 3]

    for number in range(NEWEST + 50):
        for arguments in samples:
            expected, *found = (
                verdict(program, ARCHITECTURES[machine], number, *arguments)
                for program in (whole, *parts)
            )
            refusals = [one for one in found if one != bpf.ALLOWED]
            assert refusals[-1:] == ([expected] if expected != bpf.ALLOWED else []), number


@pytest.mark.parametrize("files", sorted(OPENING))
def test_nothing_is_allowed_that_no_rule_names(machine: str, files: str) -> None:
    named = {numbers(machine)[name] for name in PLAIN | ARGUED.keys() | OPENING[files].keys()
             if name in numbers(machine)}  # fmt: skip
    program = instructions(machine, files)

    for number in set(range(NEWEST + 1)) - named:
        for argument in (0, 1, OWN_PID, 0xFFFFFFFF):
            assert verdict(program, ARCHITECTURES[machine], number, *[argument] * 6) == KNOWN


@pytest.mark.parametrize(
    "number", [NEWEST + 1, 1000, 0x40000000, 0x40000101, 0x7FFFFFFF, 0xFFFFFFFF]
)
def test_newer_and_foreign_numbers_look_unknown(machine: str, number: int) -> None:
    """So that libraries fall back; the x32 numbers of x86_64 begin at 0x40000000."""
    program = instructions(machine, "landlock")

    assert verdict(program, ARCHITECTURES[machine], number) == bpf.refused(ENOSYS)


def test_call_by_another_architecture_kills(machine: str) -> None:
    program = instructions(machine, "landlock")

    for foreign in {0x40000003, 0x40000028, 0, *ARCHITECTURES.values()} - {ARCHITECTURES[machine]}:
        for number in range(NEWEST + 50):
            assert verdict(program, foreign, number) == bpf.KILLED


def test_program_fits_the_kernel_and_all_its_jumps(machine: str) -> None:
    """BPF_MAXINSNS, and one byte for a conditional jump."""
    for files in OPENING:
        program = instructions(machine, files)

        assert len(program) <= 4096
        for at, (code, if_true, if_false, constant) in enumerate(program):
            assert max(if_true, if_false) <= 255
            last = at + 1 + (constant if code == bpf.JUMP else max(if_true, if_false))
            assert last < len(program) or code == bpf.RETURN
        assert bpf.encoded(program)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (0x3D0F00,), bpf.ALLOWED),
        ("clone", (0x01200011,), KNOWN),
        ("clone", (0x10000 | 0x10000000,), KNOWN),
        ("clone", (0x10000 | 0x80,), KNOWN),
        ("clone3", (), bpf.refused(ENOSYS)),
        ("openat2", (), bpf.refused(ENOSYS)),
        ("socketpair", (1, 1), bpf.ALLOWED),
        ("socketpair", (1, 1 | 0o2000000), bpf.ALLOWED),
        ("socketpair", (1, 2), KNOWN),
        ("socketpair", (1, 5), KNOWN),
        ("socketpair", (2, 1), KNOWN),
        ("socket", (1, 1), KNOWN),
        ("kill", (OWN_PID, 9), bpf.ALLOWED),
        ("kill", (0, 9), KNOWN),
        ("kill", (0xFFFFFFFF, 9), KNOWN),
        ("tgkill", (OWN_PID, 1, 9), bpf.ALLOWED),
        ("tgkill", (1, 1, 9), KNOWN),
        ("rt_sigqueueinfo", (1, 9), KNOWN),
        ("prlimit64", (0, 7), bpf.ALLOWED),
        ("prlimit64", (1, 7), KNOWN),
        ("sched_setaffinity", (1,), KNOWN),
        ("prctl", (15,), bpf.ALLOWED),
        ("prctl", (1,), KNOWN),
        ("prctl", (4,), KNOWN),
        ("prctl", (0x59616D61,), KNOWN),
        ("fcntl", (0, 2), bpf.ALLOWED),
        ("fcntl", (0, 8), KNOWN),
        ("fcntl", (0, 10), KNOWN),
        ("fcntl", (0, 15), KNOWN),
        ("fcntl", (0, 1024), KNOWN),
        ("ioctl", (0, 0x5401), bpf.ALLOWED),
        ("ioctl", (0, 0x5412), bpf.refused(ENOTTY)),
        ("ioctl", (0, 0x8901), bpf.refused(ENOTTY)),
        ("ptrace", (), KNOWN),
        ("process_vm_readv", (), KNOWN),
        ("io_uring_setup", (), KNOWN),
        ("bpf", (), KNOWN),
        ("memfd_create", (), KNOWN),
        ("mount", (), KNOWN),
        ("unshare", (), KNOWN),
        ("userfaultfd", (), KNOWN),
        ("keyctl", (), KNOWN),
        ("pidfd_open", (), KNOWN),
        ("seccomp", (), KNOWN),
    ],
)  # fmt: skip
def test_arguments_decide(
    machine: str, name: str, arguments: tuple[int, ...], expected: int
) -> None:
    """0x3d0f00 is what glibc starts a thread with, 0x01200011 what it forks with."""
    assert ask(machine, name, *arguments) == expected


@pytest.mark.parametrize(
    ("files", "flags", "expected"),
    [
        ("landlock", os.O_RDWR | os.O_CREAT, bpf.ALLOWED),
        ("landlock-reading", os.O_RDONLY | os.O_CLOEXEC, bpf.ALLOWED),
        ("landlock-reading", os.O_RDONLY | os.O_TRUNC, bpf.refused(EROFS)),
        ("landlock-reading", os.O_WRONLY, bpf.refused(EROFS)),
        ("landlock-reading", os.O_CREAT, bpf.refused(EROFS)),
        ("sealed", os.O_RDONLY, bpf.refused(EACCES)),
        ("sealed", os.O_PATH, bpf.refused(EACCES)),
    ],
)
def test_opening_goes_by_how_files_are_kept(
    machine: str, files: str, flags: int, expected: int
) -> None:
    assert ask(machine, "openat", 0, 0, flags, files=files) == expected


def test_refusals_are_errors_of_this_system(machine: str) -> None:
    assert bpf.refused(EPERM) == KNOWN
    assert bpf.refused(ENOSYS) == UNKNOWN
