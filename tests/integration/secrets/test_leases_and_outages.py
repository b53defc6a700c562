"""Credentials live as long as their runs, and not much longer if nobody is left.

While Vault is away what needs it waits, what does not goes on, and nobody restarts anything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.adapters.sdk.handle import Handle
from fleeting.domain.errors import TaskFailed
from fleeting.domain.result import Status

from ..servers.wait import wait_until
from .site import Site

SCRIPT = """
import os, time

def length(text): return len(text)
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

    site.worker.terminate(within=PATIENCE)

    wait_until_returned(site)
    site.worker.start()
    handle.cancel()
    wait_until_returned(site)


def test_tasks_without_secrets_go_on_and_those_with_secrets_wait(
    site: Site, client: Client
) -> None:
    site.put("app/waiting", password="correct-horse")
    site.bao.pause()

    # So many that the worker's slots would be busy for a minute if each of them waited by itself.
    waiting = [
        client.submit(SCRIPT, "length", site.secret("app/waiting#password"), max_attempts=9)
        for _ in range(60)
    ]
    wait_until(lambda: any(_has_been_tried(one) for one in waiting), within=PATIENCE)
    others = client.map(SCRIPT, "length", ["a"] * 20)

    assert list(others.results(60)) == [1] * 20
    assert not any(one.done() for one in waiting)
    site.bao.resume()
    assert [one.result(90) for one in waiting] == [13] * 60


def test_attempts_are_used_up_by_an_outage(site: Site, client: Client) -> None:
    site.put("app/lost", password="correct-horse")
    site.bao.pause()
    handle = client.submit(SCRIPT, "length", site.secret("app/lost#password"), max_attempts=1)

    with pytest.raises(TaskFailed) as failed:
        handle.result(60)

    site.bao.resume()
    assert failed.value.error is not None
    assert failed.value.error.code == "secrets_unavailable"


def test_a_secret_that_is_deleted_fails_the_tasks_after(site: Site, client: Client) -> None:
    site.put("app/deleted", password="correct-horse")
    reference = site.secret("app/deleted#password")
    assert client.submit(SCRIPT, "length", reference).result(60) == 13

    site.admin.secrets.kv.v2.delete_metadata_and_all_versions("app/deleted", mount_point=site.kv)

    def fails() -> bool:
        """Once what was read before is no longer remembered."""
        handle = client.submit(SCRIPT, "length", reference)
        return handle.facts(60).error is not None and handle.status() is Status.FAILED

    wait_until(fails, within=PATIENCE)


def _has_been_tried(handle: Handle[Any]) -> bool:
    return handle.facts().error is not None
