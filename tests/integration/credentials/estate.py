"""A Vault that was set up for an installation, and the Redis in which it makes users."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fleeting.adapters.redis.rights import RIGHTS, rights
from fleeting.adapters.vault.setup.bootstrap import bootstrap
from fleeting.adapters.vault.setup.plan import Plan
from fleeting.adapters.vault.setup.roles import Mounts
from fleeting.adapters.vault.setup.steps import Step
from fleeting.entrypoints.vault import desk, redis_server

from ..servers.openbao import OpenBao
from ..servers.port import HOST
from ..servers.tls_redis_server import TlsRedisServer

VAULTS_RIGHTS = [
    "resetkeys",
    "resetchannels",
    "-@all",
    "+acl|setuser",
    "+acl|deluser",
    "+acl|getuser",
    "+ping",
    "+hello",
    "+auth",
]
"""Of the user that Vault is in Redis; docs/how-to/operate-vault.md shows them."""


@dataclass(frozen=True)
class Estate:
    """Each has mounts and names of its own, so that tests may share the servers."""

    bao: OpenBao
    redis: TlsRedisServer
    name: str = field(default_factory=lambda: f"fleeting-{secrets.token_hex(3)}")
    ttl: timedelta = timedelta(hours=1)
    max_ttl: timedelta = timedelta(days=1)

    @property
    def mounts(self) -> Mounts:
        return Mounts(
            kv=f"{self.name}-kv",
            transit=f"{self.name}-transit",
            database=f"{self.name}-database",
            name=self.name,
        )

    @property
    def plan(self) -> Plan:
        return Plan(
            mounts=self.mounts,
            redis=redis_server(self.redis.url_of("vault"), ""),
            rights={role: rights(role) for role in RIGHTS},
            user_ttl=self.ttl,
            user_max_ttl=self.max_ttl,
        )

    def set_up(self, *, is_dry: bool = False) -> dict[str, str]:
        """Bootstrap; returns what was done to what, as `kind name`."""
        return {f"{step.kind} {step.name}": step.outcome for step in self.steps(is_dry=is_dry)}

    def steps(self, *, is_dry: bool = False) -> list[Step]:
        at = desk(
            self.bao.address, self.bao.root_token, ca=self.bao.ca, namespace="", is_dry=is_dry
        )
        return list(bootstrap(at, self.plan))

    def login(self, role: str, directory: Path) -> Mapping[str, str]:
        """What the environment of a process says that is `role` to Vault."""
        path = f"auth/approle/role/{self.name}-{role}"
        client = self.bao.client()
        file = directory / f"{self.name}-{role}.secret-id"
        file.write_text(client.write_data(f"{path}/secret-id", data={})["data"]["secret_id"])
        file.chmod(0o600)
        return {
            "FLEETING_SECRETS": self.url,
            "FLEETING_SECRETS_ROLE_ID": client.read(f"{path}/role-id")["data"]["role_id"],
            "FLEETING_SECRETS_SECRET_ID_FILE": str(file),
        }

    @property
    def url(self) -> str:
        return f"{self.bao.url}?ca={self.bao.ca}" if self.bao.ca else self.bao.url

    def token(self, role: str) -> str:
        """A token of `role`, as its process would get."""
        client = self.bao.client()
        path = f"auth/approle/role/{self.name}-{role}"
        proof = {
            "role_id": client.read(f"{path}/role-id")["data"]["role_id"],
            "secret_id": client.write_data(f"{path}/secret-id", data={})["data"]["secret_id"],
        }
        answer = self.bao.client("").write_data("auth/approle/login", data=proof)
        return str(answer["auth"]["client_token"])

    def put(self, path: str, **fields: str) -> None:
        """Write a secret to this installation's KV mount."""
        self.bao.client().write_data(f"{self.mounts.kv}/data/{path}", data={"data": fields})

    def redis_url(self, credentials: str) -> str:
        """The URL of Redis with credentials that come from elsewhere."""
        ca = self.redis.certificates.ca
        return (
            f"rediss://{HOST}:{self.redis.port.number}?ssl_ca_certs={ca}&credentials={credentials}"
        )

    def leased(self, role: str) -> str:
        """The URL of Redis for a process that leases a user of its own."""
        return self.redis_url(f"lease:{self.mounts.database}/creds/{self.name}-{role}")
