from __future__ import annotations

import gc
import subprocess
import sys


def test_what_a_server_has_loaded_is_not_walked_again() -> None:
    """In a process of its own: the collector is one for all tests."""
    script = (
        "import gc\n"
        "from fleeting.entrypoints.garbage import settle\n"
        "settle()\n"
        "print(gc.get_freeze_count() > 1000, gc.get_threshold()[0])"
    )

    before = gc.get_threshold()
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == ["True", "50000"]
    assert gc.get_threshold() == before
