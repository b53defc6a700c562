"""Certificates of an authority made for one test run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import trustme

from .port import HOST


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files: the authority, a server's certificate for loopback, a client's."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path

    @classmethod
    def issue(cls, directory: Path) -> Self:
        """Make an authority and have it issue both certificates into the directory."""
        directory.mkdir(parents=True, exist_ok=True)
        files = cls(
            *(directory / f"{name}.pem" for name in ("ca", "server", "server-key", "client")),
            directory / "client-key.pem",
        )
        authority = trustme.CA()
        authority.cert_pem.write_to_path(files.ca)
        _write(authority.issue_cert(HOST, "localhost"), files.server, files.server_key)
        _write(authority.issue_cert("client@test.example"), files.client, files.client_key)
        return files


def _write(certificate: trustme.LeafCert, path: Path, key: Path) -> None:
    certificate.private_key_pem.write_to_path(key)
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(path, append=number > 0)
