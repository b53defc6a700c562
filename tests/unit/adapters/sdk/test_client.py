"""What a client says of itself with every call."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from fleeting.adapters.sdk.client import Client
from fleeting.domain import errors as e

from .scripted_service import URL, ScriptedService


def asked(**arguments: Any) -> httpx2.Request:
    service = ScriptedService(httpx2.Response(200, json={"functions": []}))
    with Client(URL, transport=service, **arguments) as client:
        client.functions()
    return service.requests[0]


def test_the_token_is_a_bearer_token() -> None:
    assert asked(token="t0ken").headers["Authorization"] == "Bearer t0ken"


def test_a_token_may_come_with_the_line_end_of_its_file() -> None:
    assert asked(token="t0ken\n").headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    "token", ["Bearer t0ken", "t0ken\nX-Other: 1", "t\N{LATIN SMALL LETTER O WITH DIAERESIS}ken"]
)
def test_a_token_that_cannot_be_sent_is_refused_unseen(token: str) -> None:
    with pytest.raises(e.InvalidSetting, match="characters that no token has") as caught:
        Client(URL, token=token)
    assert "ken" not in caught.value.message.replace("token", "")


def test_a_token_may_be_asked_for_before_each_request() -> None:
    tokens = iter(["first", "second\n"])
    service = ScriptedService(*(httpx2.Response(200, json={"functions": []}) for _ in range(2)))
    with Client(URL, transport=service, token=lambda: next(tokens)) as client:
        client.functions()
        client.functions()
    sent = [request.headers["Authorization"] for request in service.requests]
    assert sent == ["Bearer first", "Bearer second"]


def test_a_client_does_not_show_its_token() -> None:
    with Client(URL, token="t0ken") as client:
        assert "t0ken" not in repr(client) + repr(vars(client))


def test_without_a_token_nothing_is_said_of_it() -> None:
    assert "Authorization" not in asked().headers
    assert "Authorization" not in asked(token="\n").headers


def test_the_namespace_is_a_header() -> None:
    assert asked(namespace="team-a").headers["X-Fleeting-Namespace"] == "team-a"
    assert "X-Fleeting-Namespace" not in asked().headers


def test_the_path_of_the_base_address_is_kept() -> None:
    assert asked().url == f"{URL}/functions"


def test_a_namespace_that_cannot_be_is_refused() -> None:
    with pytest.raises(e.InvalidTask, match="namespace"):
        Client(URL, namespace="Team A")


@pytest.mark.parametrize("url", ["", "fleeting.test", "redis://x", "http://", "http://[::1"])
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(e.InvalidSetting, match="no address of a service"):
        Client(url)


def test_making_a_client_connects_to_nothing() -> None:
    with Client("http://192.0.2.1"):
        pass


def test_neither_repr_nor_message_shows_the_account_in_the_address() -> None:
    service = ScriptedService(httpx2.ConnectError("refused"))
    with Client("http://user:secret@fleeting.test", transport=service, timeout=0.1) as client:
        assert repr(client) == "Client('http://fleeting.test')"
        with pytest.raises(e.ServiceUnavailable) as caught:
            client.functions()

    assert "secret" not in caught.value.message
