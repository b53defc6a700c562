"""Mounted secrets keep the contract, and nothing beside the mount is given away."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fleeting.adapters.file.adapter import secret_source
from fleeting.adapters.file.secret_source import FileHealth, FileSecretSource
from fleeting.domain.errors import InvalidSetting, SecretForbidden, SecretNotFound
from fleeting.ports.bundles import SecretOptions
from fleeting.testing import HealthContract, SecretSourceContract
from fleeting.testing.secret_source import PATH

CANARY = "canary-9b1d"


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "secrets"
    root.mkdir(mode=0o755)
    return root


@pytest.fixture
def source(root):
    return FileSecretSource(root)


def write(file: Path, text: str = CANARY, mode: int = 0o640) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


class TestFileSecretSource(SecretSourceContract):
    @pytest.fixture
    def source(self, source):
        return source

    @pytest.fixture
    def put(self, root):
        def put(path, fields):
            for name, value in fields.items():
                write(root / path / name, f"{value}\n")

        return put

    @pytest.fixture
    def remove(self, root):
        return lambda path: shutil.rmtree(root / path)

    @pytest.fixture
    def pass_time(self):
        return lambda _: None

    @pytest.fixture
    def broken(self, tmp_path):
        return FileSecretSource(tmp_path / "not mounted")

    @pytest.fixture
    def denied(self, root):
        write(root / PATH / "password", mode=0o644)
        return FileSecretSource(root)


class TestFileHealth(HealthContract):
    @pytest.fixture
    def health(self, root):
        return FileHealth(root)

    @pytest.fixture
    def broken(self, tmp_path):
        return FileHealth(tmp_path / "not mounted")


def mount_like_kubernetes(folder: Path, version: str, **fields: str) -> None:
    """Files behind links behind a link, and the folder as kubelet makes it."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o1777)
    for name, text in fields.items():
        write(folder / f"..{version}" / name, text)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..data_tmp").symlink_to(f"..{version}")
    (folder / "..data_tmp").rename(folder / "..data")


def test_secrets_are_read_as_kubernetes_mounts_them(root, source):
    mount_like_kubernetes(root / "database", "2026_11_21", username="app", password=CANARY)

    assert source.read("database") == {"username": "app", "password": CANARY}


def test_secrets_are_read_as_kubernetes_replaces_them(root, source):
    mount_like_kubernetes(root / "database", "2026_11_21", password="old")
    mount_like_kubernetes(root / "database", "2026_11_22", password="new")
    shutil.rmtree(root / "database" / "..2026_11_21")

    assert source.read("database") == {"password": "new"}


def test_fields_that_were_removed_leave_no_links_that_lead_nowhere(root, source):
    mount_like_kubernetes(root / "database", "2026_11_21", username="app", password="old")
    mount_like_kubernetes(root / "database", "2026_11_22", password="new")
    shutil.rmtree(root / "database" / "..2026_11_21")

    assert source.read("database") == {"password": "new"}


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o642, 0o646])
def test_a_file_that_anybody_can_read_or_change_is_refused(root, source, mode):
    write(root / "database" / "password", mode=mode)

    with pytest.raises(SecretForbidden, match="chmod o-rw") as refusal:
        source.read("database")

    assert CANARY not in refusal.value.message


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_a_file_for_its_user_and_group_is_read(root, source, mode):
    write(root / "database" / "password", mode=mode)

    assert source.read("database") == {"password": CANARY}


def test_a_folder_that_anybody_can_change_is_refused(root, source):
    write(root / "database" / "password").parent.chmod(0o777)

    with pytest.raises(SecretForbidden, match="chmod o-w"):
        source.read("database")


def test_a_file_that_is_a_link_out_of_the_mount_is_refused(root, source, tmp_path):
    write(tmp_path / "elsewhere")
    (root / "database").mkdir()
    (root / "database" / "password").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SecretForbidden, match="out of") as refusal:
        source.read("database")

    assert CANARY not in refusal.value.message


def test_a_folder_that_is_a_link_out_of_the_mount_is_refused(root, source, tmp_path):
    write(tmp_path / "elsewhere" / "password")
    (root / "database").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SecretForbidden, match="out of"):
        source.read("database")


def test_a_mount_that_is_a_link_itself_is_read(root, tmp_path):
    write(root / "database" / "password")
    (tmp_path / "link").symlink_to(root)

    assert FileSecretSource(tmp_path / "link").read("database") == {"password": CANARY}


def test_folders_and_pipes_are_no_fields(root, source):
    write(root / "database" / "password")
    write(root / "database" / "replica" / "password")
    os.mkfifo(root / "database" / "pipe", mode=0o600)

    assert source.read("database") == {"password": CANARY}


def test_hidden_files_are_no_fields(root, source):
    write(root / "database" / "password")
    write(root / "database" / ".password.swp")

    assert source.read("database") == {"password": CANARY}


def test_a_folder_without_fields_is_no_secret(root, source):
    write(root / "database" / "replica" / "password")

    with pytest.raises(SecretNotFound, match="a file there for each"):
        source.read("database")


def test_a_file_is_no_folder(root, source):
    write(root / "database")

    with pytest.raises(SecretNotFound):
        source.read("database")


def test_one_line_end_is_the_editors_and_the_others_are_the_secrets(root, source):
    write(root / "database" / "password", "a\n\n")

    assert source.read("database") == {"password": "a\n"}


def test_what_is_no_text_is_refused_without_being_quoted(root, source):
    (root / "database").mkdir()
    file = root / "database" / "keystore"
    file.write_bytes(CANARY.encode() + b"\xff")
    file.chmod(0o600)

    with pytest.raises(SecretForbidden, match="base64") as refusal:
        source.read("database")

    assert refusal.value.__cause__ is None
    assert CANARY not in refusal.value.message


def test_a_large_file_is_refused(root, source):
    write(root / "database" / "dump", "x" * 1_048_577)

    with pytest.raises(SecretForbidden, match="larger than"):
        source.read("database")


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else_is_refused(root, source):
    write(root / "database" / "password", mode=0)

    with pytest.raises(SecretForbidden, match="Permission denied"):
        source.read("database")


@pytest.mark.parametrize(
    "url", ["file://", "file://secrets", "file://host/secrets", "file:///x?y=1", "file:///x#y"]
)
def test_a_url_without_a_whole_path_is_refused(url):
    with pytest.raises(InvalidSetting, match="file:///run/secrets"):
        secret_source(url, SecretOptions())


def test_the_factory_reads_the_folder_of_the_url(root):
    write(root / "a b" / "database" / "password")
    adapter = secret_source(f"file://{root}/a%20b", SecretOptions())

    assert adapter.source.read("database") == {"password": CANARY}
    assert adapter.leases is None
