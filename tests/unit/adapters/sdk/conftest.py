"""One platform in memory, seen through either gateway: what a caller sees must be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.adapters.sdk.local_gateway import LocalGateway
from fleeting.adapters.sdk.surface import Surface
from fleeting.domain.limits import Limits
from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.embedded import embedded_worker
from fleeting.entrypoints.settings import Settings

from .streaming_transport import StreamingTransport

URL = "http://fleeting.test"
LIMITS = Limits(max_batch=10)


@pytest.fixture
def container() -> Iterator[Container]:
    """Everything in memory, scripts inside this process, small batches; workers at work."""
    settings = Settings(store="memory://", isolation="none", limits=LIMITS, max_body_bytes=20_000)
    container = Container(settings=settings)
    with embedded_worker(container):
        yield container


@pytest.fixture
def local(container: Container) -> Callable[[str], Surface]:
    def make(namespace: str = "") -> Surface:
        return Surface(
            LocalGateway(
                submit=container.submit(),
                check=container.check(),
                cancel=container.cancel(),
                retriever=container.retriever(),
                namespace=namespace,
                release=container.follow().close,
            )
        )

    return make


@pytest.fixture
def http(container: Container) -> Callable[[str], Surface]:
    transport = StreamingTransport(make_app(container, container.settings()))

    def make(namespace: str = "") -> Surface:
        return Client(URL, namespace=namespace, transport=transport)

    return make


@pytest.fixture(params=["local", "http"])
def platform(request: pytest.FixtureRequest) -> Iterator[Surface]:
    """The surface over each gateway in turn."""
    with request.getfixturevalue(request.param)("") as surface:
        yield surface
