"""The table of system calls against what this machine itself says, and for every machine."""

from __future__ import annotations

import pytest

from fleeting.adapters.sandbox.policy.numbers import NEWEST, numbers
from fleeting.adapters.sandbox.policy.rules import ARCHITECTURES, ARGUED, OPENING, PLAIN

OLD_ONLY = {"access", "alarm", "arch_prctl", "dup2", "epoll_create", "epoll_wait", "getdents",
            "getpgrp", "lstat", "open", "pause", "pipe", "poll", "readlink", "select", "stat",
            "time"}  # fmt: skip
"""What x86_64 alone has: newer machines began without them."""


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
def test_every_rule_has_its_number(machine: str) -> None:
    """A misspelt name would silently allow nothing, or forget an argument."""
    named = {*PLAIN, *ARGUED, *(name for rules in OPENING.values() for name in rules)}

    assert named - numbers(machine).keys() == (OLD_ONLY if machine == "aarch64" else set())


@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
def test_numbers_are_unique_and_known(machine: str) -> None:
    known = numbers(machine)

    assert len(set(known.values())) == len(known)
    assert max(known.values()) <= NEWEST


@pytest.mark.parametrize(
    ("machine", "name", "number"),
    [("x86_64", "openat", 257), ("x86_64", "clone", 56), ("aarch64", "openat", 56),
     ("aarch64", "clone", 220), ("x86_64", "seccomp", 317), ("aarch64", "seccomp", 277)],
)  # fmt: skip
def test_well_known_numbers(machine: str, name: str, number: int) -> None:
    assert numbers(machine)[name] == number


def test_other_machines_are_refused() -> None:
    with pytest.raises(LookupError, match="no table of system calls for riscv64"):
        numbers("riscv64")
