"""What a confined child does: take a job, run it, answer; and again, where it is kept.

Standard library only.
"""

from __future__ import annotations

import _thread
import json
import os
import sys

from ....domain.call_errors import SourceSyntaxError
from ....domain.executor import Call
from ....domain.script import compile_script
from ..child_network import ChildNetwork
from ..child_progress import ChildProgress
from ..protocol import KEPT, VALUE, frame, read_frame, write_all
from ..script_host import NO_MEMORY, answer_to, flush, offer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....domain.script import Script
    from .allowance import Allowance


def serve_jobs(channel: int, desk: Desk) -> None:
    """Do jobs as long as the worker wants; never returns."""
    # By other names: a script can reach this module and change what it finds there.
    end, write = os._exit, os.write
    try:
        while desk.do():
            pass
    except MemoryError:
        write(channel, NO_MEMORY)
    finally:
        end(1)


class Desk:
    """A child's work, laid out before it is born; holds on to what scripts may change.

    Args:
        channel: where jobs come and answers go.
        allowance: limits memory and processor time.
    """

    def __init__(self, channel: int, allowance: Allowance) -> None:
        self._channel = channel
        self._allowance = allowance
        self._progress = ChildProgress(channel)
        self._network = ChildNetwork(channel)
        offer(self._progress, self._network)
        self._streams = sys.stdout, sys.stderr
        self._limits: tuple[int | None, int | None] | None = None
        self._scripts: dict[str, Script] = {}
        self._read, self._write, self._frame = read_frame, write_all, frame
        # What `json.loads` does around it touches a dozen pages more, which a fork has to copy.
        self._load = json.JSONDecoder().raw_decode
        self._call, self._answer, self._flush = Call, answer_to, flush
        self._threads = _thread._count  # noqa: SLF001  # `threading` does not know all of them

    def do(self) -> bool:
        """Do a job; returns whether another may come."""
        try:
            payload = self._read(self._channel)
        except EOFError:
            return False
        job, _ = self._load(payload.decode())
        self._limit(job["memory_bytes"], job["cpu_seconds"])
        if "network" in job:
            self._network.allow(job["network"])
        return self._run(job)

    def _run(self, job: dict[str, Any]) -> bool:
        call = self._call(**job["call"])
        answer = self._answer(call, self._compiled(call) if job["keep"] else None)
        self._flush()
        self._progress.finish()
        is_kept = bool(job["keep"]) and answer.startswith(VALUE) and not self._threads()
        if is_kept:
            answer = self._frame(KEPT, b"") + answer
            sys.stdout, sys.stderr = self._streams
        self._write(self._channel, answer)
        return is_kept

    def _limit(self, memory_bytes: int | None, cpu_seconds: int | None) -> None:
        """Set limits, unless they are those of the job before."""
        if self._limits != (memory_bytes, cpu_seconds):
            self._allowance.limit(memory_bytes, cpu_seconds)
            self._limits = memory_bytes, cpu_seconds

    def _compiled(self, call: Call) -> Script | None:
        """The compiled source, which is the same in every job of a child that is kept."""
        key = f"{call.function} {call.digest}"
        if key not in self._scripts:
            try:
                self._scripts[key] = compile_script(call.source, call.function, call.digest)
            except SourceSyntaxError:
                # Running it says so.
                return None
        return self._scripts[key]
