"""Read a queue's URL, as it stands in the settings, into what Celery is told about its broker.

One URL may serve store and queue, so all options that a store's URL may have are understood.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, FilePath

from ...domain.credentials import place_of
from ...domain.errors import InvalidSetting
from ...domain.url_options import check_database, read_address, read_options
from ...ports.credentials import CredentialSource, FindCredentials

STOCK: Final = "stock+"
"""Before the scheme: use kombu's own Redis transport instead of fleeting's."""

_WHERE: Final = "the queue's URL"

_TRANSPORTS: Final = {
    "redis": "fleeting-redis",
    "rediss": "fleeting-rediss",
    "redis+sentinel": "fleeting-sentinel",
    "rediss+sentinel": "fleeting-sentinel",
}
_CERT_REQS: Final = {"required": ssl.CERT_REQUIRED, "none": ssl.CERT_NONE}
_CONNECTION: Final = ("socket_timeout", "socket_connect_timeout", "max_connections", "client_name")

_SENTINEL_BOUNDS: Final = {
    # The next Sentinel is asked after a second; redis-py would try the first ten times.
    "socket_timeout": 1.0,
    "socket_connect_timeout": 1.0,
    "retry": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """One broker in the words of Celery's settings."""

    url: str = field(repr=False)
    """`broker_url`: every Sentinel is a URL of its own, joined by semicolons."""
    transport: str | None
    """`broker_transport`: one of fleeting's; None leaves the choice to the URL's scheme."""
    tls: Mapping[str, object] | None = None
    """`broker_use_ssl`; None: no TLS."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What the URL adds to `broker_transport_options`."""
    credentials: CredentialSource | None = field(default=None, repr=False)
    """Tells user and password in place of those in the URL."""


class _Options(BaseModel):
    """What may stand behind the question mark; the names are redis-py's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    socket_timeout: float | None = Field(default=None, gt=0)
    socket_connect_timeout: float | None = Field(default=None, gt=0)
    max_connections: int | None = Field(default=None, gt=0)
    client_name: str | None = None
    sharded: bool = False
    """Nothing to do here: the queue's prefix keeps its keys on one shard."""
    db: int = 0
    ssl_ca_certs: FilePath | None = None
    ssl_certfile: FilePath | None = None
    ssl_keyfile: FilePath | None = None
    ssl_cert_reqs: Literal["required", "none"] = "required"
    ssl_check_hostname: bool = True
    sentinel_username: str | None = None
    sentinel_password: str | None = Field(default=None, repr=False)
    credentials: str | None = None


def read_broker_url(url: str, find_credentials: FindCredentials | None = None) -> Broker:
    """Read `redis://`, `rediss://`, `redis+sentinel://` and `rediss+sentinel://` URLs.

    `stock+` before any of them selects kombu's own transport. `find_credentials` knows what the
    option `credentials` means.

    Raises:
        InvalidSetting: the URL is of another kind, misses a part, or has an option that is not
            known here; the message never shows the password.
        ConfigurationError: its option `credentials` names what is not set up.
    """
    parts = _split(url.removeprefix(STOCK))
    options = read_options(_Options, parts.query, where=_WHERE)
    tls = _tls(options) if parts.scheme.startswith("rediss") else None
    common = options.model_dump(include=set(_CONNECTION), exclude_none=True)
    transport = None if url.startswith(STOCK) else _TRANSPORTS[parts.scheme]
    is_sentinel = parts.scheme.endswith("sentinel")
    check_database("" if is_sentinel else parts.path, options.db, where=_WHERE)
    credentials = _credentials(url, parts, options, find_credentials)
    if not is_sentinel:
        plain = f"{parts.scheme}://{parts.netloc or 'localhost'}"
        return Broker(
            url=plain, transport=transport, tls=tls, options=common, credentials=credentials
        )
    return Broker(
        url=_sentinel_url(parts),
        transport=transport,
        tls=tls,
        options=common | _sentinel(parts, options, tls),
        credentials=credentials,
    )


def _credentials(
    url: str, parts: SplitResult, options: _Options, find: FindCredentials | None
) -> CredentialSource | None:
    if options.credentials is None or find is None:
        return None
    if url.startswith(STOCK):
        raise InvalidSetting(
            "kombu's own transport takes no credentials that change: remove stock+ from the "
            "queue's URL"
        )
    if parts.password:
        raise InvalidSetting(
            "the queue's URL has a password and says where the password comes from: remove one"
        )
    return find(place_of(options.credentials), unquote(parts.username or "") or None)


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _TRANSPORTS:
        raise InvalidSetting(
            f"Celery's messages cannot travel over {parts.scheme}://: the queue's URL begins with "
            f"{', '.join(f'{scheme}://' for scheme in _TRANSPORTS)}"
        )
    for host in filter(None, parts.netloc.rpartition("@")[2].split(",")):
        read_address(host, where=_WHERE)
    return parts


def _tls(options: _Options) -> dict[str, object]:
    files = options.model_dump(
        include={"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}, exclude_none=True
    )
    is_checked = options.ssl_cert_reqs == "required"
    return {name: str(path) for name, path in files.items()} | {
        "ssl_cert_reqs": _CERT_REQS[options.ssl_cert_reqs],
        # A certificate that is not looked at has no host name to compare either.
        "ssl_check_hostname": is_checked and options.ssl_check_hostname,
    }


def _sentinel_url(parts: SplitResult) -> str:
    credentials, at, hosts = parts.netloc.rpartition("@")
    if not hosts:
        raise InvalidSetting("the queue's URL names no Sentinel: host:port,host:port/name")
    return ";".join(f"sentinel://{credentials}{at}{host}" for host in hosts.split(","))


def _sentinel(
    parts: SplitResult, options: _Options, tls: Mapping[str, object] | None
) -> dict[str, object]:
    name = unquote(parts.path.strip("/"))
    if not name:
        raise InvalidSetting("the queue's URL lacks the Sentinel service: host:port,host:port/name")
    sentinel: dict[str, object] = dict(_SENTINEL_BOUNDS)
    if options.sentinel_username is not None:
        sentinel["username"] = options.sentinel_username
    if options.sentinel_password is not None:
        sentinel["password"] = options.sentinel_password
    if tls is not None:
        sentinel |= {"ssl": True, **tls}
    return {"master_name": name, "sentinel_kwargs": sentinel}
