"""`fleeting vault bootstrap` sets up what is missing, mends what differs, and says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from fleeting.adapters.vault.setup.roles import ROLES
from fleeting.domain.errors import InvalidSetting, SecretForbidden
from fleeting.entrypoints.vault import desk, wrap_secret_id

from .estate import Estate

DEVICE = "audit device file/"


def test_everything_is_created_once_and_left_alone_after(estate: Estate) -> None:
    first = estate.set_up()
    second = estate.set_up()

    assert set(first.values()) == {"created", "unchanged"}
    assert {name for name, outcome in first.items() if outcome == "unchanged"} <= {
        DEVICE,
        "login approle",
    }
    assert set(second.values()) == {"unchanged"}


def test_a_rehearsal_writes_nothing(estate: Estate) -> None:
    rehearsed = estate.set_up(is_dry=True)

    assert estate.set_up() == rehearsed


def test_what_somebody_changed_is_mended(estate: Estate) -> None:
    estate.set_up()
    client = estate.bao.client()
    policy = f"{estate.name}-worker"
    client.write_data(f"sys/policies/acl/{policy}", data={"policy": 'path "*" {}'})
    client.write_data(
        f"{estate.mounts.database}/roles/{estate.name}-api",
        data={"db_name": estate.name, "creation_statements": ['["+@all"]']},
    )

    changed = {name for name, outcome in estate.set_up().items() if outcome == "changed"}

    assert changed == {f"policy {policy}", f"redis user {estate.name}-api"}


def test_an_engine_of_another_kind_is_left_alone(estate: Estate) -> None:
    estate.bao.client().write_data(f"sys/mounts/{estate.mounts.kv}", data={"type": "transit"})

    with pytest.raises(InvalidSetting, match="name another mount"):
        estate.set_up()


def test_who_may_not_is_told_what_was_refused(estate: Estate) -> None:
    estate.set_up()
    at = desk(estate.bao.address, estate.token("api"), ca=None, namespace="", is_dry=False)

    with pytest.raises(SecretForbidden, match="refuses to read"):
        wrap_secret_id(at, "worker", mounts=estate.mounts, ttl_seconds=60)


def test_each_part_gets_a_redis_user_of_its_own(estate: Estate) -> None:
    estate.set_up()

    for role in ROLES:
        if role.redis:
            path = f"{estate.mounts.database}/creds/{estate.name}-{role.name}"
            lease = estate.bao.client(estate.token(role.name)).read(path)
            assert f"{estate.name}-{role.name}"[:15].upper() in lease["data"]["username"].upper()


def test_a_deployer_hands_on_a_secret_id_that_it_cannot_read(estate: Estate) -> None:
    estate.set_up()
    root = estate.bao.client()
    policy = f"{estate.name}-deployer"
    deployer = root.auth.token.create(policies=[policy], no_default_policy=True)
    token = deployer["auth"]["client_token"]
    at = desk(estate.bao.address, token, ca=None, namespace="", is_dry=False)

    role_id, wrapped = wrap_secret_id(at, "worker", mounts=estate.mounts, ttl_seconds=60)

    unwrapped = estate.bao.client(wrapped).sys.unwrap()["data"]["secret_id"]
    proof = {"role_id": role_id, "secret_id": unwrapped}
    answer = estate.bao.client("").write_data("auth/approle/login", data=proof)
    assert answer["auth"]["token_policies"] == [f"{estate.name}-worker"]
    with pytest.raises(SecretForbidden):
        at.write(f"auth/approle/role/{estate.name}-worker/secret-id", {})


def test_the_command_prints_what_it_did(estate: Estate) -> None:
    arguments = ["--name", estate.name, "--kv", estate.mounts.kv]
    arguments += ["--transit", estate.mounts.transit, "--database", estate.mounts.database]
    redis = estate.redis.url_of("vault")
    secret = estate.redis.passwords["vault"]
    done = fleeting(
        *("vault", "bootstrap", *arguments, "--redis", redis.replace(f":{secret}", ""), "--json"),
        VAULT_ADDR=estate.bao.address,
        VAULT_TOKEN=estate.bao.root_token,
        FLEETING_VAULT_REDIS_PASSWORD=secret,
    )

    steps = json.loads(done.stdout)
    assert {step["outcome"] for step in steps} <= {"created", "unchanged"}
    assert "policy" in {step["what"] for step in steps}
    assert secret not in done.stdout + done.stderr
    assert set(estate.set_up().values()) == {"unchanged"}


def fleeting(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fleeting.entrypoints.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
