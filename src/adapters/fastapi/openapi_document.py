"""The OpenAPI document: what FastAPI makes of the routes, and what it does not know of them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from ...domain import errors as e
from .documented import HEADERS, problems
from .problems import MEDIA_TYPE, Problem
from .rate_limits import RATE_HEADERS, class_of
from .scopes import Door, rule_of

_SCHEME: Final = "bearerToken"

_TOKENS: Final = """\
A token of the installation's OpenID provider, or one that its operator has made. Beside each \
operation stands the scope that it takes; none there means that any will do. An installation \
without authentication takes every request."""


def document(app: FastAPI) -> dict[str, Any]:
    """The document of `app`: with tokens, and the schemas that operations refer to by hand."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            tags=app.openapi_tags,
            routes=app.routes,
        )
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        own = {**schema.pop("$defs"), "Problem": schema}
        components = found["components"]
        components["schemas"] = dict(sorted((components["schemas"] | own).items()))
        components["securitySchemes"] = {
            _SCHEME: {"type": "http", "scheme": "bearer", "description": _TOKENS}
        }
        _restore_examples(app, found["paths"])
        for methods in found["paths"].values():
            for operation in methods.values():
                _guard(operation)
        app.openapi_schema = found
    return app.openapi_schema


def _restore_examples(app: FastAPI, paths: dict[str, Any]) -> None:
    """Put the examples back as they are: FastAPI leaves out every null in them."""
    for route in iter_route_contexts(app.routes):
        operations = paths.get(route.path or "", {})
        for method in operations.keys() & {method.lower() for method in route.methods or ()}:
            for status, response in route.responses.items():
                shown = operations[method]["responses"][str(status)].get("content", {})
                for kind, content in response.get("content", {}).items():
                    shown[kind] |= {k: v for k, v in content.items() if k == "examples"}


def _guard(operation: dict[str, Any]) -> None:
    """Say which scope an operation takes, and what it answers without."""
    rule = rule_of(operation["operationId"])
    if rule is Door.OPEN:
        operation["security"] = []
        return
    operation["security"] = [{_SCHEME: [] if rule is Door.TOKEN else [str(rule)]}]
    responses = operation["responses"]
    if class_of(rule) is not None:
        _limit(responses)
    answers = problems(e.NotAuthenticated, e.Forbidden, e.RateLimited, e.AuthenticatorUnavailable)
    for status, answer in answers.items():
        known = responses.setdefault(str(status), answer)
        known["content"][MEDIA_TYPE]["examples"] |= answer["content"][MEDIA_TYPE]["examples"]
    operation["responses"] = dict(sorted(responses.items()))


def _limit(responses: dict[str, Any]) -> None:
    """Say that successful answers tell where the caller stands."""
    for status, answer in responses.items():
        if status.startswith("2"):
            answer["headers"] = answer.get("headers", {}) | {n: HEADERS[n] for n in RATE_HEADERS}
