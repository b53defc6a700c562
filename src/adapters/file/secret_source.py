"""`SecretSource` on mounted files: a folder for each secret, a file for each of its fields.

Kubernetes swaps the files of a mounted secret all at once by turning one link, `..data`: a secret
is read through that link where there is one, so that its fields belong together.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ...domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable
from ...domain.secret_path import names_in
from .mounted import Mount

_SWAPPED: Final = "..data"

_ATTEMPTS: Final = 3
"""Readings before one counts as failed: two swaps in a row are as many as can be met by chance."""


class FileSecretSource:
    """Reads what is mounted below a folder."""

    def __init__(self, root: Path) -> None:
        self._mount = Mount(root)

    def read(self, path: str) -> Mapping[str, str]:
        names = names_in(path)
        self._mount.check()
        for _ in range(_ATTEMPTS):
            try:
                return self._read(names)
            except FileNotFoundError:
                continue  # swapped meanwhile
            except OSError as exc:
                raise SecretForbidden(
                    f"the secret at {path} cannot be read: {exc.strerror}. Let the user of this "
                    "process, or its group, read the files"
                ) from exc
        raise SecretsUnavailable(f"the files of {path} are replaced again and again: try later")

    def _read(self, names: tuple[str, ...]) -> dict[str, str]:
        folder = self._mount.folder(names)
        if (folder / _SWAPPED).exists():
            folder = self._mount.folder((*names, _SWAPPED))
        fields = {
            file.name: text
            for file in sorted(folder.iterdir())
            if not file.name.startswith(".") and (text := self._mount.text(file)) is not None
        }
        if not fields:
            raise SecretNotFound(
                f"there is no field of a secret at {'/'.join(names)}: put a file there for each"
            )
        return fields


class FileHealth:
    """`SupportsPing` of a mount."""

    def __init__(self, root: Path) -> None:
        self._mount = Mount(root)

    async def ping(self) -> None:
        self._mount.check()
