"""Vault is away: what needs it waits, what does not goes on, and nobody has to restart anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import TaskFailed
from fleeting.domain.result import Status

from ..servers.wait import wait_until
from .site import Site

SCRIPT = "def length(text): return len(text)\n"

PATIENCE = timedelta(seconds=60)


@pytest.fixture
def client(site: Site) -> Client:
    return site.client()


def test_tasks_without_secrets_go_on_and_those_with_secrets_wait(
    site: Site, client: Client
) -> None:
    site.put("app/waiting", password="correct-horse")
    site.bao.pause()

    # More of them than the worker has slots.
    waiting = [
        client.submit(SCRIPT, "length", site.secret("app/waiting#password"), max_attempts=9)
        for _ in range(4)
    ]
    wait_until(lambda: any(_has_been_tried(one) for one in waiting), within=PATIENCE)
    others = client.map(SCRIPT, "length", ["a"] * 20)

    assert list(others.results(60)) == [1] * 20
    assert not any(one.done() for one in waiting)
    site.bao.resume()
    assert [one.result(90) for one in waiting] == [13] * 4


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


def _has_been_tried(handle) -> bool:
    return handle.facts().error is not None
