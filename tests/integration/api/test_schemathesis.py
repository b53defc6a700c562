"""Requests that schemathesis makes of the OpenAPI document: no 5xx, nothing undocumented."""

from __future__ import annotations

from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from fleeting.adapters.fastapi.scopes import RULES

from ...unit.adapters.fastapi.guarded import Guarded, bearer

CHECKS: Final = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
TOKENS: Final = {"right": bearer("all"), "wrong": bearer("nobody"), "none": {}}
EXAMPLES: Final = {"right": 25, "wrong": 5, "none": 5}
"""Requests for each operation, half of them wrong on purpose: seconds in all."""


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """By id; of an API that is about to stop, so that streams end after their beginning."""
    guarded = Guarded()
    guarded.app.state.closing.begin()
    schema = schemathesis.openapi.from_asgi("/openapi.json", guarded.app)
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("name", RULES)
def test_answers_are_what_the_document_says(
    operations: dict[str, Any], name: str, token: str
) -> None:
    operation = operations[name]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.body or operation.query or operation.path_parameters:
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES[token],
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        response = case.call(headers=TOKENS[token])
        # Readiness says 503, as it must: the API is about to stop.
        kept = CHECKS[1:] if name == "getReadiness" else CHECKS
        case.validate_response(response, checks=kept)

    ask()
