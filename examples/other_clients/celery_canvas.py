"""A chain and a chord of scripts, built with Celery: prints the keys of their results.

FLEETING_STORE names the Redis, FLEETING_SIGNING_KEY_FILE the private key that the workers trust.
"""

from __future__ import annotations

from celery import chain, chord

from fleeting.entrypoints.celery_app import app, call

SOURCE = "def add(a, b):\n    return a + b\n"

run = app.tasks["fleeting.run"]
calls = [call(SOURCE, "add", number, kwargs={"b": 1}) for number in range(5)]
first, second, left, right, joined = (run.si(**one) for one in calls)
chain(first, second).apply_async()
chord([left, right], joined).apply_async()

print(*(one["key"] for one in calls))
