"""Static tokens, and what happens while their file changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleeting.adapters.tokens.authenticator import StaticTokenAuthenticator, make
from fleeting.adapters.tokens.token_file import TokenFile
from fleeting.domain.errors import AuthenticatorUnavailable, InvalidSetting, NotAuthenticated
from fleeting.domain.identity import Identity
from fleeting.domain.principal import Scope
from fleeting.domain.static_token import StaticToken, compose, digest_of
from fleeting.ports.authenticator_adapter import AuthenticatorOptions
from fleeting.testing import AuthenticatorContract, HealthContract

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN, EXPIRED, UNKNOWN = (compose(bytes([n]) * 32) for n in range(3))


def kept(token: str, **other: object) -> StaticToken:
    said = {"digest": digest_of(token), "subject": "ci", "scopes": ["admin"], "created": NOW}
    return StaticToken.model_validate(said | {"groups": ["builders"]} | other)


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    file = TokenFile(tmp_path / "tokens.json")
    expired = kept(EXPIRED, expires=NOW - timedelta(seconds=1))
    file.change(lambda known: known.with_token(kept(TOKEN)).with_token(expired))
    return file


def opened(file: TokenFile) -> StaticTokenAuthenticator:
    return StaticTokenAuthenticator(file, max_token_bytes=16 * 1024, now=lambda: NOW)


@pytest.fixture
def authenticator(file: TokenFile) -> StaticTokenAuthenticator:
    return opened(file)


@pytest.fixture
def broken(file: TokenFile) -> StaticTokenAuthenticator:
    authenticator = opened(file)
    file.path.unlink()
    return authenticator


class TestStaticTokens(AuthenticatorContract):
    @pytest.fixture
    def token(self) -> str:
        return TOKEN

    @pytest.fixture
    def identity(self) -> Identity:
        return Identity("ci", frozenset({Scope.ADMIN.value}), frozenset({"builders"}))

    @pytest.fixture
    def refused(self) -> Mapping[str, str]:
        return {
            "expired": EXPIRED,
            "unknown": UNKNOWN,
            "mistyped": f"{TOKEN[:-1]}!",
            "its digest": digest_of(TOKEN),
            "long": TOKEN * 1000,
        }

    @pytest.fixture
    def away(self, broken: StaticTokenAuthenticator) -> StaticTokenAuthenticator:
        return broken


class TestHealth(HealthContract):
    @pytest.fixture
    def health(self, authenticator: StaticTokenAuthenticator) -> StaticTokenAuthenticator:
        return authenticator


async def test_token_counts_from_the_next_request_on(
    authenticator: StaticTokenAuthenticator, file: TokenFile
) -> None:
    with pytest.raises(NotAuthenticated):
        await authenticator.authenticate(UNKNOWN)

    file.change(lambda known: known.with_token(kept(UNKNOWN)))

    assert (await authenticator.authenticate(UNKNOWN)).subject == "ci"


async def test_revoked_token_is_refused_from_the_next_request_on(
    authenticator: StaticTokenAuthenticator, file: TokenFile
) -> None:
    await authenticator.authenticate(TOKEN)

    file.change(lambda known: known.without(kept(TOKEN)))

    with pytest.raises(NotAuthenticated):
        await authenticator.authenticate(TOKEN)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text("{")])
async def test_file_that_cannot_be_read_lets_nobody_in_until_it_can(
    authenticator: StaticTokenAuthenticator, file: TokenFile, spoil: Callable[[Path], object]
) -> None:
    """What it said before may be what somebody wanted to end."""
    content = file.path.read_text()
    await authenticator.authenticate(TOKEN)

    spoil(file.path)
    with pytest.raises(AuthenticatorUnavailable):
        await authenticator.authenticate(TOKEN)

    file.path.write_text(content)
    assert (await authenticator.authenticate(TOKEN)).subject == "ci"


def test_api_does_not_start_without_its_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="FLEETING_AUTH_TOKENS_FILE"):
        make(AuthenticatorOptions())
    with pytest.raises(InvalidSetting, match="fleeting token create"):
        make(AuthenticatorOptions(tokens_file=str(tmp_path / "missing.json")))


async def test_factory_makes_what_the_settings_say(file: TokenFile) -> None:
    adapter = make(AuthenticatorOptions(tokens_file=str(file.path)))

    await adapter.health.ping()
    assert (await adapter.authenticator.authenticate(TOKEN)).subject == "ci"
