"""Files that hold a private key for signing tasks."""

from __future__ import annotations

import os
from pathlib import Path

from ..domain.errors import InvalidSetting
from .signing import require_signatures


def create(path: Path) -> str:
    """Write a private key that this user alone can read; returns the line of its public half.

    Raises:
        InvalidSetting: there is a file, or none can be written there.
        MissingExtra: the packages for signatures are not installed.
    """
    require_signatures()
    from ..adapters.signatures.ed25519 import new_key

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidSetting(f"{path} is there already: choose another name") from None
    except OSError as exc:
        raise InvalidSetting(f"{path} cannot be written: {exc.strerror}") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key())
    return public_line(path)


def public_line(path: Path) -> str:
    """The public half of the key in a file, as a line of a list of trusted keys.

    Raises:
        InvalidSetting: the file cannot be read, or holds no such key.
        MissingExtra: the packages for signatures are not installed.
    """
    require_signatures()
    from ..adapters.signatures.ed25519 import Ed25519Signer

    try:
        text = path.read_text("ascii")
    except OSError as exc:
        raise InvalidSetting(f"{path} cannot be read: {exc.strerror}") from None
    except UnicodeDecodeError:
        text = ""
    [key] = Ed25519Signer.from_pem(text, name=str(path)).trusted
    return f"{key.line} # {key.key_id}"


def in_folder(folder: Path) -> Path:
    """A key of the folder's own, made when it is first asked for."""
    path = folder / "signing-key.pem"
    if not path.exists():
        create(path)
    return path
