"""Filling the places between objects, so that what comes next lies together."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import json, re, traceback  # leaves places of all sizes between objects
from fleeting.adapters.sandbox.zygote.fresh_blocks import fill_up

def pages(size):
    objects = [bytes(size - 33) for _ in range(6)]
    return len({id(one) >> 12 for one in objects})

sizes = range(64, 513, 64)
kept = fill_up()
print(max(pages(size) for size in sizes))
"""


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the allocator is CPython's")
def test_next_objects_of_a_size_lie_together() -> None:
    found = subprocess.check_output([sys.executable, "-I", "-c", PROGRAM], text=True)

    assert int(found) <= 2
