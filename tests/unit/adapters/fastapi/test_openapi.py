"""The OpenAPI document: complete, and true to the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from fleeting.adapters.fastapi import schemas
from fleeting.adapters.fastapi.problems import Problem
from fleeting.domain.stats import Stats
from fleeting.domain.task import TaskRequest

from .make import Platform

DOCUMENT: dict[str, Any] = Platform().app().openapi()
MODELS: dict[str, type[BaseModel]] = {
    **{name: value for name, value in vars(schemas).items() if isinstance(value, type)},
    "Problem": Problem,
    "Stats": Stats,
    "TaskRequest": TaskRequest,
}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


OPERATIONS = dict(operations())


@pytest.fixture(params=OPERATIONS, name="operation")
def each_operation(request: pytest.FixtureRequest) -> dict[str, Any]:
    return OPERATIONS[request.param]


def test_every_call_of_the_api_is_there() -> None:
    assert set(OPERATIONS) == {
        "post /tasks",
        "post /tasks:batch",
        "post /tasks:check",
        "get /tasks/{key}",
        "delete /tasks/{key}",
        "get /tasks/{key}/stream",
        "get /get-result",
        "get /functions",
        "get /functions/{function}/values",
        "get /functions/{function}/results",
        "get /functions/{function}/stats",
        "get /functions/{function}/stream",
        "get /healthz",
        "get /readyz",
        "get /metrics",
        "get /capabilities",
    }


def test_an_operation_is_described(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["operationId"]
    assert len(operation["tags"]) == 1


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)


def test_an_operation_documents_its_errors(operation: dict[str, Any]) -> None:
    statuses = {status for status in operation["responses"] if status >= "400"}
    assert "500" in statuses
    if operation["tags"] != ["operations"]:
        assert {"422", "503"} <= statuses
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= statuses
    for status in statuses:
        content = operation["responses"][status]["content"]
        assert list(content) == ["application/problem+json"]
        assert content["application/problem+json"]["examples"]


def test_a_success_is_documented_with_an_example(operation: dict[str, Any]) -> None:
    [success, *_] = [status for status in operation["responses"] if status < "300"]
    [media] = operation["responses"][success]["content"].values()
    assert media["schema"]
    assert media.get("examples") or media.get("example")


def test_a_parameter_is_described(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        assert parameter["description"], parameter["name"]


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) <= known


def test_every_schema_is_in_use() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    assert set(DOCUMENT["components"]["schemas"]) == used


def test_every_field_of_a_task_is_described() -> None:
    for name, field in DOCUMENT["components"]["schemas"]["TaskRequest"]["properties"].items():
        assert field.get("description"), name


def test_examples_are_what_the_models_take(operation: dict[str, Any]) -> None:
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [response.get("content", {}) for response in operation["responses"].values()]
    for content in contents:
        for media in content.values():
            for value in shown(media):
                adapter_of(media["schema"]).validate_python(value)


def test_examples_of_problems_have_the_status_they_stand_under(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        for value in shown(response.get("content", {}).get("application/problem+json", {})):
            assert str(value["status"]) == status


def adapter_of(schema: dict[str, Any]) -> TypeAdapter[Any]:
    if "$ref" in schema:
        return TypeAdapter(MODELS[schema["$ref"].rpartition("/")[2]])
    return TypeAdapter({"array": list, "string": str, "object": dict}[schema["type"]])


def shown(media: dict[str, Any]) -> list[Any]:
    named = [example["value"] for example in media.get("examples", {}).values()]
    return named + ([media["example"]] if "example" in media else [])


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)
