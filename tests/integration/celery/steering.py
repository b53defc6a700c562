"""Remote control of workers under test: whoever is asked too soon, or is busy, is asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import Celery

from ..servers.wait import wait_until

PATIENCE = timedelta(seconds=30)
_ANSWER_SECONDS = 5


def tell(app: Celery, command: str, *words: Any, **options: Any) -> Any:
    """Have a worker carry out a command, and return what it answers."""
    return _until_answered(
        lambda: getattr(app.control, command)(
            *words, reply=True, timeout=_ANSWER_SECONDS, limit=1, **options
        )
    )


def ask(app: Celery, question: str, *words: Any) -> Any:
    """What a worker answers to a question of `celery inspect`."""
    inspect = app.control.inspect(timeout=_ANSWER_SECONDS, limit=1)
    [answer] = _until_answered(lambda: getattr(inspect, question)(*words)).values()
    return answer


def _until_answered(once: Any) -> Any:
    answers: list[Any] = []

    def is_answered() -> bool:
        answers.append(once())
        return bool(answers[-1])

    wait_until(is_answered, within=PATIENCE)
    return answers[-1]
