"""`docs/reference/settings.md`: every variable with its unit, its default and the reason for it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from fleeting.adapters.redis import url
from fleeting.adapters.vault import url as vault_url
from fleeting.domain import limits
from fleeting.entrypoints import settings
from fleeting.entrypoints.cli import options

from .markdown import code, document, field_docstrings

INTRODUCTION = """\
Each setting is an environment variable. A TOML file that `FLEETING_CONFIG` names may hold the same
settings, in lower case and without the prefix; those of [Limits](#limits) go into its table
`[limits]`. So may a secret in Vault: `FLEETING_CONFIG` takes names of files and URLs like
`vault+https://vault.example:8200/kv/fleeting#prod`, separated by commas, where the field `prod`
holds the text of such a file (or of a JSON object). Without `#prod` each field of the secret is a
setting, as in `prefix` or `limits__max_batch`. Log-in and options are those of the
[source of secrets](#secrets); they stand in the environment or in a file.

An argument of a command wins over the environment, the environment over Vault, Vault over files, a
file over the default; among several files, or several secrets, the one that is named last wins. A
misspelt name is refused with the nearest right one, a wrong value with its variable, the value and
what the variable takes: `FLEETING_API_PORT=http: it takes a whole number`. Values that may be a
secret are not shown.

`fleeting check` prints what is in force and where it came from, with passwords masked, and asks
every server for a sign of life."""

LIMITS = """\
What a task may ask for, and what it gets if it asks for nothing. A task beyond a limit is refused
with an error that names the limit."""

REDIS = """\
```text
redis://user:password@host:6379         one server, or the address of a Redis Enterprise database
rediss://…                              the same over TLS
redis+sentinel://one:26379,two:26379/m  the server that Sentinels know as m (rediss+sentinel)
redis+cluster://one:6379,two:6379       a cluster (rediss+cluster); stores only
unix:///path/of/the.sock                a socket; stores only
```

Behind a question mark may stand:

- over TLS `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile` (files), `ssl_cert_reqs` (`required` unless
  set to `none`) and `ssl_check_hostname` (`true` unless set to `false`);
- for Sentinels `sentinel_username` and `sentinel_password`, which are for them alone;
- `credentials`, in place of a password, for one that [changes](../how-to/operate-vault.md) while
  everything runs: `lease:PATH` (a user of this process's own, which the
  [source of secrets](#secrets) makes at that path), `secret:PATH` (a secret there with the fields
  `username` and `password`) or `file:PATH` (a file that holds the password of the user in the URL);
- for the stores, not the queue:"""

VAULT = """\
```text
vault+https://vault.example:8200   Vault or OpenBao over TLS; 8200 is the port unless it is said
vault+http://127.0.0.1:8200        the same in the clear: for a server on the same machine
```

Behind a question mark may stand:
"""

CLIENT = """\
The command line reads these when it talks to an installation over HTTP; servers do not."""


def page() -> str:
    return document(
        "Settings",
        INTRODUCTION,
        *(part for group in settings.GROUPS for part in section(group)),
        "## Logs",
        *entries(settings.Settings, ["log_level"]),
        "## Limits",
        LIMITS,
        *entries(limits.Limits, list(limits.Limits.model_fields)),
        "## Redis URLs",
        REDIS,
        "\n".join(url_options(url)),
        "## Vault URLs",
        VAULT.rstrip(),
        "\n".join(option.strip() for option in url_options(vault_url)),
        "## Clients",
        CLIENT,
        *client_entries(),
    )


def section(group: type[BaseModel]) -> Iterator[str]:
    """The settings of a group, below what its docstring calls it."""
    yield f"## {(group.__doc__ or '').rstrip('.')}"
    yield from entries(group, list(group.model_fields))


def entries(model: type[BaseModel], names: list[str]) -> Iterator[str]:
    meaning = field_docstrings(Path(inspect.getfile(model)), model.__name__)
    for name in names:
        field = model.model_fields[name]
        yield f"### `{variable(model, name)}`"
        yield f"{kind(name, field)}. Default: {default(name, field)}."
        yield meaning[name]


def url_options(module: ModuleType) -> Iterator[str]:
    """Options of a URL that explain themselves; the others are told above."""
    meaning = field_docstrings(Path(inspect.getfile(module)), "UrlOptions")
    for name, field in module.UrlOptions.model_fields.items():
        if name in meaning:
            yield f"  - `{name}` (default {default(name, field)}): {meaning[name]}"


def client_entries() -> Iterator[str]:
    for name, meaning in sorted(client_options()):
        yield f"### `{name}`"
        yield meaning


def client_options() -> Iterator[tuple[str, str]]:
    """Options of the command line that are read from the environment too."""
    for option in vars(options).values():
        for facts in getattr(option, "__metadata__", ()):
            if facts.envvar in settings.CLIENT_VARIABLES:
                yield facts.envvar, facts.help


def variable(model: type[BaseModel], name: str) -> str:
    if model is limits.Limits:
        return settings.limit_variable(name)
    return f"{settings.PREFIX}{name.upper()}"


def kind(name: str, field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return "One of " + ", ".join(map(code, get_args(annotation)))
    if annotation is bool:
        return "`true` or `false`"
    if annotation is str:
        return "Text"
    if annotation is SecretStr:
        return "Text, never shown"
    if get_origin(annotation) is dict:
        return "JSON object"
    return f"{unit(name, annotation)}{bounds(field)}"


def unit(name: str, annotation: object) -> str:
    if annotation is timedelta or name.endswith("_seconds"):
        return "Seconds"
    if name.endswith("_bytes"):
        return "Bytes"
    if name.endswith("_mb"):
        return "MiB"
    return "Whole number" if annotation is int else "Number"


def bounds(field: FieldInfo) -> str:
    limits_of = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    said = [
        f"{words} {shown(getattr(constraint, name))}"
        for constraint in field.metadata
        for name, words in limits_of.items()
        if hasattr(constraint, name)
    ]
    return "".join(f", {text}" for text in said)


def default(name: str, field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in ("", None, SecretStr("")):
        return "empty"
    return f"{code(shown(value))}{in_words(name, value)}"


def shown(value: object) -> str:
    if not isinstance(value, timedelta):
        return str(value)
    seconds = value.total_seconds()
    return str(int(seconds)) if seconds.is_integer() else str(seconds)


def in_words(name: str, value: object) -> str:
    """The same in a larger unit, where that is easier to read."""
    if isinstance(value, timedelta):
        return larger(int(value.total_seconds()), {"days": 86_400, "hours": 3600, "minutes": 60})
    if name.endswith("_bytes") and isinstance(value, int):
        return larger(value, {"MiB": limits.MIB, "KiB": limits.KIB})
    return ""


def larger(amount: int, units: dict[str, int]) -> str:
    for word, size in units.items():
        if amount > size and amount % size == 0:
            return f" ({amount // size} {word})"
        if amount == size:
            return f" (1 {word.removesuffix('s')})"
    return ""
