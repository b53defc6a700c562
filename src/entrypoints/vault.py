"""The operator's way to Vault: set it up for an installation, and hand out secret ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from ..domain.errors import InvalidQuery, InvalidSetting, MissingExtra

if TYPE_CHECKING:
    from ..adapters.vault.setup.plan import Plan, RedisServer
    from ..adapters.vault.setup.roles import Mounts
    from ..adapters.vault.setup.steps import Desk, Step

_TOKEN_FILE: Final = ".vault-token"  # noqa: S105 - the name of a file
"""Where `vault login` and `bao login` leave it, in the home directory."""


def bootstrap(desk: Desk, plan: Plan) -> Sequence[Step]:
    """Set up all that an installation needs; returns what was done.

    Raises:
        PortError: Vault refuses something, or does not answer.
        ConfigurationError: something is there that fleeting has not made.
    """
    from ..adapters.vault.setup.bootstrap import bootstrap as set_up

    return tuple(set_up(desk, plan))


def wrap_secret_id(desk: Desk, role: str, *, mounts: Mounts, ttl_seconds: int) -> tuple[str, str]:
    """The role id of `role`, and a token with which a secret id can be fetched once."""
    from ..adapters.vault.setup.bootstrap import wrap_secret_id as wrap

    return wrap(desk, f"{mounts.name}-{role}", ttl_seconds)


def policy(role: str, mounts: Mounts) -> str:
    """The policy of a role, as Vault reads it.

    Raises:
        InvalidQuery: there is no such role.
    """
    from ..adapters.vault.setup.policies import policies

    known = policies(mounts)
    if role not in known:
        raise InvalidQuery(f"{role} is no role: there are {', '.join(known)}")
    return known[role]


def desk(address: str, token: str, *, ca: Path | None, namespace: str, is_dry: bool) -> Desk:
    """The Vault at `address`, as `token` sees it; connects to nothing.

    Raises:
        InvalidSetting: there is no token, or the address is none.
        MissingExtra: the packages for Vault are not installed.
    """
    try:
        from ..adapters.vault.setup.steps import Desk
        from ..adapters.vault.transport import Transport
        from ..adapters.vault.url import parse
    except ImportError as exc:
        raise MissingExtra(
            "Vault needs packages that are not installed: pip install 'fleeting[vault]'"
        ) from exc
    options = {"ca": str(ca) if ca else "", "namespace": namespace}
    query = urlencode({name: value for name, value in options.items() if value})
    if not address.startswith(("http://", "https://")):
        raise InvalidSetting("the address of Vault is written https://host:8200: see VAULT_ADDR")
    url = f"vault+{address.rstrip('/')}?{query}"
    return Desk(Transport(parse(url)), token or _kept_token(), is_dry=is_dry)


def _kept_token() -> str:
    """The token of whoever has logged in on this machine."""
    try:
        return Path.home().joinpath(_TOKEN_FILE).read_text("utf-8").strip()
    except OSError:
        raise InvalidSetting(
            "there is no token for Vault: set VAULT_TOKEN, or log in with `vault login`"
        ) from None


def redis_rights(
    prefix: str, queue_prefix: str, *, has_limits: bool = False
) -> Mapping[str, Sequence[str]]:
    """The ACL rules of each role in an installation with these prefixes, and limits or not."""
    from ..adapters.redis.rights import RIGHTS, rights

    return {
        role: rights(role, prefix=prefix, queue_prefix=queue_prefix, has_limits=has_limits)
        for role in RIGHTS
    }


def redis_server(url: str, password: str) -> RedisServer:
    """The Redis in which Vault makes users, from a URL like those of stores.

    Raises:
        InvalidSetting: the URL is not one of a single server, or names no user and password.
    """
    from ..adapters.redis.url import parse
    from ..adapters.vault.setup.plan import RedisServer

    place = parse(url)
    secret = password or place.password
    if place.kind != "server" or not place.username or not secret:
        raise InvalidSetting(
            "Vault makes users on one server, as a user who may: write rediss://user@host:6379 "
            "and give the password by the variable"
        )
    ca = place.options.ssl_ca_certs
    [(host, port)] = place.nodes
    return RedisServer(
        host=host,
        port=port,
        username=place.username,
        password=secret,
        tls=place.tls,
        ca=ca.read_text("utf-8") if ca else "",
    )
