"""`make faults`: every fault many times, and what each cost, as a table."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TextIO

from .pace import FULL, QUICK
from .scenarios import SCENARIOS
from .tally import HEADER


def main() -> int:
    options = _parser().parse_args()
    # So that servers and workers end with this program.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    pace = QUICK if options.quick else FULL
    only = options.only or [""]
    chosen = [name for name in SCENARIOS if any(text in name for text in only)]
    broken = []
    _say(HEADER)
    for name in chosen:
        folder = Path(tempfile.mkdtemp(prefix="fleeting-faults-"))
        began = time.monotonic()
        scenario = SCENARIOS[name]
        try:
            tally = scenario.play(options.rounds, pace, folder)
        except Exception:  # noqa: BLE001 - the other faults are to be seen all the same
            traceback.print_exc()
            broken.append(name)
            continue
        _say(tally.row(name))
        _say(f"{name}: {time.monotonic() - began:.0f} s, {folder}", sys.stderr)
        if scenario.is_lossless and (tally.lost or tally.doubled):
            broken.append(name)
    if broken:
        _say(f"broken promises: {', '.join(broken)}", sys.stderr)
    return 1 if broken else 0


def _say(text: str, stream: TextIO = sys.stdout) -> None:
    stream.write(f"{text}\n")
    stream.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="of each; default 10")
    parser.add_argument(
        "--only",
        action="append",
        metavar="TEXT",
        help="faults with this text in their name; may be repeated",
    )
    parser.add_argument(
        "--quick", action="store_true", help="short leases and outages, as in the test suite"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
