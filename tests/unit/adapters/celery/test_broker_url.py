"""Queue URLs as Celery gets them."""

from __future__ import annotations

import ssl

import pytest

from fleeting.adapters.celery.broker_url import read_broker_url
from fleeting.domain.errors import InvalidSetting


@pytest.fixture
def ca(tmp_path):
    path = tmp_path / "ca.pem"
    path.touch()
    return path


def test_a_plain_url_keeps_user_password_and_address():
    broker = read_broker_url("redis://user:p%40ss@host:7000")

    assert broker.url == "redis://user:p%40ss@host:7000"
    assert broker.transport == "fleeting-redis"
    assert broker.tls is None


def test_database_0_may_be_named():
    assert read_broker_url("redis://host:7000/0").url == "redis://host:7000"


def test_tls_is_verified_unless_told_otherwise(ca):
    broker = read_broker_url(f"rediss://host?ssl_ca_certs={ca}")

    assert broker.tls == {
        "ssl_ca_certs": str(ca),
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
        "ssl_check_hostname": True,
    }
    assert broker.transport == "fleeting-rediss"


def test_without_verification_no_host_name_is_compared():
    tls = read_broker_url("rediss://host?ssl_cert_reqs=none").tls

    assert tls == {"ssl_cert_reqs": ssl.CERT_NONE, "ssl_check_hostname": False}


def test_a_client_certificate_is_passed_on(ca):
    tls = read_broker_url(f"rediss://host?ssl_certfile={ca}&ssl_keyfile={ca}").tls

    assert tls is not None
    assert (tls["ssl_certfile"], tls["ssl_keyfile"]) == (str(ca), str(ca))


def test_each_sentinel_becomes_a_url_of_its_own():
    broker = read_broker_url("redis+sentinel://user:pw@one:1,two:2/main")

    assert broker.url == "sentinel://user:pw@one:1;sentinel://user:pw@two:2"
    assert broker.transport == "fleeting-sentinel"
    assert broker.options["master_name"] == "main"


def test_sentinels_have_their_own_credentials():
    url = "redis+sentinel://one:1/main?sentinel_username=watch&sentinel_password=pw"

    sentinel = read_broker_url(url).options["sentinel_kwargs"]

    assert (sentinel["username"], sentinel["password"]) == ("watch", "pw")


def test_sentinels_are_asked_over_tls_where_the_server_is(ca):
    url = f"rediss+sentinel://one:1/main?ssl_ca_certs={ca}"

    sentinel = read_broker_url(url).options["sentinel_kwargs"]

    assert sentinel["ssl"] is True
    assert sentinel["ssl_ca_certs"] == str(ca)


def test_connection_options_become_transport_options():
    url = "redis://host?socket_timeout=2&max_connections=7&client_name=me&sharded=true"

    assert read_broker_url(url).options == {
        "socket_timeout": 2.0,
        "max_connections": 7,
        "client_name": "me",
    }


@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+sentinel"])
def test_kombus_own_transport_can_be_chosen(scheme):
    assert read_broker_url(f"stock+{scheme}://host:1/{'n' * ('sent' in scheme)}").transport is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("amqp://host", "cannot travel over amqp://"),
        ("redis+cluster://host", r"cannot travel over redis\+cluster://"),
        ("redis://host/1", "database 0"),
        ("redis://host?db=1", "database 0"),
        ("redis://host?ssl_ca_cert=x", "did you mean ssl_ca_certs"),
        ("rediss://host?ssl_ca_certs=/no/such/file", "ssl_ca_certs in the queue's URL"),
        ("rediss://host?ssl_cert_reqs=maybe", "ssl_cert_reqs in the queue's URL"),
        ("redis://host:port", "'host:port' in the queue's URL is no address"),
        ("redis+sentinel://one:1,two:x/main", "'two:x' in the queue's URL is no address"),
        ("redis+sentinel:///main", "names no Sentinel"),
        ("redis+sentinel://one:1", "lacks the Sentinel service"),
    ],
)
def test_what_cannot_be_is_refused(url, message):
    with pytest.raises(InvalidSetting, match=message):
        read_broker_url(url)


@pytest.mark.parametrize(
    "url", ["redis://u:hunter2@host/7", "http://u:hunter2@host", "redis://u:hunter2@host?x=hunter2"]
)
def test_no_error_shows_the_password(url):
    with pytest.raises(InvalidSetting) as caught:
        read_broker_url(url)

    assert "hunter2" not in str(caught.value)


def test_the_text_form_shows_no_password():
    assert "hunter2" not in repr(read_broker_url("redis://u:hunter2@host"))


def test_credentials_that_change_are_looked_up_with_the_user_of_the_url():
    asked = []

    def find(place, username):
        asked.append((*place, username))
        return "source"

    broker = read_broker_url("redis://ada@host?credentials=file:/run/password", find)

    assert broker.credentials == "source"
    assert asked == [("file", "/run/password", "ada")]
    assert read_broker_url("redis://host", find).credentials is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://u:p@host?credentials=file:/run/password", "has a password and says where"),
        ("stock+redis://host?credentials=lease:database/creds/x", r"remove stock\+"),
        ("redis://host?credentials=vault:x", "lease:PATH"),
    ],
)
def test_credentials_that_cannot_be_are_refused(url, message):
    with pytest.raises(InvalidSetting, match=message):
        read_broker_url(url, lambda *_: None)
