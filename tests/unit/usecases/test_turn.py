"""Between two batches: what has ended is stored, and what is next claimed, in one round trip."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import StoreCorrupt, StoreUnavailable
from fleeting.domain.result import Status
from fleeting.domain.result_key import Address
from fleeting.usecases.execute import Claimed, Done

from .make import Installation, fail_with, informed


@pytest.fixture
async def home() -> Installation:
    return await informed()


async def test_ends_and_claims_share_a_round_trip(home: Installation) -> None:
    first, second = await home.submitted(), await home.submitted()
    execute = home.worker.execute
    [claim] = execute.claim([first])
    assert isinstance(claim, Claimed)
    end = execute.perform(claim)
    home.worker.writer.calls.clear()

    settled, [next_claim] = execute.turn([end], [second])

    assert home.worker.writer.calls == ["store"]
    assert settled == [Done()]
    assert isinstance(next_claim, Claimed)
    assert (await home.record(first)).status is Status.SUCCEEDED
    assert (await home.record(second)).status is Status.RUNNING


async def test_nothing_to_store_is_no_round_trip(home: Installation) -> None:
    assert home.worker.execute.turn([], []) == ([], [])
    assert home.worker.writer.calls == []


async def test_message_of_what_has_just_ended_is_not_claimed_again(home: Installation) -> None:
    """A duplicate that came while the run went on."""
    task = await home.submitted()
    [claim] = home.worker.execute.claim([task])
    assert isinstance(claim, Claimed)

    outcomes = home.worker.execute.turn([home.worker.execute.perform(claim)], [task])

    assert outcomes == ([Done()], [Done()])
    assert (await home.record(task)).attempt == 1


async def test_end_is_stored_where_the_claim_beside_it_is_refused(home: Installation) -> None:
    first, second = await home.submitted(), await home.submitted()
    [claim] = home.worker.execute.claim([first])
    assert isinstance(claim, Claimed)
    end = home.worker.execute.perform(claim)
    await home.cancel(Address("", second.key))

    assert home.worker.execute.turn([end], [second]) == ([Done()], [Done()])
    assert (await home.record(first)).status is Status.SUCCEEDED
    assert (await home.record(second)).status is Status.CANCELLED


async def test_store_that_is_away_is_waited_for(home: Installation) -> None:
    task = await home.submitted()
    home.worker.writer.before("store", fail_with(StoreUnavailable("the store is away")))

    _, [claim] = home.worker.execute.turn([], [task])

    assert isinstance(claim, Claimed)


async def test_ends_can_be_settled_after_a_record_that_nobody_can_read(home: Installation) -> None:
    first, second = await home.submitted(), await home.submitted()
    [claim] = home.worker.execute.claim([first])
    assert isinstance(claim, Claimed)
    end = home.worker.execute.perform(claim)
    home.worker.writer.before("store", fail_with(StoreCorrupt("no record")))

    with pytest.raises(StoreCorrupt):
        home.worker.execute.turn([end], [second])

    assert home.worker.execute.settle([end]) == [Done()]
    assert (await home.record(first)).status is Status.SUCCEEDED
