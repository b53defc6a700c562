"""What `fleeting doctor` says of how the API learns who asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleeting.adapters.tokens.token_file import TokenFile
from fleeting.domain.static_token import StaticToken, digest_of
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.doctor import examine_authentication
from fleeting.entrypoints.settings import load
from fleeting.ports.health import Diagnosis


async def findings(**settings: object) -> dict[str, Diagnosis]:
    loaded = load(**settings)
    found = await examine_authentication(Container(settings=loaded), loaded)
    return {one.subject: one for one in found.findings}


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "tokens.json")


def keep(file: TokenFile, subject: str, *, days: float) -> None:
    now = datetime.now(UTC)
    token = StaticToken(
        digest=digest_of(subject), subject=subject, created=now, expires=now + timedelta(days=days)
    )
    file.change(lambda known: known.with_token(token))


async def test_no_authentication_is_worth_a_warning() -> None:
    assert (await findings())["tokens"].severity == "warning"


async def test_no_authentication_for_strangers_is_an_error() -> None:
    assert (await findings(api_host="0.0.0.0"))["settings"].severity == "error"


async def test_missing_setting_is_an_error() -> None:
    found = (await findings(auth="oidc"))["settings"]

    assert found.severity == "error"
    assert "FLEETING_AUTH_ISSUER" in found.message


async def test_tokens_that_last_are_well(file: TokenFile) -> None:
    keep(file, "ci", days=30)

    found = await findings(auth="tokens", auth_tokens_file=str(file.path))

    assert {one.severity for one in found.values()} == {"ok"}


async def test_tokens_that_end_soon_are_named(file: TokenFile) -> None:
    for subject, days in (("ended", -1), ("ending", 6), ("lasting", 8)):
        keep(file, subject, days=days)

    found = (await findings(auth="tokens", auth_tokens_file=str(file.path)))["tokens"]

    assert found.severity == "warning"
    assert "of ended" in found.message
    assert "of ending" in found.message
    assert "of lasting" not in found.message


async def test_file_that_others_may_write_is_an_error(file: TokenFile) -> None:
    keep(file, "ci", days=30)
    file.path.chmod(0o620)

    found = (await findings(auth="tokens", auth_tokens_file=str(file.path)))["file"]

    assert found.severity == "error"
    assert "chmod 600" in found.message
