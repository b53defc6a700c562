"""The job of a run, as its process takes it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Final

from ...ports.runner import RunRequest
from .protocol import JOB, frame

_encoder: Final = json.JSONEncoder(separators=(",", ":"))

_CPU_MARGIN: Final = 5
"""Seconds by which the processor's clock runs behind the runner's, which is to end a run."""


def job_frame(request: RunRequest, path: Sequence[str], *, keep: timedelta | None = None) -> bytes:
    """The frame to send for `request`.

    Args:
        request: what to run.
        path: where its script finds libraries.
        keep: for how long the process is to take further jobs.
    """
    job = {
        "call": {
            "source": request.source,
            "digest": request.digest,
            "function": request.function,
            "args": list(request.args),
            "kwargs": dict(request.kwargs),
            "max_value_bytes": request.max_value_bytes,
        },
        "keep": keep is not None,
        "path": list(path),
        "memory_bytes": request.memory_bytes,
        "cpu_seconds": _cpu_seconds(request, keep or timedelta(0)),
    }
    if request.bounds.network:
        job["network"] = list(request.bounds.network)
    return frame(JOB, _encoder.encode(job).encode())


def _cpu_seconds(request: RunRequest, more: timedelta) -> int | None:
    asked = request.bounds.cpu_time
    if asked is not None:
        return whole_seconds(asked)
    if request.timeout is None:
        return None
    # Each thread uses a processor of its own.
    return whole_seconds(request.timeout + more) * _processors() + _CPU_MARGIN


@cache
def _processors() -> int:
    # The system is asked once: it reads a file for that.
    return os.cpu_count() or 1


def whole_seconds(span: timedelta) -> int:
    """Rounded up: the kernel limits processor time in no finer steps."""
    return math.ceil(span.total_seconds())
