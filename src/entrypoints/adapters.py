"""Find the adapter for a URL among the installed ones, by entry point."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from ..domain.errors import InvalidSetting, UnknownAdapter
from ..ports.bundles import (
    QueueOptions,
    ResultStoreAdapter,
    ResultStoreFactory,
    SecretOptions,
    SecretSourceAdapter,
    SecretSourceFactory,
    SourceStoreAdapter,
    SourceStoreFactory,
    StoreOptions,
    TaskQueueAdapter,
    TaskQueueFactory,
)

RESULT_STORE: Final = "fleeting.result_store"
SOURCE_STORE: Final = "fleeting.source_store"
TASK_QUEUE: Final = "fleeting.task_queue"
SECRET_SOURCE: Final = "fleeting.secret_source"  # noqa: S105 - the name of a group

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


def result_store(
    url: str, options: StoreOptions, variable: str = "FLEETING_STORE"
) -> ResultStoreAdapter:
    """The result store behind `url`, which that variable has.

    Raises:
        UnknownAdapter: no installed adapter serves its scheme.
        InvalidSetting: the adapter does not understand the URL.
        MissingExtra: a package that the adapter needs is not installed.
    """
    with set_by(variable):
        return cast("ResultStoreFactory", load(RESULT_STORE, url))(url, options)


def source_store(
    url: str, options: StoreOptions, variable: str = "FLEETING_SOURCE_STORE"
) -> SourceStoreAdapter:
    """The source store behind `url`; raises as `result_store`."""
    with set_by(variable):
        return cast("SourceStoreFactory", load(SOURCE_STORE, url))(url, options)


def task_queue(
    url: str, options: QueueOptions, variable: str = "FLEETING_QUEUE"
) -> TaskQueueAdapter:
    """The task queue behind `url`; raises as `result_store`."""
    with set_by(variable):
        return cast("TaskQueueFactory", load(TASK_QUEUE, url))(url, options)


def secret_source(url: str, options: SecretOptions) -> SecretSourceAdapter:
    """The source of secrets behind `url`; raises as `result_store`, without a variable."""
    return cast("SecretSourceFactory", load(SECRET_SOURCE, url))(url, options)


@contextmanager
def set_by(variable: str) -> Iterator[None]:
    """Say of a URL that cannot be which variable it stands in."""
    try:
        yield
    except (UnknownAdapter, InvalidSetting) as exc:
        raise type(exc)(f"{variable}: {exc.message}") from exc


def schemes(group: str) -> tuple[str, ...]:
    """The URL schemes that installed adapters serve."""
    return tuple(sorted(_found(group)))


def scheme_of(url: str) -> str:
    """The scheme of a URL, which names its adapter.

    Raises:
        UnknownAdapter: it has none.
    """
    scheme = url.partition("://")[0]
    if "://" not in url or _SCHEME.fullmatch(scheme) is None:
        # The text is not shown: a URL that is written wrong may begin with its password.
        raise UnknownAdapter(
            "stores, queues and sources of secrets are named by a URL that begins with a scheme, "
            "as in memory:// or redis://host:6379"
        )
    return scheme


def load(group: str, url: str) -> object:
    """The factory registered for the scheme of `url`.

    Raises:
        UnknownAdapter: there is none; the message lists those that are installed.
    """
    found, scheme = _found(group), scheme_of(url)
    if scheme not in found:
        near = difflib.get_close_matches(scheme, found, n=1)
        hint = f" (did you mean {near[0]}://?)" if near else ""
        raise UnknownAdapter(
            f"no installed {group.removeprefix('fleeting.').replace('_', ' ')} adapter serves "
            f"{scheme}://{hint}: installed are {', '.join(schemes(group))}"
        )
    return found[scheme].load()


@cache
def _found(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}
