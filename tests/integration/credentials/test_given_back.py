"""A process that ends gives back the user that it leased, and its token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import redis

from ..pipeline.deployment import Deployment
from ..servers.wait import wait_until
from .estate import Estate

PATIENCE = timedelta(seconds=30)


def test_a_check_asks_as_a_leased_user_and_leaves_none(estate: Estate, tmp_path: Path) -> None:
    estate.set_up()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("FLEETING_")}
    store = estate.leased("api")

    done = subprocess.run(
        [sys.executable, "-m", "fleeting.entrypoints.cli", "check", "--json"],
        env={**bare, **estate.login("api", tmp_path)}
        | {"FLEETING_STORE": store, "FLEETING_ACCEPT_UNSIGNED": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    answers = {one["name"]: one["ok"] for one in json.loads(done.stdout)["dependencies"]}
    assert answers["result store"]
    assert answers["task queue"]
    wait_until(lambda: not users(estate), within=PATIENCE)
    assert leased(estate, "api") == 0


def test_a_worker_that_is_told_to_stop_leaves_none(estate: Estate, tmp_path: Path) -> None:
    estate.set_up()
    login = estate.login("worker", tmp_path)
    own = {name.removeprefix("FLEETING_").lower(): value for name, value in login.items()}
    with Deployment({"FLEETING_ACCEPT_UNSIGNED": "true"}, logs=tmp_path) as deployment:
        worker = deployment.worker(store=estate.leased("worker"), **own)
        assert len(users(estate)) == 1

        worker.terminate()

        wait_until(lambda: not users(estate), within=PATIENCE)
    assert leased(estate, "worker") == 0


def users(estate: Estate) -> list[str]:
    """Those that Vault has made in Redis."""
    with redis.Redis.from_url(estate.redis.admin_url, decode_responses=True) as admin:
        return [user for user in admin.acl_users() if user.upper().startswith("V_")]


def leased(estate: Estate, role: str) -> int:
    """How many leases of this installation Vault still keeps."""
    path = f"sys/leases/lookup/{estate.mounts.database}/creds/{estate.name}-{role}"
    found = estate.bao.client().list(path)
    return 0 if found is None else len(found["data"]["keys"])
