"""Runs classic BPF as the kernel does, for tests of filters."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from fleeting.adapters.sandbox.policy import bpf


def verdict(
    program: Sequence[bpf.Instruction], architecture: int, number: int, *arguments: int
) -> int:
    """What a filter returns for a system call."""
    data = struct.pack("<iIQ6Q", number - (number >> 31 << 32), architecture, 0,
                       *[*arguments, *[0] * 6][:6])  # fmt: skip
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, constant = program[at]
        at += 1
        if code == bpf.RETURN:
            return constant
        if code == bpf.LOAD:
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif code == bpf.AND:
            accumulator &= constant
        elif code == bpf.JUMP:
            at += constant
        else:
            at += if_true if _holds(code, accumulator, constant) else if_false


def _holds(code: int, accumulator: int, constant: int) -> bool:
    if code == bpf.EQUAL:
        return accumulator == constant
    if code == bpf.AT_LEAST:
        return accumulator >= constant
    assert code == bpf.ANY_BIT
    return bool(accumulator & constant)
