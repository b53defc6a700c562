"""What an operator sets up in an OpenBao under test: policies, roles and their proofs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import hvac

from fleeting.ports.bundles import SecretOptions

from ..servers.openbao import OpenBao
from ..servers.wait import wait_until


@dataclass(frozen=True, slots=True)
class AppRole:
    """An AppRole, and how its proofs are come by."""

    client: hvac.Client
    name: str

    @property
    def role_id(self) -> str:
        return self.client.auth.approle.read_role_id(self.name)["data"]["role_id"]

    def secret_id(self) -> str:
        return self.client.auth.approle.generate_secret_id(self.name)["data"]["secret_id"]

    def wrapped_secret_id(self) -> str:
        made = self.client.auth.approle.generate_secret_id(self.name, wrap_ttl="120s")
        return made["wrap_info"]["token"]

    def options(self, secret_id: str = "", **others: Any) -> SecretOptions:
        return SecretOptions(role_id=self.role_id, secret_id=secret_id, **others)

    def options_in(self, file: Path, **others: Any) -> SecretOptions:
        return self.options(secret_id_file=str(file), **others)


def approle(client: hvac.Client, name: str, policy: str, **settings: Any) -> AppRole:
    """An AppRole that may do what `policy` (HCL) permits."""
    if "approle/" not in client.sys.list_auth_methods()["data"]:
        client.sys.enable_auth_method("approle")
    client.sys.create_or_update_policy(name, policy)
    client.auth.approle.create_or_update_approle(
        name, **{"token_policies": [name], "token_ttl": "1h", **settings}
    )
    return AppRole(client, name)


def mount_kv(client: hvac.Client, path: str, version: str = "2") -> None:
    """Mount a key/value engine, and wait out the moment in which a versioned one makes itself."""
    client.sys.enable_secrets_engine("kv", path=path, options={"version": version})

    def is_ready() -> bool:
        try:
            client.read(f"{path}/data/none" if version == "2" else f"{path}/none")
        except hvac.exceptions.InvalidRequest:
            return False
        return True

    wait_until(is_ready, within=timedelta(seconds=30))


def deliver(file: Path, text: str) -> Path:
    """Put a proof into a file as careful deliverers do: whole, and in one step."""
    part = file.with_suffix(".part")
    part.write_text(f"{text}\n")
    part.chmod(0o600)
    return part.replace(file)


def calls(server: OpenBao, path: str = "auth/approle/login") -> int:
    """How often somebody tried to log in, or to call another path, as the audit log says."""
    # Searched as text, since it is asked again and again, and grows with every call.
    lines = server.audit_log.read_text().splitlines()
    return sum('"type":"request"' in line and f'"path":"{path}"' in line for line in lines)
