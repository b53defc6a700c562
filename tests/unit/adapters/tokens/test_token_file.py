"""The file of static tokens: replaced as a whole, by one after the other."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleeting.adapters.tokens.token_file import TokenFile
from fleeting.domain.errors import InvalidSetting
from fleeting.domain.static_token import StaticToken, StaticTokens, digest_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def kept(name: str) -> StaticToken:
    return StaticToken(digest=digest_of(name), subject=name, created=NOW)


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "etc" / "tokens.json")


def test_tokens_are_read_as_they_were_written(file: TokenFile) -> None:
    one = kept("ci")

    file.change(lambda known: known.with_token(one))

    assert file.read() == StaticTokens(tokens=(one,))


def test_file_is_its_owner_s_alone(file: TokenFile) -> None:
    file.change(lambda known: known)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_stamp_changes_with_the_file(file: TokenFile) -> None:
    file.change(lambda known: known.with_token(kept("a")))
    before = file.stamp()

    file.change(lambda _: StaticTokens(tokens=(kept("b"),)))

    assert file.stamp() != before


def test_no_change_is_lost_among_many(file: TokenFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"user-{n}" for n in range(24)]
        list(pool.map(lambda name: file.change(lambda k: k.with_token(kept(name))), names))

    assert {token.subject for token in file.read().tokens} == set(names)
    assert len(list(file.path.parent.iterdir())) == 2  # the file, and what changes it in turns


def test_change_that_fails_leaves_the_file(file: TokenFile) -> None:
    file.change(lambda known: known.with_token(kept("ci")))

    with pytest.raises(ZeroDivisionError):
        file.change(lambda _: 1 / 0)  # type: ignore[arg-type,return-value]

    assert file.read().tokens == (kept("ci"),)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"tokens": [{"digest": "hunter2"}]}', '{"version": 2}', "\x00"]
)
def test_other_file_is_refused_without_its_content(file: TokenFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)

    with pytest.raises(InvalidSetting, match="no file of tokens") as caught:
        file.read()
    assert "hunter2" not in str(caught.value)


def test_missing_file_says_how_to_make_one(file: TokenFile) -> None:
    with pytest.raises(InvalidSetting, match="fleeting token create"):
        file.read()


def test_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="cannot be read"):
        TokenFile(tmp_path).read()


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(InvalidSetting, match="cannot be written"):
        TokenFile(tmp_path / "file" / "tokens.json").change(lambda known: known)
