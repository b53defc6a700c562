"""Examples for the OpenAPI document: one call of `add`, followed from hand to hand."""

from __future__ import annotations

from typing import Any, Final

SOURCE: Final = "def add(a, b):\n    return a + b\n"
DIGEST: Final = "ba1a531f581d2e6094e978ed6f7aca7a8d92eeb62c6e7ad73ee692f7f18bc772"
KEY: Final = "add_1763683200000_0123456789abcdef"
FAILED_KEY: Final = "add_1763683201000_123456789abcdef0"
REQUEST_ID: Final = "5f0c5d0e8f5a4c0f9d3b1a2e7c6b4d21"

TASK: Final[dict[str, Any]] = {"source": SOURCE, "function": "add", "args": [1, 2]}

TASK_BY_DIGEST: Final[dict[str, Any]] = {
    "source_digest": DIGEST,
    "function": "add",
    "kwargs": {"a": 1, "b": 2},
    "timeout_seconds": 5,
    "ttl_seconds": 600,
    "idempotency_key": "order-4711",
    "labels": {"team": "metrics"},
}

CHECK_OK: Final[dict[str, Any]] = {"ok": True, "problems": [], "source_digest": DIGEST}
CHECK_BAD: Final[dict[str, Any]] = {
    "ok": False,
    "problems": [
        {
            "code": "parameters_do_not_fit",
            "message": "add(a, b): missing a required argument: 'b'",
            "line": None,
            "path": None,
        }
    ],
    "source_digest": DIGEST,
}

LINKS: Final = {
    "result": f"/get-result?key={KEY}",
    "task": f"/tasks/{KEY}",
    "cancel": f"/tasks/{KEY}",
}

ACCEPTED: Final[dict[str, Any]] = {
    "key": KEY,
    "status": "queued",
    "repeated": False,
    "links": LINKS,
}

QUEUED: Final[dict[str, Any]] = {
    "key": KEY,
    "function": "add",
    "status": "queued",
    "submitted_at": "2025-11-21T00:00:00Z",
    "starts_after": None,
    "started_at": None,
    "finished_at": None,
    "expires_at": None,
    "expires_in_seconds": None,
    "deadline": "2025-11-22T00:03:00Z",
    "ttl_seconds": 300.0,
    "attempt": 0,
    "max_attempts": 3,
    "worker": None,
    "isolation": None,
    "run_seconds": None,
    "source_digest": DIGEST,
    "error": None,
    "value_bytes": None,
    "progress": None,
    "labels": {},
    "cancel_requested": False,
    "output": "",
}

SUCCEEDED: Final[dict[str, Any]] = QUEUED | {
    "status": "succeeded",
    "started_at": "2025-11-21T00:00:00.004Z",
    "finished_at": "2025-11-21T00:00:00.050Z",
    "expires_at": "2025-11-21T00:05:00.050Z",
    "expires_in_seconds": 299.9,
    "attempt": 1,
    "worker": "host:42",
    "isolation": "process",
    "run_seconds": 0.046,
    "value_bytes": 1,
}

FAILED: Final[dict[str, Any]] = SUCCEEDED | {
    "key": FAILED_KEY,
    "status": "failed",
    "value_bytes": None,
    "error": {
        "code": "script_raised",
        "message": "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "exception": "TypeError",
        "traceback": 'File "script.py", line 2, in add\n    return a + b\n',
        "line": 2,
        "path": None,
    },
}

RUNNING: Final[dict[str, Any]] = QUEUED | {
    "status": "running",
    "started_at": "2025-11-21T00:00:00.004Z",
    "attempt": 1,
    "worker": "host:42",
    "progress": {"done": 3.0, "total": 10.0, "note": "rows"},
}

STOPPING: Final[dict[str, Any]] = RUNNING | {"cancel_requested": True}

CANCELLED: Final[dict[str, Any]] = QUEUED | {
    "status": "cancelled",
    "finished_at": "2025-11-21T00:00:02Z",
    "expires_at": "2025-11-21T00:05:02Z",
    "expires_in_seconds": 300.0,
    "cancel_requested": True,
    "error": {
        "code": "run_cancelled",
        "message": "the task was cancelled on request",
        "exception": None,
        "traceback": None,
        "line": None,
        "path": None,
    },
}


def without(example: dict[str, Any], name: str) -> dict[str, Any]:
    """`example` without one of its members."""
    return {key: value for key, value in example.items() if key != name}


PAGE: Final[dict[str, Any]] = {
    "results": [without(SUCCEEDED, "output"), without(FAILED, "output")],
    "next": FAILED_KEY,
}

FUNCTION: Final[dict[str, Any]] = {"function": "add", "count": 2, "newest": KEY}

STATS: Final[dict[str, Any]] = {
    "function": "add",
    "field": None,
    "count": 2,
    "failures": 1,
    "skipped": 0,
    "values": {"count": 2, "min": 3.0, "mean": 5.0, "max": 7.0, "p50": 3.0, "p95": 7.0},
    "run_seconds": {
        "count": 3,
        "min": 0.04,
        "mean": 0.05,
        "max": 0.06,
        "p50": 0.05,
        "p95": 0.06,
    },
}

STREAM: Final = (
    {
        "event": "progress",
        "id": "1763683200020-0",
        "data": f'{{"key":"{KEY}","status":"running","progress":{{"done":3,"total":10}}}}',
    },
    {
        "event": "result",
        "id": "1763683200050-0",
        "data": f'{{"key":"{KEY}","status":"succeeded","value":3}}',
    },
)

TASK_STREAM: Final = (
    {
        "event": "status",
        "id": "running.1.0",
        "data": f'{{"key":"{KEY}","status":"running","attempt":1}}',
    },
    {
        "event": "output",
        "id": "running.1.7",
        "data": f'{{"key":"{KEY}","attempt":1,"start":0,"text":"step 1\\n"}}',
    },
    {
        "event": "result",
        "id": "succeeded.1.7",
        "data": f'{{"key":"{KEY}","status":"succeeded","value":3}}',
    },
)

READY: Final[dict[str, Any]] = {
    "status": "ready",
    "checks": {
        "result_store": {"state": "up", "seconds": 0.0007},
        "task_queue": {"state": "up", "seconds": 0.0009},
    },
}

METRICS: Final = (
    "# HELP fleeting_tasks_accepted_total Tasks accepted.\n"
    "# TYPE fleeting_tasks_accepted_total counter\n"
    "fleeting_tasks_accepted_total 42.0\n"
)

WORKER: Final[dict[str, Any]] = {
    "worker": "worker-7:41",
    "started_at": "2025-11-21T00:00:00Z",
    "version": "0.1.0",
    "python": "3.11.2",
    "platform": "Linux-6.1-x86_64",
    "isolation": "confined",
    "attestation": {
        "asked": "confined",
        "effective": "confined",
        "files": "landlock",
        "landlock_abi": 7,
        "filter_sha256": "5f0c1d5f3b5c2f6a2c0d3a1f8e7b6a59483726150f1e2d3c4b5a69788796a5b4",
        "user": 64900,
        "kernel": "6.1.0",
        "machine": "x86_64",
        "checks": [{"name": "read a file outside", "found": "EACCES", "holds": True}],
    },
    "modes": ["fresh", "reuse"],
    "libraries": [
        {
            "name": "default",
            "modules": ["numpy"],
            "distributions": {"numpy": "2.4.6"},
            "loaded": ["numpy"],
        }
    ],
    "refused": {"unsigned": 2},
}

CAPABILITIES: Final[dict[str, Any]] = {
    "version": "0.1.0",
    "roles": ["retrieve", "submit"],
    "isolation": {
        "in_force": "confined",
        "levels": ["none", "process", "confined"],
        "attested": ["confined"],
    },
    "fleet": {"known": True, "message": None, "workers": [WORKER]},
    "limits": {
        "max_body_bytes": 8388608,
        "max_wait_seconds": 60.0,
        "max_page": 1000,
        "max_source_bytes": 262144,
        "max_parameters_bytes": 1048576,
        "max_value_bytes": 1048576,
        "max_output_bytes": 65536,
        "max_answer_bytes": 67108864,
        "max_batch": 1000,
        "default_timeout_seconds": 60.0,
        "max_timeout_seconds": 3600.0,
        "default_ttl_seconds": 300.0,
        "max_ttl_seconds": 86400.0,
        "default_attempts": 3,
        "max_attempts": 10,
        "max_countdown_seconds": 604800.0,
        "default_memory_mb": 256,
        "max_memory_mb": 2048,
        "default_cpu_seconds": 0.0,
        "max_cpu_seconds": 3600.0,
        "default_threads": 0,
        "max_threads": 64,
        "max_scratch_mb": 64,
        "network": [],
        "allow_reuse": True,
        "min_isolation": "none",
        "queue_patience_seconds": 86400.0,
        "idempotency_window_seconds": 86400.0,
        "max_queued": 1_000_000,
        "max_queue_age_seconds": 43200.0,
        "max_namespace_tasks": 0,
        "max_namespace_bytes": 0,
        "quarantine_losses": 3,
        "quarantine_window_seconds": 900.0,
        "quarantine_time_seconds": 900.0,
    },
    "adapters": {"result_store": "redis", "source_store": "redis", "task_queue": "redis"},
}
