"""The factory for `env://` URLs, as the entry point names it."""

from __future__ import annotations

import os
import re
from typing import Final

from ...domain.errors import InvalidSetting
from ...ports.bundles import SecretOptions, SecretSourceAdapter
from .secret_source import EnvSecretSource

_URL: Final = re.compile(r"env://([A-Z][A-Z0-9_]*_)", re.ASCII)

_OWN: Final = "FLEETING_"


def secret_source(url: str, _options: SecretOptions) -> SecretSourceAdapter:
    """Secrets in variables that begin with what follows `env://`, as in `env://SECRET_`.

    Raises:
        InvalidSetting: no prefix, or one that would give away what else stands there.
    """
    match = _URL.fullmatch(url)
    if match is None or match[1].startswith(_OWN):
        raise InvalidSetting(
            "a source of secrets in the environment names how their variables begin, as in "
            f"env://SECRET_: capitals with an underscore at the end, other than {_OWN}"
        )
    return SecretSourceAdapter(source=EnvSecretSource(os.environ, match[1]), health=AlwaysThere())


class AlwaysThere:
    """`SupportsPing` of what is never away."""

    async def ping(self) -> None:
        pass
