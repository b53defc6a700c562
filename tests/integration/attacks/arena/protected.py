"""Runs attacks through a runner, and the next run after each."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fleeting.ports.runner import Runner, RunReport, RunRequest
from fleeting.testing.runs import Observer, sample_run

from .left import lives, outside
from .world import World

_NEXT = "import os\ndef f(a, b):\n    return [a + b, os.getppid()]\n"
_SIBLING = "import os, time\ndef f():\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n"

_LONG = 60.0
"""Seconds that an attack goes on which nothing ends."""

_LATE = 3.0
"""Seconds after its time in which a run has to have ended, on a machine that is busy."""


class Protected:
    """A worker that holds the secret, with a runner."""

    def __init__(
        self, world: World, runner: Runner, level: str, *, is_reusing: bool = False
    ) -> None:
        self._world, self._runner, self._level, self._number = world, runner, level, 0
        self._is_reusing = is_reusing
        self._server = self._next()[1]

    def facts(self) -> dict[str, object]:
        """What there is to count when attacks have come and gone."""
        # Returns when all is done that follows a run: a pool of processes is full again.
        self._runner._attendant.close()  # type: ignore[attr-defined]
        return {
            "descriptors": len(os.listdir("/proc/self/fd")),
            "threads": threading.active_count(),
            "memory_kb": int(Path("/proc/self/statm").read_text().split()[1]) * 4,
            "zombies": len(_zombies()),
        }

    def attack(self, case: dict[str, Any]) -> dict[str, Any]:
        """Try one attack and say what it has done."""
        bait = self._world.bait()
        bait |= {"server": self._server, "long": _LONG, "many": 1000}
        sibling = _Sibling(self._runner) if '"sibling"' in case["script"] else None
        bait["sibling"] = sibling.pid if sibling else 0
        if "def before(" in case["script"]:
            self._before(case)
        began = time.monotonic()
        report = self._run(self._script(case), case, bait)
        took = time.monotonic() - began
        told = _told(report)
        harms = list(_confessions(report))
        if self._is_reusing:
            harms += self._again(case, bait)
            # What is kept may well be there; what is left of it when it has ended may not.
            self._runner._kept.close()  # type: ignore[attr-defined]
        harms += self._world.harms(told)
        if took > case["timeout"] + _LATE:
            harms.append(("overdue", f"it took {took:.1f} s"))
        if report.isolation != self._level:
            harms.append(("weaker", f"it ran at the level {report.isolation}"))
        if sibling is not None and (how := sibling.end()) != "run_cancelled":
            harms.append(("signalled", f"the sibling ended with {how}"))
        harms += self._aftermath(case)
        ending = report.error.code if report.error else "value"
        exception = report.error.exception if report.error else None
        return {"harms": harms, "ending": ending, "exception": exception, "told": told[-2000:]}

    def _script(self, case: dict[str, Any]) -> str:
        """Where processes are kept, with the probe in it: that is to be another tenant's run of it."""
        return "\n".join([case["script"], case["probe"]] if self._is_reusing else [case["script"]])

    def _run(
        self,
        source: str,
        case: dict[str, Any],
        *args: object,
        function: str = "f",
        tenant: str = "",
    ) -> RunReport:
        request = self._request(source, case, *args, tenant=tenant)
        return self._runner.run(replace(request, function=function), Observer())

    def _request(
        self, source: str, case: dict[str, Any], *args: object, tenant: str = ""
    ) -> RunRequest:
        self._number += 1
        return sample_run(
            source,
            *args,
            run_id=f"attack-{self._number}",
            timeout=timedelta(seconds=case["timeout"]),
            memory_bytes=case["memory_mb"] << 20,
            max_value_bytes=case["max_value_bytes"],
            max_output_bytes=4096,
            tenant=tenant,
        )

    def _before(self, case: dict[str, Any]) -> None:
        """A run of the same script that is given the secret, as a worker has it run."""
        given = replace(
            self._request(self._script(case), case, self._world.secret),
            function="before",
            secrets=(self._world.secret,),
            reuse=False,
        )
        report = self._runner.run(given, Observer())
        if report.value is None:
            raise ValueError(_told(report))

    def _again(self, case: dict[str, Any], bait: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The same script once more, which may find its own process; then of another tenant."""
        report = self._run(self._script(case), case, bait)
        if self._world.secret in _told(report):
            yield "loot", _told(report)
        ending = report.error.code if report.error else "value"
        if ending not in {*case["ends"], *case["spoils"], "value", "script_raised"}:
            yield "again", f"the same script ends with {_told(report)}"
        if case["probe"]:
            report = self._run(self._script(case), case, function="g", tenant="another")
            if report.value != b"null":
                yield "poisoned", f"another tenant: {_told(report)}"

    def _aftermath(self, case: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if case["probe"]:
            probe = case["probe"].replace("def g():", "def f():")
            report = self._run(probe, case)
            if report.value != b"null":
                yield "poisoned", _told(report)
        try:
            total, server = self._next()
        except (ValueError, TypeError) as exc:
            yield "next", f"the next run did not work: {exc}"
            return
        if total != 3:
            yield "next", f"the next run has {total} for 3"
        if server != self._server:
            self._server = server
            yield "signalled", "runs come from another server than before"

    def _next(self) -> tuple[int, int]:
        report = self._runner.run(sample_run(_NEXT, 1, 2, run_id="next"), Observer())
        if report.value is None:
            raise ValueError(_told(report))
        total, server = json.loads(report.value)
        # In a process of its own started by this one: nothing that could be replaced.
        return total, 0 if server == os.getpid() else server


class _Sibling:
    """Another run, which goes on meanwhile."""

    def __init__(self, runner: Runner) -> None:
        self._runner, self._observer = runner, Observer()
        self._report: RunReport | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        if not self._observer.spoken.wait(20):
            raise TimeoutError("the sibling does not speak")
        self.pid = int(self._observer.output)
        self._here = outside(self.pid)

    def end(self) -> str:
        """Stop it; returns how it ended: as stopped, where nothing was done to it before."""
        was_alive = lives(self._here)
        self._runner.stop("sibling")
        self._thread.join()
        error = self._report and self._report.error
        return (error.code if error else "a value") if was_alive else "its death"

    def _run(self) -> None:
        self._report = self._runner.run(sample_run(_SIBLING, run_id="sibling"), self._observer)


def _confessions(report: RunReport) -> Iterator[tuple[str, str]]:
    if report.value is not None and report.value != b"null":
        yield "confessed", report.value[:500].decode(errors="replace")


def _told(report: RunReport) -> str:
    value = (report.value or b"").decode(errors="replace")
    return f"{value}\n{report.error or ''}\n{report.output}"


def _zombies() -> list[str]:
    children = [
        child
        for file in Path("/proc/self/task").glob("*/children")
        for child in file.read_text().split()
    ]
    return [child for child in children if not lives(int(child))]
