"""fleeting's own client: in Python beside the servers, and over HTTP."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from fleeting.adapters.sdk.client import Client as HttpClient
from fleeting.adapters.sdk.surface import Surface
from fleeting.entrypoints.local import Fleeting
from fleeting.entrypoints.stack import free_port

from ..child import HOST, wait_for_port
from ..ground import Ground
from ..peers import server
from ..peers.functions import ARGUMENTS, PATIENCE, check
from .fleeting_api import start_api
from .scripts import SOURCE

PYTHON: Final = "python"
HTTP: Final = "http"


class FleetingClient:
    """Submits the source with every call, as users do."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = ExitStack()
        self._local: Surface = self._open.enter_context(Fleeting.from_settings(store=url))
        self._remote: Surface | None = None

    def submit(self) -> None:
        self._local.submit(SOURCE, "add", *ARGUMENTS)

    def submit_batch(self, count: int) -> None:
        columns = ([value] * count for value in ARGUMENTS)
        self._local.map(SOURCE, "add", *columns, batch_size=count)

    def call(self, way: str) -> None:
        surface = self._ways[way]()
        check(surface.submit(SOURCE, "add", *ARGUMENTS).result(PATIENCE))

    @property
    def _ways(self) -> Mapping[str, Callable[[], Surface]]:
        return {PYTHON: lambda: self._local, HTTP: self._over_http}

    def _over_http(self) -> Surface:
        if self._remote is None:
            logs = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
            port = free_port()
            api = self._open.enter_context(start_api(Ground(self._url, logs), port))
            wait_for_port(api, port)
            self._remote = self._open.enter_context(HttpClient(f"http://{HOST}:{port}"))
        return self._remote


def open_client() -> FleetingClient:
    return FleetingClient(server.url())
