"""`fleeting doctor` against real servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from .servers.redis_server import RedisServer
from .servers.tls_redis_server import TlsRedisServer

_COMMAND = [sys.executable, "-m", "fleeting.entrypoints.cli", "doctor", "--json"]


def findings_with(**settings: str) -> tuple[int, list[dict[str, str]]]:
    """The exit code, and everything that was found."""
    environment = os.environ | {f"FLEETING_{name}": value for name, value in settings.items()}
    done = subprocess.run(_COMMAND, env=environment, capture_output=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout)["findings"]


def examine(url: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the severity of each finding about the result store."""
    code, findings = findings_with(STORE=url)
    of_store = {f["subject"]: f["severity"] for f in findings if "result store" in f["part"]}
    return code, of_store


def test_server_with_append_only_file_is_sound(
    redis_aof_server: RedisServer, redis_aof_url: str
) -> None:
    code, findings = examine(redis_aof_url)
    assert code == 0
    assert findings["persistence"] == "ok"
    assert findings["eviction"] == "ok"


def test_evicting_server_is_refused(redis_server: RedisServer, redis_url: str) -> None:
    admin = redis_server.connect()
    admin.config_set("maxmemory-policy", "allkeys-lru")
    try:
        code, findings = examine(redis_url)
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
    assert (code, findings["eviction"]) == (69, "error")


def test_what_may_not_be_looked_at_is_a_warning(
    redis_tls_server: TlsRedisServer, redis_tls_url: str
) -> None:
    code, findings = examine(redis_tls_server.url_of("readonly"))
    assert findings == {"server": "warning"}
    assert code in {0, 69}


def test_server_that_is_away_is_said() -> None:
    code, findings = examine("redis://127.0.0.1:9")
    assert (code, findings["answer"]) == (69, "error")


def test_library_set_that_is_not_installed_is_one_finding_among_others() -> None:
    code, findings = findings_with(SANDBOX_LIBRARY_SETS='{"data": ["pandaz"]}')

    [isolation] = [f for f in findings if f["part"] == "runs"]
    assert isolation["severity"] == "error"
    assert "the set data names the module pandaz" in isolation["message"]
    assert code == 69
    assert len(findings) > 1
