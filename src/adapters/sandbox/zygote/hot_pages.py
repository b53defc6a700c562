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
from .descriptors import parked
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
_POPULATE_WRITE: Final = 23
"""MADV_POPULATE_WRITE of madvise(2), since Linux 5.14: as if each page were written to."""
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
        # As root it is counted for nobody: it would be for the user that this becomes, who holds
        # those of all other fork servers too.
        self._ring = self._lasting_ring() if succeeds(self._can_keep_one) else None

    @property
    def can_be_kept(self) -> bool:
        """Whether it can be done here."""
        return self._ring is not None

    def keep(self, pages: Iterable[int]) -> int:
        """Have forks copy these at once; returns how many that are."""
        if self._ring is None:
            return 0
        with Witness():
            runs = [run for run in _runs(pages) if self._breaks_out(*run)][:_MOST]
        try:
            self._register(self._ring, runs)
        except OSError:
            # It is more than this user may hold in memory.
            return 0
        return sum(length for _, length in runs) // PAGE

    def _can_keep_one(self) -> bool:
        self._register(self._new_ring(), [(id(self) // PAGE * PAGE, PAGE)])
        return True

    def _breaks_out(self, begin: int, length: int) -> bool:
        """Let pages lie by themselves: of a large one the kernel would copy the whole.

        Returns whether they are still there.
        """
        try:
            self._kernel.call("madvise", begin, length, _POPULATE_WRITE)
        except OSError:
            return False
        return True

    def _register(self, ring: int, runs: Sequence[tuple[int, int]]) -> None:
        buffers = (_Buffer * len(runs))(*[_Buffer(*run) for run in runs])
        self._kernel.call(
            "io_uring_register", ring, _REGISTER_BUFFERS, ctypes.addressof(buffers), len(runs)
        )

    def _lasting_ring(self) -> int | None:
        """A descriptor that is open for ever: with it ends what is registered."""
        try:
            return parked(self._new_ring())
        except OSError:
            # It went a moment ago: the system has not let go of that one yet.
            return None

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
