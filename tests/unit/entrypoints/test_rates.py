"""Limits in the settings become what counts requests, or are refused at the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fleeting.adapters.memory.adapter import result_store
from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.errors import InvalidSetting, StoreUnavailable
from fleeting.domain.limits import Limits
from fleeting.domain.rate import RateClass, Window
from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.rates import make_refused, make_throttle
from fleeting.entrypoints.settings import Settings, load
from fleeting.entrypoints.tokens import create as create_token
from fleeting.ports.bundles import ResultStoreAdapter, StoreOptions

from ..adapters.fastapi.make import TASK, serving


@pytest.fixture
def results() -> ResultStoreAdapter:
    return result_store("memory://", StoreOptions())


def test_rates_are_read_by_class() -> None:
    settings = Settings(rate_submit="100/second, 2000/minute", rate_refused="20/minute")

    assert settings.rates == {
        RateClass.SUBMIT: (Window(100, 1), Window(2000, 60)),
        RateClass.REFUSED: (Window(20, 60),),
    }


def test_every_class_has_a_setting() -> None:
    assert {f"rate_{kind}" for kind in RateClass} <= set(Settings.model_fields)


def test_what_is_no_rate_is_refused_at_the_start() -> None:
    with pytest.raises(InvalidSetting, match=r"FLEETING_RATE_READ=often .*: 'often' is no rate"):
        load(rate_read="often")


def test_nothing_counts_without_limits(results: ResultStoreAdapter) -> None:
    assert make_throttle(Settings(), results, ManualClock()) is None
    assert make_refused(None, ManualClock()) is None


def test_nobody_is_turned_away_without_a_limit_for_refused_tokens(
    results: ResultStoreAdapter,
) -> None:
    throttle = make_throttle(Settings(rate_read="1/second"), results, ManualClock())
    assert make_refused(throttle, ManualClock()) is None


def test_a_store_that_cannot_count_takes_no_limits(results: ResultStoreAdapter) -> None:
    poor = replace(results, make_rate_limiter=None)
    with pytest.raises(InvalidSetting, match="memory:// cannot count"):
        make_throttle(Settings(rate_read="1/second"), poor, ManualClock())


async def test_what_happens_when_the_counts_are_away_is_a_setting() -> None:
    for when_away, is_open in (("open", True), ("closed", False)):
        settings = Settings(rate_read="1/second", rate_when_away=when_away)
        results = result_store("memory://", StoreOptions())
        results.health.switch.turn_off(StoreUnavailable("away"))  # type: ignore[attr-defined]
        throttle = make_throttle(settings, results, ManualClock())
        assert throttle is not None
        if is_open:
            assert await throttle(RateClass.READ, "ann") is None
        else:
            with pytest.raises(StoreUnavailable):
                await throttle(RateClass.READ, "ann")


async def test_an_installation_holds_its_limits_and_quotas() -> None:
    settings = Settings(rate_submit="3/hour", limits=Limits(max_namespace_tasks=2))
    container = Container(settings=settings)
    async with serving(make_app(container, settings)) as client:
        found = [await client.post("/tasks", json=TASK) for _ in range(4)]
        told = (await client.get("/capabilities")).json()["limits"]

    assert [answer.status_code for answer in found] == [202, 202, 429, 429]
    assert [answer.json().get("code") for answer in found[2:]] == ["quota_exceeded", "rate_limited"]
    assert told["max_namespace_tasks"] == 2


async def test_addresses_are_turned_away_where_tokens_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    token, _ = create_token(subject="ci", scopes=["results:read"], groups=[], days=0, file=file)
    settings = Settings(auth="tokens", auth_tokens_file=str(file), rate_refused="1/hour")
    async with serving(make_app(Container(settings=settings), settings)) as client:
        found = [
            (
                await client.get("/functions", headers={"Authorization": f"Bearer {sent}"})
            ).status_code
            for sent in (token, "x", "x", token)
        ]

    assert found == [200, 401, 429, 429]


def test_usage_is_kept_where_somebody_asks_for_it() -> None:
    for limits, is_kept in ((Limits(), False), (Limits(max_namespace_bytes=1), True)):
        container = Container(settings=Settings(limits=limits))
        assert container.store_options().keeps_usage is is_kept
