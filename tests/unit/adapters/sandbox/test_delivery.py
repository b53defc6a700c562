"""An observer hears everything, from another thread, and holds up nobody."""

from __future__ import annotations

import logging
from threading import Event, get_ident

import pytest

from fleeting.adapters.sandbox.delivery import Delivery
from fleeting.testing.runner import Observer


class SlowObserver(Observer):
    """Waits in its first word until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()
        self.texts: list[str] = []

    def on_output(self, text: str) -> None:
        self.texts.append(text)
        super().on_output(text)
        self.let_go.wait(30)


def test_everything_is_heard_before_it_is_closed() -> None:
    observer = Observer()
    delivery = Delivery(observer)

    delivery.output("one\n")
    delivery.progress(1, 2, "half")
    delivery.output("two\n")
    delivery.close()

    assert observer.output == "one\ntwo\n"
    assert [statement.done for statement in observer.progress] == [1]
    assert get_ident() not in observer.threads


def test_what_comes_while_an_observer_is_busy_is_merged() -> None:
    observer = SlowObserver()
    delivery = Delivery(observer)
    delivery.output("first\n")
    observer.spoken.wait(30)

    for number in range(3):
        delivery.output(f"{number}\n")
        delivery.progress(number, None, "")
    observer.let_go.set()
    delivery.close()

    assert observer.texts == ["first\n", "0\n1\n2\n"]
    assert [statement.done for statement in observer.progress] == [2]


def test_silent_run_costs_no_thread() -> None:
    observer = Observer()
    delivery = Delivery(observer)

    delivery.output("")
    delivery.close()

    assert not observer.threads


def test_failing_observer_is_logged_and_asked_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever configures logging in this process (a linter under test, say) silences loggers.
    monkeypatch.setattr(logging.getLogger(Delivery.__module__), "disabled", False)

    class Failing(Observer):
        def on_output(self, text: str) -> None:
            super().on_output(text)
            raise RuntimeError

    observer = Failing()
    delivery = Delivery(observer)
    with caplog.at_level(logging.ERROR):
        delivery.output("one\n")
        observer.spoken.wait(30)
        delivery.progress(1, None, "")
        delivery.close()

    assert [statement.done for statement in observer.progress] == [1]
    assert "an observer failed; its run goes on" in caplog.text
