"""All settings of a process in one model, and which source of a value wins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ...domain.limits import Limits
from .access import AccessSettings
from .api import ApiSettings
from .authentication import AuthenticationSettings
from .sandbox import SandboxSettings
from .secrets import SecretSettings
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
    AuthenticationSettings,
    AccessSettings,
)
"""The groups of settings in the order of the reference page."""


class Settings(
    AccessSettings,
    AuthenticationSettings,
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
        """Arguments, then the environment, then the file."""
        path = os.environ.get(CONFIG_FILE)
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return init_settings, env_settings, *file

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that a worker takes from."""
        named = (name.strip() for name in self.worker_queues.split(","))
        return tuple(name for name in named if name) or (self.queue_name,)
