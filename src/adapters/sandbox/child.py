"""What the process of a run executes: `python -I -S child.py CHANNEL PARENT`.

Nothing but the way to `script_host`: Python compiles this file anew for every run. The platform's
modules go by the private name `_fleeting` here, so that `import fleeting` in a script gives what a
run may have of it.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Find the package this file lies in, and hand over."""
    package = type(sys)("_fleeting")
    package.__path__ = [__file__.rsplit("/", 3)[0]]
    sys.modules["_fleeting"] = package
    host = __import__("_fleeting.adapters.sandbox.script_host", fromlist=["host"])
    host.host(int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
