"""Read a queue's URL, as it stands in the settings, into what Celery is told about its broker."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ...domain.errors import InvalidSetting

STOCK: Final = "stock+"
"""Before the scheme: use kombu's own Redis transport instead of fleeting's."""

_TRANSPORTS: Final = {
    "redis": "fleeting-redis",
    "rediss": "fleeting-rediss",
    "redis+sentinel": "fleeting-sentinel",
    "rediss+sentinel": "fleeting-sentinel",
}
_SCHEMES: Final = tuple(_TRANSPORTS)

_SENTINEL_BOUNDS: Final = {
    # The next Sentinel is asked after a second; redis-py would try the first ten times.
    "socket_timeout": 1.0,
    "socket_connect_timeout": 1.0,
    "retry": None,
}

_TLS_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_CERT_REQS: Final = {
    "required": ssl.CERT_REQUIRED,
    "optional": ssl.CERT_OPTIONAL,
    "none": ssl.CERT_NONE,
}
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_QUERY: Final = frozenset(
    {*_TLS_FILES, "ssl_cert_reqs", "ssl_check_hostname", "sentinel_username", "sentinel_password"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """One broker in the words of Celery's settings."""

    url: str
    """`broker_url`: every Sentinel is a URL of its own, joined by semicolons."""
    transport: str | None
    """`broker_transport`: one of fleeting's; None leaves the choice to the URL's scheme."""
    tls: Mapping[str, object] | None = None
    """`broker_use_ssl`; None: no TLS."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What the URL adds to `broker_transport_options`."""


def read_broker_url(url: str) -> Broker:
    """Read `redis://`, `rediss://`, `redis+sentinel://` and `rediss+sentinel://` URLs.

    `stock+` before any of them selects kombu's own transport.

    Raises:
        InvalidSetting: the URL is of another kind, misses a part, or has an option that is not
            known here; the message never shows the password.
    """
    parts = urlsplit(url.removeprefix(STOCK))
    if parts.scheme not in _SCHEMES:
        raise InvalidSetting(
            f"Celery's messages cannot travel over {parts.scheme}://: the queue's URL begins with "
            f"{', '.join(f'{scheme}://' for scheme in _SCHEMES)}"
        )
    query = _query(parts)
    tls = _tls(query) if parts.scheme.startswith("rediss") else None
    transport = None if url.startswith(STOCK) else _TRANSPORTS[parts.scheme]
    if parts.scheme.endswith("sentinel"):
        return Broker(
            url=_sentinel_url(parts),
            transport=transport,
            tls=tls,
            options=_sentinel_options(parts, query, tls),
        )
    return Broker(
        url=f"{parts.scheme}://{parts.netloc}{parts.path}",
        transport=transport,
        tls=tls,
    )


def _query(parts: SplitResult) -> dict[str, str]:
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(query) - _QUERY)
    if unknown:
        raise InvalidSetting(
            f"the queue's URL has an unknown option {unknown[0]}: known are "
            f"{', '.join(sorted(_QUERY))}"
        )
    return query


def _tls(query: Mapping[str, str]) -> dict[str, object]:
    tls: dict[str, object] = {name: query[name] for name in _TLS_FILES if name in query}
    tls["ssl_cert_reqs"] = _choice(query, "ssl_cert_reqs", _CERT_REQS, "required")
    # A certificate that is not looked at has no host name to compare either.
    is_checked = "false" if tls["ssl_cert_reqs"] is ssl.CERT_NONE else "true"
    tls["ssl_check_hostname"] = _choice(query, "ssl_check_hostname", _BOOLEANS, is_checked)
    return tls


def _choice(
    query: Mapping[str, str], name: str, choices: Mapping[str, object], default: str
) -> object:
    try:
        return choices[query.get(name, default).lower()]
    except KeyError:
        raise InvalidSetting(f"{name} in the queue's URL is one of {', '.join(choices)}") from None


def _sentinel_url(parts: SplitResult) -> str:
    credentials, at, hosts = parts.netloc.rpartition("@")
    if not hosts:
        raise InvalidSetting("the queue's URL names no Sentinel: host:port,host:port/name")
    return ";".join(f"sentinel://{credentials}{at}{host}" for host in hosts.split(","))


def _sentinel_options(
    parts: SplitResult, query: Mapping[str, str], tls: Mapping[str, object] | None
) -> dict[str, object]:
    name = unquote(parts.path.strip("/"))
    if not name:
        raise InvalidSetting("the queue's URL lacks the Sentinel service: host:port,host:port/name")
    sentinel: dict[str, object] = {**_SENTINEL_BOUNDS} | {
        option: query[f"sentinel_{option}"]
        for option in ("username", "password")
        if f"sentinel_{option}" in query
    }
    if tls is not None:
        sentinel |= {"ssl": True, **tls}
    return {"master_name": name, "sentinel_kwargs": sentinel}
