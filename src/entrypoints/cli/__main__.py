"""`python -m fleeting.entrypoints.cli` is the same as `fleeting`."""

from __future__ import annotations

from . import main

main()
