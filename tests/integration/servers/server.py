"""One Redis-like server on loopback, as a test drives it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fleeting.adapters.redis.leashed_process import LeashedProcess

from .port import HOST, Port
from .wait import wait_until

_GRACE = timedelta(seconds=5)


class Server:
    """A server program with its configuration file, its directory and its port.

    The configuration is written once, because replicas, sentinels and cluster nodes write their
    own findings into it. Port and directory stay the same over restarts.
    """

    def __init__(
        self,
        program: str | Path,
        directory: Path,
        settings: Sequence[str],
        *,
        port: Port | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        """Write the configuration; nothing runs before `start`.

        Args:
            program: The server to run.
            directory: Where configuration, data and log go; made if missing.
            settings: Lines of the configuration file, all but `bind`.
            port: Named in `settings`; released when this server's context ends.
            arguments: Given to the program after the configuration file.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port or Port()
        self.directory = directory
        self._config = directory / "server.conf"
        self._config.write_text("\n".join([f"bind {HOST}", *settings, ""]))
        self._command = [program, self._config, *arguments]
        self._process: LeashedProcess | None = None
        self._clients = ExitStack()

    @property
    def url(self) -> str:
        """The URL in the form of fleeting's settings."""
        return f"redis://{HOST}:{self.port.number}"

    @property
    def admin_url(self) -> str:
        """The URL, for redis-py, of a user who may do everything."""
        return self.url

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def connect(self, url: str | None = None) -> redis.Redis:
        """Return a client that does not retry; it is closed with the server's context."""
        client = redis.Redis.from_url(
            url or self.admin_url, retry=Retry(NoBackoff(), 0), decode_responses=True
        )
        self._clients.callback(client.close)
        return client

    def launch(self) -> None:
        """Start the program without waiting for it."""
        self.kill()
        with (self.directory / "server.log").open("ab") as log:
            self._process = LeashedProcess(self._command, directory=self.directory, log=log)

    def wait_until_ready(self) -> None:
        """Return when the program that we started, not a stranger on its port, answers."""
        client = self.connect()
        try:
            wait_until(lambda: self._answers(client), within=timedelta(seconds=10))
        except BaseException:
            self.kill()
            raise
        finally:
            client.close()

    def start(self) -> None:
        if not self.running:
            self.launch()
            self.wait_until_ready()

    def stop(self) -> None:
        """End the server as a careful operator does."""
        if self._process is not None:
            self.resume()
            self._process.stop(_GRACE)

    def kill(self) -> None:
        """End the server as a crash does."""
        if self._process is not None:
            self._process.kill()

    def pause(self) -> None:
        """Freeze the server: its connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def heal(self) -> None:
        """Have it run again, and hold nothing, whatever a test did to it."""
        self.resume()
        self.start()
        self.flush()

    def flush(self) -> None:
        with self.connect() as client:
            client.flushall()

    def close(self) -> None:
        """Kill the server and give its port back."""
        self.kill()
        self._clients.close()
        self.port.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.signal(number)

    def _answers(self, client: redis.Redis) -> bool:
        assert self._process is not None
        if not self._process.running:
            raise RuntimeError(f"The server ended:\n{self._log_tail()}")
        try:
            return client.info("server")["process_id"] == self._process.pid
        except redis.RedisError:
            return False

    def _log_tail(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")[-2000:]
