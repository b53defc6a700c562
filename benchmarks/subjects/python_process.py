"""A Python process for one job, as one writes it with `subprocess` in a few lines."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from ..child import BenchmarkError
from .scripts import ARGUMENTS, SOURCE, VALUE

_COMMAND: Final = (sys.executable, "-I", "-S", "-c")

_PROGRAM: Final = """
import json, sys
job = json.load(sys.stdin)
names = {}
exec(job["source"], names)
print(json.dumps(names[job["function"]](*job["args"])))
"""
_JOB: Final = json.dumps({"source": SOURCE, "function": "add", "args": ARGUMENTS})


def start() -> None:
    """Start an interpreter and let it end."""
    subprocess.run([*_COMMAND, "pass"], capture_output=True, check=True)


def do_the_job() -> None:
    """Have one read the job, run the source and print the value."""
    done = subprocess.run(
        [*_COMMAND, _PROGRAM], input=_JOB, capture_output=True, text=True, check=False
    )
    if done.stdout.strip() != str(VALUE):
        raise BenchmarkError(f"a Python process printed {done.stdout!r}: {done.stderr}")
