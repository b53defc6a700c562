"""Installations on every backend that fleeting supports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .deployment import Deployment

MakeDeployment = Callable[..., Deployment]

BACKENDS = {
    "valkey": {"STORE": "valkey_url"},
    "redis-tls-acl": {"STORE": "redis_tls_url"},
    "sentinel": {"STORE": "sentinel_url"},
    "cluster": {"STORE": "cluster_url", "QUEUE": "valkey_url"},
}
"""Which fixture gives the URL of which setting; a Redis Cluster holds results, not messages."""


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[MakeDeployment]:
    """Make deployments of this test; their processes are killed in the end."""
    with ExitStack() as stack:

        def make(**settings: str) -> Deployment:
            environment = {f"FLEETING_{key.upper()}": value for key, value in settings.items()}
            return stack.enter_context(Deployment(environment, logs=tmp_path))

        yield make


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings for one kind of backend."""
    named = BACKENDS[request.param]
    return {key.lower(): request.getfixturevalue(name) for key, name in named.items()}
