"""Runs attacks without any protection: in a plain child of this process, as the same user."""

from __future__ import annotations

import json
import os
import pickle
import secrets
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .world import World

_PROGRAM = str(Path(__file__).with_name("plain.py"))

_LONG = 0.1
"""Seconds that an attack goes on which would go on for ever."""

_END = 0.15
"""Seconds in which a program that has nothing left to do ends."""


class Control:
    """See `plain.py`."""

    def __init__(self, world: World, python: str) -> None:
        self._world, self._python = world, python

    def attack(self, case: dict[str, Any]) -> dict[str, Any]:
        """Try one attack and say what it has done."""
        bait = self._world.bait()
        bait |= {"server": bait["victim"], "sibling": bait["victim"], "long": _LONG, "many": 1}
        near, far = socket.socketpair()
        leak = int(str(bait["worker_descriptor"]))
        with tempfile.TemporaryFile() as output, near:
            os.set_inheritable(leak, True)
            with far:
                child = subprocess.Popen(
                    [self._python, "-I", "-S", _PROGRAM, str(far.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=[far.fileno(), leak],
                    cwd="/",
                )
            os.set_inheritable(leak, False)
            job = {name: case[name] for name in ("script", "probe")}
            token = secrets.token_hex(8)
            try:
                near.sendall(json.dumps({**job, "bait": bait, "token": token}).encode() + b"\n")
                harms, answer = self._answer(near, child, token, case["patience"])
                with suppress(subprocess.TimeoutExpired):
                    child.wait(_END)
                output.seek(0)
                told = answer + output.read().decode(errors="replace")
                harms += self._world.harms(told)
            finally:
                child.kill()
                child.wait()
        return {"harms": harms, "told": told[-2000:]}

    def _answer(
        self, near: socket.socket, child: subprocess.Popen[bytes], token: str, patience: float
    ) -> tuple[list[tuple[str, str]], str]:
        """What a reader makes of it that trusts its peer."""
        near.settimeout(patience)
        began = time.monotonic()
        header = payload = b""
        try:
            header = _exactly(near, 5)
            payload = _exactly(near, int.from_bytes(header[1:], "big"))
        except (TimeoutError, EOFError, MemoryError) as exc:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, patience - (time.monotonic() - began)))
            if header:
                return [("fooled", f"waited for ever: {type(exc).__name__}")], ""
            if child.poll() is None:
                return [("overdue", "it goes on")], ""
            return [("died", f"with {child.returncode}")], ""
        return _taken(payload, token)


def _taken(payload: bytes, token: str) -> tuple[list[tuple[str, str]], str]:
    try:
        answer = pickle.loads(payload) if payload[:1] == b"\x80" else json.loads(payload)
    except (ValueError, RecursionError) as exc:
        return [("fooled", f"it broke: {type(exc).__name__}")], ""
    if not isinstance(answer, dict) or answer.get("token") != token:
        return [("fooled", "it took what was forged")], ""
    harms = []
    if answer.get("value") is not None:
        harms.append(("confessed", json.dumps(answer["value"])[:500]))
    if answer.get("found") is not None:
        harms.append(("poisoned", json.dumps(answer["found"])[:500]))
    return harms, json.dumps(answer)


def _exactly(near: socket.socket, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        piece = near.recv(min(size - len(pieces), 1 << 20))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)
