"""Who may do what in Vault: one policy for each part of an installation, and no more than it needs.

`deploy/vault/policies` shows them as Vault reads them; a test keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Capability = Literal["create", "read", "update", "delete", "list", "sudo"]

TASKS: Final = "tasks"
"""Folder of the secrets that tasks may name, and beginning of the roles whose credentials they
may lease. Apart from the installation's own, so that no grant to a task reaches those."""

SHORTEST_WRAPPING: Final = "1s"
LONGEST_WRAPPING: Final = "5m"
"""A wrapped secret id is on its way for less than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounts:
    """Where the engines are, and what this installation is called in them."""

    kv: str = "kv"
    transit: str = "transit"
    database: str = "database"
    name: str = "fleeting"
    """Folder of the installation's settings, and name of its signing key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one path allows, and what for."""

    path: str
    capabilities: Sequence[Capability]
    reason: str
    bounds: Mapping[str, str] = field(default_factory=dict)
    """Further lines, as in `max_wrapping_ttl`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part of an installation, as Vault knows it."""

    name: str
    redis: str
    """The role of docs/reference/keys.md#rights whose rights its Redis user has; an empty one has
    no user."""
    signs: bool = False
    checks: bool = False
    runs: bool = False


ROLES: Final = (
    Role(name="submitter", redis="api", signs=True),
    Role(name="retriever", redis="retrieve"),
    Role(name="api", redis="api", signs=True),
    Role(name="scheduler", redis="api", signs=True),
    Role(name="worker", redis="worker", checks=True, runs=True),
    Role(name="flower", redis=""),
)

DEPLOYER: Final = "deployer"
"""Who starts the others: it makes their secret ids, and has none of their rights."""


def rules_of(role: Role, mounts: Mounts) -> Iterator[Rule]:
    """All that `role` may do."""
    yield from _of_everybody(role, mounts)
    if role.signs:
        yield Rule(
            path=f"{mounts.transit}/sign/{mounts.name}",
            capabilities=("update",),
            reason="sign what it queues",
        )
    if role.signs or role.checks:
        yield Rule(
            path=f"{mounts.transit}/keys/{mounts.name}",
            capabilities=("read",),
            reason="the public half of the signing key",
        )
    if role.runs:
        yield Rule(
            path=f"{mounts.kv}/data/{TASKS}/*",
            capabilities=("read",),
            reason="secrets that tasks name",
        )
        yield Rule(
            path=f"{mounts.database}/creds/{TASKS}-*",
            capabilities=("read",),
            reason="credentials that tasks lease",
        )


def _of_everybody(role: Role, mounts: Mounts) -> Iterator[Rule]:
    settings = f"{mounts.kv}/data/{mounts.name}"
    yield Rule(path=settings, capabilities=("read",), reason="settings that all parts share")
    yield Rule(path=f"{settings}/{role.name}", capabilities=("read",), reason="its own settings")
    yield Rule(
        path=f"{mounts.database}/creds/{mounts.name}-{role.name}",
        capabilities=("read",),
        reason="a Redis user of its own",
    )
    yield Rule(
        path=f"{mounts.database}/static-creds/{mounts.name}-{role.name}-static",
        capabilities=("read",),
        reason="or a Redis user that stays, and its password",
    )
    for verb in ("renew", "revoke"):
        yield Rule(
            path=f"sys/leases/{verb}",
            capabilities=("update",),
            reason=f"{verb} leases whose id it was given",
        )
    yield Rule(
        path="auth/token/lookup-self", capabilities=("read",), reason="how long its token lives"
    )
    yield Rule(
        path="auth/token/renew-self", capabilities=("update",), reason="keep its token alive"
    )
    yield Rule(
        path="auth/token/revoke-self", capabilities=("update",), reason="end its token at its end"
    )


def rules_of_deployer(name: str) -> Iterator[Rule]:
    """What the deployer may do: hand out role ids, and secret ids that are wrapped."""
    for role in ROLES:
        path = f"auth/approle/role/{name}-{role.name}"
        yield Rule(path=f"{path}/role-id", capabilities=("read",), reason=f"who the {role.name} is")
        yield Rule(
            path=f"{path}/secret-id",
            capabilities=("update",),
            reason="wrapped alone: what it hands on, it cannot use",
            bounds={"min_wrapping_ttl": SHORTEST_WRAPPING, "max_wrapping_ttl": LONGEST_WRAPPING},
        )
