"""What may happen to workers."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ..servers.wait import wait_until
from .site import Site
from .trap import POINTS, Point

_SOON = timedelta(seconds=40)


def killed_at(point: Point, pool: str = "threads"):
    """SIGKILL at a named point, at its first, second or third time."""

    def act(site: Site, number: int) -> None:
        site.resident()
        victim = site.worker(point=point, hit=1 + number % 3, pool=pool)
        site.judge()
        with site.feeding():
            fault = site.fate_of(victim)
        site.close_round(fault, victim)
        victim.kill()

    return act


def killed_at_every_point(site: Site, number: int) -> None:
    """SIGKILL to five workers at once, to each at another point."""
    site.resident()
    with ThreadPoolExecutor(len(POINTS)) as pool:
        victims = list(pool.map(lambda point: site.worker(point=point), POINTS))
    site.judge()
    with site.feeding():
        fault = max(map(site.fate_of, victims))
    site.close_round(fault, *victims)


def killed_at_any_moment(site: Site, number: int) -> None:
    """SIGKILL to the worker and all that it started, as a machine does that goes away."""
    site.resident()
    victim = site.worker()
    site.judge()
    with site.feeding():
        site.wait_for_runs(2 + number % 5)
        victim.kill()
        fault = time.time()
    site.close_round(fault, victim)


def told_to_stop(site: Site, number: int) -> None:
    """SIGTERM while short runs go on."""
    site.resident()
    victim = site.worker()
    site.judge()
    with site.feeding():
        site.wait_for_runs(3 + number % 3)
        assert victim.terminate(within=timedelta(seconds=10)) == 0
        fault = time.time()
    site.close_round(fault, victim)


def told_to_stop_in_a_long_run(site: Site, number: int) -> None:
    """SIGTERM while a run goes on that outlasts the soft shutdown."""
    site.resident()
    grace = min(7.0, site.pace.lease_seconds / 2)
    victim = site.worker(soft_shutdown_seconds=grace)
    site.judge()
    with site.feeding():
        key = _have_it_run(site, victim, seconds=grace + 3)
        assert victim.terminate(within=timedelta(seconds=10)) == 0
        fault = time.time()
    # Others may wait behind long runs that the victim did not get.
    site.close_round(fault, victim, about=key)


def stopped_in_run(site: Site, number: int) -> None:
    """SIGSTOP in a run for long enough that another takes over, then SIGCONT."""
    site.resident()
    victim = site.worker()
    site.judge()
    with site.feeding():
        _have_it_run(site, victim, seconds=2)
        victim.signal(signal.SIGSTOP)
        fault = time.time()
        lines = _resume(site, victim, fault)
        # By a heartbeat, or by the result of a run that has ended meanwhile.
        wait_until(lambda: _has_learnt(victim.output.splitlines()[lines:]), within=_SOON)
    site.close_round(fault, victim)
    victim.kill()


def stopped_before_write(site: Site, number: int) -> None:
    """SIGSTOP just before a result is written, until another has written its own; then SIGCONT."""
    site.resident()
    victim = site.worker(point="before write", hit=1 + number % 3, number=signal.SIGSTOP)
    site.judge()
    with site.feeding():
        fault = site.fate_of(victim)
        lines = _resume(site, victim, fault)
        victim.wait_for_log("late result of", within=_SOON, since=lines)
    site.close_round(fault, victim)
    victim.kill()


def _has_learnt(printed: list[str]) -> bool:
    """Whether a worker has been told that its run is another's by now."""
    return any("was taken over" in line or "late result of" in line for line in printed)


def _resume(site: Site, victim, fault: float) -> int:
    """Have a stopped worker go on after others have taken over; returns where its log was."""
    site.wait_for_ends()
    time.sleep(max(0.0, fault + site.pace.freeze_seconds - time.time()))
    lines = len(victim.output.splitlines())
    victim.signal(signal.SIGCONT)
    return lines


def long_and_delayed(site: Site, number: int) -> None:
    """No fault: a run three times as long as the lease, and a countdown longer than any."""
    site.resident()
    site.other()
    seconds = 3 * site.pace.lease_seconds
    site.submit(seconds)
    sent = time.time()
    delayed = site.submit(0, countdown_seconds=seconds)
    with site.feeding():
        wait_until(
            lambda: site.watch.of(delayed).begun,
            within=timedelta(seconds=seconds + site.pace.patience_seconds),
        )
    late = site.watch.of(delayed).begun[0] - sent - seconds
    assert 0 <= late < site.pace.late_seconds, f"fired {late:.2f} s late"
    site.close_round(None)


def _have_it_run(site: Site, victim, *, seconds: float) -> str:
    """Submit until the victim has got one; returns its key.

    Short ones first: those that come while it is about to begin would fill the other's slots.
    """
    _submit_until_it_runs(site, victim, seconds=0.2)
    return _submit_until_it_runs(site, victim, seconds=seconds)


def _submit_until_it_runs(site: Site, victim, *, seconds: float) -> str:
    until = time.monotonic() + _SOON.total_seconds()
    while time.monotonic() < until:
        key = site.submit(seconds)
        site.wait_for_claim(key)
        if site.run_of(victim, key):
            return key
    raise TimeoutError("the victim took nothing")
