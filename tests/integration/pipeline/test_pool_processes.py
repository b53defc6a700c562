"""Scripts in a pool of processes: when one of those ends, its parent sees it, and nobody waits."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

import pytest
from celery import Celery

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.sdk.handle import Handle
from fleeting.domain.errors import ResultGone
from fleeting.domain.result import Status
from fleeting.entrypoints.local import Fleeting
from fleeting.entrypoints.settings import Settings

from ..celery import steering
from ..servers.require import require_valkey
from ..servers.valkey import Valkey
from ..servers.wait import wait_until
from .deployment import Deployment

SLOW = "import time\n\n\ndef slow(seconds):\n    time.sleep(seconds)\n    return seconds\n"
LEASE_SECONDS = 600
"""Far longer than any test waits."""
PATIENCE = timedelta(seconds=45)
A_MOMENT = timedelta(milliseconds=200)


@dataclass(frozen=True)
class Prefork:
    """A worker with two processes, who submits to it, and who steers it."""

    platform: Fleeting
    app: Celery

    def submit(self, seconds: float) -> Handle:
        return self.platform.submit(SLOW, "slow", seconds)

    def running(self, seconds: float) -> Handle:
        """A task that a process has claimed."""
        handle = self.submit(seconds)
        wait_until(lambda: handle.status() is Status.RUNNING, within=PATIENCE)
        return handle

    def tell(self, command: str, *words: object, **options: object) -> None:
        # A command that changes something is given once, to a worker that is known to listen.
        steering.ask(self.app, "ping")
        told = getattr(self.app.control, command)
        assert told(*words, reply=True, timeout=20, limit=1, **options)

    def most_at_once(self) -> int:
        """How many of five tasks run at the same time, for a while."""
        results = [each.facts(timeout=45) for each in [self.submit(0.5) for _ in range(5)]]
        begins = [(result.started_at, 1) for result in results]
        ends = [(result.finished_at - A_MOMENT, -1) for result in results if result.finished_at]
        return max(accumulate(step for _, step in sorted(begins + ends)))


@pytest.fixture(scope="module")
def prefork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefork]:
    require_valkey()
    folder = tmp_path_factory.mktemp("prefork")
    queue = Settings()
    with Valkey(folder / "server") as server:
        environment = {
            "FLEETING_STORE": server.url,
            "FLEETING_LEASE_SECONDS": str(LEASE_SECONDS),
            "FLEETING_ACCEPT_UNSIGNED": "true",  # one test is a Celery client without a key
        }
        with (
            Deployment(environment, logs=folder) as deployment,
            Fleeting.from_settings(store=server.url) as platform,
            make_app(server.url, prefix=queue.queue_prefix, queue=queue.queue_name) as app,
        ):
            deployment.worker("prefork")
            yield Prefork(platform, app)


def test_script_whose_process_is_killed_begins_again_without_waiting_for_the_lease(
    prefork: Prefork,
) -> None:
    victim = prefork.running(2)

    os.kill(_process_of(victim), signal.SIGKILL)

    facts = victim.facts(timeout=45)
    assert (facts.status, facts.attempt) == (Status.SUCCEEDED, 2)


def test_script_that_is_revoked_while_it_runs_ends_as_cancelled(prefork: Prefork) -> None:
    victim = prefork.running(300)

    prefork.tell("revoke", victim.key, terminate=True)

    facts = victim.facts(timeout=45)
    assert facts.status is Status.CANCELLED
    wait_until(lambda: prefork.most_at_once() == 2, within=PATIENCE)


def test_script_fails_when_the_time_limit_of_its_message_is_up(prefork: Prefork) -> None:
    key = f"slow_{time.time_ns() // 1_000_000}_{secrets.token_hex(8)}"
    call = {"key": key, "source": SLOW, "function": "slow", "args": [300]}

    prefork.app.send_task("fleeting.run", kwargs=call, time_limit=2)

    wait_until(lambda: _is_failed(prefork.platform.handle(key)), within=PATIENCE)
    error = prefork.platform.handle(key).facts().error
    assert error is not None
    assert error.code == "run_timed_out"
    wait_until(lambda: prefork.most_at_once() == 2, within=PATIENCE)


def test_what_its_processes_refuse_is_counted_for_the_worker(prefork: Prefork) -> None:
    for _ in range(3):
        prefork.app.send_task("fleeting.run", kwargs={"key": "no key"})

    # A worker tells how it is every ten seconds.
    wait_until(
        lambda: [worker.refused for worker in prefork.platform.workers()] == [{"malformed": 3}],
        within=PATIENCE,
    )


def test_pool_grows_and_shrinks(prefork: Prefork) -> None:
    prefork.tell("pool_grow", 1)
    wait_until(lambda: prefork.most_at_once() == 3, within=PATIENCE)

    prefork.tell("pool_shrink", 1)
    wait_until(lambda: prefork.most_at_once() == 2, within=PATIENCE)


def _process_of(handle: Handle) -> int:
    """The process that has the claim."""
    worker = handle.facts().worker or ""
    return int(worker.split(":")[1])


def _is_failed(handle: Handle) -> bool:
    """Also before the worker has made a record of a message that came without one."""
    try:
        return handle.status() is Status.FAILED
    except ResultGone:
        return False
