"""Settings that are JSON objects in a variable, and tables in a file."""

from __future__ import annotations

import json


def json_object(value: object) -> object:
    """What a text holds; anything but a text is it already, and an empty one holds nothing.

    Raises:
        ValueError: the text is no JSON; the message shows nothing of it.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else {}
    except ValueError as exc:
        raise ValueError(f"it takes a JSON object, and this is none: {exc}") from None
