"""The client of a fleeting service somewhere else."""

from __future__ import annotations

from typing import Final

import httpx2

from ...domain.errors import InvalidSetting
from ...domain.result_key import check_namespace
from .http_calls import HttpCalls, shown
from .http_gateway import HttpGateway
from .surface import Surface

NAMESPACE: Final = "X-Fleeting-Namespace"
TIMEOUT: Final = 30.0
"""Seconds that a call gets: longer than any call but a wait takes, shorter than proxies give."""


class Client(Surface):
    """The whole surface over HTTP: `Client("https://fleeting.example")`."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        namespace: str = "",
        timeout: float = TIMEOUT,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Connects to nothing until the first call.

        Args:
            base_url: where the API is, with the path that it is mounted under, if any.
            token: sent as bearer token.
            namespace: the tenant's own space of keys; "" is the default one.
            timeout: seconds that a call may take, its repetitions included; waiting for a result
                comes on top.
            transport: how requests are sent, as in `httpx2.ASGITransport(app)`; None: over the
                network.

        Raises:
            InvalidSetting: `base_url` is no HTTP address, or `token` cannot be sent.
            InvalidTask: `namespace` cannot name a namespace.
        """
        headers = {"User-Agent": "fleeting-client", "Accept": "application/json"}
        if token and not token.isspace():
            headers["Authorization"] = f"Bearer {_sendable(token)}"
        if namespace:
            headers[NAMESPACE] = check_namespace(namespace)
        url = _checked(base_url)
        client = httpx2.AsyncClient(
            base_url=url,
            headers=headers,
            transport=transport,
            # Loading the certificates takes longer than a call; plain HTTP has no use for them.
            verify=url.scheme == "https",
        )
        super().__init__(HttpGateway(HttpCalls(client, timeout=timeout)))
        self._base_url = shown(client.base_url)

    def __repr__(self) -> str:
        return f"Client({self._base_url!r})"


def _sendable(token: str) -> str:
    """The token without the line end that files have; never shown, whatever is wrong with it."""
    stripped = token.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise InvalidSetting(
            "the token holds characters that no token has: give it as it was issued, without "
            "`Bearer` before it"
        )
    return stripped


def _checked(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as exc:
        raise InvalidSetting(f"{url!r} is no address of a service: {exc}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidSetting(
            f"{url!r} is no address of a service: it looks like https://fleeting.example:8000"
        )
    return parsed
