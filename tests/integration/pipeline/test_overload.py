"""What is kept out of an installation: sources that kill workers, and more than it can run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from urllib.request import urlopen

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.adapters.sdk.handle import Handle
from fleeting.domain.errors import QueueFull, SourceQuarantined
from fleeting.domain.result import Status

from ..servers.wait import wait_until
from .conftest import MakeDeployment
from .deployment import Deployment

SLOW = "import time\n\n\ndef slow(seconds):\n    time.sleep(seconds)\n    return seconds\n"
OTHER = SLOW + "# another source\n"
PATIENCE = timedelta(seconds=40)


def lose_workers(deployment: Deployment, client: Client, *, count: int) -> list[Handle]:
    """Two tasks of one source; each of so many workers is killed while it runs both.

    The last one's heir is there in the end.
    """
    handles = list(client.map(SLOW, "slow", [60, 60], max_attempts=9))
    worker = deployment.worker()
    for attempt in range(1, count + 1):
        wait_until(lambda at=attempt: runs(client, handles, at), within=PATIENCE)
        heir = deployment.worker()
        worker.kill()
        worker = heir
    return handles


def runs(client: Client, handles: Sequence[Handle], attempt: int) -> bool:
    found = {one.key: one for one in client.results("slow")}
    return all(
        found[handle.key].status is Status.RUNNING and found[handle.key].attempt == attempt
        for handle in handles
    )


def fleeting(store: str, *arguments: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "fleeting.entrypoints.cli", *arguments, "--json"],
        env={"FLEETING_STORE": store, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        text=True,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.timeout(180)
def test_source_that_takes_down_three_workers_is_quarantined_until_it_is_lifted(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    handles = lose_workers(deployment, client, count=3)

    for handle in handles:
        facts = handle.facts(timeout=30)
        assert (facts.status, facts.error.code) == (Status.FAILED, "source_quarantined")
    assert client.submit(OTHER, "slow", 0).result(30) == 0
    with pytest.raises(SourceQuarantined, match="fleeting quarantine lift"):
        client.submit(SLOW, "slow", 0)
    assert [one.code for one in client.check(SLOW, "slow", 0).problems] == ["source_quarantined"]

    [listed] = fleeting(valkey_url, "quarantine", "list")
    digest = str(listed["digest"])
    assert fleeting(valkey_url, "quarantine", "lift", digest[:12]) == [listed]
    wait_until(lambda: not client.check(SLOW, "slow", 0).problems, within=PATIENCE)
    # Workers hear of it with the next heartbeat.
    wait_until(
        lambda: client.submit(SLOW, "slow", 0).facts(timeout=30).status is Status.SUCCEEDED,
        within=PATIENCE,
    )


@pytest.mark.timeout(180)
def test_workers_that_are_told_to_stop_are_no_losses(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    """A source in use is not quarantined by deployments."""
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    handles = list(client.map(SLOW, "slow", [60, 60], max_attempts=9))
    worker = deployment.worker()
    for attempt in range(1, 4):
        wait_until(lambda at=attempt: runs(client, handles, at), within=PATIENCE)
        heir = deployment.worker()
        worker.terminate(within=timedelta(seconds=12))
        worker = heir

    wait_until(lambda: runs(client, handles, 4), within=PATIENCE)

    assert fleeting(valkey_url, "quarantine", "list") == []


def test_full_queue_refuses_until_there_is_room(deploy: MakeDeployment, valkey_url: str) -> None:
    deployment = deploy(store=valkey_url, limits__max_queued="3")
    url = deployment.api()
    client = deployment.client(url)
    hasty = deployment.client(url, timeout=3.0)
    client.submit_many([{"source": SLOW, "function": "slow", "args": [0]}] * 3)
    wait_until(lambda: is_full(hasty), within=PATIENCE)

    # What came within the second since the last look was accepted.
    figures = urlopen(f"{url}/metrics").read().decode()
    open_tasks = re.search(r"(?m)^fleeting_tasks_open (\d+)", figures)
    assert open_tasks is not None
    assert int(open_tasks[1]) >= 3
    ready = json.load(urlopen(f"{url}/readyz"))
    assert f"{open_tasks[1]} task(s)" in ready["checks"]["task_queue"]["message"]

    deployment.worker()
    # The client waits for as long as the service says, within its time.
    assert client.submit(SLOW, "slow", 0).result(30) == 0


def is_full(client: Client) -> bool:
    try:
        client.submit(SLOW, "slow", 0)
    except QueueFull as exc:
        return "have not ended" in exc.message
    return False
