"""Keeps one fork server ready, attested, young and of this process."""

from __future__ import annotations

import time
from threading import Lock

from ...domain.attestation import Attestation
from ...domain.errors import SandboxUnavailable
from ...domain.isolation import Isolation
from .attest import attested
from .confinement import Confinement
from .zygote_process import ZygoteProcess


class ZygoteKeeper:
    """Starts a fork server when one is needed, again after its death, and anew when it is old.

    Nothing happens before the first use: a worker that forks its own processes has one in each.

    Args:
        confinement: how it is set up.
        asked: the level that it must attest.
    """

    def __init__(self, confinement: Confinement, asked: Isolation) -> None:
        self._confinement = confinement
        self._asked = asked
        self._lock = Lock()
        self._server: ZygoteProcess | None = None
        self._attestation: Attestation | None = None

    @property
    def attestation(self) -> Attestation:
        """What the fork server in use was seen to hold back; starts one where there is none.

        Raises:
            SandboxUnavailable: none can be started, or it is weaker than asked.
        """
        self.server()
        assert self._attestation is not None  # noqa: S101  # it came with the server
        return self._attestation

    @property
    def in_use(self) -> ZygoteProcess | None:
        """The fork server in use, if there is one that can bear children."""
        server = self._server
        return server if server is not None and self._is_fit(server) else None

    def server(self) -> ZygoteProcess:
        """The fork server in use.

        Raises:
            SandboxUnavailable: none can be started, or it is weaker than asked: the message names
                what failed.
        """
        server = self._server
        if server is not None and self._is_fit(server):
            return server
        with self._lock:
            server = self._server
            if server is None or not self._is_fit(server):
                self._server = None
                if server is not None:
                    _dismiss(server)
                self._server = server = self._begin()
            return server

    def close(self) -> None:
        """End the fork server and all that runs in it."""
        with self._lock:
            if self._server is not None:
                self._server.close()
            self._server = None

    def _is_fit(self, server: ZygoteProcess) -> bool:
        age = time.monotonic() - server.born
        return (
            server.births < self._confinement.server_births
            and age < self._confinement.server_age.total_seconds()
            and server.is_alive()
        )

    def _begin(self) -> ZygoteProcess:
        server = ZygoteProcess(self._confinement)
        try:
            self._attestation = attested(server, self._asked)
            _insist(self._attestation)
        except BaseException:
            server.close()
            raise
        return server


def _dismiss(server: ZygoteProcess) -> None:
    if server.is_alive():
        server.retire()
    elif server.is_own():
        server.close()


def _insist(attestation: Attestation) -> None:
    if attestation.effective < attestation.asked:
        failing = "; ".join(f"{check.name}: {check.found}" for check in attestation.failing)
        raise SandboxUnavailable(
            f"isolation {attestation.asked} was asked for and is not in force here, because a "
            f"run could {failing}"
        )
