"""The command: reads arguments, runs the rounds, prints the report and puts it where it belongs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from fleeting.domain.errors import FleetingError

from . import report
from .child import BenchmarkError
from .profile import FULL, QUICK, Profile
from .progress import Progress
from .rounds import BENCHMARKS, run_rounds

DOCS: Final = Path(__file__).parents[1] / "docs"
JSON: Final = "benchmarks.json"
PAGE: Final = "benchmarks.md"


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.render:
        _write(DOCS, report.read(DOCS / JSON))
        return 0
    profile = _profile(options)
    names = tuple(options.only or BENCHMARKS)
    _forget_settings()
    try:
        with Progress(steps=profile.rounds * len(names)) as progress:
            found = run_rounds(profile, names, progress)
    except (BenchmarkError, FleetingError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("benchmarks: interrupted, nothing written", file=sys.stderr)
        return 130
    print(report.page(found))
    is_whole = not options.quick and not options.only and options.rounds is None
    folder = options.into or (DOCS if is_whole else None)
    if folder is not None:
        _write(folder, found)
    return 0


def _profile(options: argparse.Namespace) -> Profile:
    profile = QUICK if options.quick else FULL
    return profile if options.rounds is None else replace(profile, rounds=options.rounds)


def _write(folder: Path, found: report.Findings) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JSON).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(report.page(found), encoding="utf-8")
    print(f"written: {folder / JSON}, {folder / PAGE}", file=sys.stderr)


def _forget_settings() -> None:
    """What this shell has set for fleeting must not change what is measured."""
    for name in [name for name in os.environ if name.startswith("FLEETING_") or name == "PORT"]:
        del os.environ[name]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchmarks/run.py",
        description="Measure fleeting beside stock Celery; read the ratios, not the figures.",
        epilog="A whole full run writes docs/benchmarks.json and docs/benchmarks.md; any other "
        "run prints its report and writes nothing, unless --into says where.",
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
        "--rounds", type=_rounds, metavar="N", help=f"default {FULL.rounds}, with --quick 1"
    )
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write the report there")
    parser.add_argument(
        "--render", action="store_true", help="write docs/ anew from its JSON, measuring nothing"
    )
    return parser


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds: 1 or more")
    return int(text)
