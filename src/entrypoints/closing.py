"""Release what the asynchronous ports of a process hold open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from .container import Container


async def close_adapters(container: Container, *, has_queue: bool = True) -> None:
    """Close the connections of the API's half; the worker's half closes with its execution."""
    await container.results().aclose()
    await container.sources().aclose()
    if has_queue:
        await container.queue().aclose()


def closing(
    container: Container, *, has_queue: bool
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan that ends with the adapters' connections closed."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await container.authenticator().aclose()
            await close_adapters(container, has_queue=has_queue)

    return lifespan
