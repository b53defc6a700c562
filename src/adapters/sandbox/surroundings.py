"""What a script sees of the Python that it runs in.

Standard library only, because the sandbox child loads this module.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def furnish(path: Sequence[str]) -> None:
    """Make Python look as it does for a script: its libraries, no arguments, lines at once."""
    sys.path += path
    sys.argv = [""]
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]  # as started
