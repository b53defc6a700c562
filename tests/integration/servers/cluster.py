"""A Redis Cluster of three redis-servers without replicas."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from .port import HOST, Port
from .redis_server import RedisServer
from .server_group import ServerGroup
from .wait import wait_until

_SLOTS = 16_384

# A node does not call the cluster ok in the first 2 s of its life (CLUSTER_WRITABLE_DELAY in
# Redis' cluster.c): that is most of what the start takes.
_READY_WITHIN = timedelta(seconds=15)


class RedisCluster(ServerGroup):
    """Three nodes that share all slots; the cluster is down while any of them is."""

    def __init__(self, directory: Path) -> None:
        self._bus_ports = [Port() for _ in range(3)]
        super().__init__(
            [
                RedisServer(directory / f"node{number}", settings=_node(bus_port))
                for number, bus_port in enumerate(self._bus_ports)
            ]
        )
        self._formed = False

    @property
    def url(self) -> str:
        """`redis+cluster://h:p1,h:p2,h:p3`."""
        return "redis+cluster://" + ",".join(f"{HOST}:{node.port.number}" for node in self.members)

    def wait_until_ready(self) -> None:
        """Form the cluster if this is its first start; return when every node calls it ok."""
        if not self._formed:
            self._share_slots()
            self._introduce()
            self._formed = True
        wait_until(lambda: all(map(self._is_ok, self.members)), within=_READY_WITHIN)

    def close(self) -> None:
        super().close()
        for port in self._bus_ports:
            port.release()

    def _share_slots(self) -> None:
        share = -(-_SLOTS // len(self.members))
        for number, node in enumerate(self.members):
            last = min((number + 1) * share, _SLOTS) - 1
            with node.connect() as client:
                # An epoch each, so that the nodes need not settle who has which.
                client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
                client.execute_command("CLUSTER ADDSLOTSRANGE", number * share, last)

    def _introduce(self) -> None:
        with self.members[0].connect() as client:
            for node, bus in zip(self.members[1:], self._bus_ports[1:], strict=True):
                client.execute_command("CLUSTER MEET", HOST, node.port.number, bus.number)

    def _is_ok(self, node: RedisServer) -> bool:
        with node.connect() as client:
            info = client.execute_command("CLUSTER INFO")
            nodes = client.execute_command("CLUSTER NODES")
        return info["cluster_state"] == "ok" and len(nodes) == len(self.members)


def _node(bus_port: Port) -> list[str]:
    # The bus port is chosen too: by default it is the port + 10000, which may be ephemeral.
    return [
        "cluster-enabled yes",
        f"cluster-port {bus_port.number}",
        "cluster-node-timeout 2000",
    ]
