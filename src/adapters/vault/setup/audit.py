"""The audit device: through the API on Vault, by the server's own configuration on OpenBao."""

from __future__ import annotations

from ....domain.errors import SecretForbidden
from .steps import Desk, Step

_BY_CONFIGURATION = "via API"
"""OpenBao's refusal: `cannot enable audit device via API; use declarative, config-based …`."""


def audit_device(desk: Desk, file: str) -> Step:
    """See to it that who did what is written down."""
    devices = sorted(desk.read("sys/audit") or {})
    if devices:
        return Step("audit device", ", ".join(devices), "unchanged")
    if not file:
        return Step("audit device", "file", "left out", "none is there: name a file to write to")
    try:
        desk.write("sys/audit/file", {"type": "file", "options": {"file_path": file}})
    except SecretForbidden as refusal:
        if _BY_CONFIGURATION not in refusal.message:
            raise
        return Step("audit device", file, "left out", _advice(file))
    return Step("audit device", file, "created")


def _advice(file: str) -> str:
    return (
        "this server, OpenBao, takes audit devices from its configuration alone; add "
        f"{stanza(file)} to it, and send it SIGHUP"
    )


def stanza(file: str) -> str:
    """What the server's configuration needs."""
    return f'audit "file" "file" {{ options = {{ file_path = "{file}" }} }}'
