"""`SecretSource` on environment variables: each holds one field.

The variable of a field is the prefix, the path and the field, in capitals, with two underscores
for each slash and before the field: with the prefix `SECRET_` the field `password` of `kv/database`
is `SECRET_KV__DATABASE__PASSWORD`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ...domain.errors import SecretNotFound
from ...domain.secret_path import names_in

# What can be told from its capitals again: no two paths then lead to one variable, or a grant for
# one of them would be a grant for both.
_NAME: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*", re.ASCII)


class EnvSecretSource:
    """Reads the variables that begin with a prefix, and no others."""

    def __init__(self, environment: Mapping[str, str], prefix: str) -> None:
        self._environment = environment
        self._prefix = prefix

    def read(self, path: str) -> Mapping[str, str]:
        start = self._prefix + "".join(f"{_capitals(name)}__" for name in names_in(path))
        found = {
            variable.removeprefix(start): value
            for variable, value in self._environment.items()
            if variable.startswith(start)
        }
        fields = {name.lower(): value for name, value in found.items() if _is_field(name)}
        if not fields:
            raise SecretNotFound(
                f"there is no secret at {path}: set {start}… for each of its fields, as in "
                f"{start}PASSWORD"
            )
        return fields


def _capitals(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise SecretNotFound(
            "secrets in the environment have paths of lower-case letters, digits and single "
            "underscores, since a variable could not tell others apart: rename this one"
        )
    return name.upper()


def _is_field(name: str) -> bool:
    return name == name.upper() and _NAME.fullmatch(name.lower()) is not None
