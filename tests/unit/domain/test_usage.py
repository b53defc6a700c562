"""A namespace gets as much as it may have, and is told when to come back for more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.domain.errors import BatchTooLarge, QuotaExceeded
from fleeting.domain.limits import Limits
from fleeting.domain.usage import Usage, check_usage, has_quotas

TASKS = Limits(max_namespace_tasks=10)
BYTES = Limits(max_namespace_bytes=100)


def test_without_quotas_everything_fits() -> None:
    assert not has_quotas(Limits())
    check_usage(Usage(10**9, 10**12), Limits(), count=1000)


def test_either_quota_is_one() -> None:
    assert has_quotas(TASKS)
    assert has_quotas(BYTES)


def test_tasks_fit_up_to_the_quota() -> None:
    check_usage(Usage(open_tasks=7), TASKS, count=3)
    with pytest.raises(QuotaExceeded, match=r"8 tasks .* of 10") as told:
        check_usage(Usage(open_tasks=8), TASKS, count=3)
    assert told.value.retry_after == 5


def test_a_batch_beyond_the_quota_can_never_fit() -> None:
    with pytest.raises(BatchTooLarge, match="send several"):
        check_usage(Usage(), TASKS, count=11)


def test_values_fit_up_to_the_quota_until_some_expire() -> None:
    check_usage(Usage(live_bytes=99), BYTES, count=1)
    with pytest.raises(QuotaExceeded, match="have 100 bytes, of 100") as told:
        check_usage(Usage(live_bytes=100, relief=timedelta(seconds=12.3)), BYTES, count=1)
    assert told.value.retry_after == 13


def test_the_pause_is_a_second_at_least() -> None:
    with pytest.raises(QuotaExceeded) as told:
        check_usage(Usage(live_bytes=100, relief=timedelta(milliseconds=0)), BYTES, count=1)
    assert told.value.retry_after >= 1
