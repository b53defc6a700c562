"""Bad input gets a clear error that names the fix; nothing is lost and no worker is harmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain import errors
from fleeting.domain.errors import TaskFailed

from ..celery.workers import Worker
from ..servers.valkey import Valkey
from .deployment import Deployment


class Refused(NamedTuple):
    """A call that is refused at submission, with what it is told."""

    source: str
    error: type[Exception]
    said: str
    function: str = "f"
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = {}  # noqa: RUF012 - a default of a named tuple


REFUSED = [
    Refused("def f(:\n    pass\n", errors.SourceSyntaxError, "line 1"),
    Refused("x = 1\n", errors.FunctionNotFound, "f"),
    Refused("class f: pass\n", errors.NotAFunction, "class"),
    Refused("def f(a): pass\n", errors.ParametersDoNotFit, "'a'"),
    Refused("def f(): pass\n", errors.ParametersDoNotFit, "'b'", kwargs={"b": 1}),
    Refused("class C:\n    def f(self): pass\n", errors.InvalidTask, "top-level", function="C.f"),
    Refused("def f(): pass\n" + "#" * 300_000, errors.SourceTooLarge, "262144"),
    Refused("def f(a): pass\n", errors.ParametersTooLarge, "1048576", args=("x" * 1_100_000,)),
]

FAILED = [
    ("f = 1", "not_a_function", "int"),
    (
        "def f(): return {'rows': [1, 2, 3, {'when': object()}]}",
        "result_not_serializable",
        "$.rows[3].when",
    ),
    ("def f(): return float('nan')", "result_not_serializable", "$"),
    ("def f():\n    x = []\n    x.append(x)\n    return x", "result_not_serializable", "$[0]"),
    ("def f(): return '\\ud800'", "result_not_serializable", "surrogate"),
    ("def f(): return 'x' * 2_000_000", "value_too_large", "1048576"),
    ("import os\ndef f(): os._exit(3)", "run_died", "3"),
    ("import ctypes\ndef f(): ctypes.string_at(0)", "run_died", "SIGSEGV"),
    ("def f(): return bytearray(10**10)", "memory_exceeded", "memory"),
    ("def f():\n    while True: pass", "run_timed_out", "1"),
    ("def f(): raise SystemExit(1)", "script_raised", "SystemExit"),
]
"""Fails in the run: source, code, part of its message."""


@pytest.fixture(scope="module")
def installed(
    tmp_path_factory: pytest.TempPathFactory, valkey_server: Valkey
) -> Iterator[tuple[Client, Worker]]:
    valkey_server.heal()
    environment = {"FLEETING_STORE": valkey_server.url}
    with Deployment(environment, logs=tmp_path_factory.mktemp("logs")) as deployment:
        client = deployment.client(deployment.api())
        yield client, deployment.worker()


@pytest.mark.parametrize("call", REFUSED, ids=lambda call: call.error.__name__)
def test_refused_at_submission(installed: tuple[Client, Worker], call: Refused) -> None:
    client, worker = installed
    with pytest.raises(call.error, match=call.said):
        client.submit(call.source, call.function, *call.args, kwargs=call.kwargs)
    assert worker.running


@pytest.mark.parametrize(("source", "code", "said"), FAILED, ids=lambda v: str(v)[:40])
def test_failed_in_the_run(
    installed: tuple[Client, Worker], source: str, code: str, said: str
) -> None:
    client, worker = installed
    handle = client.submit(source, "f", timeout_seconds=1 if "while" in source else 20)
    with pytest.raises(TaskFailed) as raised:
        handle.result(30)
    error = raised.value.error
    assert error is not None
    assert error.code == code
    assert said in f"{error.path} {error.message} {error.traceback}"
    assert worker.running


def test_worker_is_unharmed_by_all_of_it(installed: tuple[Client, Worker]) -> None:
    client, worker = installed
    assert client.submit("def add(a, b): return a + b", "add", 1, 2).result(30) == 3
    assert worker.running
