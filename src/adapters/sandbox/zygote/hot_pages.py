"""Pages that a fork copies at once, instead of each when it is first changed: that costs a third.

A fork shares all pages, and fork server and child are both stopped for each that they then change.
Pages that a device may write to are the exception: the kernel gives a child its own copy right away
and leaves the parent's alone (`folio_try_dup_anon_rmap_ptes` in linux/rmap.h). Buffers registered
with io_uring are such; nothing is ever read into these. Where io_uring is not to be had, forks are
as everywhere.

Standard library only.
"""

from __future__ import annotations

import ctypes

from .attempt import succeeds
from .own_memory import PAGE
from .witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final

    from ..policy.kernel import Kernel
    from .own_memory import OwnMemory

_PARAMETERS: Final = 120
"""Bytes of struct io_uring_params."""
_REGISTER_BUFFERS: Final = 0
_MOST: Final = 1024
"""Buffers that can be registered: UIO_MAXIOV in older kernels."""


class HotPages:
    """The pages that every birth changes.

    Args:
        kernel: this machine's.
        memory: what it says of this process.
    """

    def __init__(self, kernel: Kernel, memory: OwnMemory) -> None:
        self._kernel = kernel
        self.snapshot = memory.snapshot
        self._kept: set[int] = set()

    def can_be_kept(self) -> bool:
        """Whether it can be done here."""
        return succeeds(self._keep_one)

    def keep(self, pages: Iterable[int]) -> int:
        """Have forks copy these too at once; returns how many that are by then."""
        more = set(pages) - self._kept
        runs = list(_runs(more))[:_MOST]
        if runs and self._keep(runs):
            self._kept |= more
        return len(self._kept)

    def _keep_one(self) -> bool:
        self._register([(id(self) // PAGE * PAGE, PAGE)])
        return True

    def _keep(self, runs: Sequence[tuple[int, int]]) -> bool:
        with Witness():
            # Each has to lie by itself: of a large page the kernel would copy the whole.
            for begin, length in runs:
                for page in range(begin, begin + length, PAGE):
                    ctypes.memmove(page, page, 1)
        try:
            self._register(runs)
        except OSError:
            # It is more than this user may hold in memory.
            return False
        return True

    def _register(self, runs: Sequence[tuple[int, int]]) -> None:
        buffers = (_Buffer * len(runs))(*[_Buffer(*run) for run in runs])
        # Open for ever: with it ends what is registered.
        ring = self._new_ring()
        self._kernel.call(
            "io_uring_register", ring, _REGISTER_BUFFERS, ctypes.addressof(buffers), len(runs)
        )

    def _new_ring(self) -> int:
        parameters = ctypes.create_string_buffer(_PARAMETERS)
        return self._kernel.call("io_uring_setup", 1, ctypes.addressof(parameters))


class _Buffer(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("begin", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _runs(pages: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Begin and length of what lies side by side."""
    begin = end = 0
    for page in sorted(pages):
        if page != end:
            if end:
                yield begin, end - begin
            begin = page
        end = page + PAGE
    if end:
        yield begin, end - begin
