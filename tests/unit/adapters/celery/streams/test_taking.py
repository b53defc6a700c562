"""What a channel asks next: to look, or to wait where nothing is left."""

from __future__ import annotations

from fleeting.adapters.celery.streams.keys import queue_keys
from fleeting.adapters.celery.streams.reader import Reader
from fleeting.adapters.celery.streams.taking import Asking

QUEUES = [queue_keys("", "tasks")]
READER = Reader("me")


def an_answer(count: int) -> list[object]:
    return [[b"tasks:stream:0", [[b"%d-0" % n, [b"message", b"{}"]] for n in range(count)]]]


def asked(asking: Asking, *, limit: int) -> str:
    return str(asking.words(READER, QUEUES, limit)[0])


def test_first_question_is_a_look():
    assert asked(Asking(1), limit=4) == "EVALSHA"


def test_answer_with_less_than_was_asked_for_is_followed_by_a_wait():
    asking = Asking(1)
    asked(asking, limit=4)

    asking.understand(an_answer(3))

    assert asked(asking, limit=4) == "XREADGROUP"


def test_full_answer_is_followed_by_another_look():
    asking = Asking(1)
    asked(asking, limit=4)

    asking.understand(an_answer(4))

    assert asked(asking, limit=4) == "EVALSHA"


def test_queue_that_is_new_is_looked_at_first():
    asking = Asking(1)
    asked(asking, limit=4)
    asking.understand([])

    words = asking.words(READER, [*QUEUES, queue_keys("", "others")], 4)

    assert words[0] == "EVALSHA"
