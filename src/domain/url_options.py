"""The parts of a server's URL, in the settings of several adapters."""

from __future__ import annotations

import difflib
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ValidationError

from .errors import InvalidSetting

Options = TypeVar("Options", bound=BaseModel)


def read_options(model: type[Options], query: str, *, where: str) -> Options:
    """The options in a query.

    Args:
        model: which there are, and what they take; it forbids any other.
        query: the part of the URL.
        where: names the URL in messages, as in `the Redis URL`.

    Raises:
        InvalidSetting: an option is not known or not right; the message names it, and never holds
            what was given, which may be a password.
    """
    try:
        return model.model_validate(dict(parse_qsl(query, keep_blank_values=True)))
    except ValidationError as exc:
        problem = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(problem["loc"][0])
    if problem["type"] != "extra_forbidden":
        text = problem["msg"][0].lower() + problem["msg"][1:]
        raise InvalidSetting(f"{name} in {where}: {text}")
    near = difflib.get_close_matches(name, model.model_fields, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    known = ", ".join(model.model_fields)
    raise InvalidSetting(f"{name} in {where} is no option{hint}: there are {known}")


def read_address(text: str, *, where: str) -> tuple[str, int | None]:
    """Host and port of one of the servers that a URL names.

    Raises:
        InvalidSetting: it is no address.
    """
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise InvalidSetting(f"{text!r} in {where} is no address: write host:port")
    return host, port


def check_database(path: str, option: int, *, where: str) -> None:
    """Refuse a Redis database other than 0.

    Raises:
        InvalidSetting: the path of the URL, or its option `db`, names another one.
    """
    if option != 0 or path.strip("/") not in {"", "0"}:
        raise InvalidSetting(
            "fleeting keeps to Redis database 0, because Redis Cluster and Redis Enterprise have "
            f"no other: remove the number from {where}, and where several installations share a "
            "server, set a prefix (FLEETING_PREFIX)"
        )
