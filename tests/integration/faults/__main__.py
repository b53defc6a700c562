"""`make faults`: every fault many times, and what each cost, as a table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

from fleeting.adapters.signatures.ed25519 import new_key

from .backlog import MIB, backlog
from .pace import FULL, QUICK, Pace
from .scenarios import SCENARIOS
from .tally import HEADER


def main() -> int:
    options = _parser().parse_args()
    # So that servers and workers end with this program.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.environ.setdefault("FLEETING_SIGNING_KEY", new_key())
    if options.backlog:
        _drain(options.backlog)
        return 0
    pace = QUICK if options.quick else FULL
    only = options.only or [""]
    chosen = [name for name in SCENARIOS if any(text in name for text in only)]
    _say(HEADER)
    kept = _play_all(chosen, options.rounds, pace, options.jobs)
    broken = [name for name, is_kept in zip(chosen, kept, strict=True) if not is_kept]
    if broken:
        _say(f"broken promises: {', '.join(broken)}", sys.stderr)
    return 1 if broken else 0


def _play_all(names: Sequence[str], rounds: int, pace: Pace, jobs: int) -> list[bool]:
    if jobs == 1:
        return [_play(name, rounds, pace) for name in names]
    # Not as a context: when this program is told to stop, what waits does not begin any more.
    pool = ThreadPoolExecutor(jobs)
    try:
        return list(pool.map(lambda name: _play(name, rounds, pace), names))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _play(name: str, rounds: int, pace: Pace) -> bool:
    """Have a fault happen, and say what it cost; whether it kept what is promised."""
    folder = Path(tempfile.mkdtemp(prefix="fleeting-faults-"))
    began = time.monotonic()
    scenario = SCENARIOS[name]
    try:
        tally = scenario.play(rounds, pace, folder)
    except Exception:  # noqa: BLE001 - the other faults are to be seen all the same
        traceback.print_exc()
        return False
    _say(tally.row(name))
    _say(f"{name}: {time.monotonic() - began:.0f} s, {folder}", sys.stderr)
    return not (scenario.is_lossless and (tally.lost or tally.doubled))


def _drain(tasks: int) -> None:
    """A pile of so many tasks between two small ones."""
    with backlog(Path(tempfile.mkdtemp(prefix="fleeting-backlog-"))) as worker:
        worker.drain(1_000)  # the first batches find nothing compiled and no memory taken
        for size in (2_000, tasks, 2_000):
            pile = worker.drain(size)
            _say(
                f"{pile.tasks:,} tasks: {pile.rate:,.0f}/s; afterwards Redis has "
                f"{pile.redis_bytes / MIB:.1f} MiB, the worker {pile.worker_bytes / MIB:.1f} MiB, "
                f"{pile.left} things are left"
            )


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
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="faults at the same time")
    parser.add_argument(
        "--backlog", type=int, metavar="TASKS", help="have so many tasks wait and drain instead"
    )
    parser.add_argument(
        "--quick", action="store_true", help="short leases and outages, as in the test suite"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
