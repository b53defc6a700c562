"""An installation whose parts are told by Vault who they are to Redis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import redis

from ..pipeline.deployment import Deployment
from .estate import Estate

_PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Site:
    """An API and its workers, started by a test."""

    estate: Estate
    deployment: Deployment
    url: str

    @property
    def admin(self) -> redis.Redis:
        """Whoever may do everything in Redis."""
        return redis.Redis.from_url(self.estate.redis.admin_url, decode_responses=True)

    def users(self) -> set[str]:
        """The users that Vault has made and not deleted."""
        with self.admin as admin:
            return {user for user in admin.acl_users() if user.upper().startswith("V_")}

    def refusals(self) -> list[tuple[str, str]]:
        """What Redis has refused to anybody, and why."""
        with self.admin as admin:
            return [(entry["reason"], entry["object"]) for entry in admin.acl_log()]


def started(
    estate: Estate, deployment: Deployment, logs: Path, *, api: str, workers: Mapping[str, str]
) -> Site:
    """Start the API and a worker with each pool, with these URLs of Redis."""
    own = _settings(estate.login("worker", logs))
    launched = [
        deployment.worker(pool, store=store, is_awaited=False, **own)
        for pool, store in workers.items()
    ]
    own = _settings(estate.login("api", logs))
    url = deployment.api(store=api, **own)
    for worker in launched:
        worker.wait_for_log(" ready", within=_PATIENCE)
    return Site(estate, deployment, url)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("FLEETING_").lower(): value for name, value in environment.items()}
