"""Read the settings that lie in Vault, with the login that environment and files describe."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ...domain.errors import (
    InvalidSetting,
    SecretForbidden,
    SecretNotFound,
    SecretsUnavailable,
)
from ...ports.bundles import SecretOptions
from .places import InVault, Places, settings_in
from .secrets import SecretSettings


def read(place: InVault, found: Places) -> dict[str, Any]:
    """The settings at `place`, by name.

    Raises:
        InvalidSetting: nothing is there, this process may not read it, or it is no settings.
        UnknownSetting: it holds something that is none.
        SecretsUnavailable: Vault does not answer; a later start may find it.
    """
    from ..secret_sources import opened

    try:
        fields = opened(place.url, login(found)).source.read(place.path)
    except (SecretNotFound, SecretForbidden) as exc:
        raise InvalidSetting(f"FLEETING_CONFIG names {place}: {exc.message}") from exc
    except SecretsUnavailable as exc:
        raise SecretsUnavailable(
            f"FLEETING_CONFIG names {place}, which cannot be read: {exc.message}"
        ) from exc
    settings = settings_in(fields, place)
    from .loading import refuse_unknown_at

    refuse_unknown_at(str(place), settings)
    return settings


def login(found: Places) -> SecretOptions:
    """How this process proves to Vault who it is, before it has all of its settings."""

    class Login(SecretSettings, BaseSettings):
        """What environment and files say of the login."""

        model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
            extra="ignore", env_prefix="FLEETING_"
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            files = reversed(found.files)
            return env_settings, *(TomlConfigSettingsSource(settings_cls, file) for file in files)

    return Login().secret_options
