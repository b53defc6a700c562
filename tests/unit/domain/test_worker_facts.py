from __future__ import annotations

from datetime import UTC, datetime

from fleeting.domain.isolation import Isolation
from fleeting.domain.worker_facts import WorkerFacts, levels_in_force, refused_by_all


def a_worker(isolation: Isolation = Isolation.CONFINED, **refused: int) -> WorkerFacts:
    return WorkerFacts(
        worker="w",
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
        version="1.0",
        python="3.11.7",
        platform="Linux",
        isolation=isolation,
        refused=refused,
    )


def test_each_level_is_named_once() -> None:
    levels = [Isolation.ISOLATED, Isolation.PROCESS, Isolation.ISOLATED]

    assert levels_in_force([a_worker(level) for level in levels]) == [
        Isolation.PROCESS,
        Isolation.ISOLATED,
    ]


def test_what_all_have_refused_is_added_up_by_reason() -> None:
    workers = [a_worker(altered=1), a_worker(altered=2, unsigned=3), a_worker()]

    assert refused_by_all(workers) == {"altered": 3, "unsigned": 3}
