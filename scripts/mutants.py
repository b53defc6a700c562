"""Changes the domain in small ways, runs its unit tests on each change and prints the score.

The score is the share of changes that some test notices. What survived is listed; look at one
with `cd build/mutation && mutmut show NAME`. Results are kept: a second run only repeats what
has changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "build" / "mutation"
MUTMUT = Path(sys.executable).with_name("mutmut")
NOTICED = ("killed", "timeout", "segfault")


def main() -> int:
    lay_out()
    status = mutmut("run")
    if status:
        return status
    mutmut("results")
    mutmut("export-cicd-stats")
    counts = json.loads((COPY / "mutants" / "mutmut-cicd-stats.json").read_text())
    noticed, total = sum(counts[word] for word in NOTICED), counts["total"]
    print(f"Mutation score of domain/: {noticed / total:.1%} ({noticed} of {total})")
    return 0


def lay_out() -> None:
    """Copy the package under its own name, and its tests beside it."""
    for source, name in ((ROOT / "src", "fleeting"), (ROOT / "tests", "tests")):
        shutil.rmtree(COPY / name, ignore_errors=True)
        shutil.copytree(source, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", COPY)
    # Python never again looks into a folder of its path that was not there when it started.
    (COPY / "mutants").mkdir(exist_ok=True)


def mutmut(*words: str) -> int:
    # The copy comes first on the path, before the editable installation.
    environment = {**os.environ, "PYTHONPATH": str(COPY / "mutants")}
    return subprocess.run([MUTMUT, *words], cwd=COPY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
