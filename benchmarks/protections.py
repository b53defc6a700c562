"""What protects the API, each thing by itself and all together, as settings of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fleeting.adapters.signatures.ed25519 import new_key
from fleeting.domain.principal import Scope
from fleeting.entrypoints import tokens

from .subjects.issuer import AUDIENCE, Issuer

BARE: Final = "bare"
STATIC_TOKENS: Final = "static tokens"
AUDIT: Final = "static tokens, audit"
OPENID_TOKENS: Final = "OpenID tokens"
LIMITS: Final = "limits"
QUOTAS: Final = "quotas"
SIGNING: Final = "signing"
EVERYTHING: Final = "everything"

SUBJECT: Final = "benchmark"
SCOPES: Final = (Scope.SUBMIT, Scope.READ)

_POLICY: Final = f"""
[[grants]]
subjects = ["{SUBJECT}"]
namespaces = [""]
functions = ["add*", "quote_*"]
"""
"""Rights that have to be looked up: not everything everywhere."""

_LIMITS: Final = {
    f"rate_{kind}": "100000/second, 100000/10 seconds" for kind in ("submit", "read", "refused")
}
"""A burst and a steady rate, as an installation has them; more than any machine gets through here,
because what is refused costs something else."""

_QUOTAS: Final = {
    "limits__max_namespace_tasks": "100000000",
    "limits__max_namespace_bytes": "1000000000000",
}
"""More than there will ever be, too."""


@dataclass(frozen=True, slots=True)
class Protection:
    """One way to set up the API, and the token that it asks for."""

    name: str
    settings: Mapping[str, str]
    """What differs from the defaults, named as their variables without `FLEETING_`."""
    token: str = ""


def protections(folder: Path, issuer: Issuer) -> list[Protection]:
    """All of them; files that they need are written into `folder`."""
    bare = {"auth": "none", "signing_key": "", "accept_unsigned": "true", "audit": "off"}
    static, static_token = _static(folder)
    openid, openid_token = _openid(issuer), issuer.token(SUBJECT, SCOPES)
    signing = {"signing_key": new_key(), "accept_unsigned": "false"}
    written = {**_audit(folder, "all"), "policy": _policy(folder)}
    every = {**openid, **_LIMITS, **_QUOTAS, **signing, **written}
    return [
        Protection(BARE, bare),
        Protection(STATIC_TOKENS, {**bare, **static}, static_token),
        Protection(AUDIT, {**bare, **static, **_audit(folder, "static")}, static_token),
        Protection(OPENID_TOKENS, {**bare, **openid}, openid_token),
        Protection(LIMITS, {**bare, **_LIMITS}),
        Protection(QUOTAS, {**bare, **_QUOTAS}),
        Protection(SIGNING, {**bare, **signing}),
        Protection(EVERYTHING, {**bare, **every}, openid_token),
    ]


def _static(folder: Path) -> tuple[dict[str, str], str]:
    file = folder / "tokens.json"
    token, _ = tokens.create(subject=SUBJECT, scopes=SCOPES, groups=(), days=1, file=file)
    return {"auth": "tokens", "auth_tokens_file": str(file)}, token


def _openid(issuer: Issuer) -> dict[str, str]:
    return {
        "auth": "oidc",
        "auth_issuer": issuer.url,
        "auth_jwks_url": issuer.keys_url,
        "auth_audience": AUDIENCE,
    }


def _audit(folder: Path, name: str) -> dict[str, str]:
    return {"audit": str(folder / f"audit-{name}.log")}


def _policy(folder: Path) -> str:
    file = folder / "policy.toml"
    file.write_text(_POLICY, encoding="utf-8")
    return str(file)
