"""The OpenID provider of the tests, and how its packages are installed."""

from __future__ import annotations

import json

from .node_packages import OPENID, installed
from .openid_provider import OpenIdProvider


def test_lock_names_versions_and_digests_but_no_registry() -> None:
    lock = json.loads((OPENID / "package-lock.json").read_text())
    packages = [facts for name, facts in lock["packages"].items() if name]

    assert packages
    assert all({"version", "integrity"} <= set(facts) for facts in packages)
    assert not any("resolved" in facts for facts in packages)


def test_packages_are_installed_once(openid_server: OpenIdProvider) -> None:
    before = (installed() / "installed").stat().st_mtime_ns

    assert (installed() / "installed").stat().st_mtime_ns == before


def test_provider_keeps_its_issuer_over_a_restart(openid: OpenIdProvider) -> None:
    issuer = openid.issuer

    openid.kill()
    openid.heal()

    assert openid.issuer == issuer
    assert openid.token().count(".") == 2
