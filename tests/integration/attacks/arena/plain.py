"""The control's process: runs a script with nothing around it, and the probe after it.

`plain.py CHANNEL`: reads a line of JSON there, answers as a run's process does: a byte of kind,
four of length, JSON. Its answer carries the token of its job, so that a forged one shows.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any


def main() -> None:
    """Do one job and end as any program ends."""
    number = int(sys.argv[1])
    os.set_inheritable(number, False)
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(number, 65536)
    job = json.loads(line)
    read, write = job["token"], os.write
    dumps = json.JSONEncoder().encode
    answer: dict[str, Any] = {"token": read}
    try:
        answer["value"] = _called(job["script"], "f", job["bait"])
        if job["probe"]:
            answer["found"] = _called(job["probe"], "g")
    except BaseException as exc:
        answer["error"] = type(exc).__name__
        try:
            answer["traceback"] = traceback.format_exc()
        except BaseException:
            answer["traceback"] = "none"
    payload = dumps(answer).encode()
    payload = b"V" + len(payload).to_bytes(4, "big") + payload
    while payload:
        payload = payload[write(number, payload) :]


def _called(source: str, function: str, *arguments: object) -> object:
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(source, "<script>", "exec"), names)
    return names[function](*arguments)


if __name__ == "__main__":
    main()
