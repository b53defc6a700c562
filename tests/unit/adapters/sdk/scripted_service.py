"""A service that answers what a test has written down, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx2

URL = "http://fleeting.test/base"

Answer = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class ScriptedService(httpx2.MockTransport):
    """Gives the answers in order; the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self, base_url=URL)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)


class ManualTime:
    """A clock that only moves when somebody sleeps on it."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def problem(status: int, code: str, **members: Any) -> httpx2.Response:
    """A problem document, as the API sends it."""
    body = {"type": f"urn:fleeting:problem:{code}", "code": code, "detail": f"{code}!", **members}
    headers = members.pop("headers", {})
    return httpx2.Response(
        status, json=body, headers={"Content-Type": "application/problem+json", **headers}
    )


def events(*chunks: bytes | Exception) -> httpx2.Response:
    """A stream that sends these bytes, then ends, or breaks where an exception stands."""
    return httpx2.Response(200, stream=_Chunks(chunks))


class _Chunks(httpx2.AsyncByteStream):
    def __init__(self, chunks: Iterable[bytes | Exception]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk
