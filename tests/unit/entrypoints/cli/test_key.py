"""`fleeting key`."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fleeting.adapters.signatures.ed25519 import Ed25519Verifier
from fleeting.domain.trusted_key import read_trusted_keys


def test_a_key_is_made_for_its_owner_alone_and_its_public_half_printed(fleeting, tmp_path: Path):
    file = tmp_path / "key.pem"

    done = fleeting("key", "create", str(file))

    assert done.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Ed25519Verifier(read_trusted_keys(done.out))
    assert fleeting("key", "public", str(file)).out == done.out


def test_no_file_is_overwritten(fleeting, tmp_path: Path):
    file = tmp_path / "key.pem"
    file.write_text("precious")

    done = fleeting("key", "create", str(file))

    assert (done.exit_code, file.read_text()) == (78, "precious")
    assert "is there already" in done.err


def test_list_shows_what_counts_here(fleeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    lines = [fleeting("key", "create", str(file)).out.strip() for file in (own, other)]
    bound = lines[1].replace(" #", " not_after=2027-01-01T00:00:00+00:00 #")
    monkeypatch.setenv("FLEETING_SIGNING_KEY_FILE", str(own))
    monkeypatch.setenv("FLEETING_TRUSTED_KEYS", bound)

    assert fleeting("key", "list", "--json").json == [bound, lines[0]]


@pytest.mark.parametrize("arguments", [("create",), ("public",), ("public", "/nowhere/key.pem")])
def test_what_cannot_be_done_is_said(fleeting, arguments):
    assert fleeting("key", *arguments).exit_code != 0


def test_what_holds_no_key_is_refused(fleeting, tmp_path: Path):
    file = tmp_path / "key.pem"
    file.write_bytes(b"\xff\xfe")

    assert "holds no Ed25519 private key" in fleeting("key", "public", str(file)).err
