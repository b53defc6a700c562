"""Settings of who may do what, and of the record that is kept of it."""

from __future__ import annotations

from pydantic import BaseModel


class AccessSettings(BaseModel):
    """Rights."""

    policy: str = ""
    """TOML file with the [grants](../how-to/give-rights.md): who may do what, where, with which
    secrets. API and workers read the same one, and read it again within a second after a change.
    Empty: the scopes of a token hold for all functions of the default namespace, and no task may
    name a secret."""

    audit: str = "stderr"
    """Where the audit log goes, one JSON object a line: `stderr`, the path of a file, or `off`.
    The standard error stream, because that is where platforms collect lines. The API writes its
    decisions, none where there is no authentication; workers which messages they did not trust."""
