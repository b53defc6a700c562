"""Work for an installation, going on while a test pulls its credentials from under it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, Self

import requests

SCRIPT = "def add(a, b):\n    return a + b\n"

_WAIT_SECONDS = 50
_PAUSE_SECONDS = 0.02
"""Between two requests of a thread: with three threads, one is on its way most of the time, and
API and workers have time for what the test does to them."""


@dataclass
class Tally:
    """What came of it."""

    tasks: int = 0
    requests: int = 0
    lost: list[object] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unanswered: dict[str, int] = field(default_factory=dict)
    """Keys of tasks whose results could not be asked for, and what those should be."""


class Load:
    """Submits and reads all the time, each request once: what fails is counted, not repeated."""

    def __init__(self, url: str, *, submitters: int = 2) -> None:
        self.tally = Tally()
        self._url = url
        self._lock = Lock()
        self._stopped = Event()
        self._submitters = submitters
        self._pool = ThreadPoolExecutor(submitters + 1)

    def __enter__(self) -> Self:
        for _ in range(self._submitters):
            self._pool.submit(self._submit)
        self._pool.submit(self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown()

    def _submit(self) -> None:
        number = 0
        while not self._stopped.wait(_PAUSE_SECONDS):
            number += 1
            call = {"source": SCRIPT, "function": "add", "args": [number, 1]}
            accepted = self._asked("POST", "/tasks", json=call)
            if accepted is None:
                continue
            query = {"key": accepted["key"], "wait_seconds": _WAIT_SECONDS}
            result = self._asked("GET", "/get-result", params=query)
            with self._lock:
                self.tally.tasks += 1
                if result is None:
                    self.tally.unanswered[accepted["key"]] = number + 1
                elif result.get("value") != number + 1:
                    self.tally.lost.append(result)

    def ask_again(self) -> None:
        """Ask for what could not be asked for; what is not there is lost."""
        while self.tally.unanswered:
            key, expected = self.tally.unanswered.popitem()
            query = {"key": key, "wait_seconds": _WAIT_SECONDS}
            result = self._asked("GET", "/get-result", params=query)
            if result is None or result.get("value") != expected:
                self.tally.lost.append(result or key)

    def _read(self) -> None:
        while not self._stopped.wait(_PAUSE_SECONDS):
            self._asked("GET", "/functions/add/values")

    def _asked(self, method: str, path: str, **content: Any) -> Any:
        """The answer; None where the request failed, which is noted."""
        try:
            answer = requests.request(
                method, f"{self._url}{path}", timeout=_WAIT_SECONDS + 10, **content
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            text = "" if error.response is None else error.response.text
            with self._lock:
                self.tally.failed.append(f"{error} {text}")
            return None
        with self._lock:
            self.tally.requests += 1
        return answer.json()
