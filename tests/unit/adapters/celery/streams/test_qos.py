"""When a channel asks for messages, and when it reads those that were handed out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fleeting.adapters.celery.streams.qos import QoS


@pytest.fixture
def channel():
    custody = SimpleNamespace(give_back=lambda _: None)
    return SimpleNamespace(_in_poll=None, custody=custody)


@pytest.fixture
def full(channel):
    qos = QoS(channel, prefetch_count=1)
    qos.append(object(), "one")
    yield qos
    qos.restore_unacked()


def test_full_channel_asks_for_nothing(full):
    assert not full.can_consume()


def test_answer_is_read_though_the_channel_has_become_full(full, channel):
    """Unread it would keep its messages from all others."""
    channel._in_poll = object()

    assert full.can_consume()
