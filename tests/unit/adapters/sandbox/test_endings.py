"""Every way in which a run ends has its error, and words that say what to do."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest

from fleeting.adapters.sandbox.endings import (
    cancelled,
    died,
    flooded,
    misbehaved,
    out_of_memory,
    timed_out,
)
from fleeting.domain.outcome import Outcome


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (cancelled(), "run_cancelled", "cancelled on request"),
        (timed_out(timedelta(seconds=1.5)), "run_timed_out", "longer than its 1.5 seconds"),
        (flooded(10), "output_too_large", "over 16 times the 10 bytes"),
        (misbehaved("it lied"), "run_protocol_error", "was stopped: it lied"),
        (died(3, None), "run_died", "exited with code 3"),
        (died(0, None), "run_died", "exited with code 0"),
        (died(-signal.SIGSEGV, None), "run_died", "died of SIGSEGV"),
        (died(-signal.SIGKILL, None), "run_died", "killed from outside (SIGKILL)"),
        (died(-signal.SIGXCPU, None), "run_died", "died of SIGXCPU"),
        (died(-signal.SIGXCPU, timedelta(seconds=2)), "run_timed_out", "its 2 seconds"),
        (died(-55, None), "run_died", "died of signal 55"),
    ],
)
def test_ending_has_its_error(outcome: Outcome, code: str, words: str) -> None:
    assert outcome.error is not None
    assert outcome.error.code == code
    assert words in outcome.error.message


def test_memory_is_told_in_mebibytes() -> None:
    assert out_of_memory(64 << 20) == "the run asked for more memory than its 64 MiB"
