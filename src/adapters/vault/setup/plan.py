"""What bootstrapping is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .roles import Mounts


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    """The Redis in which Vault makes users, and who it is there."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: bool = False
    ca: str = ""
    """The certificates (PEM) that its own is checked with; empty: those of the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an installation wants in its Vault."""

    mounts: Mounts = field(default_factory=Mounts)
    redis: RedisServer | None = None
    """None: no Redis users are made."""
    rights: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """ACL rules by the role of docs/reference/keys.md."""
    plugin: str = "redis-database-plugin"
    """It serves Valkey too; OpenBao has `valkey-database-plugin` besides."""
    user_ttl: timedelta = timedelta(hours=1)
    """First life of a Redis user. An hour: what a thief of one could use it for, at most, once its
    process has ended."""
    user_max_ttl: timedelta = timedelta(days=1)
    """Longest life, however often it is renewed."""
    token_period: timedelta = timedelta(hours=1)
    """How long a token lives from each renewal on: an absence of Vault shorter than a third of it
    costs nobody a login."""
    secret_id_ttl: timedelta = timedelta(days=32)
    """How long a secret id can be used to log in anew; a deployment brings another."""
    audit_file: str = ""
    """Where a file audit device shall write; empty: none is set up."""
