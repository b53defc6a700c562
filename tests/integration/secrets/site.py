"""An installation whose tasks may name secrets of an OpenBao, set up as an operator does."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.sdk.client import Client

from ..pipeline.deployment import Deployment
from ..servers.openbao import OpenBao
from ..servers.port import HOST
from ..servers.valkey import Valkey
from ..servers.wait import wait_until
from ..vault.roles import AppRole, approle

_POLICY = """
[[grants]]
subjects = ["anybody"]
secrets = ["{kv}/app/*", "{database}/creds/app"]

[[grants]]
subjects = ["anybody"]
functions = ["let_out"]
results = ["{kv}/app/db#user"]
"""

_RIGHTS = """
path "{kv}/data/*" {{ capabilities = ["read"] }}
path "{database}/creds/*" {{ capabilities = ["read"] }}
path "sys/leases/renew" {{ capabilities = ["update"] }}
path "sys/leases/revoke" {{ capabilities = ["update"] }}
"""


class Site:
    """Mounts and a role of its own in a shared OpenBao, an API and a worker that log everything."""

    def __init__(self, bao: OpenBao, valkey: Valkey, directory: Path) -> None:
        name = secrets.token_hex(4)
        self.bao, self.valkey = bao, valkey
        self.kv, self.database = f"kv-{name}", f"database-{name}"
        self._owner = f"owner-{name}"
        self.admin = bao.client()
        self._directory = directory
        self._set_up_vault()
        role = approle(self.admin, f"worker-{name}", self._filled(_RIGHTS))
        self.environment = self._environment(role, directory)
        self._open = Deployment(self.environment, logs=directory)

    def start(self) -> None:
        """Have it serve."""
        self.url = self._open.api()
        self.worker = self._open.worker(concurrency=3)
        self._have_events_sent()

    def put(self, path: str, **fields: str) -> None:
        """Write a secret at a path below the mount."""
        self.admin.secrets.kv.v2.create_or_update_secret(path, fields, mount_point=self.kv)

    def secret(self, place: str) -> dict[str, str]:
        """The reference to `path#field` below the mount."""
        return {"$secret": f"{self.kv}/{place}"}

    @property
    def lease(self) -> dict[str, str]:
        """The reference to a credential."""
        return {"$lease": f"{self.database}/creds/app"}

    def leases(self) -> list[str]:
        """The identifiers of all credentials that are in force."""
        found = self.admin.list(f"sys/leases/lookup/{self.database}/creds/app")
        keys = found["data"]["keys"] if found else []
        return [f"{self.database}/creds/app/{key}" for key in keys]

    def seconds_left(self, lease: str) -> int:
        """How long a credential lives if nothing is done."""
        left: int = self.admin.sys.read_lease(lease)["data"]["ttl"]
        return left

    def client(self) -> Client:
        return self._open.client(self.url)

    def api_log(self) -> str:
        [log] = self._directory.glob("api*.log")
        return log.read_text()

    def close(self) -> None:
        self._open.__exit__()
        self.bao.heal()
        for mount in (self.kv, self.database):
            self.admin.sys.disable_secrets_engine(mount)
        self.valkey.connect().execute_command("ACL", "DELUSER", self._owner)

    def _have_events_sent(self) -> None:
        app = make_app(self.valkey.url, prefix="{fleeting}:", queue="fleeting")
        wait_until(
            lambda: bool(app.control.enable_events(reply=True, timeout=5, limit=1)),
            within=timedelta(seconds=60),
        )
        app.close()

    def _environment(self, role: AppRole, directory: Path) -> dict[str, str]:
        policy = directory / "policy.toml"
        policy.write_text(self._filled(_POLICY))
        return {
            "FLEETING_STORE": self.valkey.url,
            "FLEETING_LOG_LEVEL": "debug",
            "FLEETING_POLICY": str(policy),
            # Short, so that an outage is noticed and a change is seen soon.
            "FLEETING_SECRETS": f"{self.bao.url}?timeout=3&cache_seconds=1",
            "FLEETING_SECRETS_ROLE_ID": role.role_id,
            "FLEETING_SECRETS_SECRET_ID": role.secret_id(),
        }

    def _filled(self, text: str) -> str:
        return text.format(kv=self.kv, database=self.database)

    def _set_up_vault(self) -> None:
        self.admin.sys.enable_secrets_engine("kv", path=self.kv, options={"version": "2"})
        self.admin.sys.enable_secrets_engine("database", path=self.database)
        password = secrets.token_hex(16)
        self.valkey.connect().execute_command(
            *("ACL", "SETUSER", self._owner, "on", f">{password}", "resetkeys", "-@all"),
            *("+acl|setuser", "+acl|deluser", "+acl|getuser", "+ping", "+hello", "+auth"),
        )
        connection: dict[str, Any] = {
            "plugin_name": "valkey-database-plugin",
            "host": HOST,
            "port": self.valkey.port.number,
            "username": self._owner,
            "password": password,
            "allowed_roles": "*",
        }
        self.admin.write_data(f"{self.database}/config/valkey", data=connection)
        self.admin.write_data(
            f"{self.database}/roles/app",
            data={
                "db_name": "valkey",
                "creation_statements": ['["~app:*","+ping","+get"]'],
                "default_ttl": "1h",
                "max_ttl": "24h",
            },
        )
