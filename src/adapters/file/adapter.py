"""The factory for `file://` URLs, as the entry point names it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...domain.errors import InvalidSetting
from ...ports.bundles import SecretOptions, SecretSourceAdapter
from .secret_source import FileHealth, FileSecretSource


def secret_source(url: str, _options: SecretOptions) -> SecretSourceAdapter:
    """Secrets mounted below a folder, as in `file:///run/secrets`.

    Raises:
        InvalidSetting: the URL names no whole path, or something else beside it.
    """
    parts = urlsplit(url)
    root = Path(unquote(parts.path))
    if parts.netloc or parts.query or parts.fragment or not root.is_absolute():
        raise InvalidSetting(
            "a source of mounted secrets names their folder by its whole path, as in "
            "file:///run/secrets"
        )
    return SecretSourceAdapter(source=FileSecretSource(root), health=FileHealth(root))
