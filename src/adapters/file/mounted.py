"""Folders and files of a mount, read without being led out of it or trusting what anybody can
change; and what is wrong with them, in words for the operator.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ...domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable

_MAX_BYTES: Final = 1_048_576
"""What Kubernetes takes as one secret; a larger file was hardly meant as a field."""


class Mount:
    """One mounted folder; what lies outside of it is out of reach, symlinks or not."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __str__(self) -> str:
        return str(self._root)

    def check(self) -> None:
        """Return if the mount is there and can be looked into.

        Raises:
            SecretsUnavailable: it is not.
        """
        try:
            with os.scandir(self._root) as entries:
                next(entries, None)
        except OSError as exc:
            raise SecretsUnavailable(
                f"secrets in {self} cannot be read: {exc.strerror}. Mount them there, or correct "
                "the URL"
            ) from exc

    def folder(self, names: tuple[str, ...]) -> Path:
        """The folder of a secret, with all links followed.

        Raises:
            SecretNotFound: there is none.
            SecretForbidden: it leads out of the mount, or anybody can put files into it.
        """
        folder = self._inside(self._root.joinpath(*names))
        if not folder.is_dir():
            raise SecretNotFound(
                f"there is no secret at {'/'.join(names)}: mount a folder with a file for each of "
                f"its fields below {self}"
            )
        mode = folder.stat().st_mode
        # Kubernetes' own mounts are such folders, with the bit that keeps others' files safe.
        if not mode & stat.S_ISVTX:
            _refuse_if(mode, stat.S_IWOTH, folder, "changed by anybody", "o-w")
        return folder

    def text(self, file: Path) -> str | None:
        """What a file holds, without the line end that editors add; None: it is no regular file.

        Raises:
            SecretForbidden: it leads out of the mount, or anybody can read it, or it is no text.
        """
        found = self._inside(file)
        with _opened(found) as handle:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                return None
            _refuse_if(mode, stat.S_IROTH | stat.S_IWOTH, file, "read by anybody", "o-rw")
            return _decoded(_content(handle, file), file)

    def _inside(self, path: Path) -> Path:
        real, root = Path(os.path.realpath(path)), Path(os.path.realpath(self._root))
        if not real.is_relative_to(root):
            raise SecretForbidden(f"{path} leads out of {self}: mount what it points to there")
        return real


def _refuse_if(mode: int, bits: int, path: Path, what: str, change: str) -> None:
    if mode & bits:
        raise SecretForbidden(
            f"{path} can be {what} on this machine: chmod {change} it, or mount it so (Kubernetes: "
            "defaultMode: 0440)"
        )


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # Links have been followed, so one that is met here was made since. A pipe would block.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _content(handle: int, file: Path) -> bytes:
    with open(handle, "rb", closefd=False) as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise SecretForbidden(f"{file} is larger than {_MAX_BYTES} bytes: it is no secret")
    return content


def _decoded(content: bytes, file: Path) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        # Without the cause: it quotes what it could not decode.
        raise SecretForbidden(f"{file} is no text in UTF-8: mount it in base64") from None
    return text.removesuffix("\n")
