"""The API as an operator starts it, with tokens of a real OpenID provider and a policy file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import Forbidden, NotAuthenticated, ResultGone

from ..pipeline.deployment import Deployment
from ..servers.openid_provider import API, PROGRAM, OpenIdProvider

POLICY = """
[[grants]]
groups = ["fleeting-team-*"]
namespaces = ["team-a"]

[[grants]]
groups = ["fleeting-team-*"]
scopes = ["results:read"]
namespaces = ["shared"]
"""
SOURCE = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def url(openid: OpenIdProvider, logs: Path) -> Iterator[str]:
    """An API with a worker of its own."""
    (logs / "policy.toml").write_text(POLICY)
    environment = {
        "FLEETING_AUTH": "oidc",
        "FLEETING_AUTH_ISSUER": openid.issuer,
        "FLEETING_AUTH_AUDIENCE": API,
        "FLEETING_POLICY": str(logs / "policy.toml"),
        "FLEETING_AUDIT": str(logs / "audit.log"),
    }
    with Deployment(environment, logs=logs) as deployment:
        yield deployment.api()


def test_a_program_gets_as_far_as_its_token_and_the_policy_say(
    url: str, openid: OpenIdProvider, logs: Path
) -> None:
    token = openid.token()
    with Client(url, token=token, namespace="team-a") as client:
        handle = client.submit(SOURCE, "add", 1, 2)
        assert handle.result(timeout=60) == 3
        assert client.values("add") == [3]
        with pytest.raises(Forbidden, match="tasks:cancel"):
            handle.cancel()
    shared = Client(url, token=token, namespace="shared")
    with shared, pytest.raises(Forbidden, match="tasks:submit"):
        shared.submit(SOURCE, "add", 1, 2)
    with Client(url, token=token, namespace="team-b") as client, pytest.raises(ResultGone):
        client.result(handle.key)
    with Client(url, token=token) as client, pytest.raises(Forbidden, match="X-Fleeting-Namesp"):
        client.values("add")
    with Client(url) as client, pytest.raises(NotAuthenticated):
        client.values("add")

    lines = [json.loads(line) for line in (logs / "audit.log").read_text().splitlines()]
    accepted = next(line for line in lines if line["action"] == "submitTask")
    assert (accepted["subject"], accepted["keys"]) == (PROGRAM, [handle.key])
    assert [line["outcome"] for line in lines].count("denied") == 5
    for path in logs.iterdir():
        assert token not in path.read_text(), f"the token is in {path.name}"
