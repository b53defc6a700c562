"""Everything on one machine, as `fleeting up` starts it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.entrypoints.stack import Stack

from .servers.port import Port
from .servers.require import require_valkey

SOURCE = "def add(a, b):\n    return a + b\n"


@pytest.fixture(autouse=True)
def _program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set, as on a machine that fleeting has just been installed on."""
    require_valkey()
    monkeypatch.delenv("FLEETING_SIGNING_KEY")


def test_stack_signs_with_a_key_that_it_keeps_beside_its_data(tmp_path: Path) -> None:
    data, logs, port = tmp_path / "data", tmp_path / "logs", Port()
    logs.mkdir()
    with Stack(port=port.number, data=data, logs=logs) as stack:
        stack.start(_silent)
        with Client(stack.api_url) as client:
            assert client.submit(SOURCE, "add", 1, 2).result(30) == 3
    port.release()

    key = data / "signing-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


_silent: Callable[[str], None] = str
