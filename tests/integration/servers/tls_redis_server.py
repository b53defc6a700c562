"""Debian's redis-server behind TLS, for known users only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from .port import HOST, Port
from .redis_server import PROGRAM, persistence
from .server import Server
from .tls import Certificates

# redis-server 7.0 does not start with a rule on `client|setinfo`, which is of 7.2: leave it out.
USERS: Mapping[str, Sequence[str]] = {
    "app": ("~*", "&*", "+@all", "-@dangerous", "+info"),
    "readonly": ("%R~*", "resetchannels", "+@read", "+@connection", "-@dangerous", "+time"),
}


class TlsRedisServer(Server):
    """A redis-server that speaks TLS only and has no default user.

    Passwords are made anew for each server. `foreign` are certificates of an authority that the
    server and its clients have no reason to trust.
    """

    def __init__(
        self,
        directory: Path,
        *,
        users: Mapping[str, Sequence[str]] = USERS,
        client_certificate: bool = False,
        append_only: bool = False,
    ) -> None:
        """Make certificates and passwords, and write the configuration.

        Args:
            directory: Where all of that goes, and the data.
            users: The ACL rules of each user, without state and password. The first one's URL
                is `url`.
            client_certificate: Demand one of every client.
            append_only: Write every change to disk before it is acknowledged.
        """
        self.certificates = Certificates.issue(directory / "certificates")
        self.foreign = Certificates.issue(directory / "foreign")
        self.client_certificate = client_certificate
        self._users = {**users, "fixture": ("~*", "&*", "+@all")}
        self.passwords = {name: secrets.token_urlsafe(16) for name in self._users}
        port = Port()
        lines = ["port 0", f"tls-port {port.number}", *self._tls(), *self._acl()]
        lines += persistence(append_only=append_only)
        super().__init__(PROGRAM, directory, lines, port=port)

    @property
    def url(self) -> str:
        return self.url_of(next(iter(self._users)))

    @property
    def admin_url(self) -> str:
        return self.url_of("fixture")

    def url_of(
        self, user: str, *, password: str | None = None, certificates: Certificates | None = None
    ) -> str:
        """Return the URL by which a user connects, with the right or another password and trust."""
        files = certificates or self.certificates
        query = {"ssl_ca_certs": files.ca}
        if self.client_certificate:
            query |= {"ssl_certfile": files.client, "ssl_keyfile": files.client_key}
        secret = password or self.passwords[user]
        return f"rediss://{user}:{secret}@{HOST}:{self.port.number}?{urlencode(query, safe='/')}"

    def _tls(self) -> list[str]:
        files = self.certificates
        return [
            f"tls-cert-file {files.server}",
            f"tls-key-file {files.server_key}",
            f"tls-ca-cert-file {files.ca}",
            f"tls-auth-clients {'yes' if self.client_certificate else 'no'}",
        ]

    def _acl(self) -> list[str]:
        return [
            # Off, but with all rights: Redis loads what transactions and scripts have written to an
            # append-only file as this user, and drops what it may not do (redis/redis#14541).
            "user default off ~* &* +@all",
            *(
                f"user {name} on >{self.passwords[name]} {' '.join(rules)}"
                for name, rules in self._users.items()
            ),
        ]
