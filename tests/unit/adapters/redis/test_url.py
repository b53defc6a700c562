"""What Redis URLs mean, and what is wrong with those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleeting.adapters.redis.url import UrlOptions, parse
from fleeting.domain.credentials import Credentials, Origin, Place
from fleeting.domain.errors import InvalidSetting
from fleeting.ports.credentials import CredentialSource


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("redis://host", "Redis at host:6379"),
        ("redis://", "Redis at localhost:6379"),
        ("rediss://host:7000/0", "Redis at host:7000"),
        ("redis://[::1]:7000", "Redis at ::1:7000"),
        ("unix:///run/redis.sock", "Redis at /run/redis.sock"),
        ("redis+sentinel://a,b:1/main", "Redis 'main' of the sentinels a:26379, b:1"),
        ("redis+cluster://a:1,b", "Redis Cluster at a:1, b:6379"),
    ],
)
def test_forms(url: str, text: str) -> None:
    assert str(parse(url)) == text


@pytest.mark.parametrize(
    "url", ["rediss://host", "rediss+sentinel://host/name", "rediss+cluster://host"]
)
def test_tls(url: str) -> None:
    assert parse(url).tls
    assert not parse(url.replace("rediss", "redis")).tls


def test_credentials_are_decoded_and_never_shown() -> None:
    url = parse("redis://ap%40p:se%2Fcret@host?sentinel_password=other")

    assert (url.username, url.password) == ("ap@p", "se/cret")
    assert "cret" not in f"{url} {url!r}"
    assert "other" not in f"{url} {url!r}"


def test_password_without_a_user() -> None:
    assert (parse("redis://:secret@host").username, parse("redis://host").password) == (None, None)


def test_options_have_the_names_of_redis_py(tmp_path: Path) -> None:
    authority = tmp_path / "ca.crt"
    authority.touch()

    url = parse(f"rediss://host?ssl_ca_certs={authority}&socket_timeout=1.5&client_name=worker")

    assert url.options.ssl_ca_certs == authority
    assert url.options.socket_timeout == 1.5
    assert url.options.client_name == "worker"


def test_hint_for_a_server_that_hangs_up_depends_on_tls(tmp_path: Path) -> None:
    certificate = tmp_path / "client.crt"
    certificate.touch()

    assert "write rediss" in parse("redis://host").hint
    assert "set ssl_certfile" in parse("rediss://host").hint
    assert "write redis:" in parse(f"rediss://host?ssl_certfile={certificate}").hint


def test_clusters_are_sharded_and_others_where_it_is_said() -> None:
    assert parse("redis+cluster://host").is_sharded
    assert parse("redis://host?sharded=true").is_sharded
    assert not parse("redis://host").is_sharded


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://host", "use one of redis, rediss"),
        ("redis://[::1", "brackets"),
        ("redis://host:port", "write host:port"),
        ("redis://a:1,:2", "write host:port"),
        ("redis://host/1", "FLEETING_PREFIX"),
        ("redis://host?db=2", "FLEETING_PREFIX"),
        ("redis+cluster://host/1", "FLEETING_PREFIX"),
        ("redis://host?socket_timeot=1", "did you mean socket_timeout"),
        ("redis://host?zzz=1", "there are socket_timeout"),
        ("redis://host?socket_timeout=0", "greater than 0"),
        ("redis://host?ssl_cert_reqs=none", "write rediss"),
        ("rediss://host?ssl_ca_certs=/no/such/file", "ssl_ca_certs"),
        ("unix://", "whole path"),
        ("redis+sentinel://host", "ends with the name"),
        ("redis+sentinel://host/a/b", "ends with the name"),
    ],
)
def test_what_is_wrong_is_named(url: str, words: str) -> None:
    with pytest.raises(InvalidSetting, match=words.replace("(", r"\(")):
        parse(url)


def test_wrong_option_is_not_quoted() -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse("redis://host?max_connections=s3cret")

    assert "s3cret" not in caught.value.message


def test_defaults_answer_soon() -> None:
    assert UrlOptions().socket_connect_timeout < 3


def test_credentials_that_change_are_looked_up_with_the_user_of_the_url() -> None:
    asked: list[tuple[Place, str | None]] = []

    def find(place: Place, username: str | None) -> CredentialSource:
        asked.append((place, username))
        return Nobody()

    assert isinstance(
        parse("redis://ada@host?credentials=secret:kv/redis", find).credentials, Nobody
    )
    assert parse("redis://ada@host", find).credentials is None
    assert asked == [(Place(Origin.SECRET, "kv/redis"), "ada")]


def test_a_password_beside_them_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="has a password and says where"):
        parse("redis://ada:pw@host?credentials=secret:kv/redis", lambda *_, **__: Nobody())


class Nobody:
    """Credentials that nobody asks for."""

    def current(self) -> Credentials:
        raise NotImplementedError

    def refused(self, credentials: Credentials) -> None:
        raise NotImplementedError
