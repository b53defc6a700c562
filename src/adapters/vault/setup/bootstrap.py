"""Set up all that an installation needs in a Vault; doing it twice is doing it once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ....domain.errors import InvalidSetting
from .audit import audit_device
from .plan import Plan, RedisServer
from .policies import policies
from .roles import ROLES, Role
from .steps import Desk, Step

_KEY_TYPE: Final = "ed25519"


def bootstrap(desk: Desk, plan: Plan) -> Iterator[Step]:
    """Do, or rehearse, one step after the other, and tell what each did.

    Raises:
        SecretForbidden: the token may not do one of these things, or Vault refuses a value.
        SecretsUnavailable: Vault does not answer, or cannot reach Redis.
        InvalidSetting: something of the same name is of another kind.
    """
    yield from _engines(desk, plan)
    yield from _policies(desk, plan)
    yield from _logins(desk, plan)
    yield from _signing_key(desk, plan)
    yield from _redis_users(desk, plan)
    yield audit_device(desk, plan.audit_file)


def _engines(desk: Desk, plan: Plan) -> Iterator[Step]:
    mounts = plan.mounts
    yield _mounted(desk, "sys/mounts", mounts.kv, "kv", {"options": {"version": "2"}})
    yield _mounted(desk, "sys/mounts", mounts.transit, "transit", {})
    if plan.redis is not None:
        yield _mounted(desk, "sys/mounts", mounts.database, "database", {})
    yield _mounted(desk, "sys/auth", "approle", "approle", {})


def _mounted(desk: Desk, listing: str, name: str, kind: str, more: Mapping[str, Any]) -> Step:
    what = "login" if listing == "sys/auth" else "engine"
    found = (desk.read(listing) or {}).get(f"{name}/")
    if found is None:
        desk.write(f"{listing}/{name}", {"type": kind, **more})
        return Step(what, name, "created")
    wanted = more.get("options", {}).get("version")
    if found["type"] != kind or (found.get("options") or {}).get("version") != wanted:
        raise InvalidSetting(
            f"what is mounted at {name} is no {kind} engine{wanted and f' of version {wanted}'}: "
            "name another mount"
        )
    return Step(what, name, "unchanged")


def _policies(desk: Desk, plan: Plan) -> Iterator[Step]:
    for role, text in policies(plan.mounts).items():
        name = f"{plan.mounts.name}-{role}"
        yield desk.ensure("policy", name, f"sys/policies/acl/{name}", {"policy": text})


def _logins(desk: Desk, plan: Plan) -> Iterator[Step]:
    for role in ROLES:
        name = f"{plan.mounts.name}-{role.name}"
        wanted = {
            "token_policies": [name],
            "token_no_default_policy": True,
            "token_period": int(plan.token_period.total_seconds()),
            "secret_id_ttl": int(plan.secret_id_ttl.total_seconds()),
            "secret_id_num_uses": 0,
            "bind_secret_id": True,
        }
        yield desk.ensure("role", name, f"auth/approle/role/{name}", wanted)


def _signing_key(desk: Desk, plan: Plan) -> Iterator[Step]:
    path = f"{plan.mounts.transit}/keys/{plan.mounts.name}"
    found = desk.read(path)
    if found is not None and found["type"] != _KEY_TYPE:
        raise InvalidSetting(f"the key {path} is of type {found['type']}: tasks need {_KEY_TYPE}")
    if found is None:
        desk.write(path, {"type": _KEY_TYPE})
    yield Step("signing key", path, "unchanged" if found else "created")


def _redis_users(desk: Desk, plan: Plan) -> Iterator[Step]:
    if plan.redis is None:
        yield Step("redis users", plan.mounts.database, "left out", "no Redis is named")
        return
    yield _redis_server(desk, plan, plan.redis)
    for role in ROLES:
        if role.redis in plan.rights:
            yield _redis_role(desk, plan, role)


def _redis_server(desk: Desk, plan: Plan, redis: RedisServer) -> Step:
    name = plan.mounts.name
    place: dict[str, Any] = {"host": redis.host, "port": redis.port, "tls": redis.tls}
    if redis.ca:
        place["ca_cert"] = redis.ca
    place["username"] = redis.username
    return desk.ensure(
        "redis server",
        name,
        f"{plan.mounts.database}/config/{name}",
        {"plugin_name": plan.plugin, "allowed_roles": [f"{name}-*"], **place},
        found=lambda data: {**data, **_typed(data["connection_details"])},
        unseen={"password": redis.password},
    )


def _typed(details: Mapping[str, Any]) -> dict[str, Any]:
    """Vault gives back numbers as they were sent, OpenBao as text."""
    return {
        **details,
        "port": int(details.get("port", 0)),
        "tls": str(details.get("tls", False)).lower() == "true",
    }


def _redis_role(desk: Desk, plan: Plan, role: Role) -> Step:
    name = f"{plan.mounts.name}-{role.name}"
    wanted = {
        "db_name": plan.mounts.name,
        "creation_statements": [json.dumps(list(plan.rights[role.redis]))],
        "default_ttl": int(plan.user_ttl.total_seconds()),
        "max_ttl": int(plan.user_max_ttl.total_seconds()),
    }
    return desk.ensure("redis user", name, f"{plan.mounts.database}/roles/{name}", wanted)


def wrap_secret_id(desk: Desk, name: str, ttl_seconds: int) -> tuple[str, str]:
    """A role id, and a token with which a secret id of it can be fetched once.

    Args:
        desk: of a token that has the deployer's policy.
        name: of the role, with the installation's name before it.
        ttl_seconds: within which it must be fetched.

    Raises:
        SecretForbidden, SecretsUnavailable: as in `bootstrap`.
        InvalidSetting: there is no such role.
    """
    path = f"auth/approle/role/{name}"
    role = desk.read(f"{path}/role-id")
    if role is None:
        raise InvalidSetting(f"Vault knows no role {name}: see `fleeting vault bootstrap`")
    return str(role["role_id"]), desk.wrapped(f"{path}/secret-id", ttl_seconds)
