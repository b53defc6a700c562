"""Refused messages are counted over the processes of a worker."""

from __future__ import annotations

import json
import subprocess
import sys

COUNTING = """
import json, os
from fleeting.domain.distrust import Distrust
from fleeting.entrypoints.refusals import SharedRefusals

def in_a_fork(do):
    child = os.fork()
    if child == 0:
        do()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

refusals = SharedRefusals()
refusals.add("malformed")
"""


def counted(steps: str) -> object:
    """What a process prints that has taken these steps; alone, since a fork wants no threads."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING + steps], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_forked_processes_refuse_is_added() -> None:
    steps = """
for reason in ("malformed", *Distrust):
    in_a_fork(lambda: refusals.add(reason))
refusals.totals()
print(json.dumps(refusals.totals()))
"""
    assert counted(steps) == {
        "malformed": 2,
        "unsigned": 1,
        "unknown_signer": 1,
        "altered": 1,
        "expired": 1,
        "misdirected": 1,
        "overreaching": 1,
    }


def test_a_forked_process_leaves_the_counts_to_the_one_that_made_it() -> None:
    steps = """
def look():
    refusals.add("malformed")
    assert refusals.totals() == {}

in_a_fork(look)
print(json.dumps(refusals.totals()))
"""
    assert counted(steps) == {"malformed": 2}


def test_nobody_waits_for_a_worker_that_does_not_look() -> None:
    """What a pipe does not hold is not counted; 70,000 is more than any holds by itself."""
    steps = """
in_a_fork(lambda: [refusals.add("malformed") for _ in range(70_000)])
print(json.dumps(refusals.totals()["malformed"] > 1))
"""
    assert counted(steps) is True
