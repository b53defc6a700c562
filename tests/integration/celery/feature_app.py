"""The application of the feature tests: `fleeting.run` beside ordinary tasks, on one worker.

Run as a script it is a worker; `celery -A feature_app` finds `app`. Its settings are one JSON
object in the environment variable FEATURES: url, record_url, prefix, queue, pool, concurrency.
What runs is written to Redis lists, so that it can be counted; `Notes` reads them.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import redis
from celery.exceptions import SoftTimeLimitExceeded
from kombu import Queue
from kombu.common import Broadcast

sys.path.insert(0, str(Path(__file__).parent))

from recording_worker import RecordingExecution  # the script beside this one

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.task import serve
from fleeting.adapters.celery.worker import start_worker, treat_sigterm_as_soft_shutdown
from fleeting.adapters.system.clock import SystemClock
from fleeting.domain.limits import Limits
from fleeting.usecases.open_message import OpenMessage


class FeatureExecution(RecordingExecution):
    """Besides: runs that say in which order they came, and how many they were."""

    def _mark(self, task, runs) -> None:
        self._record.rpush(task.args[0], task.args[1])

    def _crowd(self, task, runs) -> None:
        crowd(self._record, *task.args)

    def _held(self, task, runs) -> None:
        hold(self._record, *task.args)


def hold(record, gate):
    """Go on until the gate is opened."""
    until = time.monotonic() + 45
    while not record.exists(gate) and time.monotonic() < until:
        time.sleep(0.02)


def crowd(record, name, seconds):
    """Write down how many run at once under that name, this one included."""
    record.rpush(name, record.incr(f"inside:{name}"))
    time.sleep(seconds)
    record.decr(f"inside:{name}")


def make(options):
    """The application, for workers and senders alike."""
    app = make_app(
        options["url"],
        prefix=options["prefix"],
        queue=options["queue"],
        visibility=timedelta(seconds=4),
        canvas=True,
    )
    record = redis.Redis.from_url(options["record_url"], decode_responses=True)
    app.conf.update(
        task_routes={"test.routed": {"queue": "other"}},
        task_queues=[Queue(options["queue"]), Queue("other"), Broadcast("everybody")],
        task_create_missing_queues=True,
        worker_send_task_events=False,
        worker_soft_shutdown_timeout=options.get("soft_shutdown_seconds", 7),
        worker_prefetch_multiplier=options.get("prefetch", 1),
        beat_schedule={
            "tick": {"task": "test.note", "schedule": 0.5, "args": ("tick",)},
            "script": {"task": "test.submit", "schedule": 0.5},
        },
        # Looks at its schedule at least so often: Celery's own five minutes are for production.
        beat_max_loop_interval=0.2,
    )
    # Not shared: a test process makes one application for each world.
    task = partial(app.task, shared=False)
    for add in (
        _add_simple_tasks,
        _add_slow_tasks,
        _add_failing_tasks,
        _add_stubborn_tasks,
        _add_mortal_tasks,
    ):
        add(task, record)
    serve(app, lambda: FeatureExecution(record), _unsigned())
    return app


def _add_simple_tasks(task, record):
    @task(name="test.note")
    def note(name, value=""):
        record.rpush(name, json.dumps(value))
        return value

    @task(name="test.keep")
    def keep(value, name):
        record.rpush(name, json.dumps(value))

    @task(name="test.submit")
    def submit():
        key = f"nothing_{time.time_ns() // 1_000_000}_{secrets.token_hex(8)}"
        call = {"key": key, "function": "nothing", "source": "pass"}
        submit.app.tasks["fleeting.run"].apply_async((), call)
        record.rpush("submitted", json.dumps(key))

    @task(name="test.routed")
    def routed(name):
        record.rpush(name, json.dumps(routed.request.delivery_info["routing_key"]))


def _add_slow_tasks(task, record):
    @task(name="test.sleep")
    def sleep(name, seconds):
        record.rpush(f"started:{name}", time.time())
        time.sleep(seconds)
        record.rpush(name, json.dumps("slept"))

    @task(name="test.hold")
    def hold_on(name, gate):
        record.rpush(f"started:{name}", time.time())
        hold(record, gate)

    @task(name="test.crowd")
    def crowd_in(name, seconds):
        crowd(record, name, seconds)

    @task(name="test.limited", rate_limit="5/s")
    def limited(name):
        record.rpush(name, time.time())

    @task(name="test.add", ignore_result=False)
    def add(x, y):
        return x + y

    @task(name="test.total", ignore_result=False)
    def total(numbers):
        return sum(n if isinstance(n, int) else sum(n) for n in numbers)


def _add_failing_tasks(task, record):
    @task(name="test.fail")
    def fail():
        raise ValueError("as asked")

    @task(name="test.told")
    def told(request, exc, traceback, name):
        record.rpush(name, json.dumps(str(exc)))


def _add_stubborn_tasks(task, record):
    @task(name="test.retry", bind=True, max_retries=5)
    def retry(self, name, times):
        record.rpush(name, time.time())
        if self.request.retries < times:
            raise self.retry(countdown=0.3 * 2**self.request.retries)

    @task(
        name="test.autoretry",
        autoretry_for=(ValueError,),
        max_retries=2,
        retry_backoff=1,
        retry_jitter=False,
        throws=(ValueError,),
    )
    def autoretry(name):
        record.rpush(name, time.time())
        raise ValueError("as asked")


def _add_mortal_tasks(task, record):
    @task(name="test.patient", bind=True)
    def patient(self, name, seconds):
        record.rpush(f"started:{name}", time.time())
        try:
            time.sleep(seconds)
        except SoftTimeLimitExceeded:
            record.rpush(name, json.dumps("soft limit"))
        else:
            record.rpush(name, json.dumps("slept"))

    @task(name="test.die_once")
    def die_once(name):
        if record.rpush(name, os.getpid()) == 1:
            os._exit(9)


def __getattr__(name):
    """`app`, made when Celery's command line asks for it."""
    if name in {"app", "celery"}:
        found = make(json.loads(os.environ["FEATURES"]))
        globals()["app"] = globals()["celery"] = found
        return found
    raise AttributeError(name)


def main():
    treat_sigterm_as_soft_shutdown()
    options = json.loads(os.environ["FEATURES"])
    return start_worker(
        make(options),
        pool=options["pool"],
        concurrency=options["concurrency"],
        queues=options.get("queues", ()),
        name=options.get("name", "feature"),
    )


def _unsigned() -> OpenMessage:
    return OpenMessage(
        Limits(), clock=SystemClock(), verifier=None, queues=(), accept_unsigned=True
    )


if __name__ == "__main__":
    sys.exit(main())
