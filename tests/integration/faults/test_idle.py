"""What an installation costs that has nothing to do."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from ..pipeline.deployment import Deployment

_SECONDS = 10


@pytest.mark.alone
def test_an_idle_worker_and_api_take_one_percent_of_a_core(valkey_url: str, tmp_path: Path) -> None:
    """Together, with all the processes that they keep; measured after both have settled."""
    settings = {"FLEETING_STORE": valkey_url, "FLEETING_LEASE_SECONDS": "8"}
    before = set(psutil.Process().children())
    with Deployment(settings, logs=tmp_path) as deployment:
        deployment.worker(is_awaited=False)
        client = deployment.client(deployment.api())
        assert client.submit("def one():\n    return 1\n", "one").result(30) == 1
        processes = [one for one in psutil.Process().children() if one not in before]
        time.sleep(3)

        began = cpu_seconds(processes)
        time.sleep(_SECONDS)  # what is measured

        assert cpu_seconds(processes) - began <= 0.01 * _SECONDS


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Of these and all that they started."""
    each = [one for process in processes for one in (process, *process.children(recursive=True))]
    return sum(sum(one.cpu_times()[:2]) for one in each)
