"""What a fork server executes: `python -I -S -X utf8 start.py CONTROL`.

As in `child.py` of the folder above, the platform's modules go by the private name `_fleeting`.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Find the package this file lies in, and hand over."""
    package = type(sys)("_fleeting")
    package.__path__ = [__file__.rsplit("/", 4)[0]]
    sys.modules["_fleeting"] = package
    zygote = "_fleeting.adapters.sandbox.zygote"
    __import__(f"{zygote}.arenas", fromlist=["reserve"]).reserve()
    grounds = __import__(f"{zygote}.grounds", fromlist=["Grounds"]).Grounds()
    server = __import__(f"{zygote}.server", fromlist=["serve"])
    server.serve(int(sys.argv[1]), grounds)


if __name__ == "__main__":
    main()
