"""The inside of a run's process: takes the job, runs the script, answers, waits to be killed.

Standard library only, and little of it, because every run loads this module.
"""

from __future__ import annotations

import json
import os
import sys

from ...domain.error_families import FleetingError
from ...domain.executor import Call, evaluate
from .child_progress import ChildProgress
from .limits import confine, die_with
from .protocol import ERROR, STARTED, VALUE, frame, read_frame, write_all
from .surroundings import furnish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from ...domain.script import Script
    from .child_network import ChildNetwork

NO_MEMORY: Final = frame(
    ERROR,
    b'{"code": "memory_exceeded", "message": "the run asked for more memory than it may have"}',
)
"""Made in good time: when it is needed there may be no memory to make it."""


def host(channel: int, parent: int) -> None:
    """Do one job; never returns."""
    try:
        die_with(parent)
        os.set_inheritable(channel, False)  # noqa: FBT003  # the signature is Python's
        job = json.loads(read_frame(channel))
        furnish(job["path"])
        progress = ChildProgress(channel)
        offer(progress)
        call = Call(**job["call"])
        confine(job["memory_bytes"], job["cpu_seconds"])
        write_all(channel, frame(STARTED, b""))
    except BaseException:  # noqa: BLE001  # whatever it is, the runner has to hear of it
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    _run(channel, call, progress)


def _run(channel: int, call: Call, progress: ChildProgress) -> None:
    # By other names: a script can reach this module and change what it finds there.
    read, write, end = os.read, os.write, os._exit
    try:
        answer = answer_to(call)
        flush()
        progress.finish()
        write_all(channel, answer)
    except MemoryError:
        write(channel, NO_MEMORY)
    finally:
        try:
            # The runner kills this process, with all that the script may have left running.
            read(channel, 1)
        finally:
            end(1)


def answer_to(call: Call, script: Script | None = None) -> bytes:
    """The frame with what a call comes to; `script` is the compiled source, where it was kept."""
    try:
        return frame(VALUE, evaluate(call, script))
    except FleetingError as exc:
        return frame(ERROR, _told(exc))


def _told(error: FleetingError) -> bytes:
    fields: Mapping[str, Any] = {
        "code": error.code,
        "message": error.message,
        "exception": error.exception,
        "traceback": error.traceback,
        "line": error.line,
        "path": error.path,
    }
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def offer(progress: ChildProgress, network: ChildNetwork | None = None) -> None:
    """Give `import fleeting` in a script what a run may have of it."""
    module = type(sys)("fleeting", "What a run may have of fleeting.")
    vars(module)["progress"] = progress
    if network is not None:
        vars(module)["connect"] = network
    sys.modules["fleeting"] = module


def flush() -> None:
    """Write out what the script has printed."""
    out, err = sys.stdout, sys.stderr
    _flush(out)
    _flush(err)
    # The script may have put others there.
    if sys.__stdout__ is not out:
        _flush(sys.__stdout__)
    if sys.__stderr__ is not err:
        _flush(sys.__stderr__)


def _flush(stream: object) -> None:
    try:
        stream.flush()  # type: ignore[attr-defined]  # that too is caught
    except Exception:  # noqa: BLE001  # whatever stands there
        return
