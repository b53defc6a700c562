"""A process of the same user that holds a secret and notes which signals it gets.

`victim.py`: the environment names the secret and where it lies. Says its pid, the address of the
secret in its memory and a descriptor of a file with it; then, for each line, what it has noted.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys


def main() -> None:
    """Answer each line with the signals noted since the last."""
    noted: list[int] = []
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGIO, signal.SIGTERM):
        signal.signal(number, lambda number, _: noted.append(number))
    secret = os.environ["SECRET_TOKEN"].encode()
    memory = ctypes.create_string_buffer(secret)
    descriptor = os.open(os.environ["SECRET_FILE"], os.O_RDONLY)
    here = {"pid": os.getpid(), "address": ctypes.addressof(memory), "descriptor": descriptor}
    print(json.dumps(here), flush=True)
    for _ in sys.stdin:
        told = list(noted)
        if memory.value != secret:
            told.append(-1)
            memory.value = secret
        noted.clear()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
