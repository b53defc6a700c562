"""The embedded server that `fleeting up` and `fleeting demo` run on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from datetime import timedelta

import pytest
import redis
from kombu import Connection

from fleeting.adapters.redis.embedded import EmbeddedValkey
from fleeting.domain.errors import InvalidSetting, StoreUnavailable

from .servers.port import HOST, Port
from .servers.require import require, require_valkey
from .servers.wait import wait_until

OWNER = """
import signal
from fleeting.adapters.redis.embedded import EmbeddedValkey

with EmbeddedValkey() as server:
    print(server.url, flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def _program():
    require_valkey()


@pytest.fixture
def server():
    with EmbeddedValkey() as server:
        yield server


@pytest.fixture
def port():
    port = Port()
    yield port.number
    port.release()


def ask(url, command, *arguments):
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return client.execute_command(command, *arguments)


def test_redis_py_uses_its_url(server):
    ask(server.url, "SET", "key", "value")

    assert ask(server.url, "GET", "key") == "value"


def test_celerys_broker_uses_its_url(server):
    with Connection(server.url) as connection, connection.SimpleQueue("queue") as queue:
        queue.put("message")

        assert queue.get(timeout=5).payload == "message"


def test_redis_cli_uses_its_url(server):
    cli = require("redis-cli", package="redis-tools")
    ask(server.url, "SET", "key", "[1,2]")

    answer = subprocess.run(
        [cli, "-u", server.url, "GET", "key"], capture_output=True, check=True, text=True
    )

    assert answer.stdout.strip() == "[1,2]"


def test_a_stranger_on_its_port_is_refused(server):
    _, _, address = server.url.partition("@")

    with pytest.raises(redis.AuthenticationError):
        ask(f"redis://{address}?retry_on_error=", "GET", "key")


def test_its_port_is_not_ephemeral(server):
    assert int(server.url.rpartition(":")[2]) < 32_768


def test_a_chosen_port_is_used(port):
    with EmbeddedValkey(port=port) as server:
        assert server.url.endswith(f"@{HOST}:{port}")


def test_a_taken_port_is_named_in_the_error(port):
    with (
        EmbeddedValkey(port=port),
        pytest.raises(InvalidSetting, match=f"Port {port} .* choose another"),
    ):
        EmbeddedValkey(port=port).start()


def test_without_a_data_directory_it_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with EmbeddedValkey() as server:
        ask(server.url, "SET", "key", "value")

        assert list(tmp_path.iterdir()) == []


def test_a_data_directory_keeps_what_was_acknowledged_over_a_crash(tmp_path):
    with EmbeddedValkey(tmp_path / "data") as server:
        ask(server.url, "SET", "key", "value")
        os.kill(ask(server.url, "INFO", "server")["process_id"], signal.SIGKILL)
        wait_until(lambda: not server.running, within=timedelta(seconds=5))

        server.start()

        assert ask(server.url, "GET", "key") == "value"


def test_two_servers_do_not_share_a_data_directory(tmp_path):
    with EmbeddedValkey(tmp_path), pytest.raises(InvalidSetting, match="stop it"):
        EmbeddedValkey(tmp_path).start()


def test_a_server_that_does_not_start_says_why(tmp_path):
    manifest = tmp_path / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir()
    manifest.write_text("no manifest")

    with pytest.raises(StoreUnavailable, match="AOF manifest"):
        EmbeddedValkey(tmp_path).start()


def test_a_second_start_changes_nothing(server):
    url = server.url

    server.start()

    assert server.url == url


def test_a_second_stop_is_harmless(server):
    server.stop()
    server.stop()

    assert not server.running


def test_it_has_no_url_before_its_start():
    with pytest.raises(RuntimeError, match="before start"):
        _ = EmbeddedValkey().url


def test_it_gets_no_ctrl_c_from_the_terminal_of_its_owner(server):
    pid = ask(server.url, "INFO", "server")["process_id"]

    assert os.getsid(pid) != os.getsid(0)


def test_it_ends_with_an_owner_that_was_killed():
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        url = owner.stdout.readline().strip()
        assert ask(url, "PING")

        owner.kill()

    wait_until(lambda: is_gone(url), within=timedelta(seconds=5))


def is_gone(url):
    try:
        ask(url, "PING")
    except redis.ConnectionError:
        return True
    return False
