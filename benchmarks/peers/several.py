"""The same worker several times: `python -m benchmarks.peers.several COUNT MODULE [ARGUMENTS]`."""

from __future__ import annotations

import subprocess
import sys


def main(count: int, command: list[str]) -> int:
    workers = [subprocess.Popen([sys.executable, "-m", *command]) for _ in range(count)]
    return max(worker.wait() for worker in workers)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
