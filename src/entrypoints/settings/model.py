"""All settings of a process in one model, and which source of a value wins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, Literal

from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ...domain.limits import Limits
from .access import AccessSettings
from .api import ApiSettings
from .authentication import AuthenticationSettings
from .edge import EdgeSettings
from .places import Places, places
from .rates import RateSettings
from .sandbox import SandboxSettings
from .secrets import SecretSettings
from .signing import SigningSettings
from .stores import StoreSettings
from .worker import WorkerSettings

PREFIX: Final = "FLEETING_"
CONFIG_FILE: Final = "FLEETING_CONFIG"
NESTED: Final = "__"

GROUPS: Final = (
    StoreSettings,
    SecretSettings,
    SandboxSettings,
    WorkerSettings,
    ApiSettings,
    EdgeSettings,
    AuthenticationSettings,
    AccessSettings,
    RateSettings,
    SigningSettings,
)
"""The groups of settings in the order of the reference page."""


class Settings(
    SigningSettings,
    RateSettings,
    AccessSettings,
    AuthenticationSettings,
    EdgeSettings,
    ApiSettings,
    WorkerSettings,
    SandboxSettings,
    SecretSettings,
    StoreSettings,
    BaseSettings,
):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=NESTED
    )

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity that is logged."""

    limits: Limits = Limits()
    """Caps and defaults of tasks; their variables begin with `FLEETING_LIMITS__`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then Vault, then files."""
        named = places(os.environ.get(CONFIG_FILE, ""))
        files = (TomlConfigSettingsSource(settings_cls, file) for file in reversed(named.files))
        return init_settings, env_settings, *_in_vault(settings_cls, named), *files

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that a worker takes from."""
        named = (name.strip() for name in self.worker_queues.split(","))
        return tuple(name for name in named if name) or (self.queue_name,)


def _in_vault(
    settings_cls: type[BaseSettings], named: Places
) -> Iterator[PydanticBaseSettingsSource]:
    for place in reversed(named.in_vault):
        from .in_vault import read

        yield InitSettingsSource(settings_cls, init_kwargs=read(place, named))
