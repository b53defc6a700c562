"""The command: reads arguments, runs the rounds, prints the report and puts it where it belongs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from fleeting.adapters.signatures.ed25519 import new_key

from . import report
from .findings import Findings, read
from .profile import FULL, QUICK, Profile
from .progress import Progress
from .rounds import BENCHMARKS, Rounds

_ROOT: Final = Path(__file__).parents[1]
DOCS: Final = _ROOT / "docs"
LAST: Final = _ROOT / ".benchmarks" / "last"
"""Where the report of a run goes that is not for the docs."""


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.render:
        _write(DOCS, read(DOCS / report.JSON))
        return 0
    _forget_settings()
    _sign()
    rounds = Rounds(_profile(options), tuple(options.only or BENCHMARKS), options.subject or ())
    is_whole = _measure(rounds)
    found = rounds.findings()
    print(found.model_dump_json(indent=1) if options.json else report.page(found))
    folder = options.into or (DOCS if is_whole and _is_for_docs(options) else LAST)
    _write(folder, found)
    if not is_whole:
        return 130
    return 1 if found.failed else 0


def _measure(rounds: Rounds) -> bool:
    """Run the rounds; False where somebody interrupted them."""
    try:
        with Progress(steps=rounds.count) as progress:
            rounds.run(progress)
    except KeyboardInterrupt:
        print("benchmarks: interrupted, what was measured is kept", file=sys.stderr)
        return False
    return True


def _is_for_docs(options: argparse.Namespace) -> bool:
    return not (options.quick or options.only or options.subject or options.rounds)


def _profile(options: argparse.Namespace) -> Profile:
    profile = QUICK if options.quick else FULL
    return profile if options.rounds is None else replace(profile, rounds=options.rounds)


def _write(folder: Path, found: Findings) -> None:
    files = ", ".join(str(path) for path in report.write(folder, found)[:2])
    print(f"written: {files}", file=sys.stderr)


def _forget_settings() -> None:
    """What this shell has set for fleeting must not change what is measured."""
    for name in [name for name in os.environ if name.startswith("FLEETING_") or name == "PORT"]:
        del os.environ[name]


def _sign() -> None:
    """API and workers want a key: all that is started from here has this one."""
    os.environ["FLEETING_SIGNING_KEY"] = new_key()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchmarks/run.py",
        description="Measure fleeting beside Celery and others; read the ratios, not the figures.",
        epilog="A whole full run writes docs/benchmarks.json, docs/benchmarks.md and its plots; "
        "any other run, also one that was interrupted, writes .benchmarks/last, unless --into "
        "says where.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="show that everything runs: its figures mean nothing"
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        choices=BENCHMARKS,
        help=f"one of {', '.join(BENCHMARKS)}; may be repeated",
    )
    parser.add_argument(
        "--subject",
        action="append",
        metavar="PATTERN",
        help="only subjects of this name, such as 'fleeting*'; may be repeated",
    )
    parser.add_argument(
        "--rounds", type=_rounds, metavar="N", help=f"default {FULL.rounds}, with --quick 1"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the page")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write the report there")
    parser.add_argument(
        "--render", action="store_true", help="write docs/ anew from its JSON, measuring nothing"
    )
    return parser


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds: 1 or more")
    return int(text)
