"""The API under a real uvicorn on loopback, in a thread of this process."""

from __future__ import annotations

import socket
from datetime import timedelta
from threading import Thread
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from ..servers.port import HOST, Port
from ..servers.wait import wait_until


class UvicornServer:
    """Serves `app` while the block runs."""

    def __init__(self, app: FastAPI, *, http: str) -> None:
        self._app = app
        self._port = Port()
        config = uvicorn.Config(
            app, host=HOST, port=self._port.number, http=http, log_config=None, lifespan="on"
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port.number}"

    def connect(self) -> socket.socket:
        """A bare connection, for what no client would send."""
        return socket.create_connection((HOST, self._port.number), timeout=10)

    def stop(self) -> None:
        """Stop as on SIGTERM; returns at once."""
        self._app.state.closing.begin()
        self._server.should_exit = True

    def stopped(self, within: float) -> bool:
        """Whether it has stopped, waiting for it."""
        self._thread.join(within)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started, within=timedelta(seconds=10))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        assert self.stopped(within=10)
        self._port.release()
