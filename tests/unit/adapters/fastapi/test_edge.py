"""What surrounds every answer: headers for browsers and caches, and who may call across origins."""

from __future__ import annotations

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from .make import TASK, Platform, serving

ORIGIN = "https://charts.example.com"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


@pytest.mark.parametrize("path", ["/functions", "/get-result?key=a", "/nothing", "/healthz"])
async def test_every_answer_tells_browsers_and_caches_to_be_careful(
    client: AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_stream_keeps_its_own_rule_for_caches(platform: Platform) -> None:
    """Two rules would be joined by some readers, and the first taken by others."""
    async with serving(platform.app()) as client:
        await client.post("/tasks", json=TASK)
        headers = (await client.get("/functions")).headers.get_list("cache-control")

    assert len(headers) == 1


@pytest.mark.parametrize(("scheme", "is_said"), [("http", False), ("https", True)])
async def test_browsers_are_kept_on_tls_where_there_is_some(
    platform: Platform, *, scheme: str, is_said: bool
) -> None:
    transport = ASGITransport(platform.app())
    async with AsyncClient(transport=transport, base_url=f"{scheme}://api") as client:
        answer = await client.get("/healthz")

    assert ("strict-transport-security" in answer.headers) is is_said


async def test_no_page_may_call_unless_its_origin_is_named(client: AsyncClient) -> None:
    answer = await client.options("/tasks", headers=PREFLIGHT)

    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == 405


async def test_a_named_origin_may_call_with_a_token(platform: Platform) -> None:
    answer = await _from_page(
        platform, "OPTIONS", {**PREFLIGHT, "Access-Control-Request-Headers": "authorization"}
    )

    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_another_origin_is_told_nothing(platform: Platform) -> None:
    answer = await _from_page(platform, "OPTIONS", {**PREFLIGHT, "Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_that_may_call_may_read_the_answer(platform: Platform) -> None:
    answer = await _from_page(platform, "GET", {"Origin": ORIGIN})

    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert "cross-origin-resource-policy" not in answer.headers


async def _from_page(platform: Platform, method: str, headers: dict[str, str]) -> Response:
    async with serving(platform.app(cors_origins=(ORIGIN,))) as client:
        return await client.request(method, "/functions", headers=headers)
