"""Other processes of the worker's user cannot look into it, unless the operator lets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ..public import PLAIN_USER, public_packages, public_python

_WORKER = """
import sys
sys.path[:0] = {folders!r}
from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.entrypoints.worker import close_memory, load
from fleeting.testing.runner import Observer, sample_run
close_memory(load())
source = '''
import os
def f():
    found = []
    for name in ("environ", "mem", "maps", "fd/0"):
        try:
            os.close(os.open(f"/proc/{{os.getppid()}}/{{name}}", os.O_RDONLY))
        except PermissionError:
            continue
        found.append(name)
    return found
'''
report = ProcessRunner().run(sample_run(source), Observer())
print((report.value or repr(report.error).encode()).decode())
"""


def opened(*, debuggable: bool) -> list[str]:
    """What a run at the level `process` can open of its worker."""
    user = {} if os.geteuid() else {"user": PLAIN_USER, "group": PLAIN_USER, "extra_groups": []}
    done = subprocess.run(
        [public_python(), "-I", "-c", _WORKER.format(folders=public_packages())],
        env={
            "FLEETING_STORE": "redis://127.0.0.1:1",
            "FLEETING_ISOLATION": "process",
            "FLEETING_WORKER_DEBUGGABLE": str(debuggable),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **user,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_run_of_the_same_user_cannot_look_into_its_worker() -> None:
    assert opened(debuggable=False) == []


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_operator_can_let_debuggers_look_into_a_worker() -> None:
    """The control, too: without the protection these runs see it all."""
    assert {"environ", "fd/0"} <= set(opened(debuggable=True))
