"""What `FLEETING_CONFIG` names: files, and secrets in Vault that hold settings."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from ...domain.errors import InvalidSetting

_VAULT: Final = ("vault+https://", "vault+http://")
_NESTED: Final = "__"


@dataclass(frozen=True, slots=True)
class InVault:
    """A secret that holds settings: one in each field, or all of them as a text in one field."""

    url: str
    """Of the source of secrets, as in `FLEETING_SECRETS`."""
    path: str
    field: str
    """The field with the text; empty: each field is a setting of its own."""

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, self.path, "", self.field))


@dataclass(frozen=True, slots=True)
class Places:
    """All that one value of `FLEETING_CONFIG` names; of each kind a later one counts more."""

    files: tuple[Path, ...] = ()
    in_vault: tuple[InVault, ...] = ()


def places(text: str) -> Places:
    """Read names that are separated by commas.

    Raises:
        InvalidSetting: a URL is none of a secret in Vault.
    """
    names = [name for part in text.split(",") if (name := part.strip())]
    return Places(
        files=tuple(Path(name) for name in names if "://" not in name),
        in_vault=tuple(_in_vault(name) for name in names if "://" in name),
    )


def _in_vault(url: str) -> InVault:
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if not url.startswith(_VAULT) or "@" in parts.netloc or "/" not in path:
        raise InvalidSetting(
            "FLEETING_CONFIG takes names of TOML files and URLs of secrets in Vault, as in "
            "vault+https://host:8200/kv/fleeting#prod, separated by commas"
        )
    source = urlunsplit((parts.scheme, parts.netloc, "", parts.query, ""))
    return InVault(url=source, path=path, field=parts.fragment)


def settings_in(fields: Mapping[str, str], place: InVault) -> dict[str, Any]:
    """The settings that a secret holds, by their names; those of a group are a group.

    Raises:
        InvalidSetting: the field is not there, or its text is neither JSON nor TOML.
    """
    if not place.field:
        return _grouped(fields)
    if place.field not in fields:
        raise InvalidSetting(
            f"FLEETING_CONFIG names {place}, which has no field {place.field}: write the settings "
            "there as the text of a TOML file, or leave out # and write each into a field"
        )
    return _parsed(fields[place.field], place)


def _grouped(fields: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        group, nested, inner = name.lower().partition(_NESTED)
        if nested:
            found.setdefault(group, {})[inner] = value
        else:
            found[group] = value
    return found


def _parsed(text: str, place: InVault) -> dict[str, Any]:
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError:
        # What a parser says would show a piece of the text.
        raise InvalidSetting(
            f"FLEETING_CONFIG names {place}, which is neither TOML nor a JSON object"
        ) from None
    return dict(found)
