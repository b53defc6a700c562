"""Vault's audit log shows who did what by role, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleeting.adapters.vault.adapter import secret_source
from fleeting.domain.errors import SecretForbidden
from fleeting.ports.bundles import SecretOptions

from ..servers.openbao import RaftOpenBao
from ..servers.tls_redis_server import TlsRedisServer
from .estate import Estate

CANARY = "canary-in-the-audit-log"


def test_each_access_stands_there_with_its_role(
    openbao_raft: RaftOpenBao, guarded_redis: TlsRedisServer, tmp_path: Path
) -> None:
    guarded_redis.heal()
    estate = Estate(openbao_raft, guarded_redis)
    estate.set_up()
    estate.put("tasks/mail", password=CANARY)
    login = estate.login("worker", tmp_path)
    worker = secret_source(
        estate.url,
        SecretOptions(
            role_id=login["FLEETING_SECRETS_ROLE_ID"],
            secret_id_file=login["FLEETING_SECRETS_SECRET_ID_FILE"],
        ),
    )
    assert worker.leases is not None

    worker.source.read(f"{estate.mounts.kv}/tasks/mail")
    lease = worker.leases.issue(f"{estate.mounts.database}/creds/{estate.name}-worker")
    with pytest.raises(SecretForbidden):
        worker.source.read(f"{estate.mounts.kv}/{estate.name}/api")
    worker.close()

    seen = accesses(openbao_raft, role=f"{estate.name}-worker")
    assert (f"{estate.mounts.kv}/data/tasks/mail", "") in seen
    assert (f"{estate.mounts.database}/creds/{estate.name}-worker", "") in seen
    assert (f"{estate.mounts.kv}/data/{estate.name}/api", "refused") in seen
    assert ("auth/token/revoke-self", "") in seen
    text = openbao_raft.audit_log.read_text()
    assert CANARY not in text
    assert lease.fields["password"] not in text
    assert Path(login["FLEETING_SECRETS_SECRET_ID_FILE"]).read_text() not in text


def accesses(server: RaftOpenBao, role: str) -> set[tuple[str, str]]:
    """What a role asked for, and whether it was refused."""
    return {
        (line["request"]["path"], "refused" if line.get("error") else "")
        for line in server.audited()
        if line["type"] == "response"
        and line.get("auth", {}).get("metadata", {}).get("role_name") == role
    }
