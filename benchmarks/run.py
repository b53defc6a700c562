"""What `make bench` starts; the measuring is in the package around this file."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    # A file that is started finds its own folder first; the package is one above.
    sys.path[0] = str(ROOT)
    from benchmarks.program import main

    sys.exit(main(sys.argv[1:]))
