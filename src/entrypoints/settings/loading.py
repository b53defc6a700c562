"""Read the settings of this process, and tell where each value came from."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import TomlConfigSettingsSource

from ...domain.errors import InvalidSetting, UnknownSetting
from ...domain.limits import Limits
from ...domain.task import describe
from .model import CONFIG_FILE, NESTED, PREFIX, Settings
from .together import check_together

CLIENT_VARIABLES: Final = frozenset(
    {CONFIG_FILE, "FLEETING_URL", "FLEETING_TOKEN", "FLEETING_NAMESPACE"}
)
"""Variables of the same prefix that are no settings of a server: the client reads them."""


def load(**arguments: object) -> Settings:
    """The settings in force; `arguments` of None are left out.

    Raises:
        UnknownSetting: a `FLEETING_…` variable names no setting; the message has the nearest one.
        InvalidSetting: a value cannot be, or two settings do not go together.
    """
    refuse_unknown(os.environ)
    given = {name: value for name, value in arguments.items() if value is not None}
    if (port := os.environ.get("PORT")) and f"{PREFIX}API_PORT" not in os.environ:
        given.setdefault("api_port", port)
    _check_file()
    try:
        settings = Settings(**given)  # type: ignore[arg-type] # pydantic validates them
    except ValidationError as exc:
        raise InvalidSetting(_with_names(exc)) from None
    check_together(settings)
    return settings


def origins() -> dict[str, str]:
    """For each variable that has a value from outside: where it comes from."""
    found = {name: "environment" for name in variables() if name in os.environ}
    if os.environ.get("PORT"):
        found.setdefault(f"{PREFIX}API_PORT", "environment (PORT)")
    path = os.environ.get(CONFIG_FILE, "")
    for name, value in _in_file(path).items() if path else ():
        if name == "limits":
            for limit in value:
                found.setdefault(f"{PREFIX}LIMITS{NESTED}{limit.upper()}", path)
        else:
            found.setdefault(f"{PREFIX}{name.upper()}", path)
    return found


def _in_file(path: str) -> dict[str, Any]:
    return TomlConfigSettingsSource(Settings, Path(path))()


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse misspelt variables, because pydantic-settings ignores them silently.

    Raises:
        UnknownSetting: a variable with the prefix names no setting.
    """
    known = variables() | CLIENT_VARIABLES
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = _nearest(name, known)
            hint = f": did you mean {near}?" if near else "; `fleeting check` lists them all"
            raise UnknownSetting(f"{name} is no setting of fleeting{hint}")


def _nearest(name: str, known: Collection[str]) -> str | None:
    if f"{name}_SECONDS" in known:
        return f"{name}_SECONDS"
    # The prefix that all share would make any two names look alike.
    words = {other.removeprefix(PREFIX): other for other in known}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1, cutoff=0.5)
    return words[near[0]] if near else None


def variables() -> frozenset[str]:
    """Every environment variable that is read for a setting."""
    own = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "limits"}
    return frozenset(own | {limit_variable(name) for name in Limits.model_fields})


def limit_variable(name: str) -> str:
    """The environment variable of one of the limits; durations say that they are seconds."""
    alias = Limits.model_fields[name].validation_alias
    return f"{PREFIX}LIMITS{NESTED}{str(alias or name).upper()}"


def _check_file() -> None:
    path = os.environ.get(CONFIG_FILE)
    if not path:
        return
    try:
        tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as exc:
        reason = f"which cannot be read: {exc.strerror}"
    except ValueError as exc:
        reason = f"which is no TOML: {exc}"
    else:
        return
    raise InvalidSetting(f"{CONFIG_FILE} names {path}, {reason}")


def _with_names(error: ValidationError) -> str:
    return f"settings: {describe(error)}"
