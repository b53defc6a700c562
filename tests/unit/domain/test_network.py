from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import InvalidTask
from fleeting.domain.network import Endpoint, is_allowed, is_reachable, rules_in


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("tcp:api.example.com:443", "api.example.com", 443),
        ("TCP:API.Example.com:1", "api.example.com", 1),
        ("tcp:10.0.0.1:65535", "10.0.0.1", 65535),
        ("tcp:[2001:db8::1]:80", "2001:db8::1", 80),
        ("tcp:redis:6379", "redis", 6379),
    ],
)
def test_place_is_read(text: str, host: str, port: int) -> None:
    assert Endpoint.parse(text) == Endpoint(host, port)
    assert str(Endpoint.parse(text)) == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example.com:443",
        "udp:api.example.com:53",
        "tcp:api.example.com",
        "tcp::443",
        "tcp:a:0",
        "tcp:a:65536",
        "tcp:a:http",
        "tcp:a b:80",
        "tcp:*.example.com:443",
        "tcp:2001:db8::1:80",
        "tcp:[10.0.0.1]:80",
        "tcp:[a:b]:80",
        "tcp:-a:80",
        "tcp:a\n:80",
        "tcp:a:\uff18\uff10",
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InvalidTask, match=r"write tcp:host:port"):
        Endpoint.parse(text)


def test_patterns_are_read_and_empty_ones_left_out() -> None:
    assert rules_in(" tcp:*.Example.com:443, ,tcp:[::1]:*") == (
        "tcp:*.example.com:443",
        "tcp:[::1]:*",
    )
    assert rules_in("") == ()


@pytest.mark.parametrize("text", ["*", "tcp:*", "tcp:a:b", "udp:a:1", "tcp:a:1 tcp:b:2"])
def test_pattern_that_names_no_places_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no pattern of places"):
        rules_in(text)


@pytest.mark.parametrize(
    ("asked", "rule", "allowed"),
    [
        ("tcp:api.example.com:443", "tcp:api.example.com:443", True),
        ("tcp:api.example.com:443", "tcp:*.example.com:443", True),
        ("tcp:api.example.com:80", "tcp:*.example.com:443", False),
        ("tcp:example.com:443", "tcp:*.example.com:443", False),
        ("tcp:example.com.evil:443", "tcp:*.example.com:443", False),
        ("tcp:db:5432", "tcp:db:*", True),
        ("tcp:[::1]:80", "tcp:[::1]:80", True),
        ("tcp:[::2]:80", "tcp:[::*]:80", True),
        ("tcp:a:80", "tcp:[abc]:80", False),
    ],
)
def test_patterns_cover_what_they_say(asked: str, rule: str, *, allowed: bool) -> None:
    assert is_allowed(Endpoint.parse(asked), rules_in(rule)) is allowed
    assert not is_allowed(Endpoint.parse(asked), ())


INTERNAL = [
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "0.0.0.0",
    "169.254.169.254",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "240.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_address_is_not_reached_by_name_nor_by_wildcard(address: str) -> None:
    """Else whoever owns the zone of an allowed name decides what is connected to."""
    host = Endpoint("api.example.com", 80)

    assert not is_reachable(host, address, ["tcp:api.example.com:80", "tcp:*:80"])


def test_internal_address_is_not_reached_by_itself_through_a_wildcard() -> None:
    assert not is_reachable(Endpoint("127.0.0.1", 80), "127.0.0.1", ["tcp:*:80"])


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::1", "::1")],
)
def test_internal_address_is_reached_where_the_operator_lists_it(host: str, address: str) -> None:
    endpoint = Endpoint(host, 6379)

    assert is_reachable(endpoint, address, [str(endpoint)])


@pytest.mark.parametrize("address", ["8.8.8.8", "10.1.2.3", "192.168.1.1", "2606:4700::1"])
def test_other_addresses_are_reached(address: str) -> None:
    """Also those of the installation's own network, where most of what is allowed lives."""
    assert is_reachable(Endpoint("a.example.com", 443), address, ["tcp:*.example.com:443"])


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        endpoint = Endpoint.parse(text)
    except InvalidTask:
        return
    assert Endpoint.parse(str(endpoint)) == endpoint
