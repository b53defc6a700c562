"""The operator's way to the quarantine: straight to the store that the settings name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from ..domain.errors import InvalidQuery
from ..domain.quarantine import Quarantine
from ..ports.quarantines import Quarantines
from .container import Container
from .credentials import given_back
from .settings import load

_DIGEST: Final = re.compile(r"[0-9a-f]{8,64}")
"""Eight digits tell any number of sources apart that a person looks at."""


def listed() -> Sequence[Quarantine]:
    """All quarantines in force.

    Raises:
        ConfigurationError: the settings cannot be.
        PortError: the store does not answer.
    """
    with given_back():
        return asyncio.run(_with_store(None, None))


def lift(digest: str, namespace: str | None) -> Sequence[Quarantine]:
    """End the quarantine of one source, in one namespace or in all; returns what was in force.

    Raises:
        InvalidQuery: `digest` is none, fits several sources, or its source is not in quarantine.
        ConfigurationError: the settings cannot be.
        PortError: the store does not answer.
    """
    if _DIGEST.fullmatch(digest) is None:
        raise InvalidQuery(
            "say whose quarantine to lift: at least the first eight digits of a source's digest, "
            "as `fleeting quarantine list` shows it"
        )
    with given_back():
        return asyncio.run(_with_store(digest, namespace))


async def _with_store(digest: str | None, namespace: str | None) -> Sequence[Quarantine]:
    results = Container(settings=load()).results()
    quarantines: Quarantines | None = results.quarantines
    try:
        found = [] if quarantines is None else await quarantines.in_force()
        if quarantines is None or digest is None:
            return found
        meant = _meant(found, digest, namespace)
        await quarantines.lift([one.source for one in meant])
        return meant
    finally:
        await results.aclose()


def _meant(found: Sequence[Quarantine], digest: str, namespace: str | None) -> list[Quarantine]:
    meant = [
        one
        for one in found
        if one.source.digest.startswith(digest) and namespace in {None, one.source.namespace}
    ]
    if not meant:
        raise InvalidQuery(f"no source with digest {digest}… is in quarantine")
    if len({one.source.digest for one in meant}) > 1:
        raise InvalidQuery(f"several sources begin with {digest}: write more of the digest")
    return meant
