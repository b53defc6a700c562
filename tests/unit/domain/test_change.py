from __future__ import annotations

from datetime import timedelta

from fleeting.domain.change import opening, transition

from .make import ERROR, NOW, SECOND, a_record, a_running_record

LATER = NOW + timedelta(minutes=1)


def test_opening_expects_nothing_and_makes_no_claim() -> None:
    change = opening(a_record(), now=NOW)

    assert (change.record, change.expected) == (a_record(), None)
    assert (change.lease, change.value, change.only_if_stale) == (None, None, False)


def test_opened_record_is_kept_beyond_its_deadline_by_its_ttl() -> None:
    assert opening(a_record(), now=LATER).keep == timedelta(hours=1, minutes=5 - 1)


def test_transition_expects_the_version_it_starts_from() -> None:
    old = a_running_record()

    change = transition(old, old.failed(at=LATER, error=ERROR), now=LATER)

    assert change.expected == "running:1"
    assert change.record.version == "failed:1"
    assert (change.lease, change.value, change.only_if_stale) == (None, None, False)


def test_final_record_is_kept_for_its_ttl() -> None:
    old = a_running_record()

    assert transition(old, old.lost(at=LATER, error=ERROR), now=LATER).keep == old.ttl


def test_open_record_is_kept_as_before() -> None:
    old = a_running_record()

    keep = transition(old, old.queued(), now=LATER).keep

    assert keep == old.keep_until - LATER


def test_final_record_is_kept_for_its_ttl_whatever_the_clock_says() -> None:
    """A worker's clock that is behind does not shorten the life of a value."""
    old = a_running_record()
    new = old.lost(at=LATER, error=ERROR)

    assert transition(old, new, now=LATER - 1000 * SECOND).keep == old.ttl


def test_value_goes_with_the_record() -> None:
    old = a_running_record()

    assert transition(old, old.queued(), now=LATER, value=b"3").value == b"3"
