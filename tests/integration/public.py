"""Whether other users of this machine can read the checkout that is tested."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def checkout_is_public() -> bool:
    """False in a folder that is closed to others: a worker of another user cannot start there."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (ROOT, *ROOT.parents))
