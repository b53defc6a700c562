"""Serve the app of the API with uvicorn, until the process is told to stop."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from ..domain.errors import InvalidSetting
from .garbage import settle
from .settings import Settings

if TYPE_CHECKING:
    from ..adapters.fastapi.app import App

_GRACE: Final = 5
"""Seconds that open requests get after SIGTERM: half of what platforms give a process."""


def serve(app: App, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        InvalidSetting: the certificate or its key cannot be used, or the address is taken.
    """
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # Long polls and streams end by themselves then, so that the rest can end in order.
            app.state.closing.begin()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=settings.log_level == "debug",
        timeout_graceful_shutdown=_GRACE,
        server_header=False,
        proxy_headers=bool(settings.api_trusted_proxies),
        forwarded_allow_ips=settings.api_trusted_proxies,
        **_tls(settings),
    )
    try:
        config.load()
    except (ssl.SSLError, ValueError) as exc:
        raise InvalidSetting(
            "the API cannot use its certificate: FLEETING_API_TLS_CERTIFICATE_FILE and "
            f"FLEETING_API_TLS_KEY_FILE name PEM files that belong together ({exc})"
        ) from None
    settle()
    try:
        Server(config).run()
    except SystemExit as exc:
        if isinstance(exc.__context__, OSError):
            raise _unheard(settings, exc.__context__) from None
        raise


def _unheard(settings: Settings, error: OSError) -> InvalidSetting:
    """Uvicorn's own exit code, 3, means something else on this command line."""
    known = error.errno is not None and error.errno > 0
    reason = os.strerror(error.errno or 0) if known else error.strerror
    return InvalidSetting(
        f"the API cannot listen at {settings.api_host}:{settings.api_port}: {reason}. Choose "
        "another address by --host and --port, or FLEETING_API_HOST and FLEETING_API_PORT"
    )


def _tls(settings: Settings) -> dict[str, Any]:
    if not settings.api_tls_certificate_file:
        return {}
    options: dict[str, Any] = {
        "ssl_certfile": _readable("API_TLS_CERTIFICATE_FILE", settings.api_tls_certificate_file),
        "ssl_keyfile": _readable("API_TLS_KEY_FILE", settings.api_tls_key_file),
    }
    if settings.api_tls_client_ca_file:
        options["ssl_ca_certs"] = _readable(
            "API_TLS_CLIENT_CA_FILE", settings.api_tls_client_ca_file
        )
        options["ssl_cert_reqs"] = ssl.CERT_REQUIRED
    return options


def _readable(name: str, path: str) -> str:
    try:
        Path(path).open("rb").close()
    except OSError as exc:
        raise InvalidSetting(
            f"FLEETING_{name} names {path}, which cannot be read: {exc.strerror}"
        ) from None
    return path
