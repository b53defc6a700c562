"""A delivered task as the worker's parent process keeps it."""

from __future__ import annotations

from typing import Any

from celery.worker.request import Request

from .call_repr import ARGSREPR, describe_call


class RunRequest(Request):
    """Shows nothing of its payload, whatever its sender claims to be presentable."""

    _kwargs: Any
    _request_dict: dict[str, Any]

    def __init__(self, message: Any, **options: Any) -> None:
        super().__init__(message, **options)
        self._argsrepr = ARGSREPR
        self._kwargsrepr = describe_call(self._kwargs)
        self._request_dict.update(argsrepr=self._argsrepr, kwargsrepr=self._kwargsrepr)

    def info(self, safe: bool = False) -> Any:  # noqa: FBT001, FBT002 - Celery's
        """What `inspect active` and Flower show."""
        return super().info(safe=True)
