"""Where the server of this subject is, and which variant of the subject this process is."""

from __future__ import annotations

import os
from typing import Final

SERVER: Final = "BENCHMARK_SERVER"
VARIANT: Final = "BENCHMARK_VARIANT"


def url() -> str:
    """URL of the server."""
    return os.environ[SERVER]


def variant() -> str:
    """The variant; empty where there is but one."""
    return os.environ.get(VARIANT, "")
