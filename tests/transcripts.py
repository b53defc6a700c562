"""Runs terminal transcripts: lines that begin with `$ ` are commands, the rest is their output.

`…` in the output stands for any text, so that keys and times need not be known.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One command, and what the page says it prints."""

    command: str
    output: str


def steps(transcript: str) -> list[Step]:
    found = []
    for part in re.split(r"(?m)^\$ ", transcript)[1:]:
        command, _, output = part.replace("\\\n", "").partition("\n")
        found.append(Step(command, output.strip()))
    return found


def play(transcript: str, *, directory: Path, environment: Mapping[str, str]) -> None:
    """Run every command as a shell would, and compare what it prints, errors included."""
    for step in steps(transcript):
        assert_printed(step.output, run(step.command, directory, environment))


def run(command: str, directory: Path, environment: Mapping[str, str]) -> str:
    # The tools of this environment come first, as in an activated one.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=directory,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    return done.stdout.strip()


def assert_printed(wanted: str, found: str) -> None:
    pattern = ".*".join(map(re.escape, wanted.split("…")))
    if re.fullmatch(pattern, found, flags=re.DOTALL) is None:
        raise AssertionError(f"the page says\n{wanted}\nbut printed was\n{found}")
