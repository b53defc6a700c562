"""What is wrong with the value of a setting, in the words of whoever set it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, get_args

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from ...domain.limits import Limits
from .model import Settings
from .names import limit_variable, variable_of

_TAKES: Final = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "a text",
    "dict": "an object",
    "model": "a group of settings",
}
"""What a field takes, by what pydantic calls its errors: `int_parsing`, `string_type`, …"""

_BOUNDS: Final = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}

_SHOWN: Final = re.compile(r"[\w.,+ -]{1,24}", re.ASCII)
"""Values that are shown: short and plain, because a URL with its password, or a token, may have
been put into the wrong variable."""


def explain(error: ValidationError, places: Mapping[str, str]) -> str:
    """The variable, its value and what it takes instead, for each setting that is wrong.

    Args:
        error: what pydantic found.
        places: where values come from that are no variables of the environment, by variable.
    """
    return "; ".join([_line(problem, places) for problem in error.errors()])


def _line(problem: ErrorDetails, places: Mapping[str, str]) -> str:
    name, *inner = map(str, problem["loc"])
    is_limit = name == "limits" and bool(inner)
    variable = limit_variable(inner.pop(0)) if is_limit else variable_of(name)
    place = f" from {places[variable]}" if variable in places else ""
    where = f", in {'.'.join(inner)}" if inner else ""
    if name == "limits" and problem["type"] == "value_error" and not is_limit:
        return _with_variables(_text(problem))
    value = "" if inner else _value(name, problem["input"])
    return f"{variable}{value}{place}{where}: {_text(problem)}"


def _value(name: str, value: object) -> str:
    field = Settings.model_fields.get(name)
    if isinstance(value, timedelta):
        value = f"{value.total_seconds():g}"
    if field is not None and _holds_secrets(field.annotation):
        return ""
    plain = isinstance(value, str | int | float) and _SHOWN.fullmatch(str(value))
    return f"={value}" if plain else ""


def _holds_secrets(kind: object) -> bool:
    return kind is SecretStr or any(map(_holds_secrets, get_args(kind)))


def _text(problem: ErrorDetails) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return "no such option"
    takes = _TAKES.get(kind.partition("_")[0])
    if takes and kind.endswith(("_type", "_parsing", "_from_float")):
        return f"it takes {takes}"
    if kind in {"literal_error", "enum"}:
        return f"it takes {context['expected']}"
    for sign, words in _BOUNDS.items():
        if sign in context:
            return f"it takes {words} {_bound(context[sign])}"
    text = problem["msg"].removeprefix("Value error, ")
    return f"{text[0].lower()}{text[1:]}"


def _bound(value: object) -> str:
    """A bound as people write it; pydantic writes spans of time as Python does."""
    if isinstance(value, float):
        return f"{value:.12g}"
    return re.sub(r"datetime\.timedelta\(days=(\d+)\)", r"\1 days", str(value))


def _with_variables(text: str) -> str:
    """The text, in which limits are called by their variables."""

    def named(word: re.Match[str]) -> str:
        return limit_variable(word[0]) if word[0] in Limits.model_fields else word[0]

    return re.sub(r"\w+", named, text)
