"""A worker program for tests: what runs is written to Redis lists, so that it can be counted.

Started as a script with one JSON argument: url, record_url, prefix, queue, pool, concurrency,
visibility_seconds, soft_shutdown_seconds, prefetch, name.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.task import serve
from fleeting.adapters.celery.worker import start_worker, treat_sigterm_as_soft_shutdown
from fleeting.adapters.system.clock import SystemClock
from fleeting.domain.change import Hold
from fleeting.domain.limits import Limits
from fleeting.domain.result import record_of
from fleeting.usecases.execute import Again, Claimed, Done, Ended
from fleeting.usecases.leases import Held
from fleeting.usecases.open_message import OpenMessage

# A run outlives an outage of the server that it is recorded on.
_PATIENT = Retry(ConstantBackoff(0.1), 300)


class RecordingExecution:
    """Does what the name of the task's function says, and records it."""

    def __init__(self, record: redis.Redis) -> None:
        self._record = record

    def start(self) -> None:
        self._record.rpush("executions:started", os.getpid())

    def announce(self) -> None:
        self._record.rpush("executions:announced", os.getpid())

    def close(self) -> None:
        self._record.rpush("executions:closed", os.getpid())

    def refuse(self, error) -> bool:
        return False

    def run(self, task) -> Done | Again:
        runs = self._record.rpush(f"runs:{task.key}", os.getpid())
        getattr(self, f"_{task.function}", self._nothing)(task, runs)
        if task.function == "twice" and runs == 1:
            return Again(timedelta(seconds=0.2))
        self._record.rpush(f"done:{task.key}", time.time())
        return Done()

    def turn(self, ends, tasks) -> tuple[list[Done | Again], list[Claimed]]:
        return self.settle(ends), [self._claimed(task) for task in tasks]

    def perform(self, claimed) -> Ended:
        outcome = self.run(claimed.task)
        return Ended(claimed, None, outcome.delay if isinstance(outcome, Again) else None)

    def settle(self, ends) -> list[Done | Again]:
        return [Done() if e.again_after is None else Again(e.again_after) for e in ends]

    def give_up(self, claims) -> bool:
        for claimed in claims:
            self._record.rpush(f"given up:{claimed.task.key}", os.getpid())
        return True

    def abandon(self, claimed) -> None:
        self._record.rpush(f"abandoned:{claimed.task.key}", os.getpid())

    def let_go(self) -> None:
        pass

    def bury(self, address, pid, cause) -> bool:
        self._record.rpush(f"{cause}:{address.key}", pid)
        return True

    def cancel(self, address) -> None:
        self._record.rpush(f"cancelled:{address.key}", os.getpid())

    def _claimed(self, task) -> Claimed:
        record = record_of(task).running(at=task.submitted_at, worker="recording")
        held = Held(Hold(record.address, record.version), lambda: None)
        return Claimed(task, record, task.submitted_at, timedelta(0), held)

    def _nothing(self, task, runs) -> None:
        pass

    def _slow(self, task, runs) -> None:
        time.sleep(task.args[0])

    def _explode_once(self, task, runs) -> None:
        if runs == 1:
            raise ValueError(f"secret of {task.args}")

    def _die_once(self, task, runs) -> None:
        if runs == 1:
            os._exit(9)


def main() -> int:
    treat_sigterm_as_soft_shutdown()
    options = json.loads(sys.argv[1])
    record = redis.Redis.from_url(options["record_url"], decode_responses=True, retry=_PATIENT)
    app = make_app(
        options["url"],
        prefix=options["prefix"],
        queue=options["queue"],
        visibility=timedelta(seconds=options["visibility_seconds"]),
    )

    app.conf.worker_soft_shutdown_timeout = options["soft_shutdown_seconds"]
    app.conf.worker_prefetch_multiplier = options["prefetch"]

    @app.task(name="test.sleep", ignore_result=True)
    def sleep(name: str, seconds: float) -> None:
        record.rpush(f"started:{name}", time.time())
        time.sleep(seconds)
        record.rpush(f"finished:{name}", time.time())

    serve(app, lambda: RecordingExecution(record), _unsigned())
    return start_worker(
        app,
        pool=options["pool"],
        concurrency=options["concurrency"],
        name=options["name"],
        log_level="info",
    )


def _unsigned() -> OpenMessage:
    return OpenMessage(
        Limits(), clock=SystemClock(), verifier=None, queues=(), accept_unsigned=True
    )


if __name__ == "__main__":
    sys.exit(main())
