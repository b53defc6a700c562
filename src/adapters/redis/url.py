"""What a URL says about a Redis: where it is, who asks, and how it is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, FilePath

from ...domain.credentials import place_of
from ...domain.errors import InvalidSetting
from ...domain.url_options import check_database, read_address, read_options
from ...ports.credentials import CredentialSource, FindCredentials

Kind = Literal["server", "socket", "sentinel", "cluster"]

_WHERE: Final = "the Redis URL"

_KINDS: Final[dict[str, Kind]] = {
    "redis": "server",
    "rediss": "server",
    "unix": "socket",
    "redis+sentinel": "sentinel",
    "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster",
    "rediss+cluster": "cluster",
}
_PORTS: Final[dict[Kind, int]] = {"server": 6379, "sentinel": 26379, "cluster": 6379, "socket": 0}


class UrlOptions(BaseModel):
    """What may stand behind the question mark; the names are redis-py's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    socket_timeout: float = Field(default=5, gt=0)
    """Seconds to wait for an answer: what is slower than that has stalled."""
    socket_connect_timeout: float = Field(default=2, gt=0)
    """Seconds to wait for a connection; also the time in which TLS must be agreed on."""
    max_connections: int = Field(default=1_000, gt=0)
    """Connections of one process to one server; each waiting reader and each thread has one."""
    client_name: str | None = Field(default=None, pattern=r"^[!-~]+$")
    """Shown by CLIENT LIST. None by default, since naming a connection is a right of its own."""
    sharded: bool = False
    """Whether several servers stand behind the one address, as in a sharded Redis Enterprise:
    then no command or script spans slots, and announcements follow in a round trip of their own,
    so that nobody hears of a result before it is there."""
    db: int = 0
    ssl_ca_certs: FilePath | None = None
    ssl_certfile: FilePath | None = None
    ssl_keyfile: FilePath | None = None
    ssl_cert_reqs: Literal["required", "none"] = "required"
    ssl_check_hostname: bool = True
    sentinel_username: str | None = None
    sentinel_password: str | None = Field(default=None, repr=False)
    # Where user and password come from, if they change while the process runs.
    credentials: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUrl:
    """A parsed URL; its text form names the place and nothing secret."""

    kind: Kind
    tls: bool
    nodes: tuple[tuple[str, int], ...] = ()
    """Of a server its own address, of sentinels and clusters some members to ask."""
    path: str = ""
    """Of a Unix socket."""
    master_name: str = ""
    """Under which sentinels know the server."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    options: UrlOptions
    credentials: CredentialSource | None = field(default=None, repr=False)
    """Tells user and password in place of the two above."""

    def __str__(self) -> str:
        hosts = ", ".join(f"{host}:{port}" for host, port in self.nodes)
        return {
            "server": f"Redis at {hosts}",
            "socket": f"Redis at {self.path}",
            "sentinel": f"Redis {self.master_name!r} of the sentinels {hosts}",
            "cluster": f"Redis Cluster at {hosts}",
        }[self.kind]

    @property
    def hint(self) -> str:
        """What to try where the server cannot be talked to."""
        if not self.tls:
            return "if it wants TLS, write rediss://"
        if self.options.ssl_certfile is None:
            return "if it wants a certificate of yours, set ssl_certfile and ssl_keyfile"
        return "if it does not speak TLS, write redis://"

    @property
    def is_sharded(self) -> bool:
        """Whether keys live on several servers, which keep no order among themselves."""
        return self.kind == "cluster" or self.options.sharded


def parse(url: str, find_credentials: FindCredentials | None = None) -> RedisUrl:
    """Read a URL; `find_credentials` knows what its option `credentials` means.

    Raises:
        InvalidSetting: it is not one of the known forms; the message names the part that is
            wrong and never the password.
        ConfigurationError: its option `credentials` names what is not set up.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidSetting("the Redis URL cannot be read: check its brackets") from None
    kind = _KINDS.get(parts.scheme)
    if kind is None:
        begins = f"begins with {parts.scheme}://" if parts.scheme else "has no scheme"
        raise InvalidSetting(f"the Redis URL {begins}: use one of {', '.join(_KINDS)}")
    user, _, hosts = parts.netloc.rpartition("@")
    username, _, password = user.partition(":")
    options = read_options(UrlOptions, parts.query, where=_WHERE)
    tls = parts.scheme.startswith("rediss")
    _check_tls(options, tls=tls)
    number = parts.path if kind in {"server", "cluster"} else ""
    check_database(number, options.db, where=_WHERE)
    return RedisUrl(
        kind=kind,
        tls=tls,
        nodes=() if kind == "socket" else _nodes(hosts, _PORTS[kind]),
        path=_socket(parts.path) if kind == "socket" else "",
        master_name=_master_name(parts.path) if kind == "sentinel" else "",
        username=unquote(username) or None,
        password=unquote(password) or None,
        options=options,
        credentials=_credentials(options, unquote(username), password, find_credentials),
    )


def _credentials(
    options: UrlOptions, username: str, password: str, find: FindCredentials | None
) -> CredentialSource | None:
    if options.credentials is None or find is None:
        return None
    if password:
        raise InvalidSetting(
            "the Redis URL has a password and says where the password comes from: remove one"
        )
    return find(place_of(options.credentials), username or None)


def _check_tls(options: UrlOptions, *, tls: bool) -> None:
    asked = sorted(name for name in options.model_fields_set if name.startswith("ssl_"))
    if asked and not tls:
        raise InvalidSetting(
            f"{asked[0]} in the Redis URL has no effect without TLS: write rediss instead of redis"
        )


def _nodes(hosts: str, default_port: int) -> tuple[tuple[str, int], ...]:
    return tuple(_node(host, default_port) for host in (hosts or "localhost").split(","))


def _node(text: str, default_port: int) -> tuple[str, int]:
    host, port = read_address(text, where=_WHERE)
    return host, port or default_port


def _socket(path: str) -> str:
    if not Path(path).is_absolute():
        raise InvalidSetting("a Redis URL of a socket names its whole path: unix:///run/redis.sock")
    return unquote(path)


def _master_name(path: str) -> str:
    name = unquote(path).strip("/")
    if not name or "/" in name:
        raise InvalidSetting(
            "a sentinel URL ends with the name of the master: redis+sentinel://host:26379/name"
        )
    return name
