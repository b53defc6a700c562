"""Read the settings of this process, and tell where each value came from."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import TomlConfigSettingsSource

from ...domain.errors import InvalidSetting, UnknownSetting
from .model import CONFIG_FILE, PREFIX, Settings
from .names import limit_variable, variable_of, variables
from .places import places
from .together import check_together
from .wrong_values import explain

CLIENT_VARIABLES: Final = frozenset(
    {CONFIG_FILE, "FLEETING_URL", "FLEETING_TOKEN", "FLEETING_NAMESPACE"}
)
"""Variables of the same prefix that are no settings of a server: the client reads them."""


def load(**arguments: object) -> Settings:
    """The settings in force; `arguments` of None are left out.

    Raises:
        UnknownSetting: a `FLEETING_…` variable names no setting; the message has the nearest one.
        InvalidSetting: a value cannot be, or two settings do not go together.
        SecretsUnavailable: settings are in Vault, and it does not answer.
    """
    refuse_unknown(os.environ)
    given = {name: value for name, value in arguments.items() if value is not None}
    if (port := os.environ.get("PORT")) and variable_of("api_port") not in os.environ:
        given.setdefault("api_port", port)
    _check_files()
    try:
        settings = Settings(**given)  # type: ignore[arg-type] # pydantic validates them
    except ValidationError as exc:
        raise InvalidSetting(explain(exc, _places(arguments))) from None
    check_together(settings)
    return settings


def origins() -> dict[str, str]:
    """For each variable that has a value from outside: where it comes from."""
    found = {name: "environment" for name in variables() if name in os.environ}
    if os.environ.get("PORT"):
        found.setdefault(variable_of("api_port"), "environment (PORT)")
    for place, values in _outside():
        for name, value in values.items():
            if name == "limits" and isinstance(value, dict):
                for limit in value:
                    found.setdefault(limit_variable(limit), place)
            else:
                found.setdefault(variable_of(name), place)
    return found


def _places(arguments: Mapping[str, object]) -> dict[str, str]:
    """Where values come from that are no variables of fleeting's, by variable."""
    found = {name: place for name, place in origins().items() if place != "environment"}
    return found | {
        variable_of(name): "an argument" for name, value in arguments.items() if value is not None
    }


def _outside() -> Iterator[tuple[str, dict[str, Any]]]:
    """What Vault and files say, the one that counts most first."""
    named = places(os.environ.get(CONFIG_FILE, ""))
    for place in reversed(named.in_vault):
        from .in_vault import read

        yield str(place), read(place, named)
    for file in reversed(named.files):
        yield str(file), TomlConfigSettingsSource(Settings, file)()


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse misspelt variables, because pydantic-settings ignores them silently.

    Raises:
        UnknownSetting: a variable with the prefix names no setting.
    """
    known = variables() | CLIENT_VARIABLES
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = nearest(name, known)
            hint = f": did you mean {near}?" if near else "; `fleeting check` lists them all"
            raise UnknownSetting(f"{name} is no setting of fleeting{hint}")


def refuse_unknown_at(place: str, settings: Iterable[str]) -> None:
    """Refuse names of settings, written as in a file, that are none.

    Raises:
        UnknownSetting: one is none; the message has the place and the nearest one.
    """
    for name in settings:
        if name not in Settings.model_fields:
            known = [variable_of(other) for other in Settings.model_fields]
            near = nearest(variable_of(name), known)
            hint = f": did you mean {near.removeprefix(PREFIX).lower()}?" if near else ""
            raise UnknownSetting(f"{place} sets {name[:100]}, which is no setting{hint}")


def nearest(name: str, known: Collection[str]) -> str | None:
    """The variable that a misspelt one resembles most; None where it resembles none."""
    if f"{name}_SECONDS" in known:
        return f"{name}_SECONDS"
    # The prefix that all share would make any two names look alike.
    words = {other.removeprefix(PREFIX): other for other in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1, cutoff=0.5)
    return words[near[0]] if near else None


def _check_files() -> None:
    for file in places(os.environ.get(CONFIG_FILE, "")).files:
        try:
            settings = tomllib.loads(file.read_text("utf-8"))
        except OSError as exc:
            reason = f"which cannot be read: {exc.strerror}"
        except ValueError as exc:
            reason = f"which is no TOML: {exc}"
        else:
            refuse_unknown_at(str(file), settings)
            continue
        raise InvalidSetting(f"{CONFIG_FILE} names {file}, {reason}")
