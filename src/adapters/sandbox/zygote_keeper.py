"""Keeps one fork server ready, attested, young and of this process."""

from __future__ import annotations

import logging
import time
from threading import Lock, Thread
from typing import Final

from ...domain.attestation import Attestation
from ...domain.errors import SandboxUnavailable
from ...domain.isolation import Isolation
from ...domain.worker_facts import DEFAULT_LIBRARIES
from .attest import attested
from .confinement import Confinement
from .zygote_process import ZygoteProcess

_log: Final = logging.getLogger(__name__)


class ZygoteKeeper:
    """Starts a fork server when one is needed, again after its death, and anew when it is old.

    No run waits for the one that follows an old one: it starts beside it and takes over attested.

    Nothing happens before the first use: a worker that forks its own processes has one in each.

    Args:
        confinement: how it is set up.
        asked: the level that it must attest.
        libraries: name of the library set that it holds.
    """

    def __init__(
        self, confinement: Confinement, asked: Isolation, *, libraries: str = DEFAULT_LIBRARIES
    ) -> None:
        self._libraries = libraries
        self._confinement = confinement
        self._asked = asked
        self._lock = Lock()
        self._server: ZygoteProcess | None = None
        self._attestation: Attestation | None = None
        self._succession: Thread | None = None

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
        return server if server is not None and server.is_alive() else None

    def server(self) -> ZygoteProcess:
        """The fork server in use.

        Raises:
            SandboxUnavailable: none can be started, or it is weaker than asked: the message names
                what failed.
        """
        server = self._server
        # Whether it lives the kernel says with the next order.
        if server is None or not server.is_there():
            return self._replaced()
        if self._is_old(server):
            self._prepare_successor(server)
        return server

    def close(self) -> None:
        """End the fork server and all that runs in it."""
        succession = self._succession
        if succession is not None:
            succession.join()
        with self._lock:
            if self._server is not None:
                self._server.close()
            self._server = None

    def _is_old(self, server: ZygoteProcess) -> bool:
        age = time.monotonic() - server.born
        is_young = age < self._confinement.server_age.total_seconds()
        return not (is_young and server.births < self._confinement.server_births)

    def _replaced(self) -> ZygoteProcess:
        """A fork server in place of none, or of a dead one."""
        with self._lock:
            server = self._server
            if server is None or not server.is_alive():
                self._server = None
                if server is not None:
                    _dismiss(server)
                server, self._attestation = self._begun()
                self._server = server
            return server

    def _prepare_successor(self, server: ZygoteProcess) -> None:
        with self._lock:
            is_under_way = self._succession is not None and self._succession.is_alive()
            if self._server is server and not is_under_way:
                self._succession = Thread(
                    target=self._succeed, args=(server,), name="fleeting-succession", daemon=True
                )
                self._succession.start()

    def _succeed(self, server: ZygoteProcess) -> None:
        """Start another and let it take over; without one the next run tries, and hears why."""
        successor = attestation = None
        try:
            successor, attestation = self._begun()
        except Exception:  # noqa: BLE001  # whatever it is, the old one has served its time
            _log.warning("no fork server could follow an old one", exc_info=True)
        with self._lock:
            if self._server is server:
                self._server, successor = successor, None
                self._attestation = attestation or self._attestation
        if successor is not None:
            # The old one died meanwhile, and was replaced.
            successor.close()
        else:
            _dismiss(server)

    def _begun(self) -> tuple[ZygoteProcess, Attestation]:
        try:
            return self._attested()
        except SandboxUnavailable as exc:
            if self._libraries == DEFAULT_LIBRARIES:
                raise
            raise SandboxUnavailable(f"library set {self._libraries}: {exc.message}") from exc

    def _attested(self) -> tuple[ZygoteProcess, Attestation]:
        server = ZygoteProcess(self._confinement)
        try:
            attestation = attested(server, self._asked)
            _insist(attestation)
        except BaseException:
            server.close()
            raise
        return server, attestation


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
