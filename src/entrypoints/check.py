"""Show the settings in force, masked, and whether everything they name answers."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from ..domain.errors import FleetingError
from ..domain.limits import Limits
from ..ports.health import SupportsPing
from .authenticators import NONE
from .closing import close_adapters
from .container import Container
from .credentials import given_back
from .settings import PREFIX, Settings, limit_variable, load, origins

_PATIENCE: Final = 5.0
"""Seconds that a dependency may take to answer before it counts as away."""


_PASSWORDS: Final = re.compile(r"((?:^|&)[^=&]*(?:password|token|secret)[^=&]*=)[^&]*")
"""Options of a URL that hold what nobody may see."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: its variable, its value without secrets, and where that came from."""

    variable: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How one dependency answered."""

    name: str
    url: str
    is_there: bool
    seconds: float
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `fleeting check` shows."""

    settings: tuple[SettingLine, ...]
    answers: tuple[Answer, ...]

    @property
    def is_well(self) -> bool:
        """Whether everything answered."""
        return all(answer.is_there for answer in self.answers)


def run() -> Report:
    """Load the settings and ask every dependency.

    Raises:
        ConfigurationError: the settings cannot be.
    """
    with given_back():
        settings = load()
        return Report(tuple(_lines(settings)), tuple(asyncio.run(_ask_all(settings))))


def mask(url: str) -> str:
    """The URL without its passwords; other text comes back as it is."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    account, at, host = parts.netloc.rpartition("@")
    shown = parts._replace(query=_PASSWORDS.sub(r"\1***", parts.query))
    if at:
        shown = shown._replace(netloc=f"{account.partition(':')[0]}:***@{host}")
    # Taken apart and put together, `memory://` would be another text.
    return url if shown == parts else urlunsplit(shown)


def _lines(settings: Settings) -> list[SettingLine]:
    found = origins()
    values = {
        f"{PREFIX}{name.upper()}": getattr(settings, name)
        for name in Settings.model_fields
        if name != "limits"
    } | {limit_variable(name): getattr(settings.limits, name) for name in Limits.model_fields}
    return [
        SettingLine(variable, _shown(value), found.get(variable, "default"))
        for variable, value in values.items()
    ]


def _shown(value: object) -> str:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return mask(str(value))


async def _ask_all(settings: Settings) -> list[Answer]:
    container = Container(settings=settings)
    policy = _policy(container, settings)
    asked: list[tuple[str, str, SupportsPing]] = [
        ("result store", settings.store, container.results().health),
        ("task queue", settings.queue_url, container.queue().health),
    ]
    if (secrets := container.secrets()) is not None:
        asked.append(("secret source", settings.secrets, secrets.health))
    if settings.auth != NONE:
        where = settings.auth_issuer or settings.auth_tokens_file or settings.auth
        asked.append(("authenticator", where, container.authenticator().health))
    try:
        return [*policy, *await asyncio.gather(*(_ask(*one) for one in asked))]
    finally:
        if settings.auth != NONE:
            await container.authenticator().aclose()
        await close_adapters(container)


def _policy(container: Container, settings: Settings) -> list[Answer]:
    """The policy file, if there is one; one that holds no policy is a wrong setting."""
    if not settings.policy:
        return []
    started = time.monotonic()
    grants = container.policy().current().grants
    took = time.monotonic() - started
    found = f"{len(grants)} grants"
    return [Answer("policy", settings.policy, is_there=True, seconds=took, message=found)]


async def _ask(name: str, url: str, health: SupportsPing) -> Answer:
    started = time.monotonic()
    message = ""
    try:
        await asyncio.wait_for(health.ping(), _PATIENCE)
    except FleetingError as exc:
        message = exc.message
    except TimeoutError:
        message = f"no answer within {_PATIENCE:g} seconds"
    return Answer(name, mask(url), not message, time.monotonic() - started, message)
