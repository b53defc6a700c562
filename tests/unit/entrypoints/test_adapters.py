from __future__ import annotations

import pytest

from fleeting.adapters.memory import adapter as memory
from fleeting.domain.errors import ConfigurationError, UnknownAdapter
from fleeting.entrypoints import adapters
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import load
from fleeting.ports.bundles import (
    QueueOptions,
    ResultStoreAdapter,
    SourceStoreAdapter,
    StoreOptions,
    TaskQueueAdapter,
)

STORE_OPTIONS = StoreOptions(prefix="p:")
QUEUE_OPTIONS = QueueOptions(prefix="{p}:", name="q", inline_source_bytes=9)
GROUPS = [adapters.RESULT_STORE, adapters.SOURCE_STORE, adapters.TASK_QUEUE]


def test_adapters_are_found_by_the_scheme_of_the_url() -> None:
    results = adapters.result_store("memory://", STORE_OPTIONS)
    sources = adapters.source_store("memory://", STORE_OPTIONS)
    queue = adapters.task_queue("memory://", QUEUE_OPTIONS)

    assert isinstance(results, ResultStoreAdapter)
    assert isinstance(sources, SourceStoreAdapter)
    assert isinstance(queue, TaskQueueAdapter)


@pytest.mark.parametrize("group", GROUPS)
def test_memory_is_always_there(group: str) -> None:
    assert "memory" in adapters.schemes(group)
    assert adapters.schemes(group) == tuple(sorted(adapters.schemes(group)))


@pytest.mark.parametrize("group", GROUPS)
def test_every_scheme_leads_to_a_factory(group: str) -> None:
    for scheme in adapters.schemes(group):
        assert callable(adapters.load(group, f"{scheme}://"))


def test_factory_is_the_one_of_the_entry_point() -> None:
    assert adapters.load(adapters.RESULT_STORE, "memory://x") is memory.result_store


def test_misspelt_scheme_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownAdapter) as refusal:
        adapters.load(adapters.RESULT_STORE, "reddis://host")

    message = refusal.value.message
    assert message.startswith("no installed result store adapter serves reddis:// (did you mean re")
    assert "installed are memory, redis, " in message


def test_scheme_that_resembles_none_is_answered_with_all() -> None:
    with pytest.raises(UnknownAdapter, match=r"^no installed task queue .* serves kafka://: inst"):
        adapters.load(adapters.TASK_QUEUE, "kafka://host")


@pytest.mark.parametrize(
    "url", ["", "memory", "redis:hunter2@host", "hunter2@host://x", "://hunter2", "1st://hunter2"]
)
def test_text_without_a_scheme_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(UnknownAdapter, match="a URL that begins with a scheme") as refusal:
        adapters.load(adapters.RESULT_STORE, url)

    assert "hunter2" not in refusal.value.message


def test_url_that_cannot_be_is_refused_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_STORE", "redis://host:port")
    monkeypatch.setenv("FLEETING_SECRETS", "valt://host")
    container = Container(settings=load())
    for make, words in (
        (container.results, r"^FLEETING_STORE: 'host:port' in the Redis URL is no address"),
        (container.sources, r"^FLEETING_STORE: "),
        (container.secrets, r"^FLEETING_SECRETS: no installed .* serves valt://"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            make()

    monkeypatch.setenv("FLEETING_QUEUE", "kafka://host")
    monkeypatch.setenv("FLEETING_SOURCE_STORE", "memory")
    container = Container(settings=load())
    with pytest.raises(UnknownAdapter, match=r"^FLEETING_QUEUE: no installed task queue adapter"):
        container.queue()
    with pytest.raises(UnknownAdapter, match=r"^FLEETING_SOURCE_STORE: stores, queues and"):
        container.sources()
