"""`docs/reference/http.md` and `openapi.json`: every call, its parameters and its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import Settings

from . import markdown as md

INTRODUCTION = """\
The whole contract is in [openapi.json](openapi.json), which a running API serves too; at `/docs`
it can be tried out. This page is the same to read.

- Bodies are strict JSON in UTF-8. Unknown members and unknown query parameters are refused.
- Times are RFC 3339 in UTC; durations are seconds, and their names say so.
- Where the installation has authentication, calls take a bearer token
  (`Authorization: Bearer …`) with the scope that stands beside them. 401: there is no token, or
  one that does not count; 403: it does not give that right, here; `WWW-Authenticate` says which.
  [Give rights](../how-to/give-rights.md) has more.
- A key in the API is bare. The namespace comes from the header `X-Fleeting-Namespace` (1 to 63
  lower-case letters, digits and inner hyphens); where it is left out, it is the only one that the
  token is for, else the default one. A key outside the token's grants is answered like one with
  nothing left.
- Every error is `application/problem+json`, with a stable `code`: see [Errors](errors.md).
- Every answer has an `X-Request-Id`, the caller's own where it sent one; the log has it too.
- Where an answer has `Retry-After`, come back after so many seconds."""

NAMESPACE = "x-fleeting-namespace"
"""Every call takes it, so it is told once, in the introduction."""

Json = Mapping[str, Any]


def page() -> str:
    found = contract()
    return md.document("HTTP API", INTRODUCTION, *operations(found), "## Schemas", *schemas(found))


def document() -> str:
    return json.dumps(contract(), indent=2, ensure_ascii=False) + "\n"


@cache
def contract() -> Json:
    settings = Settings()
    return make_app(Container(settings=settings), settings).openapi()


def operations(found: Json) -> Iterator[str]:
    for tag in found["tags"]:
        yield f"## {tag['name'].capitalize()}"
        yield tag["description"]
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from an_operation(f"{method.upper()} {path}", operation)


def an_operation(title: str, operation: Json) -> Iterator[str]:
    yield f"### `{title}`"
    yield f"**{operation['summary']}.** {md.paragraph(operation.get('description'))}"
    yield f"Takes {a_right(operation['security'])}."
    rows = [a_parameter(one) for one in operation.get("parameters", ()) if one["name"] != NAMESPACE]
    if rows:
        yield md.table(("parameter", "in", "type", "meaning"), rows)
    if body := operation.get("requestBody"):
        yield from a_body(body["content"]["application/json"])
    answers = operation["responses"].items()
    yield md.table(("status", "answer"), (an_answer(status, answer) for status, answer in answers))


def a_right(security: list[Mapping[str, list[str]]]) -> str:
    if not security:
        return "no token"
    scopes = [scope for scheme in security for names in scheme.values() for scope in names]
    named = " and ".join(map(md.code, scopes))
    return f"a token with the scope {named}" if scopes else "a token with any scope"


def a_parameter(parameter: Json) -> tuple[str, ...]:
    name = md.code(parameter["name"]) + (" (required)" if parameter.get("required") else "")
    words = kind(parameter["schema"]).removesuffix(" or null")
    return name, parameter["in"], words, parameter.get("description", "")


def a_body(content: Json) -> Iterator[str]:
    yield f"Body: {kind(content['schema'])}."
    for example in content.get("examples", {}).values():
        yield f"{example['summary']}:" if "summary" in example else ""
        yield f"```json\n{json.dumps(example['value'], indent=2, ensure_ascii=False)}\n```"


def an_answer(status: str, answer: Json) -> tuple[str, ...]:
    media = answer.get("content", {})
    if problem := media.get("application/problem+json"):
        return md.code(status), "Problem: " + ", ".join(map(md.code, problem["examples"]))
    said = [answer["description"]]
    for name, content in media.items():
        said.append(f"{kind(content['schema'])}." if name == "application/json" else f"`{name}`.")
    if headers := answer.get("headers"):
        said.append(f"Headers: {', '.join(map(md.code, headers))}.")
    return md.code(status), " ".join(said)


def schemas(found: Json) -> Iterator[str]:
    for name, schema in found["components"]["schemas"].items():
        yield f"### {name}"
        yield md.paragraph(schema.get("description"))
        required = schema.get("required", [])
        rows = [
            (
                md.code(field) + (" (required)" if field in required else ""),
                kind(facts),
                facts.get("description", ""),
            )
            for field, facts in schema.get("properties", {}).items()
        ]
        if rows:
            yield md.table(("member", "type", "meaning"), rows)
        elif "enum" in schema:
            yield ", ".join(map(md.code, schema["enum"])) + "."


def kind(schema: Json) -> str:
    """A schema in a few words, with its bounds and its default."""
    found = " or ".join(kind(one) for one in schema.get("anyOf", ())) or one_kind(schema)
    return found + "".join(f", {text}" for text in bounds(schema))


def one_kind(schema: Json) -> str:
    for name, words in KINDS.items():
        if name in schema and not isinstance(schema[name], bool):
            return words(schema[name])
    return "time" if schema.get("format") == "date-time" else schema.get("type", "any JSON")


def link(reference: str) -> str:
    name = reference.rpartition("/")[2]
    return f"[{name}](#{name.lower()})"


KINDS: Mapping[str, Callable[[Any], str]] = {
    "$ref": link,
    "enum": lambda members: ", ".join(map(md.code, members)),
    "const": md.code,
    "items": lambda items: f"list of {kind(items)}",
    "additionalProperties": lambda values: f"object of {kind(values)}",
}


def bounds(schema: Json) -> Iterator[str]:
    for name, words in BOUNDS.items():
        if name in schema:
            yield words.format(number(schema[name]))
    if schema.get("default") not in (None, "", [], {}):
        yield f"default `{json.dumps(schema['default'])}`"


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "maxProperties": "at most {} members",
}
