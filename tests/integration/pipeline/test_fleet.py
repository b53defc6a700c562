"""Workers show themselves to the API, and are gone when they stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.errors import LibraryUnavailable

from ..servers.wait import wait_until
from .conftest import MakeDeployment

PATIENCE = timedelta(seconds=20)
LACK = '# /// script\n# dependencies = ["no-such-distribution"]\n# ///\ndef go():\n    return 1\n'


def test_api_shows_its_workers_and_refuses_what_none_can_run(
    deploy: MakeDeployment, valkey_url: str
) -> None:
    deployment = deploy(store=valkey_url)
    client = deployment.client(deployment.api())
    assert client.workers() == []

    worker = deployment.worker()
    assert client.submit("def go():\n    return 1\n", "go").result(30) == 1
    wait_until(lambda: bool(client.workers()), within=PATIENCE)
    [shown] = client.workers()
    assert shown.attestation is not None
    assert shown.isolation == "confined"
    with pytest.raises(LibraryUnavailable, match="no worker has no-such-distribution"):
        client.submit(LACK, "go")

    worker.terminate()
    wait_until(lambda: client.workers() == [], within=PATIENCE)
