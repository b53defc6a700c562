"""Make a client from a URL and the proofs in the settings: which login follows from what."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ...domain.errors import InvalidSetting
from ...ports.bundles import SecretOptions
from .client import VaultClient
from .logins.approle import AppRoleLogin
from .logins.jwt import JwtLogin
from .logins.login import Login
from .logins.token_file import TokenFileLogin
from .session import VaultSession
from .transport import Transport
from .url import Method, VaultUrl, parse


def open_client(url: str | VaultUrl, options: SecretOptions) -> VaultClient:
    """A client for `url`, which logs in when it is first used.

    Raises:
        InvalidSetting: the URL cannot be read, or no login, or no single one, follows from it.
    """
    place = parse(url) if isinstance(url, str) else url
    transport = Transport(place)
    return VaultClient(transport, VaultSession(transport, login_for(place, options)))


def login_for(url: VaultUrl, options: SecretOptions) -> Login:
    """The way to log in that URL and settings ask for.

    Raises:
        InvalidSetting: none, or no single one.
    """
    return _LOGINS[url.options.auth or _method(options)](url, options)


def _method(options: SecretOptions) -> Method:
    given: dict[Method, str] = {
        "approle": options.role_id,
        "token": options.token_file,
        "jwt": options.jwt_file,
    }
    found = [method for method, proof in given.items() if proof]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidSetting(
            f"the settings have proofs for several logins ({', '.join(found)}): add auth= to the "
            "URL of the secrets, or unset the others"
        )
    raise InvalidSetting(
        "nothing says how to log in to Vault: set FLEETING_SECRETS_ROLE_ID, "
        "FLEETING_SECRETS_TOKEN_FILE or FLEETING_SECRETS_JWT_FILE, or add auth=cf to the URL"
    )


def _approle(url: VaultUrl, options: SecretOptions) -> Login:
    if options.secret_id and options.secret_id_file:
        raise InvalidSetting(
            "FLEETING_SECRETS_SECRET_ID and FLEETING_SECRETS_SECRET_ID_FILE name two secret ids: "
            "unset one of them"
        )
    if options.is_wrapped and not (options.secret_id or options.secret_id_file):
        raise InvalidSetting(
            "FLEETING_SECRETS_SECRET_ID_WRAPPED needs a wrapped secret id: set "
            "FLEETING_SECRETS_SECRET_ID_FILE"
        )
    return AppRoleLogin(
        _mount(url, "approle"),
        role_id=_needed(options.role_id, "FLEETING_SECRETS_ROLE_ID"),
        secret_id=options.secret_id,
        file=Path(options.secret_id_file) if options.secret_id_file else None,
        is_wrapped=options.is_wrapped,
    )


def _token(_url: VaultUrl, options: SecretOptions) -> Login:
    return TokenFileLogin(Path(_needed(options.token_file, "FLEETING_SECRETS_TOKEN_FILE")))


def _jwt(url: VaultUrl, options: SecretOptions) -> Login:
    file = _needed(options.jwt_file, "FLEETING_SECRETS_JWT_FILE")
    return JwtLogin(_mount(url, "jwt"), role=url.options.role, file=Path(file))


def _cf(url: VaultUrl, _options: SecretOptions) -> Login:
    from .logins.cf import CfLogin

    given = url.options
    return CfLogin(
        _mount(url, "cf"),
        role=_needed(given.role, "role= in the Vault URL"),
        certificate=Path(given.cf_cert or _named_by("CF_INSTANCE_CERT", os.environ)),
        key=Path(given.cf_key or _named_by("CF_INSTANCE_KEY", os.environ)),
    )


_LOGINS: Final[Mapping[Method, Callable[[VaultUrl, SecretOptions], Login]]] = {
    "approle": _approle,
    "token": _token,
    "jwt": _jwt,
    "cf": _cf,
}


def _mount(url: VaultUrl, method: str) -> str:
    return url.options.auth_mount.strip("/") or method


def _needed(value: str, name: str) -> str:
    if not value:
        raise InvalidSetting(f"this login to Vault needs {name}: set it")
    return value


def _named_by(variable: str, environment: Mapping[str, str]) -> str:
    return _needed(environment.get(variable, ""), f"{variable}, which Cloud Foundry sets")
