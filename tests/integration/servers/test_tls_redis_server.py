"""The TLS server lets in whom it should, and nobody else."""

from __future__ import annotations

import pytest
import redis

from .port import HOST
from .require import require
from .tls_redis_server import TlsRedisServer


@pytest.fixture
def server(redis_tls_url, redis_tls_server):
    return redis_tls_server


def test_the_url_lets_the_app_user_write(server):
    assert server.connect(server.url).set("key", "value")


def test_the_readonly_user_reads(server):
    server.connect(server.url).set("key", "value")

    assert server.connect(server.url_of("readonly")).get("key") == "value"


def test_the_readonly_user_writes_nothing(server):
    with pytest.raises(redis.exceptions.NoPermissionError):
        server.connect(server.url_of("readonly")).set("key", "value")


def test_the_app_user_administers_nothing(server):
    with pytest.raises(redis.exceptions.NoPermissionError):
        server.connect(server.url).config_get("*")


def test_a_wrong_password_is_refused(server):
    with pytest.raises(redis.AuthenticationError):
        server.connect(server.url_of("app", password="wrong")).ping()


def test_who_gives_no_name_is_refused(server):
    url = f"rediss://{HOST}:{server.port.number}?ssl_ca_certs={server.certificates.ca}"

    with pytest.raises(redis.AuthenticationError):
        server.connect(url).ping()


def test_a_client_that_trusts_another_authority_does_not_connect(server):
    with pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        server.connect(server.url_of("app", certificates=server.foreign)).ping()


def test_plain_redis_is_refused(server):
    with pytest.raises(redis.ConnectionError):
        server.connect(f"redis://{HOST}:{server.port.number}").ping()


@pytest.fixture(scope="module")
def mutual_server(tmp_path_factory):
    """A server that demands client certificates and knows a user of the test's own."""
    require("redis-server")
    with TlsRedisServer(
        tmp_path_factory.mktemp("mutual"),
        users={"tester": ("~mine:*", "-@all", "+set")},
        client_certificate=True,
    ) as server:
        yield server


def test_the_rules_of_users_are_the_callers(mutual_server):
    client = mutual_server.connect(mutual_server.url)

    assert client.set("mine:key", "value")
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.set("yours:key", "value")


def test_a_client_without_certificate_is_refused_where_one_is_demanded(mutual_server):
    with pytest.raises(redis.ConnectionError):
        mutual_server.connect(mutual_server.url.partition("&")[0]).ping()


def test_a_client_certificate_of_another_authority_is_refused(mutual_server):
    files, foreign = mutual_server.certificates, mutual_server.foreign
    url = mutual_server.url.replace(str(files.client), str(foreign.client)).replace(
        str(files.client_key), str(foreign.client_key)
    )

    with pytest.raises(redis.ConnectionError):
        mutual_server.connect(url).ping()
