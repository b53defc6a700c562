"""Joining mappings is a saving, and nothing depends on it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from typing import cast

import pytest

from fleeting.adapters.sandbox.policy.kernel import Kernel
from fleeting.adapters.sandbox.zygote.mappings import join
from fleeting.adapters.sandbox.zygote.own_memory import OwnMemory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")

WRITE, EXECUTE = 2, 4


class StrictKernel:
    """Refuses all; keeps what was asked for."""

    def __init__(self) -> None:
        self.rights: list[int] = []

    def call(self, name: str, _begin: int, _length: int, rights: int) -> int:
        assert name == "mprotect"
        self.rights.append(rights)
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


@pytest.fixture
def memory() -> Iterator[OwnMemory]:
    memory = OwnMemory()
    yield memory
    memory.close()


def test_goes_on_where_the_system_refuses(memory: OwnMemory) -> None:
    kernel = StrictKernel()

    join(cast("Kernel", kernel), memory)

    assert len(kernel.rights) > 1


def test_never_asks_for_memory_that_is_writable_and_executable(memory: OwnMemory) -> None:
    kernel = StrictKernel()

    join(cast("Kernel", kernel), memory)

    assert not any(rights & WRITE and rights & EXECUTE for rights in kernel.rights)
