"""A large pile of tasks is worked off like a small one, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from .backlog import MIB, backlog


@pytest.mark.alone
@pytest.mark.timeout(180)
def test_twenty_thousand_tasks_drain_like_a_thousand(tmp_path: Path) -> None:
    with backlog(tmp_path) as worker:
        worker.drain(1_000)  # the first batches find nothing compiled and no memory taken
        small = worker.drain(2_000)
        large = worker.drain(20_000)

    assert large.rate > 0.7 * small.rate
    assert large.left == 0
    assert large.redis_bytes < small.redis_bytes + MIB
    assert large.worker_bytes < small.worker_bytes + 16 * MIB
