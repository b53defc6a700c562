"""Classic BPF as seccomp(2) runs it: instructions, and the assembly of one program from rules.

Pure: nothing is installed here. Standard library only.
"""

from __future__ import annotations

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final, TypeAlias

    Instruction: TypeAlias = tuple[int, int, int, int]
    """Code, jump if true, jump if false, constant (linux/filter.h)."""
    Block: TypeAlias = tuple[Instruction, ...]
    """Decides about one system call; every way through it ends in a return."""

LOAD: Final = 0x20
AND: Final = 0x54
JUMP: Final = 0x05
EQUAL: Final = 0x15
AT_LEAST: Final = 0x35
ANY_BIT: Final = 0x45
RETURN: Final = 0x06
"""Codes: BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND|BPF_K, BPF_JMP|…|BPF_K, BPF_RET|BPF_K."""

ALLOWED: Final = 0x7FFF0000
KILLED: Final = 0x80000000
"""SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS."""

_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ARGUMENTS: Final = 16
"""Places in struct seccomp_data."""

_NEAR: Final = 255
"""The farthest that a conditional jump reaches."""


def refused(errno: int) -> int:
    """What a filter returns to let a call fail with `errno` (SECCOMP_RET_ERRNO)."""
    return 0x00050000 | errno


def always(verdict: int) -> Block:
    """The same verdict whatever the arguments."""
    return ((RETURN, 0, 0, verdict),)


def argument(index: int) -> Instruction:
    """Load the low half of an argument: for those that the kernel reads as 32 bits."""
    return (LOAD, 0, 0, _ARGUMENTS + 8 * index)


def one_of(index: int, values: Sequence[int], otherwise: int) -> Block:
    """Allowed where an argument is one of `values`."""
    last = len(values)
    tests = tuple((EQUAL, last - at, 0, value) for at, value in enumerate(values))
    return (argument(index), *tests, (RETURN, 0, 0, otherwise), (RETURN, 0, 0, ALLOWED))


def without(index: int, bits: int, otherwise: int) -> Block:
    """Allowed where an argument has none of `bits`."""
    return (
        argument(index),
        (ANY_BIT, 1, 0, bits),
        (RETURN, 0, 0, ALLOWED),
        (RETURN, 0, 0, otherwise),
    )


def program(
    blocks: Mapping[int, Block], *, architecture: int, newest: int, known: int, unknown: int
) -> tuple[Instruction, ...]:
    """The whole filter; a binary search by number, which takes ten steps where a list takes 160.

    Args:
        blocks: by system call number.
        architecture: AUDIT_ARCH_… of the machine; a call by another one's rules kills.
        newest: the highest number that counts as known.
        known: the verdict on known numbers without a block.
        unknown: the verdict on numbers above `newest`.
    """
    head: Block = (
        (LOAD, 0, 0, _ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILLED),
        (LOAD, 0, 0, _NUMBER),
    )
    ranges = [(0, blocks.get(0, always(known)))]
    for number in range(1, newest + 1):
        block = blocks.get(number, always(known))
        if block != ranges[-1][1]:
            ranges.append((number, block))
    return head + _tree([*ranges, (newest + 1, always(unknown))])


def encoded(instructions: Sequence[Instruction]) -> bytes:
    """As struct sock_filter lies in memory."""
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)


def _tree(ranges: Sequence[tuple[int, Block]]) -> Block:
    """Decides by the first numbers of the ranges."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    low, high = _tree(ranges[:middle]), _tree(ranges[middle:])
    start = ranges[middle][0]
    if len(low) <= _NEAR:
        return ((AT_LEAST, len(low), 0, start), *low, *high)
    return ((AT_LEAST, 0, 1, start), (JUMP, 0, 0, len(low)), *low, *high)
