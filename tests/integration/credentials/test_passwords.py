"""Passwords of Redis change while API and workers run: nothing lost, nothing failed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from fleeting.adapters.redis.rights import rights

from ..pipeline.deployment import Deployment
from ..servers.openbao import OpenBao
from ..servers.tls_redis_server import TlsRedisServer
from ..servers.wait import wait_until
from .estate import Estate
from .load import Load
from .site import Site, started

PATIENCE = timedelta(seconds=60)


@pytest.fixture(scope="module")
def password_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mounted") / "redis-password"


@pytest.fixture(scope="module")
def site(
    openbao_server: OpenBao,
    guarded_redis: TlsRedisServer,
    password_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The API has its password from a secret, one worker from a file, one from a static role."""
    openbao_server.heal()
    guarded_redis.heal()
    estate = Estate(openbao_server, guarded_redis)
    estate.set_up()
    logs = tmp_path_factory.mktemp("passwords")
    with Deployment({"FLEETING_ACCEPT_UNSIGNED": "true"}, logs=logs) as deployment:
        site = Site(estate, deployment, "")
        keep_user_that_stays(site)
        change_in_file(site, password_file)
        change_in_vault(site)
        url = estate.redis_url(f"file:{quote(str(password_file))}")
        static = f"{estate.mounts.database}/static-creds/{estate.name}-worker-static"
        yield started(
            estate,
            deployment,
            logs,
            api=estate.redis_url(f"secret:{estate.mounts.kv}/{estate.name}/api"),
            workers={
                "threads": url.replace("rediss://", "rediss://filed-worker@"),
                "prefork": estate.redis_url(f"secret:{static}"),
            },
        )


def test_passwords_are_changed_and_connections_cut_under_load(
    site: Site, password_file: Path
) -> None:
    with Load(site.url) as load:
        for _ in range(2):
            change_in_vault(site)
            change_in_file(site, password_file)
            rotate_user_that_stays(site)
            with site.admin as admin:
                admin.client_kill_filter(_type="normal", skipme=True)
                admin.client_kill_filter(_type="pubsub", skipme=True)
            done = load.tally.tasks
            wait_until(lambda done=done: load.tally.tasks > done + 20, within=PATIENCE)

    assert (load.tally.failed, load.tally.lost) == ([], [])
    assert set(site.refusals()) <= {("auth", "HELLO"), ("auth", "AUTH")}


def change_in_vault(site: Site) -> None:
    """First where it is checked, then where it is read."""
    password = secrets.token_urlsafe(16)
    set_user(site, "kept-api", "api", password)
    site.estate.put(f"{site.estate.name}/api", username="kept-api", password=password)


def change_in_file(site: Site, file: Path) -> None:
    password = secrets.token_urlsafe(16)
    set_user(site, "filed-worker", "worker", password)
    file.write_text(f"{password}\n")


def set_user(site: Site, user: str, role: str, password: str) -> None:
    with site.admin as admin:
        rules = ("reset", "on", f">{password}", *rights(role))
        admin.execute_command("ACL", "SETUSER", user, *rules)


def keep_user_that_stays(site: Site) -> None:
    """Vault takes over the password of a user that is there."""
    estate = site.estate
    set_user(site, "static-worker", "worker", secrets.token_urlsafe(16))
    estate.bao.client().write_data(
        f"{estate.mounts.database}/static-roles/{estate.name}-worker-static",
        data={"db_name": estate.name, "username": "static-worker", "rotation_period": "1h"},
    )


def rotate_user_that_stays(site: Site) -> None:
    estate = site.estate
    path = f"{estate.mounts.database}/rotate-role/{estate.name}-worker-static"
    estate.bao.client().write_data(path, data={})
