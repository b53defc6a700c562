"""Workers show themselves to the API as soon as they are ready, and are gone when they stop."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from fleeting.domain.errors import LibraryUnavailable

from ..servers.wait import wait_until
from .conftest import MakeDeployment

PATIENCE = timedelta(seconds=40)
GO = "def go():\n    return 1\n"
LACK = f'# /// script\n# dependencies = ["no-such-distribution"]\n# ///\n{GO}'
HAVE = """\
# /// script
# dependencies = ["pandas"]
# ///
import sys
def go():
    return sorted({"numpy", "pandas"} & set(sys.modules))
"""


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_idle_worker_is_shown_once_and_gone_after_its_end(
    pool: str, deploy: MakeDeployment, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    assert client.workers() == []

    worker = deployment.worker(pool)
    wait_until(lambda: bool(client.workers()), within=PATIENCE)
    client.submit(GO, "go").result(30)
    [shown] = client.workers()
    assert shown.worker.endswith(f":{worker.pid}")
    assert shown.isolation == "confined"
    assert shown.attestation is not None
    assert not shown.attestation.failing

    worker.terminate()
    wait_until(lambda: client.workers() == [], within=PATIENCE)


def test_what_no_worker_can_run_is_refused_and_what_one_can_is_routed(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    """A script that names pandas finds it loaded, though the worker's other runs do not."""
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    deployment.worker(sandbox_library_sets='{"data": ["pandas"]}')
    wait_until(lambda: bool(client.workers()), within=PATIENCE)
    [shown] = client.workers()
    assert [one.name for one in shown.libraries] == ["default", "data"]

    wait_until(lambda: bool(client.check(LACK, "go").problems), within=PATIENCE)
    with pytest.raises(LibraryUnavailable, match="no worker has no-such-distribution"):
        client.submit(LACK, "go")
    assert client.submit(HAVE, "go").result(30) == ["numpy", "pandas"]
    assert client.submit(HAVE.replace("pandas", "numpy", 1), "go").result(30) == ["numpy", "pandas"]
    assert client.submit(HAVE.replace("///", "//"), "go").result(30) == []


def test_worker_whose_set_is_not_installed_does_not_start(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)

    worker = deployment.worker(
        is_awaited=False, sandbox_library_sets='{"data": ["numpy", "pandaz"]}'
    )

    assert worker.wait(within=PATIENCE) == os.EX_CONFIG
    wait_until(lambda: "the set data names the module pandaz" in worker.output, within=PATIENCE)
