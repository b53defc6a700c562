"""What every `ResultWriter` must do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..domain.change import Note, opening
from ..domain.errors import StoreDenied, StoreUnavailable
from ..ports.result_store import ResultWriter
from .contract import optional
from .effects import EffectContract
from .given import LONG, Given, hold
from .leases import LeaseContract
from .notes import NoteContract
from .swaps import SwapContract

Call = Callable[[ResultWriter, Given], object]

CALLS: dict[str, Call] = {
    "load": lambda writer, given: writer.load([given.address()]),
    "store": lambda writer, given: writer.store([opening(given.record(), now=given.start)]),
    "renew": lambda writer, given: writer.renew([hold(given.record())], LONG),
    "renew nothing": lambda writer, _: writer.renew([], LONG),
    "report": lambda writer, given: writer.report(
        [Note(hold=hold(given.record()), progress=None, output="one")]
    ),
}


class ResultWriterContract(SwapContract, EffectContract, LeaseContract, NoteContract):
    """The contract of `ports.result_store.ResultWriter`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        writer, reader, records, feed: the ports `ResultWriter`, `ResultReader`, `TaskRecords`
            and `EventFeed`.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the store's clock: by waiting, or by moving the clock.
        corrupt: a `Callable[[Address], None]` that puts garbage in the place of a record.
        broken: a `ResultWriter` whose backend cannot be reached.
        denied (optional): a `ResultWriter` whose credentials are refused.
    """

    @pytest.mark.parametrize("call", CALLS)
    def test_unreachable_store_says_so(self, broken: ResultWriter, given: Given, call: str) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            CALLS[call](broken, given)

    @pytest.mark.parametrize("call", CALLS)
    def test_refused_credentials_say_so(
        self, request: pytest.FixtureRequest, given: Given, call: str
    ) -> None:
        """Every method raises StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            CALLS[call](denied, given)
