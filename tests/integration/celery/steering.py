"""Remote control of workers under test: whoever is asked too soon, or is busy, is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from celery import Celery

from ..servers.wait import wait_until

PATIENCE = timedelta(seconds=30)
_ANSWER_SECONDS = 5
_PING_SECONDS = 1
"""A worker that has just started misses what is said before it listens: who is pinged often need
not wait for the answer to a question that nobody has heard."""


def tell(app: Celery, command: str, *words: Any, **options: Any) -> Any:
    """Have a worker carry out a command, and return what it answers."""
    wait_until_heard(app, options.get("destination"))
    return _until_answered(
        lambda: getattr(app.control, command)(
            *words, reply=True, timeout=_ANSWER_SECONDS, limit=1, **options
        )
    )


def ask(app: Celery, question: str, *words: Any) -> Any:
    """What a worker answers to a question of `celery inspect`."""
    wait_until_heard(app, None)
    inspect = app.control.inspect(timeout=_ANSWER_SECONDS, limit=1)
    [answer] = _until_answered(lambda: getattr(inspect, question)(*words)).values()
    return answer


def wait_until_heard(app: Celery, destination: Sequence[str] | None) -> None:
    """Return once a worker, or one of those that are named, answers."""
    wait_until(
        lambda: app.control.ping(destination=destination, timeout=_PING_SECONDS, limit=1),
        within=PATIENCE,
    )


def _until_answered(once: Any) -> Any:
    answers: list[Any] = []

    def is_answered() -> bool:
        answers.append(once())
        return bool(answers[-1])

    wait_until(is_answered, within=PATIENCE)
    return answers[-1]
