"""Web pages whose name points to this machine are kept out."""

from __future__ import annotations

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from fleeting.adapters.fastapi.own_host import OwnHost
from fleeting.entrypoints.authenticators import is_loopback


async def served(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def asked(host: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(OwnHost(served, is_own=is_loopback))
    async with httpx2.AsyncClient(transport=transport, base_url="http://any") as client:
        return await client.get("/functions", headers={"Host": host})


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]", "[::1]:80", "LOCALHOST:1"]
)
async def test_names_of_this_machine_are_served(host: str) -> None:
    assert (await asked(host)).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "10.0.0.1:8000", "", ":"],
)
async def test_other_names_are_not(host: str) -> None:
    answer = await asked(host)

    assert answer.status_code == 421
    assert answer.json()["code"] == "misdirected_request"
    assert "FLEETING_AUTH" in answer.json()["detail"]


async def test_client_that_names_no_host_is_no_browser() -> None:
    sent: list[int] = []

    async def send(message: dict[str, int]) -> None:
        sent.append(message.get("status", 0))

    scope = {"type": "http", "headers": [], "path": "/"}
    await OwnHost(served, is_own=is_loopback)(scope, None, send)  # type: ignore[arg-type]

    assert sent[0] == 200
