"""A primary and a replica under three sentinels."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import redis

from .port import HOST, Port
from .redis_server import PROGRAM, RedisServer
from .server import Server
from .server_group import ServerGroup
from .wait import wait_until

_NAME = "fleeting"
_DOWN_AFTER_MS = 1_000  # less would call a server dead that merely got no CPU on a busy machine
_FAILOVER_TIMEOUT_MS = 2_000  # twice that must pass before the next one; promoting takes up to 1 s
_READY_WITHIN = timedelta(seconds=15)

# SENTINEL DEBUG (Redis 7.0, for tests): very often is for finding together at the start. Later it
# would make sentinels undo a failover: they turn a server that calls itself primary into a replica
# after four periods of publishing, and find none to promote whose facts are older than three
# periods of INFO or five of PING, while they look at them once a second during a failover.
_OFTEN = ("info-period", 1_000, "publish-period", 1_000, "ask-period", 100)
_VERY_OFTEN = ("info-period", 100, "publish-period", 100, "ask-period", 100)


class SentinelGroup(ServerGroup):
    """One primary, one replica, three sentinels of which two must agree.

    A killed primary is replaced after its second of silence and up to two more for vote and
    promotion; within 4 s of an earlier failover that waits.
    """

    def __init__(self, directory: Path) -> None:
        first = RedisServer(directory / "data0", settings=_REPLICATION)
        replica_of = f"replicaof {HOST} {first.port.number}"
        second = RedisServer(directory / "data1", settings=[*_REPLICATION, replica_of])
        self.data = (first, second)
        self.sentinels = tuple(_sentinel(directory / f"sentinel{n}", first) for n in range(3))
        super().__init__([*self.data, *self.sentinels])

    @property
    def url(self) -> str:
        """`redis+sentinel://h1:p1,h2:p2,h3:p3/name`."""
        hosts = ",".join(f"{HOST}:{sentinel.port.number}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{_NAME}"

    @property
    def primary(self) -> Server:
        """The server that the first sentinel names."""
        return self._named_by(self.sentinels[0])

    def wait_until_ready(self) -> None:
        """Return when all sentinels agree on everything and the replica follows the primary."""
        self._talk(*_VERY_OFTEN)
        wait_until(self._is_ready, within=_READY_WITHIN)
        self._talk(*_OFTEN)

    def failover(self) -> Server:
        """Have the sentinels swap primary and replica, both alive; return the new primary."""
        old = self.primary
        with self.sentinels[0].connect() as client:
            client.execute_command("SENTINEL FAILOVER", _NAME)
        return self.wait_for_another_primary(old)

    def kill_primary(self) -> Server:
        """Kill the primary and return it; its successor comes after a while."""
        primary = self.primary
        primary.kill()
        return primary

    def wait_for_another_primary(self, old: Server, within: timedelta = _READY_WITHIN) -> Server:
        """Return the new primary when all sentinels name it and it says so itself."""
        wait_until(lambda: self._agreed_primary() not in {None, old}, within=within)
        return self.primary

    def flush(self) -> None:
        self.primary.flush()

    def _talk(self, *periods: str | int) -> None:
        for sentinel in self.sentinels:
            with sentinel.connect() as client:
                client.execute_command("SENTINEL DEBUG", *periods)

    def _is_ready(self) -> bool:
        primary = self._agreed_primary()
        return primary is not None and all(
            (
                all(map(_sees_everyone, self.sentinels)),
                all(_follows(server, primary) for server in self.data if server is not primary),
            )
        )

    def _agreed_primary(self) -> Server | None:
        named = {self._named_by(sentinel) for sentinel in self.sentinels}
        if len(named) > 1:
            return None
        (primary,) = named
        return primary if _replication(primary).get("role") == "master" else None

    def _named_by(self, sentinel: Server) -> Server:
        with sentinel.connect() as client:
            _, port = client.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", _NAME)
        return next(server for server in self.data if server.port.number == int(port))


_REPLICATION = ("repl-diskless-sync-delay 0", "repl-ping-replica-period 1")


def _sentinel(directory: Path, primary: Server) -> Server:
    port = Port()
    settings = [
        f"port {port.number}",
        f"sentinel monitor {_NAME} {HOST} {primary.port.number} 2",
        f"sentinel down-after-milliseconds {_NAME} {_DOWN_AFTER_MS}",
        f"sentinel failover-timeout {_NAME} {_FAILOVER_TIMEOUT_MS}",
    ]
    return Server(PROGRAM, directory, settings, port=port, arguments=["--sentinel"])


def _sees_everyone(sentinel: Server) -> bool:
    with sentinel.connect() as client:
        primary = client.execute_command("SENTINEL MASTER", _NAME)
        replicas = client.execute_command("SENTINEL REPLICAS", _NAME)
    return (
        primary["flags"] == "master"
        and primary["num-other-sentinels"] == 2
        # With any other status there is nobody to promote.
        and [(one["flags"], one["master-link-status"]) for one in replicas] == [("slave", "ok")]
    )


def _follows(server: Server, primary: Server) -> bool:
    state = _replication(server)
    linked = state.get("master_link_status") == "up"
    return linked and state.get("master_port") == primary.port.number


def _replication(server: Server) -> dict[str, object]:
    with server.connect() as client:
        try:
            return client.info("replication")
        except redis.ConnectionError:
            return {}
