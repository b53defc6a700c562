"""Reads a request body as strict JSON, or says what is wrong with it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from ...domain.json_value import JsonValue, parse_json
from ...domain.json_walk import NotJson
from .problems import HttpError

Model = TypeVar("Model", bound=BaseModel)


class StrictRequest(Request):
    """A request whose body has been read and parsed already."""

    def set_json(self, data: JsonValue) -> None:
        """What `json` is to return."""
        self._json = data


async def read_json(request: StrictRequest) -> None:
    """Read and parse the body; the request's `json` returns it afterwards.

    Where an object has a member twice, the last one counts, as in Python and JavaScript.

    Raises:
        HttpError: the body is not sent as JSON, or is not JSON.
    """
    _check_type(request)
    body = await request.body()
    if not body:
        raise HttpError(400, "invalid_json", "the body is empty: send a JSON object")
    try:
        request.set_json(parse_json(body))
    except NotJson as exc:
        raise HttpError(400, "invalid_json", f"the body {exc.reason}") from None


async def validated(model: type[Model], request: Request) -> Model | None:
    """The body of a request whose JSON has been read, as `model`; None: it is none."""
    try:
        return model.model_validate(await request.json())
    except ValidationError:
        return None


def _check_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    if not is_json or charset not in ("", "utf-8", "utf8"):
        raise HttpError(
            415,
            "unsupported_media_type",
            "the body must be JSON in UTF-8: send Content-Type: application/json",
            headers={"Accept": "application/json"},
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpError(
            415,
            "unsupported_media_type",
            "the body must not be compressed: leave out Content-Encoding",
            headers={"Accept-Encoding": "identity"},
        )
