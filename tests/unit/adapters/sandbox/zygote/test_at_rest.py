"""Laying modules down is a saving, and nothing depends on it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from threading import Event, Thread
from typing import cast

import pytest

from fleeting.adapters.sandbox.policy.kernel import Kernel
from fleeting.adapters.sandbox.zygote.at_rest import ModulesAtRest, alone
from fleeting.adapters.sandbox.zygote.own_memory import OwnMemory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")

WRITE, EXECUTE = 2, 4


class RecordingKernel:
    """Does nothing; keeps the rights that were asked for, and refuses where it is strict."""

    def __init__(self, *, is_strict: bool = False) -> None:
        self.is_strict = is_strict
        self.asked: list[tuple[str, int]] = []

    def call(self, name: str, _begin: int, _length: int, rights: int, *_: int) -> int:
        self.asked.append((name, rights))
        if self.is_strict:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return 0


@pytest.fixture
def memory() -> Iterator[OwnMemory]:
    memory = OwnMemory()
    yield memory
    memory.close()


@pytest.fixture
def libraries(memory: OwnMemory) -> set[str]:
    return {name for *_, name in memory.mappings() if "lib-dynload" in name}


def at_rest(kernel: RecordingKernel) -> ModulesAtRest:
    return ModulesAtRest(cast("Kernel", kernel))


def test_goes_on_where_the_system_refuses(memory: OwnMemory, libraries: set[str]) -> None:
    kernel = RecordingKernel(is_strict=True)

    at_rest(kernel).lay_down(memory, libraries, set())

    assert len(kernel.asked) == 1


def test_never_asks_for_memory_that_is_writable_and_executable(
    memory: OwnMemory, libraries: set[str]
) -> None:
    kernel = RecordingKernel()

    at_rest(kernel).lay_down(memory, libraries, set())

    assert len(kernel.asked) > 1
    assert not any(rights & WRITE and rights & EXECUTE for _, rights in kernel.asked)


def test_wakes_a_module_once(memory: OwnMemory, libraries: set[str]) -> None:
    kernel = RecordingKernel()
    modules = at_rest(kernel)
    modules.lay_down(memory, libraries, set())
    kernel.asked.clear()
    module = min(libraries)

    modules.wake(module)
    modules.wake(module)

    assert [name for name, _ in kernel.asked] == ["mprotect"]
    assert kernel.asked[0][1] & WRITE


def test_leaves_what_is_apart(memory: OwnMemory) -> None:
    kernel = RecordingKernel()

    at_rest(kernel).lay_down(memory, set(), {name for *_, name in memory.mappings()})

    assert not kernel.asked


def test_knows_of_threads() -> None:
    is_over = Event()
    other = Thread(target=is_over.wait)
    other.start()
    try:
        assert not alone()
    finally:
        is_over.set()
        other.join()


def test_knows_that_there_are_none() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if alone() else 1)

    assert os.waitpid(pid, 0)[1] == 0
