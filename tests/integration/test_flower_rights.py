"""A stock Flower shows workers and tasks with rights that let it neither queue nor see tasks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from .secrets.flower import blooming
from .servers.require import require
from .servers.wait import wait_until
from .test_rights import SCRIPT, guarded, rules

pytest.importorskip("flower")


def test_nothing_that_flower_needs_is_refused(tmp_path: Path) -> None:
    require("redis-server")
    with guarded(rules(), tmp_path) as installation:
        environment = {"FLEETING_STORE": installation.server.url_of("flower")}
        with blooming(environment, tmp_path / "flower.log") as flower:

            def is_seen() -> bool:
                handle = installation.api.submit(SCRIPT, "add", 1, 2)
                assert handle.result(30) == 3
                return flower.shows(handle.key)

            try:
                wait_until(is_seen, within=timedelta(seconds=40))
            except TimeoutError:
                pytest.fail(f"refused: {installation.refusals()}")
            flower.everything([])

        assert installation.refusals() == []
