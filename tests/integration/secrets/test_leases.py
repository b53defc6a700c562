"""Credentials of runs: one each, as long as the run, and not much longer if nobody is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import TaskFailed

from ..servers.wait import wait_until
from .site import Site

SCRIPT = """
import os, time

def use(role): return [sorted(role), role["username"][:2]]
def fail(role): raise ValueError("no luck")
def crash(role): os.abort()
def hang(role):
    print("begun", flush=True)
    while True: time.sleep(0.05)
"""

PATIENCE = timedelta(seconds=60)


@pytest.fixture
def client(site: Site) -> Client:
    return site.client()


def wait_until_returned(site: Site) -> None:
    wait_until(lambda: site.leases() == [], within=PATIENCE)


@pytest.mark.parametrize("how", ["use", "fail", "crash", "hang"])
def test_a_credential_ends_with_its_run_however_that_ends(
    site: Site, client: Client, how: str
) -> None:
    handle = client.submit(SCRIPT, how, site.lease, timeout_seconds=3)

    if how == "use":
        assert handle.result(60)[0] == ["password", "username"]
    else:
        with pytest.raises(TaskFailed):
            handle.result(60)

    wait_until_returned(site)


def test_a_credential_ends_with_a_run_that_is_cancelled(site: Site, client: Client) -> None:
    handle = client.submit(SCRIPT, "hang", site.lease, timeout_seconds=600)
    wait_until(lambda: len(site.leases()) == 1, within=PATIENCE)

    assert handle.cancel()

    wait_until_returned(site)


def test_a_credential_outlives_a_dead_worker_by_little_more_than_the_time_of_its_run(
    site: Site, client: Client
) -> None:
    """The role gives an hour."""
    handle = client.submit(SCRIPT, "hang", site.lease, timeout_seconds=100)
    wait_until(lambda: len(site.leases()) == 1, within=PATIENCE)
    [lease] = site.leases()

    wait_until(lambda: 0 < site.seconds_left(lease) <= 160, within=PATIENCE)

    assert handle.cancel()
    wait_until_returned(site)


def test_a_worker_that_is_stopped_takes_credentials_back(site: Site, client: Client) -> None:
    handle = client.submit(SCRIPT, "hang", site.lease, timeout_seconds=600)
    wait_until(lambda: len(site.leases()) == 1, within=PATIENCE)

    site.worker.terminate()

    wait_until_returned(site)
    site.worker.start()
    handle.cancel()
    wait_until_returned(site)
