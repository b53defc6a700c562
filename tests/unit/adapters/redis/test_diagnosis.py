"""What an operator is told of a server, from the server's own figures."""

from __future__ import annotations

import pytest

from fleeting.adapters.redis.diagnosis import diagnose

SOUND = {
    "redis_version": "7.0.15",
    "maxmemory_policy": "noeviction",
    "maxmemory": str(100 * 2**20),
    "used_memory": str(2**20),
    "aof_enabled": "1",
    "config:appendfsync": "everysec",
}


def found(subject: str, /, ms: float = 0.2, **facts: str) -> tuple[str, str]:
    [one] = [d for d in diagnose(SOUND | facts, [ms]) if d.subject == subject]
    return one.severity, one.message


def test_sound_server_gives_no_cause_for_concern() -> None:
    assert {one.severity for one in diagnose(SOUND, [0.2])} == {"ok"}


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl", "unknown"])
def test_eviction_is_an_error(policy: str) -> None:
    severity, message = found("eviction", maxmemory_policy=policy)
    assert severity == "error"
    assert policy in message
    assert "noeviction" in message


def test_old_server_is_an_error() -> None:
    assert found("version", redis_version="6.0.16")[0] == "error"


def test_valkeys_own_version_counts() -> None:
    facts = {"server_name": "valkey", "valkey_version": "9.1.2", "redis_version": "7.2.4"}
    assert found("version", **facts) == ("ok", "valkey 9.1.2")


def test_server_without_a_limit_is_a_warning() -> None:
    assert found("memory", maxmemory="0")[0] == "warning"


def test_nearly_full_server_is_a_warning() -> None:
    assert found("memory", used_memory=str(81 * 2**20)) == ("warning", "81 MiB used of 100 MiB")


def test_server_without_append_only_file_is_a_warning() -> None:
    assert found("persistence", aof_enabled="0")[0] == "warning"


@pytest.mark.parametrize(
    ("sync", "severity"), [("always", "ok"), ("everysec", "ok"), ("no", "warning"), ("", "warning")]
)
def test_what_a_crash_loses_follows_from_appendfsync(sync: str, severity: str) -> None:
    assert found("persistence", **{"config:appendfsync": sync})[0] == severity


def test_slow_round_trips_are_a_warning() -> None:
    assert found("latency", 7.0)[0] == "warning"


def test_append_only_file_that_nobody_may_load_is_a_warning() -> None:
    severity, message = found("default user", **{"acl:default": "-@all"})

    assert severity == "warning"
    assert "user default off ~* &* +@all" in message


@pytest.mark.parametrize(
    "facts", [{"acl:default": "+@all"}, {"acl:default": "-@all", "aof_enabled": "0"}]
)
def test_default_user_that_does_no_harm_is_not_mentioned(facts: dict[str, str]) -> None:
    assert "default user" not in {one.subject for one in diagnose(SOUND | facts, [0.2])}
