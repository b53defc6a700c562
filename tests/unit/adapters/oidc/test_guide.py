"""The guide's settings make the guide's token count, and mean what the guide says."""

from __future__ import annotations

import json
import os

import pytest

from fleeting.adapters.oidc.authenticator import OidcAuthenticator
from fleeting.adapters.oidc.known_keys import KnownKeys
from fleeting.adapters.oidc.provider import Provider
from fleeting.domain.identity import Identity
from fleeting.entrypoints.authenticators import make
from fleeting.entrypoints.settings import load

from ....pages import ROOT, blocks
from .conftest import PACE
from .issuer import Issuer

GUIDE = ROOT / "docs" / "how-to" / "authenticate-with-pingfederate.md"


def settings_of(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in text.splitlines():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value)


async def test_token_of_the_guide_counts(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    signed, _ = blocks(GUIDE, "ini")
    [claims] = (json.loads(block.text) for block in blocks(GUIDE, "json"))
    settings_of(signed.text, monkeypatch)
    options = load().authenticator_options
    issuer.url = options.issuer
    keys = KnownKeys(Provider(options, issuer.transport).keys, PACE)
    authenticator = OidcAuthenticator(keys, options, now=lambda: claims["exp"] - 60)

    others = dict.fromkeys(issuer.claims(), None)
    identity = await authenticator.authenticate(issuer.token(**{**others, **claims}))

    assert identity == Identity(
        "alice",
        frozenset({"tasks:submit", "results:read"}),
        frozenset({"CN=Analysts,OU=Groups,DC=corp,DC=example"}),
    )


def test_settings_of_the_guide_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for block in blocks(GUIDE, "ini"):
        before = dict(os.environ)
        settings_of(block.text, monkeypatch)
        assert make(load())
        for name in set(os.environ) - set(before):
            monkeypatch.delenv(name)
