"""The client that commands speak to a service through."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ...adapters.sdk.client import Client

DEFAULT_URL: Final = "http://127.0.0.1:8000"
"""Where `fleeting up` and `fleeting api` listen unless they are told otherwise."""

LOOK: Final = 1.0
"""Seconds between two looks at a task that goes on: progress a person can follow."""


def connect(
    url: str | None, namespace: str | None, token: str | None, *, timeout: float | None = None
) -> Client:
    """A client of the service at `url`; connects to nothing yet.

    Raises:
        UnknownSetting: a `FLEETING_…` variable is misspelt: it would be ignored silently.
        InvalidSetting: `url` is no address.
    """
    from ...adapters.sdk.client import TIMEOUT, Client
    from ..settings import refuse_unknown

    refuse_unknown(os.environ)
    return Client(
        url or DEFAULT_URL, token=token, namespace=namespace or "", timeout=timeout or TIMEOUT
    )
