"""A password file is read for each connection; the contract, and what is said of a bad one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleeting.adapters.system.password_file import PasswordFile
from fleeting.domain.credentials import Credentials
from fleeting.domain.errors import SecretNotFound
from fleeting.testing import CredentialSourceContract


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("first\n")
    return path


@pytest.fixture
def credentials(path: Path) -> PasswordFile:
    return PasswordFile(str(path), "ada")


class TestPasswordFile(CredentialSourceContract):
    @pytest.fixture
    def replace(self, path: Path) -> Callable[[], None]:
        return lambda: path.write_text("second\n") and None


def test_end_of_the_line_is_no_part_of_the_password(credentials: PasswordFile) -> None:
    assert credentials.current() == Credentials("ada", "first")


def test_file_that_has_gone_is_named(credentials: PasswordFile, path: Path) -> None:
    path.unlink()

    with pytest.raises(SecretNotFound, match=str(path)):
        credentials.current()
