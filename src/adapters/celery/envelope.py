"""Look at a raw message before kombu does, which trusts it: anybody may write to a queue."""

from __future__ import annotations

from base64 import b64decode
from typing import Final

from ...domain.errors import MalformedMessage
from .quick_json import loads

_ENCODINGS: Final = (None, "utf-8", "base64")


def open_envelope(raw: bytes | str) -> dict[str, object]:
    """Parse one element of a queue and check all that kombu's virtual channel relies on.

    Raises:
        MalformedMessage: it is no message; the text never holds any of it.
    """
    return check_envelope(_parse(raw))


def _parse(raw: bytes | str) -> object:
    try:
        return loads(raw)
    except Exception:  # noqa: BLE001 - kombu's decoder calls registered hooks: they may raise anything
        raise MalformedMessage("it is not JSON") from None


def check_envelope(payload: object) -> dict[str, object]:
    """Return `payload` if kombu can turn it into a message.

    Raises:
        MalformedMessage: the text says which part is wrong, and never holds any of it.
    """
    envelope = _mapping(payload, "it")
    if not isinstance(envelope.get("headers", {}), dict | None):
        raise MalformedMessage("its headers are no object")
    for name in ("content-type", "content-encoding"):
        _text(envelope.get(name), name, optional=True)
    properties = _mapping(envelope.get("properties"), "properties")
    if not _text(properties.get("delivery_tag"), "delivery_tag"):
        raise MalformedMessage("its delivery_tag is empty")
    delivery = _mapping(properties.get("delivery_info"), "delivery_info")
    for name in ("exchange", "routing_key"):
        _text(delivery.get(name), name)
    _check_body(envelope.get("body"), properties.get("body_encoding"))
    return envelope


def _check_body(body: object, encoding: object) -> None:
    text = _text(body, "body")
    encoding = encoding.lower() if isinstance(encoding, str) else encoding
    if encoding not in _ENCODINGS:
        raise MalformedMessage("its body_encoding is unknown")
    if encoding == "base64":
        try:
            b64decode(text)
        except ValueError:
            raise MalformedMessage("its body is not base64") from None


def _mapping(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedMessage(f"{name} is no object")
    return value


def _text(value: object, name: str, *, optional: bool = False) -> str:
    if isinstance(value, str):
        return value
    if optional and value is None:
        return ""
    raise MalformedMessage(f"its {name} is no text")
