"""What a run may connect to: `tcp:host:port`, allowed by the operator's patterns.

Pure: names are resolved elsewhere, and what came of that is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Self

from .errors import InvalidTask

_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
"""Also every IPv4 address; IPv6 addresses stand in brackets."""
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_LAST_PORT: Final = 65535

_METADATA: Final = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
"""Where clouds hand credentials to their machines, beside the link-local 169.254.169.254."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a TCP port, as a task names them."""

    host: str
    """A name or an address in lower case, without brackets."""
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `tcp:host:port`.

        Raises:
            InvalidTask: it is none.
        """
        scheme, _, rest = text.lower().partition(":")
        host, _, port = rest.rpartition(":")
        is_port = _PORT.fullmatch(port) is not None and int(port) <= _LAST_PORT
        if scheme != "tcp" or not is_port or not (_HOST.fullmatch(host) or _is_bracketed(host)):
            raise InvalidTask(
                f"network: {text[:80]!r} is no place to connect to: write tcp:host:port, as in "
                "tcp:api.example.com:443, with an IPv6 address in brackets"
            )
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp:{host}:{self.port}"


def rules_in(text: str) -> tuple[str, ...]:
    """The operator's patterns: globs of `tcp:host:port`, separated by commas.

    Raises:
        ValueError: one of them is no such pattern.
    """
    rules = tuple(rule.strip().lower() for rule in text.split(",") if rule.strip())
    for rule in rules:
        if not re.fullmatch(r"tcp:[^\s:]+:[0-9*?]+|tcp:\[[^\s\]]+\]:[0-9*?]+", rule):
            raise ValueError(
                f"{rule!r} is no pattern of places: write tcp:host:port, as in "
                "tcp:*.example.com:443"
            )
    return rules


def is_allowed(endpoint: Endpoint, rules: Iterable[str]) -> bool:
    """Whether a pattern of the operator covers what a task names."""
    name = str(endpoint)
    return any(fnmatchcase(name, _literal_brackets(rule)) for rule in rules)


def is_reachable(endpoint: Endpoint, address: str, rules: Iterable[str]) -> bool:
    """Whether the address that a host was found under may be connected to.

    This machine itself, its neighbours on the link and the services that hand out a cloud's
    credentials are not reached by a name, whoever its zone belongs to, nor by a wildcard: the
    operator has to list that address, or `localhost`, by itself.
    """
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if not _is_internal(found):
        return True
    names_itself = endpoint.host == "localhost" or _is_address(endpoint.host)
    return names_itself and str(endpoint) in set(rules)


def _is_internal(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
    )


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it does (RFC 4291, 3056, 6052)."""
    if isinstance(address, IPv6Address):
        if address.packed.startswith(bytes.fromhex("0064ff9b") + bytes(8)):
            return IPv4Address(address.packed[-4:])
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_bracketed(host: str) -> bool:
    return host.startswith("[") and host.endswith("]") and ":" in host and _is_address(host[1:-1])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _literal_brackets(rule: str) -> str:
    """To `fnmatch` a bracket opens a set of characters."""
    return rule.replace("[", "[[]")
