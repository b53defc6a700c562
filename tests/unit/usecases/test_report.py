from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from fleeting.domain.change import Hold
from fleeting.domain.errors import StoreDenied, StoreUnavailable
from fleeting.domain.result import Progress, Record

from .make import Installation, fail_with
from .test_leases import claimed, hold_of


@pytest.fixture
def home() -> Installation:
    return Installation()


@pytest.fixture
def running(home: Installation) -> Record:
    return claimed(home)


async def test_latest_words_of_a_run_are_shown(home: Installation, running: Record) -> None:
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("one\n")
        reporter.on_progress(1, 10, "first")
        reporter.on_output("two\n")
        reporter.on_progress(2, None, "second")
        reports.send()

    shown = await home.record(running.address)
    assert shown.output == "one\ntwo\n"
    assert shown.progress == Progress(done=2, total=None, note="second")


async def test_run_that_says_something_is_told_of_at_the_next_turn(
    home: Installation, running: Record
) -> None:
    """Also the last words before it goes silent."""
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_progress(1, 10, "")
        reports.send()
        reporter.on_progress(2, 10, "")
        reports.send()

    shown = await home.record(running.address)
    assert shown.progress == Progress(done=2, total=10)


def test_all_runs_share_one_round_trip(home: Installation) -> None:
    reports = home.worker.reports
    one, other = claimed(home, number=1), claimed(home, number=2)

    with reports.open(hold_of(one)) as this, reports.open(hold_of(other)) as that:
        this.on_output("1")
        that.on_output("2")
        reports.send()

    assert home.worker.writer.calls.count("report") == 1


@pytest.mark.parametrize("words", [[], ["said before"]])
def test_nothing_is_sent_where_nothing_was_said(
    home: Installation, running: Record, words: list[str]
) -> None:
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        for word in words:
            reporter.on_output(word)
        reports.send()
        reports.send()

    assert home.worker.writer.calls.count("report") == len(words)


def test_run_that_has_ended_is_told_of_no_more(home: Installation, running: Record) -> None:
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("too late")
    reports.send()

    assert home.worker.writer.calls.count("report") == 0


async def test_store_that_is_away_is_told_the_next_time(
    home: Installation, running: Record, caplog: pytest.LogCaptureFixture
) -> None:
    reports = home.worker.reports
    home.worker.writer.before("report", fail_with(StoreUnavailable("the store is away")))

    with caplog.at_level(logging.DEBUG), reports.open(hold_of(running)) as reporter:
        reporter.on_output("one\n")
        reports.send()
        reporter.on_output("two\n")
        reports.send()

    assert (await home.record(running.address)).output == "one\ntwo\n"
    assert "progress of 1 run(s) not shown: the store is away" in caplog.text


async def test_last_words_before_silence_reach_a_store_that_was_away(
    home: Installation, running: Record
) -> None:
    """Who sends is woken for them at once: the run says nothing that would."""
    reports = home.worker.reports
    home.worker.writer.before("report", fail_with(StoreUnavailable("the store is away")))

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("one\n")
        reports.send()
        reports.wait()
        reports.send()

    assert (await home.record(running.address)).output == "one\n"


def test_store_that_refuses_is_not_told_again(home: Installation, running: Record) -> None:
    """It would refuse the same every time."""
    reports = home.worker.reports
    home.worker.writer.before("report", fail_with(StoreDenied("no such right")))

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("one\n")
        reports.send()

        assert reporter.news() is None


async def test_all_that_a_store_has_missed_is_shown(home: Installation, running: Record) -> None:
    """However often it was asked in vain."""
    reports = home.worker.reports
    home.worker.writer.before("report", *[fail_with(StoreUnavailable("the store is away"))] * 3)

    with reports.open(hold_of(running)) as reporter:
        for text in "abcd":
            reporter.on_output(text * 5000)
            reports.send()

    shown = await home.record(running.address)
    assert shown.output == "a" * 5000 + "b" * 5000 + "c" * 5000 + "d" * 5000


async def test_output_is_shown_by_its_end(home: Installation, running: Record) -> None:
    """Readers know how much came before it."""
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("a" * 5000)
        reports.send()
        reports.wake()
        reporter.on_output("b" * 5000)
        reports.send()
        reporter.on_output("c" * 5000)
        reports.send()
        reporter.on_output("d")
        reports.send()

    shown = await home.record(running.address)
    assert shown.output == "b" * 3191 + "c" * 5000 + "d"
    assert shown.output_start == 15_001 - 8192


async def test_output_that_comes_faster_than_notes_is_shown_whole(
    home: Installation, running: Record
) -> None:
    """Up to a limit: the record of a flood must stay small."""
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("a" * 60_000)
        reports.send()
        assert len((await home.record(running.address)).output) == 60_000
        reporter.on_output("b" * 60_000)
        reports.send()

    shown = await home.record(running.address)
    assert shown.output == "a" * 5536 + "b" * 60_000
    assert shown.output_start == 120_000 - 65_536


async def test_progress_alone_leaves_the_output_unsaid(home: Installation, running: Record) -> None:
    with home.worker.reports.open(hold_of(running)) as reporter:
        reporter.on_progress(1, None, "")
        note = reporter.news()

    assert note is not None
    assert note.output is None


async def test_words_are_made_storable(home: Installation, running: Record) -> None:
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("\ud800")
        reporter.on_progress(1, None, "\udfff")
        reports.send()

    shown = await home.record(running.address)
    assert shown.output == "\\ud800"
    assert shown.progress == Progress(done=1, note="\\udfff")


@pytest.mark.parametrize(
    ("done", "total"), [(float("nan"), None), (1, float("inf")), (10**400, None)]
)
def test_progress_that_no_record_can_hold_is_left_out(
    home: Installation, running: Record, done: float, total: float | None
) -> None:
    """A run must not fail because of what it says."""
    with home.worker.reports.open(hold_of(running)) as reporter:
        reporter.on_progress(done, total, "")

        assert reporter.progress is None
        assert reporter.news() is None


def test_reporter_knows_how_far_the_run_has_come(home: Installation, running: Record) -> None:
    with home.worker.reports.open(hold_of(running)) as reporter:
        assert reporter.progress is None
        reporter.on_progress(1, 2, "half")

        assert reporter.progress == Progress(done=1, total=2, note="half")


def test_who_sends_sleeps_until_a_run_says_something(home: Installation, running: Record) -> None:
    reports = home.worker.reports

    with ThreadPoolExecutor() as pool, reports.open(hold_of(running)) as reporter:
        waiting = pool.submit(reports.wait)
        assert not waiting.done()
        reporter.on_output("a word")
        waiting.result(timeout=5)
        reports.send()

        waiting = pool.submit(reports.wait)
        assert not waiting.done()
        reporter.on_progress(1, None, "")
        waiting.result(timeout=5)


def test_who_sends_can_be_woken(home: Installation) -> None:
    reports = home.worker.reports

    reports.wake()

    reports.wait()


def test_what_is_said_while_a_report_is_sent_is_not_lost(
    home: Installation, running: Record
) -> None:
    reports = home.worker.reports

    with reports.open(hold_of(running)) as reporter:
        reporter.on_output("one\n")
        home.worker.writer.before("report", lambda: reporter.on_output("two\n"))
        reports.send()
        reports.wait()

        note = reporter.news()

    assert note is not None
    assert (note.hold, note.output) == (Hold(running.address, "running:1"), "one\ntwo\n")
