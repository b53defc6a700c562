"""How a run in the sandbox compares with a Python process started for it, and the bars set."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from .ratio import Ratio, less
from .rows import Place

LARGE: Final = "warm, with numpy and pandas"

_JOB: Final = "subprocess, the same job"
_PASS: Final = "subprocess, -c pass"
_FORK: Final = "fork, exec(), exit"


def has_libraries() -> bool:
    """Whether there is something large to load: fleeting itself needs neither."""
    return all(find_spec(name) is not None for name in ("numpy", "pandas"))


def _p50(name: str, top: str, bottom: str, says: str, *, bar: float | None = None) -> Ratio:
    return less(name, "p50_ms", (Place("sandbox", top), Place("sandbox", bottom)), says, bar=bar)


def _cpu(name: str, top: str, bottom: str, says: str, *, bar: float | None = None) -> Ratio:
    return less(
        name, "cpu_us_per_run", (Place("sandbox", top), Place("sandbox", bottom)), says, bar=bar
    )


RATIOS: Final = (
    _p50(
        "sandbox_fresh_vs_subprocess",
        "fresh",
        _JOB,
        "p50 of a run: a fresh confined process, none waiting, over `subprocess.run([python, "
        '"-I", "-S", "-c", …])` that reads the parameters, runs the source and prints the value',
        bar=0.15,
    ),
    _p50(
        "sandbox_warm_vs_subprocess",
        "warm",
        _JOB,
        "The same, from the pool of waiting processes, as by default",
        bar=0.06,
    ),
    _p50("sandbox_reuse_vs_subprocess", "reuse", _JOB, "The same, process kept", bar=0.01),
    _p50(
        "sandbox_fresh_vs_subprocess_pass",
        "fresh",
        _PASS,
        "A fresh confined process over `subprocess.run` of a Python that does nothing, `-c pass`",
    ),
    _p50("sandbox_warm_vs_subprocess_pass", "warm", _PASS, "The same, from the pool"),
    _p50("sandbox_reuse_vs_subprocess_pass", "reuse", _PASS, "The same, process kept"),
    _cpu(
        "sandbox_fresh_cpu_vs_fork_exec",
        "fresh, in a row",
        f"{_FORK}, in a bare interpreter",
        "CPU time of a run, worker and fork server included: a fresh confined process over a bare "
        "`os.fork`, `exec` of the source, exit, in an interpreter with nothing loaded",
        bar=1.5,
    ),
    _cpu(
        "sandbox_fresh_cpu_vs_fork_exec_in_worker",
        "fresh, in a row",
        f"{_FORK}, in a worker's process",
        "The same over a bare fork of a process that has loaded what a worker has",
    ),
    *(
        [
            _p50(
                "sandbox_numpy_pandas_warm_vs_bare",
                LARGE,
                "warm",
                "p50 of a run from the pool, numpy and pandas loaded, over one without",
                bar=1.5,
            )
        ]
        if has_libraries()
        else []
    ),
)
